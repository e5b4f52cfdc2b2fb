import { SyswideError } from '../../base/error';
import { visible } from '../../base/safe-text';
import { standardOutput } from '../console';
import type { ListOptions } from './list-command';
import type { FoundGroup } from './list-search';

/** Characters that are written at once: a pipe's reader gets the first ones early, and thousands of lines are few calls. */
const CHUNK = 8192;

/** Whoever read the list has closed their end. */
export class ReaderGone extends Error {}

/** Draws groups one after the other; `tail` is what comes behind the last. */
interface Drawing {
  group(group: FoundGroup): string;
  tail(): string;
}

/** Writes the list to standard output while it is made. */
export class ListOutput {
  #waiting = '';

  private constructor(
    private readonly drawing: Drawing,
    /** Write each group as soon as it is there: the next one takes its time. */
    private readonly hurry: boolean,
  ) {}

  /** Loads what draws in the format that was asked for, and nothing else. */
  static async start({ json, rawDump, probe }: ListOptions): Promise<ListOutput> {
    const drawing = rawDump ? rawDrawing : await (json ? jsonDrawing() : textDrawing());
    return new ListOutput(drawing, probe === true);
  }

  /** @throws ReaderGone */
  group(group: FoundGroup): void {
    this.#waiting += this.drawing.group(group);
    if (this.hurry || this.#waiting.length >= CHUNK) this.#flush();
  }

  /** @throws ReaderGone */
  end(): void {
    this.#waiting += this.drawing.tail();
    this.#flush();
  }

  #flush(): void {
    const text = this.#waiting;
    this.#waiting = '';
    if (text === '') return;
    try {
      standardOutput.write(text);
    } catch (error) {
      throw isBrokenPipe(error) ? new ReaderGone() : error;
    }
  }
}

const isBrokenPipe = (error: unknown): boolean =>
  error instanceof SyswideError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'EPIPE';

const rawDrawing: Drawing = {
  group: ({ entries }) =>
    entries
      .filter(({ event }) => !event.isPattern)
      .map(({ event }) => `${visible(event.name)}\n`)
      .join(''),
  tail: () => '',
};

async function jsonDrawing(): Promise<Drawing> {
  const { listJson } = await import('../../report/list-json');
  let isFirst = true;
  const before = () => {
    const text = isFirst ? '[\n' : ',\n';
    isFirst = false;
    return text;
  };
  return {
    group: ({ entries }) => entries.map((entry) => before() + listJson(entry)).join(''),
    tail: () => (isFirst ? '[]\n' : '\n]\n'),
  };
}

async function textDrawing(): Promise<Drawing> {
  const [{ ListText }, { listInk }] = await Promise.all([
    import('../../report/list-text'),
    import('../../report/list-ink'),
  ]);
  const text = new ListText({ ink: await listInk(standardOutput.hasColor), width: standardOutput.width });
  return {
    group: ({ title, absent, entries }) =>
      absent === undefined ? text.group(title, entries) : text.absence(title, absent),
    tail: () => text.tail(),
  };
}

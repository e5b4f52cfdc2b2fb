import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { SyswideError } from '../../base/error';
import { type Fd, fd } from '../../base/units';
import type { Controllable } from '../controllable';

const { O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;

/** perf writes the NUL of its C string too, and there are readers that wait for five bytes. */
const ACK = Buffer.from('ack\n\0');
/** EVLIST_CTL_CMD_MAX_LEN of perf's util/evlist.h: no command is longer. */
const LONGEST_COMMAND = 64;
const READ_BYTES = 4096;

/** What `--control` names. */
export interface PerfControlSpec {
  readonly kind: 'fd' | 'fifo';
  /** Where commands come from: the number of an open fd, or a path. */
  readonly control: string;
  /** Where `ack` goes. */
  readonly ack?: string;
}

/**
 * Reads the text of `--control`: `fd:ctl-fd[,ack-fd]` or `fifo:ctl-fifo[,ack-fifo]`, as perf-stat(1).
 * @throws SyswideError USAGE
 */
export function parsePerfControl(text: string): PerfControlSpec {
  const [, kind, control, ack] = /^(fd|fifo):([^,]+)(?:,([^,]*))?$/.exec(text) ?? [];
  const known = kind === 'fd' || kind === 'fifo' ? kind : undefined;
  const isNumber = (one: string) => /^\d{1,9}$/.test(one);
  if (known === undefined || control === undefined || (known === 'fd' && ![control, ack ?? '0'].every(isNumber))) {
    throw unusable(text, 'that is neither fd: nor fifo: with one or two names', 'write fd:5,6 or fifo:ctl,ack');
  }
  return { kind: known, control, ...(ack ? { ack } : {}) };
}

/** Commands that perf takes and that make sense for counts. `ping` only asks for the ack. */
const commands: Readonly<Record<string, (gang: Controllable) => void>> = {
  enable: (gang) => gang.enable(),
  disable: (gang) => gang.disable(),
  stop: (gang) => gang.stop(),
  ping: () => {},
};

/**
 * perf's way to control a measurement: a line of text, a command; `ack` when it is done. Nothing here blocks, and
 * commands that are not known are not acknowledged, as with perf.
 */
export class PerfControl {
  #line = '';
  #hasEnded = false;

  private constructor(
    /** To be waited for until it is readable. */
    readonly fd: Fd,
    private readonly ackFd: Fd | undefined,
    private readonly owned: readonly Fd[],
  ) {}

  /** @throws SyswideError USAGE when it is not there or may not be used */
  static open({ kind, control, ack }: PerfControlSpec): PerfControl {
    const owned: Fd[] = [];
    const open = (name: string, mode: number): Fd => {
      const opened = kind === 'fifo' ? openFifo(name) : openInherited(name, mode);
      if (kind === 'fifo' || opened !== Number(name)) owned.push(opened);
      return opened;
    };
    try {
      return new PerfControl(open(control, O_RDONLY), ack === undefined ? undefined : open(ack, O_WRONLY), owned);
    } catch (error) {
      for (const one of owned) closeSync(one);
      throw error;
    }
  }

  /** True once nobody can send commands any more: `fd` is to be left out of the next wait, or it would spin. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /**
   * Does what was sent, in order. To be called when `fd` is readable.
   * @returns why commands failed, those that did; the gang is then as it was, and there was no ack
   */
  onReadable(gang: Controllable): SyswideError[] {
    const lines = `${this.#line}${this.#read()}`.split(/[\n\0]/);
    this.#line = (lines.pop() ?? '').slice(0, LONGEST_COMMAND);
    return lines.flatMap((line) => this.#perform(line.trim(), gang));
  }

  /** Closes what was opened here; inherited fds stay. */
  close(): void {
    for (const one of this.owned) closeSync(one);
  }

  /** One read(2), which does not block after poll(2) said so, even where the fd itself would. */
  #read(): string {
    const bytes = Buffer.alloc(READ_BYTES);
    try {
      const length = readSync(this.fd, bytes);
      if (length === 0) this.#hasEnded = true;
      return bytes.toString('latin1', 0, length);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') this.#hasEnded = true;
      return '';
    }
  }

  #perform(line: string, gang: Controllable): SyswideError[] {
    const command = Object.hasOwn(commands, line) ? commands[line] : undefined;
    try {
      command?.(gang);
    } catch (error) {
      if (error instanceof SyswideError) return [error];
      throw error;
    }
    if (command) this.#acknowledge();
    return [];
  }

  /** Whoever does not read acks goes without. */
  #acknowledge(): void {
    if (this.ackFd === undefined) return;
    try {
      writeSync(this.ackFd, ACK);
    } catch {
      // Its reader is gone, or its pipe full.
    }
  }
}

/** Read and write, so that it has no end when a writer closes it, and opening waits for nobody: as perf does. */
function openFifo(path: string): Fd {
  try {
    return fd(openSync(path, O_RDWR | O_NONBLOCK));
  } catch (error) {
    throw unusable(path, (error as Error).message, `make it first: mkfifo ${path}`, error);
  }
}

/**
 * An inherited fd, opened anew where that is possible (a pipe's end) so that it does not block, without changing how
 * the others that have it see it.
 */
function openInherited(number: string, mode: number): Fd {
  try {
    fstatSync(Number(number));
  } catch (error) {
    throw unusable(`fd ${number}`, 'it is not open', `open it first, in a shell: exec ${number}<>FIFO`, error);
  }
  try {
    return fd(openSync(`/proc/self/fd/${number}`, mode | O_NONBLOCK));
  } catch {
    // A socket, or a pipe of another user's: it is used as it is.
    return fd(Number(number));
  }
}

const unusable = (what: string, why: string, remedy: string, cause?: unknown): SyswideError =>
  new SyswideError('USAGE', { what: `cannot use --control ${what}`, why, remedy, ...(cause ? { cause } : {}) });

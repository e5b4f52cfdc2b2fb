import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SyswideError } from '../../base/error';
import type { ScriptEvent, ScriptHandlers } from '../../profile/script-event';

/** Loads modules: see `bin/import.cjs`, which lies at the same place from the sources and from the bundle. */
function importer(): (url: string) => Promise<{ readonly default?: unknown }> {
  const root = __dirname.endsWith(join('cli', 'script')) ? '../../..' : '..';
  return createRequire(__filename)(join(__dirname, root, 'bin/import.cjs'));
}

/** The functions of a user's file that are called for samples. What they throw is told as theirs. */
export class HandlerFile {
  private constructor(
    private readonly path: string,
    private readonly handlers: ScriptHandlers,
  ) {}

  /** @throws SyswideError HANDLER_FAILED for a file that cannot be loaded, or exports no handlers */
  static async load(path: string): Promise<HandlerFile> {
    let module: { readonly default?: unknown };
    try {
      module = await importer()(pathToFileURL(resolve(path)).href);
    } catch (error) {
      throw failed(path, `${path} cannot be loaded`, error);
    }
    const { default: handlers } = module;
    if (typeof handlers === 'object' && handlers !== null && Object.values(handlers).every(isFunction)) {
      return new HandlerFile(path, handlers as ScriptHandlers);
    }
    throw new SyswideError('HANDLER_FAILED', {
      what: `${path} has no handlers`,
      why: 'its default export is no object of functions',
      remedy: "write: export default { 'sched:sched_switch'(event) {}, end() {} }",
    });
  }

  /** What is called for the samples of an event; undefined when nothing is. */
  of(event: string): ((sample: ScriptEvent) => void) | undefined {
    const name = Object.hasOwn(this.handlers, event) && !isPhase(event) ? event : 'sample';
    const handler = this.handlers[name];
    if (!handler) return undefined;
    return (sample) => {
      try {
        handler.call(this.handlers, sample);
      } catch (error) {
        throw failed(this.path, `its handler of ${event} failed`, error);
      }
    };
  }

  /** The events that it has handlers of. */
  get events(): string[] {
    return Object.keys(this.handlers).filter((name) => !isPhase(name) && name !== 'sample');
  }

  async begin(): Promise<void> {
    await this.phase('begin');
  }

  async end(): Promise<void> {
    await this.phase('end');
  }

  private async phase(name: 'begin' | 'end'): Promise<void> {
    try {
      await this.handlers[name]?.call(this.handlers);
    } catch (error) {
      throw failed(this.path, `its ${name}() failed`, error);
    }
  }
}

const isFunction = (value: unknown): boolean => typeof value === 'function';
const isPhase = (name: string): boolean => name === 'begin' || name === 'end';

/** @param cause what the user's code threw: anything */
function failed(path: string, what: string, cause: unknown): SyswideError {
  const why = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  const place = placeIn(path, cause);
  return new SyswideError('HANDLER_FAILED', {
    what: `${place}: ${what}`,
    why: why.split('\n', 1)[0] ?? '',
    remedy: 'mend it there',
    cause,
  });
}

/** `x.mjs:12`, where the stack tells of a line in it. */
function placeIn(path: string, cause: unknown): string {
  const stack = cause instanceof Error ? (cause.stack ?? '') : '';
  const file = pathToFileURL(resolve(path)).href;
  const at = stack.indexOf(`${file}:`);
  const [line] = at < 0 ? [] : (/^\d+/.exec(stack.slice(at + file.length + 1)) ?? []);
  return line === undefined ? path : `${path}:${line}`;
}

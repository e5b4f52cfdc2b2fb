import { watchingOutput } from '../console';
import { usage } from '../usage-error';
import { handleLive } from './handle-live';
import { handleRecording } from './handle-recording';
import { liveOptions, type RawLiveOptions } from './live-options';
import { script } from './script';
import { type RawScriptOptions, scriptOptions } from './script-options';

/** Options that only `--live` has. */
const ofLive = { event: '-e', count: '-c', callGraph: '-g', timeout: '--timeout' } as const;

/** Options that choose among samples of a recording: live, those of `-C` are all that is sampled. */
const ofRecordings = {
  comms: '--comms',
  pid: '--pid',
  tid: '--tid',
  time: '--time',
  dsos: '--dsos',
  symbols: '--symbols',
} as const;

/**
 * `syswide script`, whichever of the things that it does was asked for.
 * @param handlers the path of a module; undefined: samples are printed
 * @returns the exit status
 * @throws SyswideError USAGE when options make no sense together
 */
export async function runScript(
  handlers: string | undefined,
  options: RawScriptOptions & RawLiveOptions,
): Promise<number> {
  if (options.live) {
    if (handlers === undefined) {
      throw usage(
        '--live without handlers',
        'nothing is printed live',
        'give a module: syswide script FILE.mjs --live',
      );
    }
    const filter = given(options, ofRecordings);
    if (filter) throw usage(`--live with ${filter}`, 'all are sampled', 'leave it out, and let your functions choose');
    return watchingOutput(() => handleLive(handlers, liveOptions(options)));
  }
  const first = given(options, ofLive);
  if (first)
    throw usage(`${first} without --live`, 'a recording has its events already', 'add --live, or leave it out');
  const checked = scriptOptions(options);
  return handlers === undefined ? script(checked) : watchingOutput(() => handleRecording(handlers, checked));
}

/** The first of some options, by their keys, that was given. */
const given = (options: object, of: Readonly<Record<string, string>>): string | undefined =>
  Object.entries(of).find(([key]) => (options as Readonly<Record<string, unknown>>)[key] !== undefined)?.[1];

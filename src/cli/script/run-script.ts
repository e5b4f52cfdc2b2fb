import { watchingOutput } from '../console';
import { usage } from '../usage-error';
import { handleLive } from './handle-live';
import { handleRecording } from './handle-recording';
import { liveOptions, type RawLiveOptions } from './live-options';
import { script } from './script';
import { type RawScriptOptions, scriptOptions } from './script-options';

/** Options that only `--live` has. */
const ofLive = { event: '-e', count: '-c', callGraph: '-g', timeout: '--timeout' } as const;

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
    if (handlers !== undefined) return watchingOutput(() => handleLive(handlers, liveOptions(options)));
    throw usage('--live without handlers', 'nothing is printed live', 'give a module: syswide script FILE.mjs --live');
  }
  for (const [key, option] of Object.entries(ofLive)) {
    if (options[key as keyof typeof ofLive] === undefined) continue;
    throw usage(`${option} without --live`, 'a recording has its events already', 'add --live, or leave it out');
  }
  const checked = scriptOptions(options);
  return handlers === undefined ? script(checked) : watchingOutput(() => handleRecording(handlers, checked));
}

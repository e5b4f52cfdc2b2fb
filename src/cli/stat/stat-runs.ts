import { present } from '../../base/assert';
import { meanResult } from '../../counts/mean-result';
import type { StatResult } from '../../counts/stat-result';
import type { Interruption } from '../../native/interruption';
import type { Machine } from '../machine';
import { runHook } from '../shell-hook';
import type { StatEvents } from './stat-events';
import type { StatOptions } from './stat-options';
import { countOnce, type RunListener } from './stat-run';

/** Told of what comes before the end. */
export interface RunsListener extends RunListener {
  /** Another run is about to begin: intervals from now on are its own. */
  begins(): void;
  /** Of a run that stands for itself, because more follow for ever. */
  result(result: StatResult): Promise<void>;
}

/**
 * All runs that were asked for, with what is to happen before and after each. Of runs for ever, each but the last is
 * told of at once; an interruption ends them.
 * @returns the only run, the last of those for ever, or the mean of all
 * @throws SyswideError also where a command before or after a run fails
 */
export async function runAll(
  options: StatOptions,
  chosen: StatEvents,
  machine: Machine,
  interruption: Interruption,
  listener: RunsListener,
): Promise<StatResult> {
  const { repeat = 1 } = options.run;
  const once = () => runOnce(options, chosen, machine, interruption, listener);
  const first = await once();
  if (repeat === 1) return first;
  const results = [first];
  for (let last = first; last.endedBy !== 'interruption' && results.length !== repeat; ) {
    if (repeat === 0) {
      await listener.result(last);
      results.pop();
    }
    last = await once();
    results.push(last);
  }
  return repeat === 0 ? present(results[0], 'the last run is kept') : meanResult(results);
}

async function runOnce(
  options: StatOptions,
  chosen: StatEvents,
  machine: Machine,
  interruption: Interruption,
  listener: RunsListener,
): Promise<StatResult> {
  const { sync, pre, post } = options.run;
  if (pre !== undefined) await runHook('--pre', pre);
  if (sync) machine.kernel.sync();
  listener.begins();
  const result = await countOnce(options, chosen, machine, interruption, listener);
  if (post !== undefined) await runHook('--post', post);
  return result;
}

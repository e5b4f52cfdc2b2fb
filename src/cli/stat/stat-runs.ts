import { SyswideError } from '../../base/error';
import { meanResult } from '../../counts/mean-result';
import type { StatResult } from '../../counts/stat-result';
import type { Interruption } from '../../native/interruption';
import type { Machine } from '../machine';
import { runHook } from '../shell-hook';
import { isFailedBySignal, isInterrupted, signalsHeard } from '../signals';
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
 * All runs that were asked for, with what is to happen before and after each. Of runs for ever, each is told of at once; an
 * interruption ends them, and those before it count.
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
  const { repeat = 1, pre, post, sync } = options.run;
  const once = async (): Promise<StatResult> => {
    if (sync) machine.kernel.sync();
    listener.begins();
    const result = await countOnce(options, chosen, machine, interruption, listener);
    if (repeat === 0) await listener.result(result);
    await runUnlessInterrupted('--post', post, interruption);
    return result;
  };
  if (pre !== undefined) await runHook('--pre', pre);
  let last = await once();
  const results = [last];
  while (last.endedBy !== 'interruption' && results.length !== repeat) {
    if (await wasInterrupted(interruption)) break;
    await runUnlessInterrupted('--pre', pre, interruption);
    if (await wasInterrupted(interruption)) break;
    last = await once();
    if (repeat === 0) results.pop();
    results.push(last);
  }
  return repeat > 1 ? meanResult(results) : last;
}

/** A signal that a terminal sends to all reaches what runs there, too: that it ends by it is no failure then. */
async function runUnlessInterrupted(
  option: string,
  command: string | undefined,
  interruption: Interruption,
): Promise<void> {
  if (command === undefined) return;
  try {
    await runHook(option, command);
  } catch (error) {
    if (!(error instanceof SyswideError) || !(await isFailedBySignal(interruption))) throw error;
  }
}

/** Also by a signal that has arrived and has not had its turn yet, as while a command before or after a run held all up. */
async function wasInterrupted(interruption: Interruption): Promise<boolean> {
  await signalsHeard();
  return isInterrupted(interruption);
}

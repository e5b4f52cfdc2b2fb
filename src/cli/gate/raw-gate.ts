import { given } from '../../base/given';
import { MOST_PAIRS } from '../../gate/signed-rank';
import { usage } from '../usage-error';
import { gateMetrics } from './gate-metrics';
import type { GateRequest } from './gate-request';
import { startedAlike } from './shell-words';

/** What a single gate can say of itself, on the command line and in a file. */
export interface RawGate {
  readonly name?: string;
  readonly base?: string;
  readonly cwdBase?: string;
  readonly metric?: readonly string[];
  readonly event?: readonly string[];
  readonly allCpus?: boolean;
  readonly cpu?: string;
  readonly pairs: string;
  readonly setup?: string;
  readonly prepare?: string;
  readonly cleanup?: string;
}

/**
 * One gate.
 * @param command words, or a command line
 * @param isAlone whether there is no base command to compare with
 * @throws SyswideError USAGE, BAD_EVENT
 */
export function gateRequest(raw: RawGate, command: string | readonly string[], isAlone = false): GateRequest {
  const { name = 'gate', base, cwdBase, allCpus, cpu, setup, prepare, cleanup } = raw;
  if (base === undefined && !isAlone) {
    throw usage('--base', 'there is nothing to compare with', "give the command as it was: --base 'old/app data'");
  }
  if (allCpus && cpu !== undefined) throw usage('-a and -C together', 'both say which CPUs', 'choose one of them');
  // Of --calibrate, which compares the base with itself.
  const other = isAlone && command.length === 0 ? (base ?? command) : command;
  checkCommand('--base', base ?? other);
  checkCommand('new', other);
  const started = startedAlike(base ?? other, other);
  return {
    name,
    new: started.new,
    metrics: gateMetrics(raw.metric ?? [], raw.event ?? []),
    pairs: wholeNumber('--pairs', raw.pairs, 3, MOST_PAIRS),
    ...given({ base: isAlone ? undefined : started.base, cpus: allCpus ? 'all' : cpu }),
    ...given({ cwdBase, setup, prepare, cleanup }),
  };
}

/** Without a word there would be nothing to wait for. @throws SyswideError USAGE */
function checkCommand(which: string, command: string | readonly string[]): void {
  if (typeof command === 'string' ? command.trim() !== '' : command.length > 0) return;
  throw usage(which, 'it is an empty command', "give both: syswide gate --base 'old/app data' -- new/app data");
}

/** @throws SyswideError USAGE */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  if (/^\d{1,10}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
  throw usage(`${option} '${text}'`, `that is no whole number from ${least} to ${most}`, 'see syswide gate --help');
}

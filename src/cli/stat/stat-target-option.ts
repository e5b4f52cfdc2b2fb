import { usage } from '../usage-error';
import type { RawStatOptions } from './raw-stat-options';

/** What is counted, as the command line has it. */
export type StatTarget =
  | { readonly kind: 'system' }
  | { readonly kind: 'cpus'; readonly list: string }
  | { readonly kind: 'processes'; readonly ids: readonly number[] }
  | { readonly kind: 'threads'; readonly ids: readonly number[] }
  /** Every thread there is, one by one. */
  | { readonly kind: 'all threads' }
  | { readonly kind: 'command' };

/** Whether whole CPUs are counted rather than tasks. */
export const countsCpus = ({ kind }: StatTarget): boolean => kind === 'system' || kind === 'cpus';

/** The options that say it. */
export type RawTarget = Pick<RawStatOptions, 'allCpus' | 'cpu' | 'pid' | 'tid' | 'perThread'>;

/** @throws SyswideError USAGE for several at once, or a list that is none */
export function targetOf(raw: RawTarget, command: readonly string[]): StatTarget {
  // perf lets one of them win and says so in passing; a script would go on with a count of something else.
  const given = (['pid', 'tid', 'cpu'] as const).filter((name) => raw[name] !== undefined);
  if (given.length > 1 || (raw.allCpus && (raw.pid ?? raw.tid) !== undefined)) {
    const names = [...(raw.allCpus ? ['-a'] : []), ...given.map((name) => `-${name === 'cpu' ? 'C' : name[0]}`)];
    throw usage(`${names.join(' and ')} together`, 'they name different things to count', 'choose one of them');
  }
  if (raw.pid !== undefined) return { kind: 'processes', ids: idList('-p', raw.pid) };
  if (raw.tid !== undefined) return { kind: 'threads', ids: idList('-t', raw.tid) };
  if (raw.cpu !== undefined) return { kind: 'cpus', list: raw.cpu };
  if (!raw.allCpus && command.length > 0) return { kind: 'command' };
  return { kind: raw.perThread ? 'all threads' : 'system' };
}

const LARGEST_ID = 2 ** 22;

function idList(option: string, text: string): number[] {
  const ids = text.split(',').map((part) => (/^\d{1,7}$/.test(part) ? Number(part) : 0));
  if (ids.every((id) => id > 0 && id <= LARGEST_ID)) return [...new Set(ids)];
  throw usage(
    `${option} '${text}'`,
    'that is no list of ids',
    `write numbers separated by commas: ${option} 4711,4712`,
  );
}

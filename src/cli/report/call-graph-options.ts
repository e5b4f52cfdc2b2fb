import type { CallOrder } from '../../profile/call-tree';
import type { CallGraphStyle } from '../../report/profile/call-graph-text';
import { usage } from '../usage-error';

/** How call trees are shown; `none`: not at all. */
export interface CallGraphOptions extends Omit<CallGraphStyle, 'shares' | 'isFirstTold'> {
  /** Whether entries begin with their function: trees that begin with it need not say so. */
  readonly isFirstTold: boolean;
  readonly shares: CallGraphStyle['shares'] | 'none';
  /** Undefined: as it fits to `children`. */
  readonly order?: CallOrder;
}

/**
 * @param leastPercent that of entries, if it was said: it is the limit of call trees, too, as in perf
 * @throws SyswideError USAGE for what makes no sense
 */
export const callGraphOptions = (
  raw: { readonly callGraph?: string; readonly inverted?: boolean; readonly fields?: string; readonly sort?: string },
  leastPercent: number | undefined,
): CallGraphOptions => ({
  ...(raw.inverted ? { order: 'caller' } : {}),
  ...parsed(raw.callGraph),
  isFirstTold: raw.fields === undefined && (raw.sort?.startsWith('sym') ?? false),
  ...(leastPercent === undefined ? {} : { leastPercent }),
});

const shares = new Set<string>(['graph', 'fractal', 'flat', 'folded', 'none']);
const values = new Set<string>(['percent', 'period', 'count']);
const orders = new Set<string>(['caller', 'callee']);

/** perf's default of the least share. */
const LEAST_PERCENT = 0.5;

function parsed(text: string | undefined): CallGraphOptions {
  let options: CallGraphOptions = {
    shares: 'graph',
    value: 'percent',
    leastPercent: LEAST_PERCENT,
    isFirstTold: false,
  };
  const numbers: string[] = [];
  for (const word of text?.split(',') ?? []) {
    if (shares.has(word)) options = { ...options, shares: word as CallGraphOptions['shares'] };
    else if (orders.has(word)) options = { ...options, order: word as CallOrder };
    else if (values.has(word)) options = { ...options, value: word as CallGraphOptions['value'] };
    else if (/^\d/.test(word)) numbers.push(word);
    // perf's default of what nodes are told apart by, and the only one here.
    else if (word !== 'function') {
      throw usage(
        `-g '${word}'`,
        'there is no such way',
        'write graph, fractal, flat, folded or none, a percentage, caller or callee, percent, period or count',
      );
    }
  }
  return { ...options, ...limits(numbers) };
}

/** As in perf, the first number is a percentage and the second one how many there are at most; 0: all. */
function limits([percent, most, ...more]: readonly string[]): Partial<CallGraphOptions> {
  if (more.length > 0 || !/^\d{1,9}$/.test(most ?? '0')) {
    throw usage(
      `-g '${more[0] ?? most}'`,
      'that is no number of functions',
      'write a percentage and a number: -g graph,0.5,10',
    );
  }
  return {
    ...(percent === undefined ? {} : { leastPercent: percentOf('-g', percent) }),
    ...(Number(most ?? 0) === 0 ? {} : { most: Number(most) }),
  };
}

/** @throws SyswideError USAGE for what is no percentage */
export function percentOf(option: string, text: string): number {
  const number = /^\d{1,3}(\.\d{1,6})?%?$/.test(text) ? Number.parseFloat(text) : Number.NaN;
  if (number <= 100) return number;
  throw usage(`${option} '${text}'`, 'that is no percentage', `write a number from 0 to 100: ${option} 0.5`);
}

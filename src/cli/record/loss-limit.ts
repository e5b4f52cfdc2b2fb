import { SyswideError } from '../../base/error';
import { usage } from '../usage-error';

/** How much may be lost, and which option says so. */
export type LossLimit = { readonly option: string } & (
  | { readonly records: bigint }
  /** Of all that there were, from 0 to 100. */
  | { readonly percent: number }
);

/** @param text a number of records, or a share of all: `1000`, `0.1%` @throws SyswideError USAGE */
export function lossLimit(option: string, text: string): LossLimit {
  if (/^\d{1,18}$/.test(text)) return { option, records: BigInt(text) };
  const percent = /^\d{1,3}(\.\d{1,6})?%$/.test(text) ? Number.parseFloat(text) : Number.NaN;
  if (percent <= 100) return { option, percent };
  throw usage(`${option} '${text}'`, 'that is neither a number nor a share', `write ${option} 1000, or ${option} 0.1%`);
}

/**
 * The failure that a loss is; undefined for one within the limit.
 * @param kept records that were not lost
 */
export function lossFailure(limit: LossLimit | undefined, lost: bigint, kept: bigint): SyswideError | undefined {
  if (limit === undefined || lost === 0n) return undefined;
  const isWithin =
    'records' in limit ? lost <= limit.records : Number(lost) * 100 <= limit.percent * Number(lost + kept);
  if (isWithin) return undefined;
  const share = ((Number(lost) * 100) / Number(lost + kept)).toPrecision(3);
  return new SyswideError('SAMPLES_LOST', {
    what: `${lost} records were lost, ${share} % of all`,
    why: `the kernel had no room for them in the rings, and ${limitText(limit)} was given`,
    remedy: 'sample less often with -F or -c, or make the rings longer with -m',
  });
}

function limitText(limit: LossLimit): string {
  if (limit.option === '--strict') return limit.option;
  return `${limit.option} ${'records' in limit ? limit.records : `${limit.percent}%`}`;
}

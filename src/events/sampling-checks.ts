import { SyswideError } from '../base/error';
import type { EventSettings } from './event-settings';
import type { ResolvedEvent } from './resolved-event';

/** How often an event is sampled: every so many of it, or so many times a second. */
export type Rate = { period: bigint; frequency?: undefined } | { period?: undefined; frequency: bigint };

/** What perf knows of sampling and syswide does not: by what asks for it. */
const unknown: readonly (readonly [string, (settings: EventSettings) => boolean])[] = [
  ["the term 'time=0'", ({ time }) => time === false],
  ["the term 'nr'", ({ maxEvents }) => maxEvents !== undefined],
  ["the term 'overwrite'", ({ overwrite }) => overwrite === true],
  ["the term 'branch_type'", ({ branchSampleType }) => branchSampleType !== undefined],
  ["the term 'call-graph=lbr'", ({ callGraph }) => callGraph === 'lbr'],
  ["the term 'aux-output'", ({ auxOutput }) => auxOutput === true],
  ["the term 'aux-action'", ({ auxAction }) => auxAction !== undefined],
  ["the term 'aux-sample-size'", ({ auxSampleSize }) => auxSampleSize !== undefined],
  ["the modifier 'S'", ({ sampleRead }) => sampleRead === true],
];

/** @throws SyswideError NOT_SUPPORTED for what would be passed over, so that nobody takes the samples for what they are not */
export function checkTerms({ name, settings = {} }: ResolvedEvent): void {
  const [what] = unknown.find(([, asks]) => asks(settings)) ?? [];
  if (what === undefined) return;
  throw new SyswideError('NOT_SUPPORTED', {
    what: `cannot sample ${name}`,
    why: `syswide does not do what ${what} asks for`,
    remedy: 'leave it out, or use perf record',
  });
}

/** Source: perf_event_open() in kernel/events/core.c. */
const LONGEST_PERIOD = (1n << 63n) - 1n;

/** The kernel's own refusal would not say what is wrong with it, and it takes a period of 0, by which nothing is sampled. */
export function checkRate(
  { name }: ResolvedEvent,
  { period, frequency }: Rate,
  { maxFrequency }: { readonly maxFrequency?: bigint | undefined },
): void {
  const rate = period ?? frequency;
  if (rate < 1n) {
    throw new SyswideError('USAGE', {
      what: `cannot sample ${name} ${period === undefined ? `${rate} times a second` : `every ${rate} events`}`,
      why: 'that takes no sample',
      remedy: 'ask for 1 or more',
    });
  }
  if (period !== undefined && period > LONGEST_PERIOD) {
    throw new SyswideError('USAGE', {
      what: `cannot sample ${name} every ${period} events`,
      why: `the kernel takes no period above ${LONGEST_PERIOD}`,
      remedy: 'ask for no more, or only count it',
    });
  }
  if (frequency !== undefined && maxFrequency !== undefined && frequency > maxFrequency) {
    throw new SyswideError('USAGE', {
      what: `cannot sample ${name} ${frequency} times a second`,
      why: `kernel.perf_event_max_sample_rate is ${maxFrequency}`,
      remedy: `ask for no more, or sudo sysctl kernel.perf_event_max_sample_rate=${frequency}`,
    });
  }
}

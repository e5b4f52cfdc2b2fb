import { SampleType } from '../abi/perf-event';
import type { RecordedEvent } from '../profile/recorded-event';

/**
 * What a person has to know of call chains that were recorded with a copy of the user's stack on another machine than x86-64: it
 * is not followed, so that of user space they have the sampled function at most, and look like those of programs that were
 * never called.
 */
export const chainNotices = (events: readonly Pick<RecordedEvent, 'sampleType' | 'userStack'>[]): string[] =>
  events.some(({ sampleType, userStack }) => (sampleType & SampleType.stackUser) !== 0n && !userStack)
    ? ['no callers in user space are shown: copies of stacks are followed of x86-64 alone; use perf, or record with -g']
    : [];

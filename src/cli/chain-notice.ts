import { SampleType } from '../abi/perf-event';
import type { RecordedEvent } from '../profile/recorded-event';

/**
 * What a person has to know of call chains that were recorded with a copy of the user's stack: it is not looked at, so that of
 * user space they have the sampled function at most, and look like chains of programs that were never called.
 */
export const chainNotices = (events: readonly Pick<RecordedEvent, 'sampleType'>[]): string[] =>
  events.some(({ sampleType }) => (sampleType & SampleType.stackUser) !== 0n)
    ? [
        'no callers in user space are shown: of --call-graph dwarf only perf unwinds the stack; record with -g for others',
      ]
    : [];

import { describe, expect, it } from 'vitest';
import { recordOptions } from '../../../../src/cli/record/record-options';
import { resultLines } from '../../../../src/cli/record/record-result';
import type { RecordResult } from '../../../../src/recording/record';

const result = (hasTracepoints: boolean): RecordResult => ({
  samples: 1000,
  own: 3,
  lost: new Map(),
  throttled: new Map(),
  files: 1,
  bytes: 4096,
  premature: 0,
  ringBytes: 4096,
  endedBy: 'end',
  hasTracepoints,
  notices: [],
});

const lines = (hasTracepoints: boolean, excludePerf: boolean): string[] =>
  resultLines(result(hasTracepoints), recordOptions({ output: 'perf.data', allCpus: true, excludePerf }, []));

describe('what a recording holds of the recorder', () => {
  it('is told with a remedy only where there is one', () => {
    const told = "# syswide's own: 3 samples (0.3 %)";
    expect(lines(true, false)).toEqual([`${told}; --exclude-perf leaves those of tracepoints out`]);
    expect(lines(true, true)).toEqual([told]);
    expect(lines(false, false)).toEqual([told]);
  });
});

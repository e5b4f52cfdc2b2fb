import { Chalk } from 'chalk';
import { expect, it } from 'vitest';
import type { StatResult } from '../../../src/counts/stat-result';
import type { CommandExit } from '../../../src/native/kernel';
import { usageBlock } from '../../../src/report/usage-block';
import { command } from '../../fake/stat-results';

const ink = new Chalk({ level: 0 });

it.each([
  [3n, 0n, 'waited 3 and preempted 0 times'],
  [3n, 1n, 'waited 3 times, preempted once'],
  [1n, 1234n, 'waited once, preempted 1,234 times'],
  [1n, 1n, 'waited once, preempted once'],
])('waited %d and preempted %d times: %s', (voluntarySwitches, involuntarySwitches, text) => {
  const exit = { ...(command.exit as CommandExit), voluntarySwitches, involuntarySwitches };
  const [line] = usageBlock({ ...command, exit } as StatResult, ink, { width: 120, indent: ' ' });
  expect(line?.endsWith(`, ${text}`)).toBe(true);
});

it('is no wider than the table may be', () => {
  expect(usageBlock(command, ink, { width: 50, indent: ' ' })).toEqual([
    ' peak memory 2.10 MB, faults 110 minor, 0 major,',
    '   waited 3 times, preempted once',
  ]);
});

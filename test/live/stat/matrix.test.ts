import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { hasPerf, isRoot, start, startSyswide } from '../run';
import { kindsOfLines, lineShapes } from './line-shape';
import { type MatrixRow, matrix } from './matrix';

needs(isRoot, 'root, to count whole CPUs');

/** What perf 6.1 printed for every row, for machines without it. SYSWIDE_RECORD_PERF=1 writes it anew. */
const file = new URL('./recorded/perf-6.1.json', import.meta.url);
const isRecording = process.env.SYSWIDE_RECORD_PERF === '1';
const recorded: Record<string, string> = isRecording ? {} : JSON.parse(readFileSync(file, 'utf8'));

afterAll(() => {
  if (isRecording) writeFileSync(file, `${JSON.stringify(recorded, null, 2)}\n`);
});

const cases = matrix.flatMap((row) =>
  (['-x,', '-j'] as const).filter((format) => row.not !== format).map((format) => [row.name, format, row] as const),
);

const hasBusyProcess = ({ args }: MatrixRow): boolean => args.includes('PID');

/** What perf and we print, at the same time: most of it is waiting. */
async function outputsOf(row: MatrixRow, format: string) {
  // A process that always runs, to be counted.
  const busy = hasBusyProcess(row) ? start('sh', ['-c', 'while :; do :; done']) : undefined;
  const words = ['stat', format, ...row.args.map((arg) => (arg === 'PID' ? String(busy?.process.pid) : arg))];
  try {
    const runs = [startSyswide(words).ended, hasPerf ? start('perf', words).ended : undefined] as const;
    const [ours, theirs] = await Promise.all(runs);
    return { ours: ours.stderr, live: theirs && withoutRemarks(theirs.stderr) };
  } finally {
    busy?.process.kill('SIGKILL');
    await busy?.ended;
  }
}

const shapesOf = ({ compare }: MatrixRow, text: string): string[] =>
  compare === 'lines' ? lineShapes(text) : kindsOfLines(text);

/** Of perf, which says some things on lines of its own. */
const withoutRemarks = (text: string): string => text.replace(/^Events (disabled|enabled)\n/gm, '');

describe('the fields of perf, in its order, with its units', () => {
  const agrees = async (name: string, format: string, row: MatrixRow) => {
    const key = `${name} ${format}`;
    const { ours: text, live } = await outputsOf(row, format);
    if (isRecording && live !== undefined) recorded[key] = live;
    const ours = shapesOf(row, text);
    expect(ours.length).toBeGreaterThan(row.args.includes('--metric-only') ? -1 : 0);
    expect(ours).toEqual(shapesOf(row, live ?? recorded[key] ?? 'nothing was recorded'));
    // What was recorded on a machine with as many CPUs of as many sockets is still what perf prints.
    if (live !== undefined && isLikeRecorded(live, recorded[key])) {
      expect(shapesOf(row, recorded[key] ?? '')).toEqual(shapesOf(row, live));
    }
  };

  it.concurrent.each(cases.filter(([, , row]) => !hasBusyProcess(row)))('%s %s', agrees);

  // One by one: in each interval the process must get to run.
  it.each(cases.filter(([, , row]) => hasBusyProcess(row)))('%s %s', agrees);

  it('is recorded for every row', () => {
    expect(Object.keys(recorded).sort()).toEqual(cases.map(([name, format]) => `${name} ${format}`).sort());
  });
});

/** Rows of CPUs and sockets depend on the machine. */
const isLikeRecorded = (live: string, record: string | undefined): boolean =>
  record !== undefined && live.split('\n').length === record.split('\n').length;

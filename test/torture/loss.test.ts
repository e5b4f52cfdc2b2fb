import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../live/needs';
import { isRoot, startSyswide, syswide } from '../live/run';
import { rounds, tell } from './form';

needs(isRoot, 'root');

const folder = mkdtempSync(join(tmpdir(), 'syswide-loss-'));
const path = join(folder, 'perf.data');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** So many write(2), with nothing said at the end. */
const writes = (count: number) => ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', `count=${count}`, 'status=none'];

const WRITE = 'id == 1';

/** Records a sample for every write of dd, in rings of so many pages. */
async function recorded(count: number, pages: number, more: readonly string[] = []) {
  const sampled = ['-e', 'raw_syscalls:sys_enter', '--filter', WRITE, '-c', '1', '-m', `${pages}`, ...more];
  const { status, stderr } = await startSyswide(['record', ...sampled, '-o', path, '--', ...writes(count)]).ended;
  const { stdout, ...report } = syswide(['report', '-i', path, '--no-children', '-g', 'none', '-s', 'pid', '--json']);
  const { lost, events } = JSON.parse(stdout);
  return { status, stderr, report, lost, seen: events[0].samples, period: events[0].period };
}

describe('samples that are lost', () => {
  const [runs, count] = [rounds(20, 1), rounds(5_000_000, 3_000_000)];

  it(`are counted: ${runs} times ${count} at the highest rate, in rings of 2 pages`, {
    timeout: 3_000_000,
  }, async () => {
    let [seen, lost] = [0, 0];
    for (let run = 0; run < runs; run += 1) {
      const found = await recorded(count, 2);
      expect({ status: found.status, report: found.report.status }).toEqual({ status: 0, report: 0 });
      // A record that is none, or one that was cut off, would be told of.
      expect(found.report.stderr).toBe('');
      expect(found.period).toBe(found.seen);
      // What tells of the program itself may be lost, too.
      const surplus = found.seen + found.lost - count;
      expect(surplus).toBeGreaterThanOrEqual(0);
      expect(surplus).toBeLessThan(20);
      seen += found.seen;
      lost += found.lost;
    }
    const all = runs * count;
    tell(
      'loss',
      `${all} events in rings of 2 pages: ${seen} sampled and ${lost} lost, ` +
        `${(((seen + lost - all) * 100) / all).toFixed(4)} % off; none malformed`,
    );
    expect(lost).toBeGreaterThan(0);
  });

  it('are none in rings that are long enough, and as many as a counter counts', { timeout: 120_000 }, async () => {
    const found = await recorded(200_000, 8192);
    expect({ lost: found.lost, seen: found.seen }).toEqual({ lost: 0, seen: 200_000 });
    const counted = syswide([
      'stat',
      '-x,',
      '-e',
      'raw_syscalls:sys_enter',
      '--filter',
      WRITE,
      '--',
      ...writes(200_000),
    ]);
    expect(Number.parseInt(counted.stderr, 10)).toBe(200_000);
  });

  it.each([
    ['--strict', [], 125],
    ['--max-lost', ['10'], 125],
    ['--max-lost', ['0.001%'], 125],
    ['--max-lost', ['100%'], 0],
    ['--max-lost', ['1000000'], 0],
  ])('fail a recording with %s %j', { timeout: 60_000 }, async (option, value, expected) => {
    const { status, stderr, lost } = await recorded(500_000, 2, [option, ...value]);
    expect(lost).toBeGreaterThan(10);
    expect(status).toBe(expected);
    if (expected === 0) expect(stderr).not.toContain('error');
    else
      expect(stderr).toMatch(
        /error\[SAMPLES_LOST\]: \d+ records were lost, \d[\d.]* % of all — .*--(?:strict|max-lost)/u,
      );
  });

  it.each(['-1', 'few', '101%', '1e3'])('--max-lost %s makes no sense', (text) => {
    const { status, stderr } = syswide(['record', `--max-lost=${text}`, '-o', path, '--', 'true']);
    expect({ status, isOne: /^error\[USAGE\]: [^\n]*\n$/u.test(stderr) }).toEqual({ status: 125, isOne: true });
  });
});

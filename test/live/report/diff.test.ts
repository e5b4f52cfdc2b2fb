import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { hasPerf, isRoot, perf, syswide } from '../run';
import { validator } from './document-schema';

needs(isRoot && hasPerf, 'root and perf');

const folder = mkdtempSync(join(tmpdir(), 'syswide-diff-'));
const [before, after] = [join(folder, 'before'), join(folder, 'after')];
afterAll(() => rmSync(folder, { recursive: true, force: true }));

if (isRoot && hasPerf) {
  const options = ['-q', '-e', 'cpu-clock', '-F', '10000', '-m', '4M'];
  perf(['record', ...options, '-o', before, '--', 'sh', '-c', 'ls -lR /usr/share > /dev/null']);
  perf(['record', ...options, '-o', after, '--', 'sh', '-c', 'ls -lR /usr/share | sort > /dev/null']);
}

/** What perf and we print of what both recordings have: share before, difference, and what it is of. */
const matchedRows = (text: string): string[] =>
  text.split('\n').flatMap((line) => {
    const found = /^ +(\d+\.\d\d%) +([-+]\d+\.\d\d%)(?: {2}(?:sure|likely) *)? +(\S.*?) *$/u.exec(line);
    return found ? [`${found[1]} ${found[2]} ${found[3]?.replaceAll(/ +/gu, ' ')}`] : [];
  });

/** Rows of nothing that has a name are perf's guesses. */
const isNamed = (row: string): boolean => !/0x[\da-f]{16}|\[unknown\]/u.test(row);

/** perf leaves out a command or a program that all rows are of. */
const bare = (row: string): string => row.replace(/(?<=% \S+% )\S+ (?=\[[.k]\] )/u, '');

describe('syswide diff', () => {
  it.each(['dso', 'dso,sym', 'comm'])('has the shares and differences of perf diff, by %s', (keys) => {
    const ours = syswide(['diff', before, after, '-s', keys]);
    expect({ status: ours.status, stderr: ours.stderr }).toEqual({ status: 0, stderr: '' });
    const theirs = matchedRows(perf(['diff', '-s', keys, before, after]).stdout).filter(isNamed);
    expect(theirs.length).toBeGreaterThan(0);
    const found = new Set(matchedRows(ours.stdout));
    const missing = theirs.filter((row) => !found.has(row));
    // perf rounds what lies between two hundredths the other way now and then, and what has been removed has no row.
    expect(missing.length).toBeLessThanOrEqual(Math.ceil(theirs.length * 0.02));
  });

  it.each([
    // Without the key comm, perf has samples of other commands among those of one.
    ['absolute', ['--comms', 'ls', '-s', 'comm,sym']],
    ['relative', ['--comms', 'ls', '-s', 'comm,sym']],
    ['absolute', ['--dsos', 'libc.so.6', '-s', 'dso,sym']],
    ['relative', ['--dsos', 'libc.so.6', '-s', 'dso,sym']],
  ])('has %s shares of what %j leave as perf diff has them', (of, filter) => {
    const options = [...filter, '--percentage', of];
    const ours = new Set(matchedRows(syswide(['diff', ...options, before, after]).stdout).map(bare));
    const theirs = matchedRows(perf(['diff', ...options, before, after]).stdout)
      .filter(isNamed)
      .map(bare);
    expect(theirs.length).toBeGreaterThan(0);
    expect(theirs.filter((row) => !ours.has(row)).length).toBeLessThanOrEqual(Math.ceil(theirs.length * 0.02));
    if (of === 'relative') return;
    const all = new Set(matchedRows(syswide(['diff', ...filter, before, after]).stdout).map(bare));
    expect(all).toEqual(ours);
  });

  it('compares what counts the same under another name, as perf diff does, and says so', () => {
    const [user, clock] = [join(folder, 'user'), 'cpu-clock'];
    const options = ['-q', '-F', '5000', '-e', 'cpu-clock:u', '-e', 'page-faults'];
    perf(['record', ...options, '-o', user, '--', 'sh', '-c', 'ls -lR /usr/share > /dev/null']);
    const ours = syswide(['diff', before, user, '-s', 'comm']);
    expect(ours.stderr.split('\n')).toEqual([
      `# ${before} has no samples of 'cpu-clock:u': compared with its '${clock}'`,
      `# ${before} has no samples of 'page-faults'`,
      '',
    ]);
    const theirs = matchedRows(perf(['diff', '-s', 'comm', before, user]).stdout);
    expect(theirs.length).toBeGreaterThan(0);
    // Rows of equal differences may stand in another order.
    expect(matchedRows(ours.stdout).sort()).toEqual(theirs.sort());
    expect(syswide(['diff', user, before, '-s', 'comm']).stderr).toBe(
      `# ${user} has no samples of 'cpu-clock': compared with its 'cpu-clock:u'\n` +
        `# ${before} has no samples of 'page-faults'\n`,
    );
  });

  it('is sure of what only one of them does', () => {
    const { stdout } = syswide(['diff', before, after, '-s', 'comm']);
    expect(stdout).toMatch(/^ {12,}\+\d+\.\d\d% {2}sure {4}sort$/mu);
    const same = syswide(['diff', before, before]);
    expect(same.stdout).not.toMatch(/sure {2,}\S|likely/u);
  });

  it('gives scripts a document that fits its schema', () => {
    const document: unknown = JSON.parse(syswide(['diff', before, after, '--json']).stdout);
    const isValid = validator('syswide.diff-1.json');
    expect(isValid(document), JSON.stringify(isValid.errors)).toBe(true);
    const report: unknown = JSON.parse(syswide(['report', '-i', after, '--json']).stdout);
    const isReport = validator('syswide.report-1.json');
    expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
  });

  it('refuses what makes no sense, and what is no recording', () => {
    expect(syswide(['diff', before, after, '-c', 'wdiff']).stderr).toMatch(/^error\[USAGE\]: -c 'wdiff'/u);
    expect(syswide(['diff', before, join(folder, 'none')]).stderr).toMatch(/^error\[BAD_FILE\]/u);
    expect(syswide(['diff', '/dev/null', after])).toMatchObject({ status: 1 });
  });
});

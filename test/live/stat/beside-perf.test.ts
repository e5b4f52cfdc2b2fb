import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ControlFifo } from '../control-fifo';
import { needs } from '../needs';
import { csvRows, hasPerf, isRoot, launcher, start } from '../run';

const folder = mkdtempSync(join(tmpdir(), 'syswide-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const events = ['context-switches', 'page-faults', 'raw_syscalls:sys_enter'];

/** A `stat` of the whole system that counts only from when it is told to, until it is told to stop. */
function counter(name: string, ...program: [string, ...string[]]) {
  const [file, ...words] = program;
  const fifo = new ControlFifo(folder, name);
  const path = join(folder, name);
  const args = ['stat', '-a', '-x,', '-e', events.join(), '-D', '-1', '--control', fifo.option, '-o', path];
  const running = start(file, [...words, ...args, '--', 'cat']);
  const tell = async (command: string): Promise<void> => expect(await fifo.tell(command)).toBe('ack\n\0');
  const rows = async (): Promise<string[][]> => {
    running.process.stdin?.end();
    const { status, stderr } = await running.ended;
    fifo.close();
    expect(status, stderr).toBe(0);
    return csvRows(readFileSync(path, 'utf8'));
  };
  return { tell, rows };
}

describe('counts agree with perf', () => {
  needs(isRoot && hasPerf, 'root and perf');

  it('of the same events at the same moment within 5 %', async () => {
    const ours = counter('syswide', process.execPath, launcher);
    const theirs = counter('perf', 'perf');
    // Both are there and count nothing: what it takes them to start and to end is in neither count.
    for (const one of [ours, theirs]) await one.tell('ping');
    // All that the load does is between the two moments at which both count.
    for (const one of [ours, theirs]) await one.tell('enable');
    const load = 'i=0; while [ $i -lt 60 ]; do sh -c "echo x | cat >/dev/null"; i=$((i+1)); done';
    expect((await start('sh', ['-c', load]).ended).status).toBe(0);
    for (const one of [theirs, ours]) await one.tell('disable');
    const [our, their] = [await ours.rows(), await theirs.rows()];
    expect(our.map((row) => row[2])).toEqual(events);
    for (const [i, row] of our.entries()) {
      const ratio = Number(row[0]) / Number(their[i]?.[0]);
      expect(ratio, `${row[2]}: ${row[0]} against ${their[i]?.[0]}`).toBeGreaterThan(0.95);
      expect(ratio, `${row[2]}: ${row[0]} against ${their[i]?.[0]}`).toBeLessThan(1.05);
    }
  });
});

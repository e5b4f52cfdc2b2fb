import { existsSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { isRoot, syswide } from '../run';
import { count, dispose, programs } from './programs';

afterAll(dispose);

const hasProbes = (kind: 'uprobe' | 'kprobe') => existsSync(`/sys/bus/event_source/devices/${kind}/type`);

/** What tracefs lists of probes that somebody set up there. */
const tracefsProbes = () => {
  const files = ['uprobe_events', 'kprobe_events'].map((name) => `/sys/kernel/tracing/${name}`);
  return files.filter(existsSync).map((file) => readFileSync(file, 'utf8'));
};

describe.each(programs)('a probe on a program $kind', ({ path }) => {
  needs(isRoot && hasProbes('uprobe'), 'root and a kernel with uprobes');
  const [entry, exit] = [`uprobe:${path}:work`, `uretprobe:${path}:work`];

  it.each([[[]], [['-a']]])('counts 1000 calls and returns, with %j', (options) => {
    const counted = count([...options, '-e', `${entry},${exit},uprobe:${path}:work+0`, '--', path]);
    expect(counted).toEqual({ [entry]: '1000', [exit]: '1000', [`uprobe:${path}:work+0`]: '1000' });
  });

  it('counts an instruction within, by the function and by the offset in the file', () => {
    // Behind the first instruction, whose length objdump would tell: tried until one that is an instruction is hit.
    const offsets = [1, 2, 3, 4, 5, 6, 7, 8].map((offset) => `uprobe:${path}:work+${offset}`);
    const hits = offsets.flatMap((event) => {
      const { status, stderr } = syswide(['stat', '-x,', '-e', event, '--', path]);
      return status === 0 && stderr.startsWith('1000,') ? [event] : [];
    });
    expect(hits.length).toBeGreaterThan(0);
  });

  it('does not keep the command from forking, and says what it does not count', () => {
    const outcome = syswide(['stat', '-e', entry, '--', path, 'fork']);
    expect(outcome.status).toBe(0);
    expect(outcome.stderr).toMatch(/^ +1,000 +uprobe/m);
    expect(outcome.stderr).toMatch(/does not hand probes on to threads and processes started later/);
    expect(count(['-a', '-e', entry, '--', path, 'fork'])[entry]).toBe('1010');
  });

  it('can be in a group', () => {
    const counted = count(['-e', `{${entry},page-faults}`, '--', path, 'fork']);
    expect(counted[entry]).toBe('1000');
  });

  it('leaves nothing in tracefs', () => {
    const before = tracefsProbes();
    count(['-e', entry, '--', path]);
    expect(tracefsProbes()).toEqual(before);
  });
});

describe('what cannot be probed', () => {
  const { path } = programs[0];

  it.each([
    [`uprobe:${path}:counter`, 'BAD_EVENT', /is data, which is never executed/],
    [`uprobe:${path}:work+4000`, 'BAD_EVENT', /has only \d+ bytes/],
    [`uprobe:${path}:wrok`, 'BAD_EVENT', /did you mean 'work'/],
    [`uprobe:${path}:0x0`, 'BAD_EVENT', /not mapped to be executed/],
    ['uprobe:/no/file:work', 'BAD_EVENT', /no such file/],
  ])('%s', (event, code, text) => {
    const { status, stderr } = syswide(['stat', '-e', event, '--', path]);
    expect(status).toBe(125);
    expect(stderr).toMatch(text);
    expect(stderr).toContain(`error[${code}]`);
  });

  it('anything, by a user without the right', () => {
    const event = `uprobe:${process.execPath}:main:u`;
    const { status, stderr } = syswide(['stat', '-e', event, '--', 'true'], { unprivileged: true });
    expect(status).toBe(125);
    expect(stderr).toMatch(/^error\[NO_PERMISSION\].*probes need CAP_PERFMON/);
  });

  it('a kernel function, where the kernel has no kprobes', () => {
    const { status, stderr } = syswide(['stat', '-a', '-e', 'kprobe:vfs_read', '--', 'true']);
    if (hasProbes('kprobe')) expect(status).toBe(0);
    else expect(stderr).toMatch(/^error\[NOT_SUPPORTED\].*no kprobe PMU/);
  });
});

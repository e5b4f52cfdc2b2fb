import { describe, expect, it } from 'vitest';
import type { ListEntry } from '../../../src/report/list-entry';
import { listInk } from '../../../src/report/list-ink';
import { listJson } from '../../../src/report/list-json';
import { ListText } from '../../../src/report/list-text';
import { wrap } from '../../../src/report/wrap';

const field = { name: 'prev_pid', type: 'pid_t', offset: 24, size: 4, signed: true, length: 1 } as const;
const described: ListEntry = {
  event: { name: 'page-faults', kind: 'software', aliases: ['faults'], description: 'page faults, '.repeat(15).trim() },
};
const tracepoint: ListEntry = { event: { name: 'sched:sched_switch', kind: 'tracepoint' } };
const no = (reason: string) => ({ probe: { countable: false, reason } });

const plain = await listInk(false);

const draw = (width: number, entries: readonly ListEntry[], ink = plain) =>
  new ListText({ ink, width }).group('events', entries);

describe('a list for a person', () => {
  it.each([80, 160])('keeps to %i columns', (width) => {
    const lines = draw(width, [described, { ...described, ...no('because '.repeat(30).trim()) }, tracepoint]).split(
      '\n',
    );
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(Math.max(...lines.map((line) => line.length))).toBeGreaterThan(width * 0.8);
  });

  it('says a heading once', () => {
    const text = new ListText({ ink: plain, width: 80 });
    const [first, second] = [text.group('tracepoints', [tracepoint]), text.group('tracepoints', [tracepoint])];
    expect(first + second).toBe('\n tracepoints\n   sched:sched_switch\n   sched:sched_switch\n');
  });

  it('marks what can be counted, and gives a reason that all share once', () => {
    const hardware: ListEntry[] = ['cycles', 'instructions'].map((name) => ({
      event: { name, kind: 'hardware' },
      ...no('no PMU'),
    }));
    expect(draw(80, hardware).match(/no PMU/g)).toHaveLength(1);
    const text = new ListText({ ink: plain, width: 80 });
    const inferred = { ...tracepoint, probe: { countable: true, reason: 'as another', inferred: true } } as const;
    expect(text.group('t', [inferred])).toMatch(/^ {3}\(yes\) sched:sched_switch$/m);
    expect(text.tail()).toMatch(/^ \(yes\): another/m);
  });

  it('shows fields below a tracepoint', () => {
    expect(draw(80, [{ ...tracepoint, fields: [field] }])).toMatch(/sched_switch\n +prev_pid pid_t\n/);
  });

  it('colours for a terminal only, and prints nothing hostile', async () => {
    const hostile: ListEntry = { event: { name: 'pmu/\u001b[2J/', kind: 'pmu', description: 'x\u001b]0;y\u0007' } };
    expect(draw(80, [hostile])).not.toContain('\u001b');
    expect(draw(80, [tracepoint], await listInk(true))).toContain('\u001b[');
  });
});

it('is a line of JSON per event', () => {
  const entry = { ...tracepoint, fields: [field], probe: { countable: true, reason: 'opened on cpu0' } };
  expect(JSON.parse(listJson(entry))).toEqual({
    name: 'sched:sched_switch',
    kind: 'tracepoint',
    fields: [{ name: 'prev_pid', type: 'pid_t', offset: 24, size: 4, signed: true }],
    probe: { countable: true, reason: 'opened on cpu0' },
  });
  expect(listJson(described)).not.toContain('\n');
});

it('breaks lines at spaces, never a word', () => {
  expect(wrap('aa bb cccccc d', { width: 5, hanging: '' })).toEqual(['aa bb', 'cccccc', 'd']);
});

import { expect, it } from 'vitest';
import { ns } from '../../../../src/base/units';
import type { Sink } from '../../../../src/cli/console';
import { statOptions } from '../../../../src/cli/stat/stat-options';
import { StatWriter } from '../../../../src/cli/stat/stat-writer';
import type { Tick } from '../../../../src/counts/tick';
import { machine, runs, system } from '../../../fake/stat-results';
import { global, metrics } from '../../../fake/stat-views';

const SECOND = 1_000_000_000n;
type Raw = Parameters<typeof statOptions>[0];

/** What is written for two intervals, each on its own, and for the end. */
async function written(raw: Raw, isTerminal = false, result = system): Promise<string[]> {
  const texts: string[] = [];
  const write = (text: string) => void texts.push(text);
  const sink: Sink = { isTerminal, hasColor: false, width: 80, write, done: () => {}, close: () => {} };
  const options = statOptions({ allCpus: true, intervalPrint: '1000', ...raw }, []);
  const writer = await StatWriter.open(options, sink, { aggregation: global, metrics });
  for (const n of [1n, 2n]) {
    const tick: Tick = { at: ns(n * SECOND), elapsed: ns(SECOND), counts: result.counts };
    writer.onTicks([tick], result.subject);
  }
  await writer.result(result);
  return texts;
}

const CLEAR = '\x1b[H\x1b[2J';

it('intervals are lines under their heads, and then what must be known', async () => {
  const [first = '', second = '', end = ''] = await written({});
  expect([first, second].map((text) => text.includes('seconds'))).toEqual([true, false]);
  expect(end).toMatch(/no hardware counters here for cycles/);
  expect(end).not.toMatch(/time elapsed/);
});

it('a summary is the whole table', async () => {
  expect((await written({ summary: true }))[2]).toMatch(/system-wide[\s\S]*time elapsed/);
});

it('a summary of a machine draws how the counts went up, where it is shown', async () => {
  expect((await written({ summary: true }))[2]).toMatch(/by interval/);
  expect((await written({ summary: true }, false, runs))[2]).not.toMatch(/by interval/);
});

it('each of the runs that go on for ever has intervals of its own', async () => {
  const sink: Sink = {
    isTerminal: false,
    hasColor: false,
    width: 80,
    write: () => {},
    done: () => {},
    close: () => {},
  };
  const options = statOptions({ intervalPrint: '1000', summary: true, repeat: '0', save: 'result.json' }, ['true']);
  const writer = await StatWriter.open(options, sink, { aggregation: global, metrics });
  const tick: Tick = { at: ns(SECOND), elapsed: ns(SECOND), counts: system.counts };
  writer.onTicks([tick, tick], system.subject);
  writer.begins();
  expect(writer.intervals).toEqual([]);
  writer.onTicks([tick], system.subject);
  expect(writer.intervals).toHaveLength(1);
});

it('each interval on a cleared terminal has its heads', async () => {
  const [first = '', second = ''] = await written({ intervalClear: true }, true);
  for (const text of [first, second]) {
    expect(text.startsWith(CLEAR)).toBe(true);
    expect(text).toContain('seconds');
  }
  const only = await written({ intervalClear: true, metricOnly: true }, true, machine);
  expect(only.slice(0, 2).every((text) => text.startsWith(CLEAR) && text.includes('seconds'))).toBe(true);
});

it('nothing else than a terminal is cleared', async () => {
  const texts = await written({ intervalClear: true });
  expect(texts.join('')).not.toContain('\x1b');
  expect(texts.map((text) => text.includes('seconds'))).toEqual([true, false, false]);
});

it('CSV has the time before each line, and the word before those of a summary', async () => {
  const texts = await written({ fieldSeparator: ',', summary: true });
  const leads = texts.map((text) => [
    ...new Set(
      text
        .trimEnd()
        .split('\n')
        .map((line) => line.split(',')[0]),
    ),
  ]);
  expect(leads).toEqual([['     1.000000000'], ['     2.000000000'], ['         summary']]);
  const [, , bare = ''] = await written({ fieldSeparator: ',', summary: true, csvSummary: false });
  expect(bare).toMatch(/^2005\.00,msec/);
  expect((await written({ fieldSeparator: ',' }))[2]).toBe('');
});

it('JSON is an object a line, whatever it is of', async () => {
  const texts = await written({ jsonOutput: true, summary: true }, false, machine);
  const intervals = texts.map((text) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).interval),
  );
  expect(intervals.map((own) => [...new Set(own)])).toEqual([[1], [2], [undefined]]);
});

it('metrics alone have their heads once', async () => {
  const texts = await written({ metricOnly: true, fieldSeparator: ',', summary: true }, false, machine);
  expect(texts.map((text) => text.includes('ipc'))).toEqual([true, false, false]);
  expect(texts[2]).toMatch(/^ +summary,/);
});

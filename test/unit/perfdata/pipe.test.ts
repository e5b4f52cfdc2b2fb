import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { encodeAttr } from '../../../src/abi/attr';
import { PerfType } from '../../../src/abi/perf-event';
import { fd } from '../../../src/base/units';
import { PerfDataReader } from '../../../src/perfdata/perf-data-reader';
import { PipeEvents } from '../../../src/perfdata/pipe-events';
import { PipeWriter } from '../../../src/perfdata/pipe-writer';
import type { RecordedEvent } from '../../../src/perfdata/recorded-event';
import { eventNamesOf } from '../../../src/perfdata/recorded-facts';

const facts = {
  hostname: 'host',
  osRelease: '6.18.0',
  version: '0.1.0',
  arch: 'x86_64',
  cpusPresent: 2,
  cpusOnline: 2,
  cpuDescription: 'a CPU',
  totalMemoryKib: 1n,
  commandLine: ['syswide'],
};

const event = (name: string, config: bigint, ids: readonly bigint[]): RecordedEvent => ({
  name,
  attr: encodeAttr({ type: PerfType.software, config }),
  ids,
});

it('ids that come later, or are more than a record holds, are those of the events that the pipe began with', () => {
  const folder = mkdtempSync(join(tmpdir(), 'syswide-pipe-'));
  const path = join(folder, 'piped');
  const to = openSync(path, 'w');
  const many = Array.from({ length: 9000 }, (_, i) => BigInt(i + 1));
  const writer = new PipeWriter(
    fd(to),
    [event('a', 1n, many), event('b', 3n, [10_001n]), event('c', 3n, [10_002n])],
    facts,
  );
  writer.addIds([
    [1, 20_001n],
    [2, 20_002n],
  ]);
  writer.finish({});
  closeSync(to);
  const reader = PerfDataReader.open(path);
  expect(reader.events.map(({ ids }) => ids)).toEqual([many, [10_001n, 20_001n], [10_002n, 20_002n]]);
  expect(eventNamesOf(reader)).toEqual(['a', 'b', 'c']);
  reader.close();
  rmSync(folder, { recursive: true });
});

it('names many events one by one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'syswide-pipe-'));
  const path = join(folder, 'piped');
  const to = openSync(path, 'w');
  const names = Array.from({ length: 700 }, (_, i) => `sys:event_${i}`);
  new PipeWriter(
    fd(to),
    names.map((name, i) => event(name, BigInt(i), [BigInt(i + 1)])),
    facts,
  ).finish({});
  closeSync(to);
  const reader = PerfDataReader.open(path);
  expect(eventNamesOf(reader)).toEqual(names);
  reader.close();
  rmSync(folder, { recursive: true });
});

it('may tell of any number of events any number of times, and is read as fast', () => {
  const events = new PipeEvents();
  const many = Array.from({ length: 200_000 }, (_, i) => i);
  const attrOf = (i: number) => Buffer.from(`attr ${i % 100_000}`);
  for (const i of many) events.add({ attr: attrOf(i), ids: [BigInt(i)] }, false);
  for (const i of many) events.add({ attr: attrOf(i), ids: [BigInt(200_000 + i)] }, true);
  for (const i of many) events.add({ attr: attrOf(7), ids: [BigInt(400_000 + i)] }, true);
  for (const i of many) events.rename(BigInt(200_000 + i), `event ${i}`);
  expect(events.all).toHaveLength(200_000);
  expect(events.all[100_003]).toEqual({ attr: attrOf(3), ids: [100_003n, 300_003n], name: 'event 100003' });
  expect(events.all[7]?.ids).toHaveLength(100_002);
  expect(events.all[100_007]?.ids).toHaveLength(100_002);
});

import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { StatResult } from '../../../src/counts/stat-result';
import { statDocument } from '../../../src/report/stat-document';
import * as results from '../../fake/stat-results';

const schema = JSON.parse(readFileSync(new URL('../../../docs/schema/syswide.stat-1.json', import.meta.url), 'utf8'));
const valid = new Ajv2020({ allErrors: true, strict: true, strictRequired: false }).compile(schema);

const provenance = {
  version: '0.1.0',
  started: new Date(Date.UTC(2026, 10, 23, 8, 0, 0)),
  kernel: '6.18.0',
  machine: 'x86_64',
  cpuModel: 'AMD EPYC',
};

// biome-ignore lint/suspicious/noExplicitAny: what is read from it is compared at once
const documentOf = (result: StatResult): any => JSON.parse(statDocument(result, provenance));

describe('the document of --save', () => {
  it.each(Object.entries(results))('fits its schema: %s', (_, result) => {
    const document = documentOf(result);
    valid(document);
    expect(valid.errors ?? []).toEqual([]);
  });

  it('says when, where and by what it was measured', () => {
    expect(documentOf(results.system)).toMatchObject({
      schema: 'syswide.stat/1',
      syswide: '0.1.0',
      started: '2026-11-23T08:00:00.000Z',
      host: { kernel: '6.18.0', machine: 'x86_64', cpuModel: 'AMD EPYC' },
      subject: { kind: 'system', cpus: '0-1' },
      command: ['sleep', '1'],
      elapsedNs: 1_000_000_000,
      armSpanNs: 38_678,
    });
  });

  it('has every count, also of events that the table leaves out', () => {
    const [clock, switches, , cycles] = documentOf(results.system).events;
    expect(switches).toMatchObject({ name: 'context-switches', status: 'counted', value: 6912, own: 20 });
    expect(switches.perCpu.map(({ cpu, value }: { cpu: number; value: number }) => [cpu, value])).toEqual([
      [0, 1234],
      [1, 5678],
    ]);
    expect(clock).toMatchObject({ unit: 'msec', scale: 1e-6, own: null });
    expect(cycles).toMatchObject({ name: 'cycles', status: 'not supported', value: null, perCpu: [] });
  });

  it('writes what a double cannot hold as digits', () => {
    const [cycles, instructions] = documentOf(results.cpus).events;
    expect(cycles.raw.value).toBe((3n * (2n ** 60n + 1n)).toString());
    expect(cycles.value).toMatch(/^\d{20}$/);
    expect(instructions).toMatchObject({ status: 'not counted', value: null, raw: { value: 0 } });
  });

  it('lists what became of the CPUs', () => {
    const { hotplug, coverage } = documentOf(results.flapped);
    expect(hotplug).toMatchObject({ source: 'cpuhp', exactTimes: true });
    expect(hotplug.happenings).toMatchObject([
      { cpu: 1, kind: 'offline', atNs: -1_000_000 },
      { cpu: 1, kind: 'online', atNs: 1e9, uncoveredNs: 200_000 },
      { cpu: 1, kind: 'offline' },
      { cpu: 1, kind: 'online', error: { code: 'NO_SLOT' } },
    ]);
    expect(coverage[1]).toMatchObject({ cpu: 1, countedNs: 2e9, uncoveredNs: 700_200_000 });
    expect(coverage[1].percent).toBeCloseTo(74.07, 2);
  });

  it('tells a signal from a status', () => {
    expect(documentOf(results.command).exit).toMatchObject({ signal: 9, userNs: 1_500_000 });
    expect(documentOf(results.command).exit).not.toHaveProperty('exitCode');
    expect(documentOf(results.system).exit).toMatchObject({ exitCode: 0 });
  });
});

describe('the schema', () => {
  const changed = (change: (document: ReturnType<typeof documentOf>) => void) => {
    const document = documentOf(results.flapped);
    change(document);
    return valid(document);
  };

  it.each([
    ['a field it does not know', (d: ReturnType<typeof documentOf>) => Object.assign(d, { extra: 1 })],
    ['an unknown field of an event', (d: ReturnType<typeof documentOf>) => Object.assign(d.events[0], { extra: 1 })],
    ['another version', (d: ReturnType<typeof documentOf>) => Object.assign(d, { schema: 'syswide.stat/2' })],
    ['a count that is rounded', (d: ReturnType<typeof documentOf>) => Object.assign(d.events[0], { value: 2 ** 60 })],
    ['a small number as text', (d: ReturnType<typeof documentOf>) => Object.assign(d.events[0], { value: '12' })],
    ['a 0 for what was not counted', (d: ReturnType<typeof documentOf>) => Object.assign(d.events[3], { value: 0 })],
    ['a command without a result', (d: ReturnType<typeof documentOf>) => Object.assign(d.exit, { signal: 9 })],
  ])('refuses %s', (_, change) => {
    expect(changed(() => {})).toBe(true);
    expect(changed(change)).toBe(false);
  });
});

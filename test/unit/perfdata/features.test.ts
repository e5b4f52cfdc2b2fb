import { describe, expect, it } from 'vitest';
import { encodeAttr, type PerfEventAttr } from '../../../src/abi/attr';
import { earlyFeatures, finalFeatures, type RecordingFacts } from '../../../src/perfdata/features';
import { Feature } from '../../../src/perfdata/file-layout';
import { attrOfSize, attrSizeOf, type RecordedEvent } from '../../../src/perfdata/recorded-event';

const facts: RecordingFacts = {
  hostname: 'h',
  osRelease: 'r',
  version: 'v',
  arch: 'a',
  cpusPresent: 4,
  cpusOnline: 3,
  cpuDescription: 'x'.repeat(64),
  totalMemoryKib: 1n << 40n,
  commandLine: ['syswide', 'a\0b'],
};

const event = (name: string, more: Partial<PerfEventAttr> = {}, leader?: number): RecordedEvent => ({
  name,
  attr: encodeAttr({ type: 1, config: 0n, ...more }),
  ids: [7n, 8n],
  ...(leader === undefined ? {} : { leader }),
});

const sectionsOf = (events: readonly RecordedEvent[]): Map<number, Buffer> => new Map(earlyFeatures(facts, events));

describe('feature sections', () => {
  const sections = sectionsOf([event('one')]);

  it('tell of the machine and of the recording', () => {
    expect([...sections.keys()]).toEqual([3, 4, 5, 6, 7, 8, 10, 11, 12]);
    expect(sections.get(Feature.cpuCount)).toEqual(Buffer.from([4, 0, 0, 0, 3, 0, 0, 0]));
    expect(sections.get(Feature.totalMemory)?.readBigUInt64LE()).toBe(1n << 40n);
  });

  it('have texts padded to 64 bytes, with at least one zero', () => {
    expect(sections.get(Feature.hostname)).toHaveLength(4 + 64);
    expect(sections.get(Feature.cpuDescription)?.readUInt32LE()).toBe(128);
  });

  it('have no zero within a text, which would end it', () => {
    expect(sections.get(Feature.commandLine)?.includes('a?b')).toBe(true);
  });

  it('tell the groups of several events, and the times of samples where there are some', () => {
    const grouped = [event('a', {}, 0), event('b', {}, 0), event('c', {}, 2)];
    const group = sectionsOf(grouped).get(Feature.groupDescription);
    expect(group?.readUInt32LE()).toBe(1);
    expect([group?.readUInt32LE(4 + 68), group?.readUInt32LE(4 + 72)]).toEqual([0, 2]);
    const last = new Map(finalFeatures({ sampleTime: { first: 5n, last: 9n } }, grouped));
    expect(last.get(Feature.sampleTime)?.readBigUInt64LE(8)).toBe(9n);
    expect([...new Map(finalFeatures({}, grouped)).keys()]).toEqual([Feature.eventDescription]);
  });
});

describe('the attrs of a file', () => {
  it('are as short as an old perf knows them, unless an event needs more', () => {
    expect(attrSizeOf([event('a')])).toBe(128);
    expect(attrSizeOf([event('a'), event('b', { config3: 1n })])).toBe(136);
  });

  it('say their own length', () => {
    expect(attrOfSize(event('a'), 128).readUInt32LE(4)).toBe(128);
    expect(attrOfSize(event('a'), 136)).toHaveLength(136);
  });
});

import { describe, expect, it } from 'vitest';
import { parsePmuFormat } from '../../../src/host/pmu-format';
import { Pmus } from '../../../src/host/pmus';
import { FakeFiles, type FakeTree } from '../../fake-host';

const devices = '/sys/bus/event_source/devices';
const pmus = (tree: FakeTree) =>
  new Pmus(new FakeFiles(Object.fromEntries(Object.entries(tree).map(([path, text]) => [`${devices}/${path}`, text]))));

describe('the format of a term', () => {
  it.each([
    ['config:0-7', 0, [[0, 7]]],
    [
      'config:0-7,32-35\n',
      0,
      [
        [0, 7],
        [32, 35],
      ],
    ],
    ['config1:0', 1, [[0, 0]]],
    [
      'config2:0,5-6,63',
      2,
      [
        [0, 0],
        [5, 6],
        [63, 63],
      ],
    ],
    ['config4:1', 4, [[1, 1]]],
  ])('%j', (text, word, bits) => {
    const ranges = bits.map(([low, high]) => ({ low, high }));
    expect(parsePmuFormat('event', text)).toEqual({ name: 'event', word, bits: ranges });
  });

  it.each(['', 'config', 'config:', 'config:x', 'config:7-0', 'config:0-64', 'config:1,', 'config10:1', 'other:1-2'])(
    '%j is none',
    (text) => {
      expect(parsePmuFormat('event', text)).toBeUndefined();
    },
  );
});

describe('a PMU', () => {
  const pmu = pmus({
    'power/type': '21\n',
    'power/cpumask': '0,64\n',
    'power/format/event': 'config:0-7\n',
    'power/format/odd': 'junk\n',
    'power/events/energy-pkg': 'event=0x02\n',
    'power/events/energy-pkg.unit': 'Joules\n',
    'power/events/energy-pkg.scale': '2.3283064365386962890625e-10\n',
    'power/events/energy-pkg.snapshot': '1\n',
    'power/events/energy-pkg.per-pkg': '1\n',
    'power/events/plain': 'event=0x03,umask=0x1',
    'power/events/plain.scale': 'junk',
    'power/caps/max_precise': '3\n',
  }).get('power');

  it('has a type and, for an uncore one, CPUs to open on', () => {
    expect(pmu?.type).toBe(21);
    expect(`${pmu?.cpus}`).toBe('0,64');
    expect(pmu?.isCore).toBe(false);
    expect(pmu?.capabilities.get('max_precise')).toBe('3');
  });

  it('has terms, of which unknown kinds are left out', () => {
    expect([...(pmu?.formats.keys() ?? [])]).toEqual(['event']);
  });

  it('has named events with unit and scale', () => {
    expect([...(pmu?.aliases.values() ?? [])]).toEqual([
      {
        name: 'energy-pkg',
        terms: 'event=0x02',
        unit: 'Joules',
        scale: 2 ** -32,
        snapshot: true,
        perPackage: true,
      },
      { name: 'plain', terms: 'event=0x03,umask=0x1', unit: '', scale: 1, snapshot: false, perPackage: false },
    ]);
  });

  it('may tell nothing but its type', () => {
    const bare = pmus({ 'software/type': '1\n' }).get('software');
    expect(bare?.cpus).toBeUndefined();
    expect(bare?.formats.size).toBe(0);
    expect(bare?.aliases.size).toBe(0);
  });
});

describe('the PMUs of a machine', () => {
  it.each<[string, FakeTree, string[]]>([
    ['x86', { 'cpu/type': '4\n', 'software/type': '1\n' }, ['cpu']],
    [
      'a hybrid machine',
      { 'cpu_core/type': '4\n', 'cpu_core/cpus': '0-3\n', 'cpu_atom/type': '10\n', 'cpu_atom/cpus': '4-7\n' },
      ['cpu_atom', 'cpu_core'],
    ],
    ['ARM', { 'armv8_pmuv3_0/type': '8\n', 'armv8_pmuv3_0/cpus': '0-3\n', 'arm_spe_0/type': '9\n' }, ['armv8_pmuv3_0']],
    ['a virtual machine', { 'msr/type': '9\n', 'software/type': '1\n' }, []],
    ['nothing at all', {}, []],
  ])('count in hardware by kind: %s', (_name, tree, core) => {
    expect(
      pmus(tree)
        .core()
        .map(({ name }) => name),
    ).toEqual(core);
    expect(pmus(tree).hasHardwarePmu()).toBe(core.length > 0);
  });

  it('are listed by name, without what has no type', () => {
    const all = pmus({ 'msr/type': '9\n', 'broken/type': '-1\n', 'cpu/type': '4\n', uevent: '' });
    expect([...all].map(({ name }) => name)).toEqual(['cpu', 'msr']);
    expect(all.get('broken')).toBeUndefined();
  });
});

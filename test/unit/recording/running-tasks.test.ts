import { describe, expect, it } from 'vitest';
import { RecordType } from '../../../src/abi/ring-page';
import { Processes } from '../../../src/host/processes';
import { kernelText, runningTasks } from '../../../src/recording/running-tasks';
import { FakeFiles } from '../../fake-host';

const stat = (comm: string, flags = 0) => `7 (${comm}) S 1 7 7 0 -1 ${flags} ${'0 '.repeat(12)}5`;

const files = new FakeFiles({
  '/proc/7/stat': stat('main'),
  '/proc/7/comm': 'main\n',
  '/proc/7/maps':
    '1000-2000 r--p 00000000 fe:01 5 /bin/main\n2000-3000 r-xp 00001000 fe:01 5 /bin/main\n4000-5000 rwxp 00000000 00:00 0\n',
  '/proc/7/task/7/comm': 'main\n',
  '/proc/7/task/8/comm': 'worker\n',
  '/proc/8/comm': 'worker\n',
});
const host = { files, processes: new Processes(files) } as unknown as Parameters<typeof runningTasks>[0];

const decoded = (records: Iterable<Buffer>) =>
  [...records].map((bytes) => {
    expect(bytes.length % 8).toBe(0);
    expect(bytes.readUInt16LE(6)).toBe(bytes.length);
    // What tells when and where: nothing, that is before everything else.
    expect(bytes.subarray(-32)).toEqual(Buffer.alloc(32));
    return { type: bytes.readUInt32LE(0), ids: [bytes.readInt32LE(8), bytes.readInt32LE(12)], bytes };
  });

describe('what runs already', () => {
  it('is told as the kernel would have: processes, their code, their threads', () => {
    const records = decoded(runningTasks(host, { maps: 'code', trailer: 32 }));
    expect(records.map(({ type }) => type)).toEqual([
      ...[RecordType.fork, RecordType.comm, RecordType.mmap2, RecordType.mmap2],
      ...[RecordType.fork, RecordType.comm],
    ]);
    // PERF_RECORD_MISC_FORK_EXEC: readers give it nothing of its parent's memory.
    const forks = records.filter(({ type }) => type === RecordType.fork);
    expect(forks.map(({ bytes }) => bytes.readUInt16LE(4))).toEqual([1 << 13, 1 << 13]);
    expect(records[2]?.bytes.readBigUInt64LE(16)).toBe(0x2000n);
    expect(records[2]?.bytes.toString('latin1')).toContain('/bin/main\0');
    expect(records[3]?.bytes.toString('latin1')).toContain('//anon\0');
    expect(records[5]).toMatchObject({ ids: [7, 8] });
    expect(records[5]?.bytes.toString('latin1')).toContain('worker\0');
  });

  it('is told with its namespaces where that is asked for, and without its memory', () => {
    const request = { maps: 'none', namespaces: true, trailer: 32 } as const;
    const records = decoded(runningTasks(host, request));
    const { fork, comm, namespaces } = RecordType;
    expect(records.map(({ type }) => type)).toEqual([fork, comm, namespaces, fork, comm]);
    expect(records[2]?.bytes.readBigUInt64LE(16)).toBe(7n);
  });

  it('is told with its data where that is asked for', () => {
    const maps = decoded(runningTasks(host, { maps: 'all', trailer: 32 })).filter(
      ({ type }) => type === RecordType.mmap2,
    );
    expect(maps).toHaveLength(3);
  });
});

describe("the kernel's text", () => {
  const symbols = 'ffffffff81000000 T _text\nffffffff81000040 T other\nffffffff82000000 T _etext\n';

  it('is where its symbols say, and its modules where they are loaded', () => {
    const modules = 'ext4 4096 1 - Live 0xffffffffc0000000\nhidden 4096 0 - Live 0x0000000000000000\n';
    const records = decoded(
      kernelText({ files: new FakeFiles({ '/proc/kallsyms': symbols, '/proc/modules': modules }) }, 32),
    );
    expect(records.map(({ ids }) => ids[0])).toEqual([-1, -1]);
    expect(records[0]?.bytes.readBigUInt64LE(16)).toBe(0xffffffff81000000n);
    expect(records[1]?.bytes.toString('latin1')).toContain('[ext4]\0');
  });

  it('is as long as the kernel says its code is, without a look at all symbols', () => {
    const iomem = '00000000-ffffffff : System RAM\n  01000000-010fffff : Kernel code\n';
    const first = symbols.split('\n')[0] ?? '';
    const [kernel] = decoded(
      kernelText({ files: new FakeFiles({ '/proc/kallsyms': first, '/proc/iomem': iomem }) }, 32),
    );
    expect(kernel?.bytes.readBigUInt64LE(24)).toBe(0x100000n);
  });

  it('is not told where the kernel hides it', () => {
    const hidden = symbols.replaceAll(/^\w{16}/gmu, '0000000000000000');
    expect([...kernelText({ files: new FakeFiles({ '/proc/kallsyms': hidden }) }, 32)]).toEqual([]);
  });
});

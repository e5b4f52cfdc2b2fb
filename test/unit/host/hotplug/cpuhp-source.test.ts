import { describe, expect, it } from 'vitest';
import { RecordType } from '../../../../src/abi/ring-page';
import { cpu, type Fd } from '../../../../src/base/units';
import { CpuMask } from '../../../../src/host/cpu-mask';
import { LocalHost } from '../../../../src/host/host';
import { CpuhpSource } from '../../../../src/host/hotplug/cpuhp-source';
import type { RingMapping } from '../../../../src/native/kernel';
import { KernelError } from '../../../../src/native/kernel-error';
import { FakeKernel } from '../../../fake/fake-kernel';
import { FakeFiles, type FakeTree, machineTree } from '../../../fake-host';
import { RingBytes } from '../../abi/ring-bytes';

const statesOf618 = `  0: offline
 53:154: perf:online
153: workqueue:online
154: perf:online
234: x86/splitlock:online
235: sched:active
236: online
`.replace(' 53:', '');

const format = `name: cpuhp_exit
ID: 208
format:
\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

\tfield:unsigned int cpu;\toffset:8;\tsize:4;\tsigned:0;
\tfield:int state;\toffset:12;\tsize:4;\tsigned:1;
\tfield:int idx;\toffset:16;\tsize:4;\tsigned:1;
\tfield:int ret;\toffset:20;\tsize:4;\tsigned:1;

print fmt: " cpu: %04u  state: %3d step: %3d ret: %d", REC->cpu, REC->state, REC->idx, REC->ret
`;

const events = '/sys/kernel/tracing/events/cpuhp/cpuhp_exit';

const tree = (more: FakeTree = {}): FakeTree => ({
  ...machineTree({ sockets: 1, coresPerDie: 2 }),
  '/sys/devices/system/cpu/hotplug/states': statesOf618,
  '/proc/2/task/2/children': '3 15 16 21 ',
  '/proc/3/comm': 'pool_workqueue_release\n',
  '/proc/15/comm': 'cpuhp/0\n',
  '/proc/16/comm': 'cpuhp/10\n',
  '/proc/21/comm': 'cpuhp/1\n',
  [`${events}/format`]: format,
  [`${events}/id`]: '208\n',
  ...more,
});

/** A kernel with rings into which the test writes. */
class RingKernel extends FakeKernel {
  readonly rings = new Map<bigint, RingBytes>();
  readonly mapped = new Set<bigint>();
  readonly tails = new Map<bigint, bigint>();
  filter = '';
  refuseMap = 0;

  override setFilter(_fds: readonly Fd[] = [], filter = ''): void {
    this.filter = filter;
  }

  override mapRing(one: Fd = 0 as Fd, pages = 1): RingMapping {
    this.refuseMap -= 1;
    if (this.refuseMap === 0) throw new KernelError('mmap', 1);
    const address = BigInt(one);
    const ring = new RingBytes(pages);
    this.rings.set(address, ring);
    this.mapped.add(address);
    return { mode: 'drain', memory: ring.memory, address, unmap: () => void this.mapped.delete(address) };
  }

  override ringHeads(rings: readonly RingMapping[] = []): bigint[] {
    return rings.map(({ address }) => this.rings.get(address)?.head ?? 0n);
  }

  override advanceRings(rings: readonly RingMapping[] = [], tails: readonly bigint[] = []): void {
    for (const [i, { address }] of rings.entries()) this.tails.set(address, tails[i] ?? 0n);
  }
}

function open(more: FakeTree = {}, cpus = '0-1') {
  const kernel = new RingKernel();
  const host = new LocalHost(kernel, new FakeFiles(tree(more)));
  const source = CpuhpSource.open(kernel, host, CpuMask.parse(cpus));
  return { kernel, source, rings: [...kernel.rings.values()] };
}

/** A sample as the kernel writes it: time, length of the raw data, raw data, padded to 8 bytes. */
function sample(at: bigint, where: number, state: number, step: number): Uint8Array {
  const bytes = Buffer.alloc(8 + 4 + 28);
  bytes.writeBigUInt64LE(at, 0);
  bytes.writeUInt32LE(28, 8);
  bytes.writeUInt32LE(where, 12 + 8);
  bytes.writeInt32LE(state, 12 + 12);
  bytes.writeInt32LE(step, 12 + 16);
  return bytes;
}

describe("the kernel's own threads", () => {
  it('are each watched for the two steps that matter, by the numbers of this kernel', () => {
    const { kernel, source } = open();
    expect(kernel.events().map(({ request }) => [request.pid, request.cpu])).toEqual([
      [15, -1],
      [21, -1],
    ]);
    expect(kernel.filter).toBe('idx==154||idx==235');
    expect(source?.fds).toHaveLength(2);
    expect(source?.exactTimes).toBe(true);
    expect(source?.watches(cpu(1))).toBe(true);
    expect(source?.watches(cpu(2))).toBe(false);
    source?.close();
    expect(kernel.openFds.size).toBe(0);
    expect(kernel.mapped.size).toBe(0);
  });

  it('are watched of more CPUs later, of each once', () => {
    const { kernel, source } = open({}, '1');
    source?.watch(CpuMask.parse('0-1'));
    source?.watch(CpuMask.parse('0'));
    expect(kernel.events().map(({ request }) => request.pid)).toEqual([21, 15]);
    expect(source?.fds).toHaveLength(2);
    expect(source?.watches(cpu(0))).toBe(true);
    const [first, second] = [...kernel.rings.values()];
    second?.write(RecordType.sample, sample(20n, 0, 235, 235));
    first?.write(RecordType.sample, sample(10n, 1, 154, 154));
    expect(source?.drain()).toEqual([
      { cpu: 1, step: 'countable', at: 10n },
      { cpu: 0, step: 'online', at: 20n },
    ]);
    source?.close();
    expect(kernel.openFds.size).toBe(0);
    expect(kernel.mapped.size).toBe(0);
  });

  it('are those that were watched before, where more are refused, or are not there', () => {
    const { kernel, source } = open({}, '1');
    kernel.refuseMap = 1;
    const refused = expect.objectContaining({ code: 'CONTROL_FAILED' });
    expect(() => source?.watch(CpuMask.parse('0'))).toThrow(refused);
    expect(() => source?.watch(CpuMask.parse('7'))).toThrow(refused);
    expect(source?.fds).toHaveLength(1);
    expect(source?.watches(cpu(0))).toBe(false);
    expect(kernel.openFds.size).toBe(1);
  });

  it('need not be any at first', () => {
    const kernel = new RingKernel();
    const source = CpuhpSource.open(kernel, new LocalHost(kernel, new FakeFiles(tree())), CpuMask.empty);
    expect(source?.fds).toEqual([]);
    source?.watch(CpuMask.parse('1'));
    expect(source?.fds).toHaveLength(1);
  });

  it('tell of each step, with its time and in the order of time over all CPUs', () => {
    const { source, rings } = open();
    rings[1]?.write(RecordType.sample, sample(50n, 1, 153, 154));
    rings[1]?.write(RecordType.sample, sample(10n, 1, 154, 154));
    rings[0]?.write(RecordType.sample, sample(30n, 0, 235, 235));
    rings[1]?.write(RecordType.sample, sample(60n, 1, 234, 235));
    expect(source?.drain()).toEqual([
      { cpu: 1, step: 'countable', at: 10n },
      { cpu: 0, step: 'online', at: 30n },
      { cpu: 1, step: 'offline', at: 50n },
      { cpu: 1, step: 'resting', at: 60n },
    ]);
    expect(source?.drain()).toEqual([]);
  });

  it('go on behind the end of the ring, which is handed back to the kernel', () => {
    const { kernel, source, rings } = open();
    for (let i = 0; i < 1000; i += 1) {
      rings[1]?.write(RecordType.sample, sample(BigInt(i), 1, 154, 154));
      expect(source?.drain()).toEqual([{ cpu: 1, step: 'countable', at: BigInt(i) }]);
    }
    expect([...kernel.tails.values()]).toEqual(rings.map(({ head }) => head));
  });

  it('have lost something when the kernel says so, or when there is no room for it to say so', () => {
    const { source, rings } = open();
    rings[0]?.write(RecordType.lost, new Uint8Array(16));
    rings[1]?.write(RecordType.sample, sample(1n, 1, 154, 154));
    expect(source?.drain()).toBe('lost');
    expect(source?.drain()).toEqual([]);
    const [, ring] = rings;
    const room = (ring?.memory.length ?? 0) - RingBytes.pageSize;
    for (let bytes = 0; bytes + 48 <= room; bytes += 48) ring?.write(RecordType.sample, sample(2n, 1, 154, 154));
    expect(source?.drain()).toBe('lost');
    expect(source?.drain()).toEqual([]);
  });

  it('may write what nobody knows: it is passed over', () => {
    const { source, rings } = open();
    rings[0]?.write(77, new Uint8Array(24));
    rings[0]?.write(RecordType.sample, sample(1n, 0, 9, 99));
    rings[0]?.write(RecordType.sample, new Uint8Array(0));
    rings[0]?.write(RecordType.sample, new Uint8Array(16));
    rings[0]?.write(RecordType.sample, sample(5n, 0, 154, 154));
    expect(source?.drain()).toEqual([{ cpu: 0, step: 'countable', at: 5n }]);
  });

  it.each([
    ['has other step numbers', { states: ' 1: offline\n 40: perf:online\n100: sched:active\n' }, 'idx==40||idx==100'],
    ['counts further', { states: '1000: perf:online\n1001: sched:active\n' }, 'idx==1000||idx==1001'],
  ])('are watched on a kernel that %s', (_, { states }, filter) => {
    const { kernel, source } = open({ '/sys/devices/system/cpu/hotplug/states': states });
    expect(source).toBeDefined();
    expect(kernel.filter).toBe(filter);
  });

  it.each([
    ['no list of steps', { '/sys/devices/system/cpu/hotplug/states': '' }],
    ['no step of perf', { '/sys/devices/system/cpu/hotplug/states': '235: sched:active\n' }],
    ['steps of other names', { '/sys/devices/system/cpu/hotplug/states': '154: xperf:online\n235: sched:active2\n' }],
    ['no such thread', { '/proc/21/comm': 'cpuhp/11\n' }],
    ['threads that are not shown', { '/proc/2/task/2/children': '' }],
    ['no such tracepoint', { [`${events}/format`]: '', [`${events}/id`]: '' }],
    ['a tracepoint without the fields', { [`${events}/format`]: format.replace('int idx', 'int index') }],
  ])('are not watched where there is %s: the next source is taken', (_, more) => {
    const { kernel, source } = open(more);
    expect(source).toBeUndefined();
    expect(kernel.openFds.size).toBe(0);
  });

  it.each([1, 2])('leave nothing open when mapping %i of them is refused', (nth) => {
    const kernel = new RingKernel();
    kernel.refuseMap = nth;
    const host = new LocalHost(kernel, new FakeFiles(tree()));
    expect(() => CpuhpSource.open(kernel, host, CpuMask.parse('0-1'))).toThrow(KernelError);
    expect(kernel.openFds.size).toBe(0);
    expect(kernel.mapped.size).toBe(0);
  });
});

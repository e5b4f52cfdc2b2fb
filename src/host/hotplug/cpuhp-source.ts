import { encodeAttr } from '../../abi/attr';
import { CLOCK_MONOTONIC, PerfType, SampleType } from '../../abi/perf-event';
import { RecordType, ringRecords } from '../../abi/ring-page';
import { present } from '../../base/assert';
import { SyswideError } from '../../base/error';
import { type Cpu, cpu, type Fd, monotonicTime, type Tid } from '../../base/units';
import type { Kernel, RingMapping } from '../../native/kernel';
import { KernelError } from '../../native/kernel-error';
import type { CpuMask } from '../cpu-mask';
import type { Host } from '../host';
import type { TracepointFormat } from '../tracepoint-format';
import type { HotplugNotice, HotplugSource, HotplugStep } from './hotplug-source';

/** The two steps of bringing a CPU up that matter here, by their numbers on this kernel. */
interface Steps {
  /** From here on perf events can be opened on it; on the way down, from here on they are dead. */
  readonly perf: number;
  /** From here on the scheduler runs tasks on it. */
  readonly active: number;
}

/** Where the tracepoint has what is needed. */
interface Layout {
  readonly cpu: number;
  readonly state: number;
  readonly step: number;
}

/**
 * 340 times down and up while nobody looks, four records of 48 bytes each: some 15 s of a CPU that flaps as fast as it
 * can. Opening clones waits behind those that flap CPUs, on a busy machine for seconds.
 */
const RING_PAGES = 16;

/** More than a record takes: header, time, and what the tracepoint says. */
const MOST_BYTES = 128n;

interface Watched {
  readonly fd: Fd;
  readonly ring: RingMapping;
  tail: bigint;
}

/**
 * Hears of CPUs from the thread that brings each of them up: the kernel's `cpuhp/N` runs the steps on its own CPU and
 * passes the tracepoint `cpuhp:cpuhp_exit` after each. An event on that *thread* outlives the CPU, which an event on the
 * CPU does not, and carries the time of the step. So a clone can often stand before the CPU runs its first task.
 *
 * Needs the tracepoint and the right to watch kernel threads. Costs an fd and a small ring per watched CPU.
 */
export class CpuhpSource implements HotplugSource {
  readonly name = 'cpuhp';
  readonly exactTimes = true;

  private constructor(
    private readonly kernel: Kernel,
    private readonly watched: Watched[],
    private readonly layout: Layout,
    private readonly steps: Steps,
    private cpus: CpuMask,
    /** Undefined where one of them has no thread. */
    private readonly openOn: (cpus: CpuMask) => readonly Watched[] | undefined,
  ) {}

  /**
   * @returns undefined where there is no such tracepoint or thread to be seen
   * @throws KernelError or SyswideError when the kernel does not allow it; nothing is left open
   */
  static open(kernel: Kernel, host: Host, cpus: CpuMask): CpuhpSource | undefined {
    const steps = readSteps(host);
    const format = host.tracefs().format({ system: 'cpuhp', event: 'cpuhp_exit' });
    const layout = format && layoutOf(format);
    if (!steps || !layout) return undefined;
    const openOn = (some: CpuMask) => {
      const threads = cpuhpThreads(host, some);
      if (threads.length < some.size) return undefined;
      return openThreads(kernel, threads, format.id, `idx==${steps.perf}||idx==${steps.active}`);
    };
    const watched = openOn(cpus);
    return watched && new CpuhpSource(kernel, [...watched], layout, steps, cpus, openOn);
  }

  get fds(): readonly Fd[] {
    return this.watched.map(({ fd }) => fd);
  }

  watches(cpu: Cpu): boolean {
    return this.cpus.has(cpu);
  }

  watch(cpus: CpuMask): void {
    const more = cpus.minus(this.cpus);
    if (more.isEmpty) return;
    this.watched.push(...this.opened(more));
    this.cpus = this.cpus.union(more);
  }

  private opened(cpus: CpuMask): readonly Watched[] {
    try {
      const opened = this.openOn(cpus);
      if (opened) return opened;
    } catch (error) {
      if (error instanceof KernelError) throw unheard(cpus, `the kernel refused it (${error.errnoName})`, error);
      throw error;
    }
    throw unheard(cpus, 'no thread of the kernel brings it up');
  }

  drain(): readonly HotplugNotice[] | 'lost' {
    const heads = this.kernel.ringHeads(this.watched.map(({ ring }) => ring));
    const notices: HotplugNotice[] = [];
    let lost = false;
    for (const [i, watched] of this.watched.entries()) {
      const head = present(heads[i], 'a head per ring');
      // The kernel tells of records that it had to drop only when there is room for the next one.
      const room = BigInt(watched.ring.memory.length - this.kernel.pageSize) - (head - watched.tail);
      if (room < MOST_BYTES) lost = true;
      for (const record of ringRecords(watched.ring.memory, watched.tail, head)) {
        if (record.type === RecordType.lost) lost = true;
        const notice = record.type === RecordType.sample ? this.decode(record.body) : undefined;
        if (notice) notices.push(notice);
      }
      watched.tail = head;
    }
    this.kernel.advanceRings(
      this.watched.map(({ ring }) => ring),
      heads,
    );
    return lost ? 'lost' : notices.sort((a, b) => Number(a.at - b.at));
  }

  close(): void {
    for (const { ring } of this.watched) ring.unmap();
    this.kernel.closeFds(this.fds);
  }

  /** A sample: time, length of the raw data, raw data. */
  private decode(body: DataView): HotplugNotice | undefined {
    const RAW = 12;
    const { cpu: where, state: before, step: number } = this.layout;
    if (body.byteLength < RAW + Math.max(where, before, number) + 4) return undefined;
    const [state, index] = [body.getInt32(RAW + this.layout.state, true), body.getInt32(RAW + this.layout.step, true)];
    const step = stepOf(state, index, this.steps);
    const at = monotonicTime(body.getBigUint64(0, true));
    return step && { cpu: cpu(body.getUint32(RAW + this.layout.cpu, true)), step, at };
  }
}

const unheard = (cpus: CpuMask, why: string, cause?: unknown): SyswideError =>
  new SyswideError('CONTROL_FAILED', {
    what: `cannot be told when CPU ${cpus} comes and goes`,
    why,
    remedy: 'see what is missing with syswide doctor, or start anew with these CPUs',
    cause,
  });

/** On the way up a step ends in its own state, on the way down in the one below. */
function stepOf(state: number, index: number, steps: Steps): HotplugStep | undefined {
  const up = state === index;
  if (index === steps.perf) return up ? 'countable' : 'offline';
  if (index === steps.active) return up ? 'online' : 'resting';
  return undefined;
}

/** Step numbers differ between kernels; sysfs names them. Source: Documentation/core-api/cpu_hotplug.rst. */
function readSteps({ files }: Host): Steps | undefined {
  const states = files.read('/sys/devices/system/cpu/hotplug/states') ?? '';
  const number = (name: string) => new RegExp(`^\\s*(\\d+): ${name}$`, 'm').exec(states)?.[1];
  const [perf, active] = [number('perf:online'), number('sched:active')];
  return perf === undefined || active === undefined ? undefined : { perf: Number(perf), active: Number(active) };
}

/** All of them are children of kthreadd, made at boot, so the search is short. */
function cpuhpThreads({ files, processes }: Host, cpus: CpuMask): Tid[] {
  const wanted = new Set([...cpus].map((n) => `cpuhp/${n}`));
  const found: Tid[] = [];
  for (const child of (files.read('/proc/2/task/2/children') ?? '').trim().split(' ')) {
    if (found.length === wanted.size) break;
    const id = Number(child) as Tid;
    if (wanted.has(processes.comm(id) ?? '')) found.push(id);
  }
  return found;
}

function layoutOf(format: TracepointFormat): Layout | undefined {
  const offset = (name: string) => format.fields.find((field) => field.name === name)?.offset;
  const [at, state, step] = [offset('cpu'), offset('state'), offset('idx')];
  return at === undefined || state === undefined || step === undefined ? undefined : { cpu: at, state, step };
}

function openThreads(kernel: Kernel, threads: readonly Tid[], tracepoint: number, filter: string): Watched[] {
  const attr = encodeAttr({
    type: PerfType.tracepoint,
    config: BigInt(tracepoint),
    samplePeriod: 1n,
    sampleType: SampleType.time | SampleType.raw,
    wakeup: 1,
    clockId: CLOCK_MONOTONIC,
    flags: { useClockid: true },
  });
  if (threads.length === 0) return [];
  const fds = kernel.openEvents(threads.map((pid) => ({ attr, pid, cpu: -1 })));
  const rings: RingMapping[] = [];
  try {
    kernel.setFilter(fds, filter);
    for (const fd of fds) rings.push(kernel.mapRing(fd, RING_PAGES, 'drain'));
  } catch (error) {
    for (const ring of rings) ring.unmap();
    kernel.closeFds(fds);
    throw error;
  }
  return rings.map((ring, i) => ({ fd: present(fds[i], 'a ring per fd'), ring, tail: 0n }));
}

import { encodeAttr, type PerfEventAttr } from '../../../src/abi/attr';
import { PerfType, ReadFormat, SoftwareId } from '../../../src/abi/perf-event';
import type { Cpu, Fd } from '../../../src/base/units';
import type { Kernel, RingMapping } from '../../../src/native/kernel';
import type { RecordedEvent } from '../../../src/perfdata/recorded-event';

const [ip, tid, time, cpu, period, identifier] = [1n, 2n, 4n, 0x80n, 0x100n, 0x10000n];

const sampled = (config: number, samplePeriod: bigint): PerfEventAttr => ({
  type: PerfType.software,
  config: BigInt(config),
  samplePeriod,
  sampleType: ip | tid | time | cpu | period | identifier,
  readFormat: ReadFormat.id,
  flags: { disabled: true, sampleIdAll: true },
});

const kinds = [
  { name: 'cpu-clock', attr: encodeAttr({ ...sampled(SoftwareId.cpuClock, 1_000_000n) }) },
  {
    name: 'context-switches',
    attr: encodeAttr({
      ...sampled(SoftwareId.contextSwitches, 1n),
      flags: { disabled: true, sampleIdAll: true, mmap: true, mmap2: true, comm: true, task: true },
    }),
  },
];

/** Two sampling events on each CPU, with one ring for both. */
export class TwoSampledEvents {
  readonly #fds: Fd[] = [];
  readonly rings: readonly RingMapping[];
  readonly events: readonly RecordedEvent[];

  constructor(
    private readonly kernel: Kernel,
    cpus: readonly Cpu[],
  ) {
    const perKind = kinds.map(({ attr }) => kernel.openEvents(cpus.map((one) => ({ attr, pid: -1, cpu: one }))));
    this.#fds.push(...perKind.flat());
    const [first = [], second = []] = perKind;
    this.rings = first.map((one) => kernel.mapRing(one, 128, 'drain'));
    kernel.setOutput(second, first);
    this.events = kinds.map((kind, i) => ({ ...kind, ids: kernel.eventIds(perKind[i] ?? []) }));
  }

  enable(): void {
    this.kernel.controlEvents(this.#fds, 'enable');
  }

  disable(): void {
    this.kernel.controlEvents(this.#fds, 'disable');
  }

  close(): void {
    for (const ring of this.rings) ring.unmap();
    this.kernel.closeFds(this.#fds);
  }
}

/** How many records of a type stand in a stretch of whole records. */
export function countRecords(data: Buffer, type: number): number {
  let count = 0;
  for (let at = 0; at < data.length; at += data.readUInt16LE(at + 6)) if (data.readUInt32LE(at) === type) count += 1;
  return count;
}

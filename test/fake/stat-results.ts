import { SyswideError } from '../../src/base/error';
import { type Cpu, cpu, monotonicTime, ns, tid } from '../../src/base/units';
import { aggregate } from '../../src/counts/event-count';
import { IntervalHistory } from '../../src/counts/interval-history';
import { meanResult } from '../../src/counts/mean-result';
import type { StatResult } from '../../src/counts/stat-result';
import type { ResolvedEvent } from '../../src/events/resolved-event';
import type { Reading } from '../../src/gang/reading';
import type { Place } from '../../src/gang/target';
import { CpuMask } from '../../src/host/cpu-mask';
import type { CommandExit } from '../../src/native/kernel';
import { hardware, software } from './events';

/** Results as one run of `stat` leaves them, for what reports make of them. Every number is fixed. */
const SECOND = 1_000_000_000n;
const start = monotonicTime(5_000n * SECOND);

/** What one event counted at one place: value, and what of the time it was on a counter. */
interface Counted {
  readonly at: Place;
  readonly value: bigint;
  readonly enabled?: bigint;
  readonly running?: bigint;
}

const reading = (event: number, { at, value, enabled = SECOND, running = enabled }: Counted): Reading => ({
  event,
  place: at,
  counts: { value, timeEnabled: enabled, timeRunning: running },
});

const aggregated = (
  events: readonly ResolvedEvent[],
  counted: readonly (readonly Counted[])[],
  missing: number[] = [],
) =>
  aggregate(
    events,
    counted.flatMap((parts, event) => parts.map((part) => reading(event, part))),
    new Set(missing),
  );

/** Whole CPUs, from 0 up. */
const onCpus = (...values: bigint[]): Counted[] => values.map((value, n) => ({ at: { cpu: cpu(n) }, value }));

const exit: CommandExit = {
  exitCode: 0,
  userTime: ns(1_500_000n),
  systemTime: ns(500_000n),
  maxRssKib: 2048n,
  minorFaults: 110n,
  majorFaults: 0n,
  voluntarySwitches: 3n,
  involuntarySwitches: 1n,
  end: monotonicTime(start + SECOND),
};

const base = {
  elapsed: ns(SECOND),
  endedBy: 'end',
  start,
  unlisted: new Set<ResolvedEvent>(),
  coverage: new Map<Cpu, { counted: ReturnType<typeof ns>; uncovered: ReturnType<typeof ns> }>(),
  ownExcluded: false,
  notices: [],
} as const;

const covered = (...times: (readonly [bigint, bigint])[]): StatResult['coverage'] =>
  new Map(times.map(([counted, uncovered], n) => [cpu(n), { counted: ns(counted), uncovered: ns(uncovered) }]));

const tracepoint: ResolvedEvent = {
  name: 'raw_syscalls:sys_enter',
  kind: 'tracepoint',
  attr: { type: 2, config: 17n },
  scale: 1,
  unit: '',
};

const cycles = hardware('cpuCycles');
const usual = [software('cpuClock'), software('contextSwitches'), tracepoint, cycles];

/** Two CPUs for a second, without hardware counters, which nobody asked for. */
export const system: StatResult = {
  ...base,
  subject: { kind: 'system', cpus: CpuMask.parse('0-1') },
  command: ['sleep', '1'],
  counts: aggregated(
    usual,
    [onCpus(1_002_000_000n, 1_003_000_000n), onCpus(1_234n, 5_678n), onCpus(99_999n, 2_400_001n), []],
    [3],
  ),
  unlisted: new Set([cycles]),
  exit,
  armSpan: { begin: start, end: monotonicTime(start + 38_678n) },
  coverage: covered([SECOND, 0n], [SECOND, 0n]),
  hotplug: { happenings: [], heardFrom: { name: 'cpuhp', exactTimes: true } },
  own: aggregated(
    usual,
    [[], [{ at: { tid: tid(7) }, value: 20n }], [{ at: { tid: tid(7) }, value: 91n }], []],
    [0, 3],
  ),
  notices: ['no hardware counters here for cycles'],
};

/** The same without what syswide added. */
export const withoutOwn: StatResult = { ...system, ownExcluded: true };

/** CPU 1 went, came back, went again, and could not be had when it came once more. */
export const flapped: StatResult = {
  ...system,
  elapsed: ns(5n * SECOND),
  coverage: covered([5n * SECOND, 0n], [2n * SECOND, 700_200_000n]),
  hotplug: {
    heardFrom: { name: 'cpuhp', exactTimes: true },
    happenings: [
      { cpu: cpu(1), kind: 'offline', at: monotonicTime(start - 1_000_000n) },
      { cpu: cpu(1), kind: 'online', at: monotonicTime(start + SECOND), uncovered: ns(200_000n) },
      { cpu: cpu(1), kind: 'offline', at: monotonicTime(start + 3n * SECOND) },
      {
        cpu: cpu(1),
        kind: 'online',
        at: monotonicTime(start + 4n * SECOND),
        error: new SyswideError('NO_SLOT', {
          what: 'cannot watch mem:0x1000:w',
          why: 'cpu1 has 0 of 4 free; perf events are held by 4711 gdb (4)',
          remedy: 'end what holds them, watch fewer addresses, or wait with --wait-slots 10s',
        }),
      },
    ],
  },
};

/** As in a container: the kernel tells nothing of CPUs, and syswide looks for itself. */
export const looked: StatResult = {
  ...system,
  hotplug: {
    heardFrom: { name: 'sysfs', exactTimes: false },
    happenings: [
      { cpu: cpu(1), kind: 'offline', at: monotonicTime(start + 100_000_000n) },
      { cpu: cpu(1), kind: 'online', at: monotonicTime(start + 200_000_000n), uncovered: ns(51_300_000n) },
      { cpu: cpu(1), kind: 'online', at: monotonicTime(start + 300_000_000n) },
    ],
  },
};

/** A list of CPUs until Ctrl-C: hardware counters took turns, one never had any, and counts are beyond 2^53. */
export const cpus: StatResult = {
  ...base,
  subject: { kind: 'cpus', cpus: CpuMask.parse('0,2-3'), list: '0,2-3' },
  counts: aggregated(
    [cycles, hardware('instructions'), software('pageFaults')],
    [
      [0, 2, 3].map((n) => ({ at: { cpu: cpu(n) }, value: 2n ** 60n + 1n, running: SECOND / 3n })),
      [0, 2, 3].map((n) => ({ at: { cpu: cpu(n) }, value: 0n, running: 0n })),
      [0, 2, 3].map((n) => ({ at: { cpu: cpu(n) }, value: BigInt(n) })),
    ],
  ),
  armSpan: { begin: start, end: start },
  coverage: covered([SECOND, 0n]),
};

/** A command that was killed, counted wherever it ran; one event is not there and may be missing. */
export const command: StatResult = {
  ...base,
  subject: { kind: 'command' },
  command: ['sh', '-c', 'make -j8 && ./run --all\n'],
  counts: aggregated(
    [software('taskClock'), software('pageFaults'), cycles],
    [
      [{ at: { tid: tid(7) }, value: 2_345_678n, enabled: 2_345_678n }],
      [{ at: { tid: tid(7) }, value: 50n, enabled: 2_345_678n }],
      [],
    ],
    [2],
  ),
  exit: (({ exitCode: _, ...rest }) => ({ ...rest, signal: 9 }))(exit),
};

/** The same task, split by CPU. */
export const commandByCpu: StatResult = {
  ...command,
  counts: aggregated(
    [software('taskClock'), software('pageFaults')],
    [
      [2_000_000n, 345_678n].map((value, n) => ({ at: { cpu: cpu(n), tid: tid(7) }, value, enabled: value })),
      [40n, 10n].map((value, n) => ({ at: { cpu: cpu(n), tid: tid(7) }, value, enabled: 1_000_000n })),
    ],
  ),
};

/** Threads that did nothing. */
export const threads: StatResult = {
  ...base,
  subject: { kind: 'threads', list: '7,8' },
  counts: aggregated([software('taskClock')], [[7, 8].map((id) => ({ at: { tid: tid(id) }, value: 0n, enabled: 0n }))]),
};

export const processes: StatResult = { ...threads, subject: { kind: 'processes', list: '7' } };

const manyCpus = Array.from({ length: 256 }, (_, n) => n);

/** A big machine, a long command line and long names: what does not fit by itself. */
export const wide: StatResult = {
  ...system,
  subject: { kind: 'system', cpus: CpuMask.parse('0-255') },
  command: ['/usr/bin/ninja', '-C', '/home/builder/out/release', '-j', '512', ...Array<string>(20).fill('target.o')],
  counts: aggregated(
    [software('cpuClock'), { ...tracepoint, name: 'syscalls:sys_enter_rt_sigtimedwait_time32' }],
    [
      manyCpus.map((n) => ({ at: { cpu: cpu(n) }, value: SECOND - BigInt(n) })),
      manyCpus.map((n) => ({ at: { cpu: cpu(n) }, value: BigInt(n * n * 1000), running: (SECOND * 9n) / 10n })),
    ],
  ),
  unlisted: new Set(),
  own: [],
  notices: [
    'counted in user space only (:u), as kernel.perf_event_paranoid is 2, which forbids counting the kernel without CAP_PERFMON',
    'to count the kernel too: run as root, or sudo sysctl kernel.perf_event_paranoid=1, or sudo setcap cap_perfmon+ep $(readlink -f $(which node))',
  ],
};

/** Runs of one command: two good ones, one that failed, and one that took long. */
const runOf = (time: bigint, clock: bigint, faults: bigint, more: Partial<StatResult> = {}): StatResult => ({
  ...command,
  elapsed: ns(time),
  counts: aggregated(
    [software('taskClock'), software('pageFaults'), cycles],
    [
      [{ at: { tid: tid(7) }, value: clock, enabled: clock }],
      [{ at: { tid: tid(7) }, value: faults, enabled: clock }],
      [{ at: { tid: tid(7) }, value: clock * 3n, enabled: clock }],
    ],
  ),
  exit: { ...exit, userTime: ns(clock), minorFaults: faults },
  ...more,
});

export const runs: StatResult = meanResult([
  runOf(100_200_300n, 98_000_000n, 1_000n),
  runOf(103_000_000n, 99_500_000n, 1_004n),
  runOf(20_000_000n, 9_000_000n, 12n, { exit: { ...exit, exitCode: 2 } }),
  runOf(99_000_000n, 97_000_000n, 1_002n),
  runOf(250_000_000n, 180_000_000n, 1_500n),
]);

/** All of them failed. */
export const failedRuns: StatResult = meanResult(
  [1n, 2n].map((n) => runOf(n * 20_000_000n, 9_000_000n, 12n, { exit: { ...exit, exitCode: 2 } })),
);

/** Threads with names that a terminal must not see as they are. */
export const busyThreads: StatResult = {
  ...base,
  subject: { kind: 'processes', list: '7,4711' },
  command: ['sleep', '1'],
  counts: aggregated(
    [software('taskClock'), software('contextSwitches'), cycles],
    [
      [7, 8, 4711].map((id) => ({ at: { tid: tid(id) }, value: BigInt(id) * 1_000_000n, enabled: SECOND })),
      [7, 8, 4711].map((id) => ({ at: { tid: tid(id) }, value: BigInt(id % 7), enabled: SECOND })),
      [],
    ],
    [2],
  ),
};

const inCgroup = (event: ResolvedEvent, name: string): ResolvedEvent =>
  ({ ...event, cgroup: { name } }) as unknown as ResolvedEvent;

/** Every event in two cgroups. */
export const cgroups: StatResult = {
  ...base,
  subject: { kind: 'system', cpus: CpuMask.parse('0-1') },
  counts: aggregated(
    ['system.slice', 'user.slice/user-1000.slice'].flatMap((name) =>
      [software('cpuClock'), cycles, hardware('instructions')].map((event) => inCgroup(event, name)),
    ),
    [
      onCpus(10_000_000n, 20_000_000n),
      onCpus(30_000_000n, 60_000_000n),
      onCpus(45_000_000n, 90_000_000n),
      onCpus(500_000_000n, 2_000_000n),
      onCpus(1_500_000_000n, 6_000_000n),
      onCpus(750_000_000n, 3_000_000n),
    ],
  ),
};

/** The CPUs of a machine of which one is offline. */
const machineCpus = CpuMask.parse('0-4,6-15');
const onMachine = (count: (one: bigint) => Omit<Counted, 'at'>): Counted[] =>
  [...machineCpus].map((one) => ({ at: { cpu: one }, ...count(BigInt(one)) }));

/** A whole machine with hardware counters, which took turns. */
export const machine: StatResult = {
  ...base,
  subject: { kind: 'system', cpus: machineCpus },
  counts: aggregated(
    [software('cpuClock'), cycles, hardware('instructions'), hardware('branchMisses')],
    [
      onMachine(() => ({ value: SECOND })),
      onMachine((one) => ({ value: one * 1_000_003n + 1n, running: SECOND / 2n })),
      onMachine((one) => ({ value: one ** 2n, running: SECOND / 2n + one })),
      [],
    ],
    [3],
  ),
};

/** How counts went up over forty intervals. */
export const withHistory: StatResult = (() => {
  const history = new IntervalHistory();
  for (let n = 0n; n < 40n; n += 1n) {
    history.add(aggregated(usual, [onCpus(SECOND), onCpus(n), onCpus((n * n) % 17n), []], [3]));
  }
  return { ...system, history };
})();

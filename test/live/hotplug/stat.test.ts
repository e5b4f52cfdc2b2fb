import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { counting, csvRows, eventually, start, syswide } from '../run';
import { CpuWatch, lengthOf, median, milliseconds, programs, takesCpu1Offline, tell, turn } from './cpu1';
import { onCpu, type Saved, type SavingStat, startStat, uncoveredSpans } from './saved';

takesCpu1Offline();
const { flap, flapPath, forkedCalls } = programs();

const fdsOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Ends a `cat` that is counted. */
const endCommand = ({ running }: SavingStat): void => void running.process.stdin?.end();

const happened = ({ hotplug }: Saved): string[] =>
  (hotplug?.happenings ?? []).map(({ cpu, kind }) => `cpu${cpu} ${kind}`);

describe('cpu-clock on CPU 1, offline for 1 s of 5 s', () => {
  it('is at least 99.5 % of the time that CPU 1 was online', async () => {
    using watch = new CpuWatch();
    const stat = startStat('-a', '-e', 'cpu-clock', '--', 'sleep', '5');
    await counting(stat.running);
    await pause(1500);
    expect((await flap({ cycles: 1, offlineMs: 1000, onlineMs: 0 }).ended).status).toBe(0);
    const { saved, stderr } = await stat.result();
    const offline = Number(lengthOf(watch.offlineSpans()));
    const share = onCpu(saved, 0, 1) / (saved.elapsedNs - offline);
    tell(`cpu1 online for ${milliseconds(saved.elapsedNs - offline)} ms, counted ${(100 * share).toFixed(3)} % of it`);
    expect(offline).toBeGreaterThan(1e9);
    expect(share).toBeGreaterThanOrEqual(0.995);
    // It counts before the scheduler gets the CPU and after it has left, as long as there can be events: some 0.1 s at times.
    const eventless = Number(lengthOf(watch.eventlessSpans()));
    expect(eventless).toBeGreaterThan(0.9e9);
    // The command is waited for before the counts are read: CPU 0 tells how long there was counting.
    expect(onCpu(saved, 0, 1) / (onCpu(saved, 0, 0) - eventless)).toBeLessThan(1.001);
    expect(onCpu(saved, 0, 0) / saved.elapsedNs).toBeGreaterThan(0.995);
    expect(happened(saved)).toEqual(['cpu1 offline', 'cpu1 online']);
    expect(saved.coverage.find(({ cpu }) => cpu === 1)?.percent).toBeGreaterThanOrEqual(99.5);
    expect(stderr).toMatch(/cpu1 offline at \d\.\d+ s\n.*cpu1 online at \d\.\d+ s, counted \d+\.\d ms later/);
  });
});

describe('50 times offline and back', () => {
  it('keep the number of fds, the exit status and the gaps as they should be', { timeout: 60_000 }, async () => {
    const load = start('taskset', ['-c', '0,1', 'sh', '-c', 'while :; do :; done']);
    try {
      const events = '{context-switches,page-faults},context-switches,page-faults,raw_syscalls:sys_enter,cpu-clock';
      const stat = startStat('-a', '-e', events);
      const pid = await counting(stat.running);
      turn(1);
      const before = fdsOf(pid);
      const seen: number[] = [];
      const flapping = flap({ cycles: 50, offlineMs: 15, onlineMs: 30 });
      const ticks = setInterval(() => seen.push(fdsOf(pid)), 5);
      const { status } = await flapping.ended;
      clearInterval(ticks);
      expect(status).toBe(0);
      await eventually(() => fdsOf(pid) === before, 'CPU 1 is covered again');
      expect(Math.max(...seen)).toBe(before);
      process.kill(pid, 'SIGINT');
      const { status: exit, stderr } = await stat.running.ended;
      expect(exit).toBe(130);
      expect(stderr).not.toMatch(/error|not counted from then on/);
    } finally {
      load.process.kill('SIGKILL');
    }
  });

  it('name gaps of 5 ms at most in the middle, and count groups as what is alone', { timeout: 60_000 }, async () => {
    const events = '{context-switches,page-faults},context-switches,page-faults';
    using watch = new CpuWatch();
    const stat = startStat('-a', '-e', `${events},cpu-clock`, '--', flapPath, '1', '50', '0', '10', '30');
    const { saved } = await stat.result();
    const gaps = uncoveredSpans(saved).map(milliseconds);
    tell(`uncovered after coming online: median ${median(gaps)} ms, at most ${Math.max(...gaps)} ms`);
    expect(happened(saved).filter((one) => one === 'cpu1 offline')).toHaveLength(50);
    expect(happened(saved).filter((one) => one === 'cpu1 online')).toHaveLength(50);
    // A time online that ends before syswide was scheduled has no gap of its own: all of it is in what CPU 1 has uncovered.
    expect(gaps.length).toBeGreaterThanOrEqual(45);
    const covered = saved.coverage.find(({ cpu }) => cpu === 1);
    const online = saved.elapsedNs - Number(lengthOf(watch.offlineSpans()));
    expect(((covered?.countedNs ?? 0) + (covered?.uncoveredNs ?? 0)) / online).toBeGreaterThanOrEqual(0.995);
    expect(median(gaps)).toBeLessThanOrEqual(5);
    for (const [member, alone] of [
      [0, 2],
      [1, 3],
    ] as const) {
      for (const cpu of [0, 1]) {
        const [one, other] = [onCpu(saved, member, cpu), onCpu(saved, alone, cpu)];
        // Each is enabled some microseconds after the other, 51 times.
        expect(
          Math.abs(one - other),
          `${saved.events[member]?.name} on cpu${cpu}: ${one}, alone ${other}`,
        ).toBeLessThan(20 + 0.01 * one);
      }
    }
  });
});

describe('intervals of 5 ms while CPU 1 goes and comes', () => {
  it('are together the whole', { timeout: 60_000 }, async () => {
    const events = ['raw_syscalls:sys_enter', 'context-switches', 'page-faults'];
    const counting = ['stat', '-a', '-x,', '-I', '5', '--summary', '-e', events.join()];
    const { status, stderr } = syswide([...counting, '--', flapPath, '1', '15', '0', '20', '30']);
    expect(status, stderr).toBe(0);
    const rows = csvRows(stderr);
    const isSummary = ([time]: readonly string[]) => time?.trim() === 'summary';
    const summary = rows.filter(isSummary);
    const intervals = rows.filter((row) => !isSummary(row));
    for (const [, total, , name, running] of summary) {
      const own = intervals.filter((row) => row[3] === name);
      const sumOf = (field: number) => own.reduce((sum, row) => sum + Number(row[field]), 0);
      expect([name, sumOf(1), sumOf(4)]).toEqual([name, Number(total), Number(running)]);
    }
    expect(summary.map(([, , , name]) => name)).toEqual(events);
    const times = [...new Set(intervals.map(([time]) => Number(time)))];
    const longest = Math.max(...times.map((time, i) => 1000 * (time - (times[i - 1] ?? 0))));
    tell(`${times.length} intervals of 5 ms, the longest ${longest.toFixed(1)} ms`);
    expect(times.length).toBeGreaterThan(100);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });
});

describe('100 times offline and back while syswide is stopped', () => {
  it('are all told of afterwards', { timeout: 60_000 }, async () => {
    // `sleep` ends while syswide is stopped.
    const stat = startStat('-a', '-e', 'cpu-clock', '--', 'sleep', '2');
    const pid = await counting(stat.running);
    process.kill(pid, 'SIGSTOP');
    expect((await flap({ cycles: 100, offlineMs: 0, onlineMs: 0 }).ended).status).toBe(0);
    process.kill(pid, 'SIGCONT');
    const { saved } = await stat.result();
    for (const kind of ['offline', 'online'])
      expect(happened(saved).filter((one) => one === `cpu1 ${kind}`)).toHaveLength(100);
  });
});

describe('a list of CPUs', () => {
  it('follows CPU 1 where that is in it, and takes no notice of it where it is not', async () => {
    using watch = new CpuWatch();
    const other = startStat('-C', '0', '-e', 'cpu-clock', '--', 'cat');
    await counting(other.running);
    const flapping = [flapPath, '1', '3', '0', '100', '200'];
    const { saved } = await startStat('-C', '1', '-e', 'cpu-clock', '--', ...flapping).result();
    endCommand(other);
    const online = saved.elapsedNs - Number(lengthOf(watch.offlineSpans()));
    expect(saved.events[0]?.perCpu.map(({ cpu }) => cpu)).toEqual([1]);
    expect(happened(saved)).toHaveLength(6);
    expect(onCpu(saved, 0, 1) / online).toBeGreaterThanOrEqual(0.995);

    const { saved: without } = await other.result();
    expect(without.hotplug?.happenings ?? []).toEqual([]);
    expect(without.events[0]?.perCpu.map(({ cpu }) => cpu)).toEqual([0]);
    expect(without.coverage.map(({ cpu, percent }) => [cpu, percent])).toEqual([[0, 100]]);
  });

  it('that CPU 1 is added to meanwhile follows it from then on', async () => {
    const stat = startStat('-C', '0', '-e', 'cpu-clock', '--', 'cat');
    const pid = await counting(stat.running);
    expect(syswide(['ctl', `${pid}`, 'set', 'cpus=0-1'])).toMatchObject({ status: 0 });
    turn(0);
    turn(1);
    const back = process.hrtime.bigint();
    await pause(400);
    const least = Number(process.hrtime.bigint() - back);
    endCommand(stat);
    const { saved } = await stat.result();
    expect(happened(saved)).toEqual(['cpu1 offline', 'cpu1 online']);
    expect(onCpu(saved, 0, 1)).toBeGreaterThan(least - 5e6);
    expect(saved.coverage.find(({ cpu }) => cpu === 1)?.uncoveredNs).toBeLessThan(5e6);
  });

  it('with CPU 1 offline says so, and takes it in when it comes', async () => {
    turn(0);
    const stat = startStat('-C', '0,1', '-e', 'cpu-clock', '--', 'cat');
    await counting(stat.running);
    await pause(400);
    turn(1);
    await pause(600);
    endCommand(stat);
    const { saved, stderr } = await stat.result();
    expect(stderr).toContain('CPU 1 is offline: counted once it comes online');
    expect(happened(saved)).toEqual(['cpu1 online']);
    expect(onCpu(saved, 0, 1)).toBeGreaterThan(5e8);
    expect(onCpu(saved, 0, 1)).toBeLessThan(onCpu(saved, 0, 0) - 3e8);
  });

  it('of which all are offline is refused', () => {
    turn(0);
    const { status, stderr } = syswide(['stat', '-C', '1', '-e', 'cpu-clock', '--', 'true']);
    expect(stderr).toMatch(/^error\[CPU_OFFLINE\]: cannot count on CPU 1/);
    expect(status).toBe(125);
  });
});

describe('the whole system', () => {
  it('includes a CPU that was offline at the start, from when it comes', async () => {
    turn(0);
    using watch = new CpuWatch();
    const stat = startStat('-a', '-e', 'cpu-clock,context-switches', '--', 'sleep', '1.5');
    await counting(stat.running);
    const armed = process.hrtime.bigint();
    await pause(400);
    turn(1);
    const { saved } = await stat.result();
    const [came] = watch.cameOnline();
    expect(happened(saved)).toEqual(['cpu1 online']);
    const online = saved.elapsedNs - Number((came ?? 0n) - armed);
    // What lies between the start of the count and its being noticed here is not known better.
    expect(onCpu(saved, 0, 1) / online).toBeGreaterThan(0.97);
    expect(onCpu(saved, 1, 1)).toBeGreaterThan(0);
  });

  it.each([
    ['stays as it was', 3],
    ['is offline', 1],
  ])(
    'ends right when CPU 1 flaps all the time and %s at the end',
    {
      timeout: 60_000,
    },
    async (end, seconds) => {
      const load = start('taskset', ['-c', '0,1', 'sh', '-c', 'while :; do :; done']);
      using watch = new CpuWatch();
      try {
        const last = end === 'is offline' ? '; echo 0 > /sys/devices/system/cpu/cpu1/online; sleep 0.2' : '; sleep 0.2';
        const script = `${flapPath} 1 0 ${seconds} 0 0${last}`;
        const { saved } = await startStat('-a', '-e', 'cpu-clock,context-switches', '--', 'sh', '-c', script).result();
        const spans = watch.offlineSpans();
        const wentAtLast = happened(saved).at(-1);
        const gaps = uncoveredSpans(saved).map(milliseconds);
        tell(
          `${spans.length} times offline and back; uncovered: median ${median(gaps)} ms, at most ${Math.max(...gaps)} ms`,
        );
        expect(wentAtLast).toBe(end === 'is offline' ? 'cpu1 offline' : 'cpu1 online');
        expect(happened(saved).filter((one) => one === 'cpu1 online')).toHaveLength(spans.length);
        const covered = saved.coverage.find(({ cpu }) => cpu === 1);
        if (end !== 'is offline') {
          const online = saved.elapsedNs - Number(lengthOf(spans));
          const [counted, missed] = [covered?.countedNs ?? 0, covered?.uncoveredNs ?? 0];
          tell(
            `cpu1 online for ${milliseconds(online)} ms: ${milliseconds(counted)} counted, ${milliseconds(missed)} named`,
          );
          expect((counted + missed) / online).toBeGreaterThanOrEqual(0.995);
          // What is counted runs on behind the scheduler's leaving; what is named does not.
          expect(missed / online).toBeLessThanOrEqual(1.01);
        }
      } finally {
        load.process.kill('SIGKILL');
      }
    },
  );
});

describe('a command, split by CPU', () => {
  it('has every call of it and its children, while CPU 1 goes and comes', async () => {
    const count = (ms: number) => {
      const args = ['stat', '--per-cpu', '-x,', '-e', 'raw_syscalls:sys_enter', '--', forkedCalls, `${ms}`];
      const { status, stdout, stderr } = syswide(args);
      expect(status).toBe(0);
      const counts = csvRows(stderr).map((row) => Number(row[1]) || 0);
      return { counted: counts.reduce((a, b) => a + b, 0), told: Number(stdout), counts };
    };
    const { counted: others } = count(0);
    const flapping = flap({ seconds: 20, offlineMs: 50, onlineMs: 50 });
    const { counted, told, counts } = count(1000);
    flapping.process.kill('SIGTERM');
    await flapping.ended;
    tell(`${told} calls of three processes: ${counts.join(' + ')} counted, ${others} of these others`);
    expect(counted - others).toBe(told);
  });

  it('counts on CPU 1 when that was offline at its start', async () => {
    turn(0);
    const stat = startStat('--per-cpu', '-e', 'raw_syscalls:sys_enter', '--', forkedCalls, '800');
    await counting(stat.running);
    turn(1);
    const { saved } = await stat.result();
    const told = Number((await stat.running.ended).stdout);
    expect(saved.events[0]?.raw.value).toBeGreaterThanOrEqual(told);
    expect(onCpu(saved, 0, 0) + onCpu(saved, 0, 1)).toBe(saved.events[0]?.raw.value);
    expect(onCpu(saved, 0, 1)).toBeGreaterThan(0);
  });
});

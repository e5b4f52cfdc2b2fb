import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const sysfs = '/sys/devices/system/cpu';
const switchFile = `${sysfs}/cpu1/online`;
const instances = '/sys/kernel/tracing/instances';

/** Why CPU 1 cannot be taken offline here; undefined where it can. */
export function whyNotCpu1(): string | undefined {
  if (process.geteuid?.() !== 0) return 'only root takes CPUs offline';
  if (!existsSync(switchFile)) return 'there is no CPU 1 that can go offline';
  return existsSync(instances) ? undefined : 'tracefs is not mounted';
}

/** Brings CPU 1 back, whatever has happened. */
export function bringCpu1Back(): void {
  if (readFileSync(switchFile, 'utf8').trim() === '0') writeFileSync(switchFile, '1');
}

/** Takes CPU 1 offline and back, `cycles` times. */
export async function flapCpu1(cycles: number, offlineMs: number, onlineMs: number): Promise<void> {
  try {
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      writeFileSync(switchFile, '0');
      await sleep(offlineMs);
      writeFileSync(switchFile, '1');
      await sleep(onlineMs);
    }
  } finally {
    bringCpu1Back();
  }
}

/** Runs something and says for how many ms CPU 1 ran no tasks meanwhile, as a trace of the kernel tells it. */
export async function offlineTime(action: () => Promise<void>): Promise<number> {
  const step = /^\s*(\d+): sched:active$/m.exec(readFileSync(`${sysfs}/hotplug/states`, 'utf8'))?.[1];
  const directory = `${instances}/syswide-bench-${process.pid}`;
  mkdirSync(directory);
  try {
    writeFileSync(`${directory}/trace_clock`, 'mono');
    writeFileSync(`${directory}/events/cpuhp/cpuhp_exit/filter`, `idx == ${step}`);
    writeFileSync(`${directory}/events/cpuhp/cpuhp_exit/enable`, '1');
    await action();
    return sumOfGaps(readFileSync(`${directory}/trace`, 'utf8'), Number(step));
  } finally {
    writeFileSync(`${directory}/events/cpuhp/cpuhp_exit/enable`, '0');
    rmdirSync(directory);
  }
}

/** On the way up a step ends in its own state, on the way down in the one below. */
function sumOfGaps(trace: string, step: number): number {
  let [sum, gone] = [0, undefined as number | undefined];
  for (const [, seconds, state] of trace.matchAll(/ (\d+\.\d{6}): cpuhp_exit:\s+cpu: 0001\s+state:\s*(\d+)/g)) {
    const at = Number(seconds) * 1000;
    if (Number(state) !== step) gone = at;
    else if (gone !== undefined) sum += at - gone;
  }
  return sum;
}

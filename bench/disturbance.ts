import { readdirSync, readFileSync, statSync } from 'node:fs';

/** A share of the machine's CPU time from which on figures are called noisy. */
const NOISY = 0.05;

/** How much others used the machine while it was measured. */
export interface Disturbance {
  /** Share of all CPU time that neither was idle nor went to the bench and what it started, and what the hypervisor took. */
  readonly othersShare: number;
  readonly noisy: boolean;
  /** Whether a CPU went offline or came online: syswide follows, and what it does then is no cost of waiting. */
  readonly cpusChanged: boolean;
}

/**
 * Watches what others use of the machine, so that a result says by itself whether to trust it.
 * @returns a function that says what was used since
 */
export function watchDisturbance(): () => Disturbance {
  const before = snapshot();
  const cpus = cpuIncarnations();
  return () => {
    const after = snapshot();
    const passed = after.all - before.all;
    const others = after.busy - before.busy - (after.own - before.own);
    const othersShare = passed > 0 ? Math.max(0, Number((others / passed).toFixed(3))) : 0;
    return { othersShare, noisy: othersShare > NOISY, cpusChanged: cpuIncarnations() !== cpus };
  };
}

/** In clock ticks. Own: this process and the children it has waited for. */
function snapshot(): { all: number; busy: number; own: number } {
  const [, ...fields] = readFileSync('/proc/stat', 'utf8').split('\n', 1).join('').split(/\s+/);
  // user nice system idle iowait irq softirq steal; guest time is part of user.
  const ticks = fields.slice(0, 8).map(Number);
  const all = ticks.reduce((sum, part) => sum + part, 0);
  const self = readFileSync('/proc/self/stat', 'utf8');
  // Behind the name, which may hold anything: utime stime cutime cstime are the fields 14 to 17 of proc(5).
  const own = self
    .slice(self.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15);
  return { all, busy: all - (ticks[3] ?? 0) - (ticks[4] ?? 0), own: own.reduce((sum, part) => sum + Number(part), 0) };
}

/** Tells an online CPU from the same one before it went offline and came back: its directory has another inode then. */
function cpuIncarnations(): string {
  const cpus = readdirSync('/sys/devices/system/cpu').filter((name) => /^cpu\d+$/.test(name));
  return cpus
    .map((cpu) => statSync(`/sys/devices/system/cpu/${cpu}/topology`, { throwIfNoEntry: false })?.ino ?? 0)
    .join();
}

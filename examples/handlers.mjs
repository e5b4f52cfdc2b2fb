/**
 * How long each thread waited for a CPU after it was woken: the longest, and how often. Try it with
 *
 *   syswide record -a -e sched:sched_wakeup,sched:sched_switch -o sched.data -- sleep 1
 *   syswide script examples/handlers.mjs -i sched.data
 *   syswide script examples/handlers.mjs --live -e sched:sched_wakeup,sched:sched_switch --timeout 1000
 */
const woken = new Map();
const waits = new Map();

export default {
  'sched:sched_wakeup'({ fields, time }) {
    woken.set(fields.pid, time);
  },

  'sched:sched_switch'({ fields, time }) {
    const since = woken.get(fields.next_pid);
    if (since === undefined) return;
    woken.delete(fields.next_pid);
    const { times, longest } = waits.get(fields.next_comm) ?? { times: 0, longest: 0n };
    const wait = time - since;
    waits.set(fields.next_comm, { times: times + 1, longest: wait > longest ? wait : longest });
  },

  end() {
    const byWait = [...waits].sort(([, a], [, b]) => Number(b.longest - a.longest));
    for (const [comm, { times, longest }] of byWait.slice(0, 5)) {
      process.stdout.write(
        `${comm.padEnd(16)} ${String(times).padStart(6)} times, ${Number(longest) / 1e6} ms at most\n`,
      );
    }
  },
};

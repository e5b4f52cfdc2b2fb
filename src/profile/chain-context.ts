/** PERF_RECORD_MISC_*: where an address is of. */
export const Mode = { kernel: 1, user: 2, hypervisor: 3 } as const;

/** PERF_CONTEXT_* of include/uapi/linux/perf_event.h, the lower halves of numbers whose upper one is -1: what follows is of the… */
const Context = { hypervisor: -32, kernel: -128, user: -512, first: -4095 } as const;

/** The lower half of what says that addresses of user space follow; its upper half is -1. */
export const USER_CONTEXT = Context.user;

/** Whether an entry of a call chain, in two halves with a sign each, is no address, but tells of what those that follow are. */
export const isContext = (low: number, high: number): boolean => high === -1 && low < 0 && low >= Context.first;

/** Whether an entry of a call chain says that addresses of user space follow. */
export const isUserContext = (low: number, high: number): boolean => low === Context.user && high === -1;

/**
 * Whether a call chain says somewhere that what follows is of nobody knows what: a register that held no frame was followed, as
 * in programs without frame pointers. perf takes such a chain for damaged. Source: add_callchain_ip() in tools/perf/util/machine.c.
 */
export function isDamagedChain(words: Int32Array, from: number, end: number): boolean {
  for (let at = from; at < end; at += 2) {
    const low = words[at] ?? 0;
    if (words[at + 1] === -1 && isContext(low, -1) && modeOf(low) < 0) return true;
  }
  return false;
}

/** The mode of what follows a context, given its lower half; less than 0 for one that nobody knows. */
export function modeOf(low: number): number {
  if (low === Context.kernel) return Mode.kernel;
  if (low === Context.user) return Mode.user;
  return low === Context.hypervisor ? Mode.hypervisor : -1;
}

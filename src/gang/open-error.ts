import { constants } from 'node:os';
import { ClockId } from '../abi/perf-event';
import { type ErrorCode, SyswideError } from '../base/error';
import type { ResolvedEvent } from '../events/resolved-event';
import type { KernelError } from '../native/kernel-error';
import { type Place, placeName } from './target';

const { errno } = constants;

interface Explanation {
  readonly code: ErrorCode;
  readonly why: string;
  readonly remedy: string;
}

/** What the machine says of itself that makes a refusal clear. */
export interface OpenContext {
  /** How many fds the gang needs in all. */
  readonly fdsNeeded: number;
  /** Why this user may not count like that, and how to be allowed to; asked only when the kernel said EACCES or EPERM. */
  readonly permission: (event: ResolvedEvent, place: Place) => { readonly why: string; readonly remedy: string };
  /** Why this user may count user space only; undefined for one who may count the kernel. */
  readonly userOnly?: () => { readonly why: string; readonly remedy: string } | undefined;
  /** How to go on without events that this machine does not have: `add --allow-missing …`; absent where nothing does that. */
  readonly goOnWithout?: string;
  /** The soft limit of open files; asked only when it was reached. */
  readonly fdLimit: () => number | undefined;
}

/** True when the refusal means that this machine or kernel has no such event, wherever it is asked for. */
export const meansUnsupported = (error: KernelError): boolean =>
  [errno.ENOENT, errno.EOPNOTSUPP, errno.ENOSYS, errno.ENXIO].includes(error.errno);

/** True when the task of the place has ended. */
export const meansGone = (error: KernelError): boolean => error.errno === errno.ESRCH;

/** True when the CPU of the place is offline. */
export const meansOffline = (error: KernelError): boolean => error.errno === errno.ENODEV;

/** The error for a user when `event` was refused at `place`: which, where, why and what to do. */
export function explainOpen(
  error: KernelError,
  event: ResolvedEvent,
  place: Place,
  context: OpenContext,
): SyswideError {
  const { code, why, remedy } = explain(error, event, place, context);
  return new SyswideError(code, {
    what: `cannot open ${event.name} on ${placeName(place)}`,
    why: `${why} (${error.errnoName})`,
    remedy,
    cause: error,
  });
}

function explain(error: KernelError, event: ResolvedEvent, place: Place, context: OpenContext): Explanation {
  const known = table.find((row) => row.errnos.includes(error.errno) && (!row.kinds || row.kinds.includes(event.kind)));
  if (known) return known.explain(event, place, context);
  return {
    code: 'OPEN_FAILED',
    why: 'the kernel refused it',
    remedy: 'see perf_event_open(2) for this errno, and `dmesg | tail` for more',
  };
}

interface Row {
  readonly errnos: readonly number[];
  /** Only for events of these kinds; the first row that fits is taken. */
  readonly kinds?: readonly ResolvedEvent['kind'][];
  readonly explain: (event: ResolvedEvent, place: Place, context: OpenContext) => Explanation;
}

const leaveOut = ({ goOnWithout }: OpenContext): string =>
  goOnWithout === undefined ? 'leave it out' : `leave it out, or ${goOnWithout}`;

/** errno × kind of event → cause and remedy. Source: perf_event_open(2), ERRORS, and kernel/events/core.c. */
const table: readonly Row[] = [
  {
    errnos: [errno.ENOENT, errno.EOPNOTSUPP, errno.ENXIO],
    kinds: ['hardware', 'cache', 'raw'],
    explain: (_event, _place, context) => ({
      code: 'NOT_SUPPORTED',
      why: 'this machine has no hardware counter for it; virtual machines often have none at all',
      remedy: leaveOut(context),
    }),
  },
  {
    errnos: [errno.ENOENT, errno.EOPNOTSUPP, errno.ENXIO, errno.ENOSYS],
    explain: (_event, _place, context) => ({
      code: 'NOT_SUPPORTED',
      why: 'this kernel does not have it',
      remedy: leaveOut(context),
    }),
  },
  {
    errnos: [errno.EACCES, errno.EPERM],
    explain: (event, place, context) => ({ code: 'NO_PERMISSION', ...context.permission(event, place) }),
  },
  {
    errnos: [errno.ENODEV],
    explain: (_event, place) => ({
      code: 'CPU_OFFLINE',
      why: `${placeName(place)} is offline`,
      remedy: 'leave it out of -C, or bring it online: echo 1 > /sys/devices/system/cpu/cpuN/online',
    }),
  },
  {
    errnos: [errno.ESRCH],
    explain: (_event, place) => ({
      code: 'NO_SUCH_PROCESS',
      why: `${placeName(place)} has ended`,
      remedy: 'check the id with ps',
    }),
  },
  {
    errnos: [errno.EMFILE, errno.ENFILE],
    explain: (_event, _place, context) => ({
      code: 'TOO_MANY_FILES',
      why: `it takes ${context.fdsNeeded} file descriptors beside those in use, and the limit is ${context.fdLimit() ?? 'unknown'}`,
      remedy: 'raise it with `ulimit -n`, or count fewer events or CPUs',
    }),
  },
  {
    errnos: [errno.ENOSPC],
    kinds: ['breakpoint'],
    explain: (_event, place) => ({
      code: 'NO_SLOT',
      why: `${placeName(place)} has no free debug register`,
      remedy: 'count fewer breakpoints, or end the debugger or tracer that holds them',
    }),
  },
  {
    errnos: [errno.ENOMEM],
    explain: () => ({
      code: 'NO_MEMORY',
      why: 'the kernel has no memory for it',
      remedy: 'count fewer events or CPUs',
    }),
  },
  {
    errnos: [errno.EBUSY],
    explain: () => ({
      code: 'BUSY',
      why: 'another event holds the counters exclusively',
      remedy: 'end the other profiler, then try again',
    }),
  },
  {
    errnos: [errno.EINVAL, errno.E2BIG],
    explain: ({ attr }, _place, { userOnly }) => {
      if (!takesAnyEvent(attr)) return unreadableClock;
      const forbidden = attr.flags?.excludeKernel ? userOnly?.() : undefined;
      if (!forbidden) return unknownTerms;
      const { why, remedy } = forbidden;
      return {
        code: 'NO_PERMISSION',
        why: `this kernel does not take the event in user space only, and ${why}`,
        remedy,
      };
    },
  },
];

const unknownTerms: Explanation = {
  code: 'NOT_SUPPORTED',
  why: 'this kernel does not take the event with these modifiers or terms',
  remedy: 'drop the modifiers, or see perf_event_open(2)',
};

const unreadableClock: Explanation = {
  code: 'NOT_SUPPORTED',
  why: 'the kernel can read the clock that was asked for only where its own clocks and software events happen',
  remedy: 'take -k monotonic or -k monotonic_raw',
};

/**
 * Whether every event can be stamped with the clock of an attr: one that can be read in an NMI.
 * Source: perf_event_set_clock() in kernel/events/core.c, Linux 6.18.
 */
const takesAnyEvent = ({ clockId, flags }: ResolvedEvent['attr']): boolean =>
  !flags?.useClockid || clockId === ClockId.monotonic || clockId === ClockId.monotonicRaw;

import { ReadFormat } from '../../abi/perf-event';
import { SyswideError } from '../../base/error';
import { pid, type Tid } from '../../base/units';
import type { ResolvedEvent } from '../../events/resolved-event';
import { DEFAULT_FREQUENCY, type Sampling, sampled, sideBandEvent } from '../../events/sampling';
import { combineFilters } from '../../events/tracepoint-filter';
import { type Cgroup, cgroupMount } from '../../host/cgroups';
import type { Host } from '../../host/host';
import { isKernelSince } from '../../host/kernel-version';
import { maxSampleRate } from '../../host/sample-rate';
import { inCgroups } from '../stat/stat-cgroups';
import { statEvents } from '../stat/stat-events';
import type { EventChoice } from '../stat/stat-options';
import type { RecordOptions, SampleRate } from './record-options';

/** The events of a recording. */
export interface RecordEvents {
  /** Those that sample, as asked for, and behind them the one that tells of programs and their memory. */
  readonly events: readonly ResolvedEvent[];
  /** Whether maps of data are told, too: for addresses, and for the tables that stacks are unwound with. */
  readonly dataMaps: boolean;
  readonly notices: readonly string[];
}

/**
 * @param cgroups those that `-G` names, open: see `chosenCgroups`
 * @throws SyswideError for an event text that means nothing here, or an event that cannot be sampled
 */
export function recordEvents(options: RecordOptions, host: Host, cgroups: readonly Cgroup[]): RecordEvents {
  const { name, notices } = options.texts.length > 0 ? { name: undefined, notices: [] } : defaultEvent(host);
  const texts = name === undefined ? options.texts : [{ text: name, filters: [] }];
  const { target, addresses, weight, raw, callGraph } = options;
  const choice = eventChoice(options, texts);
  const asked = inCgroups(statEvents(choice, target, host), choice, cgroups, host);
  const rate = rateOf(options.rate, host);
  const { clockId, tell } = options;
  const { overwrite } = options.file;
  if (tell.cgroups && !isKernelSince(host.files, ...CGROUPS_SINCE)) throw cgroupsUntold();
  const fields = { addresses, weight, raw, cgroups: tell.cgroups, ...(callGraph ? { callGraph } : {}) };
  const sampling = { ...rate.sampling, ...fields, overwrite, clockId };
  const own = options.excludeSelf ? host.processes.threads(pid(process.pid)) : [];
  const events = asked.events.map((event) => {
    if (event.kind === 'tool') throw nothingToSample(event);
    return sampled(options.excludeSelf ? withoutOwn(event, own) : event, sampling);
  });
  const dataMaps = addresses || events.some(({ attr }) => (attr.sampleStackUser ?? 0) > 0);
  const sideBand = sideBandEvent({
    dataMaps,
    switches: tell.switches,
    namespaces: tell.namespaces,
    cgroups: tell.cgroups,
    clockId,
    kernelSymbols: host.privileges.mayCountCpuWide.allowed && host.privileges.mayCountKernel.allowed,
  });
  const tellLoss = isKernelSince(host.files, ...LOST_SINCE);
  const all = [...events, sideBand].map((event) => (tellLoss ? tellingOfLoss(event) : event));
  const lowered = events.some(goesByThat) ? rate.notices : [];
  return { events: all, dataMaps, notices: [...notices, ...lowered, ...asked.notices, ...cgroupNotices(tell, host)] };
}

/** The events that `-e` names, chosen as those of `stat` are. */
const eventChoice = ({ cgroups, privilege, inherit }: RecordOptions, texts: RecordOptions['texts']): EventChoice => ({
  ...{ texts, use: 'sample', metrics: [], detail: 0, none: false, cgroups, forEachCgroup: [], privilege, inherit },
});

/** The kernel that began to tell of cgroups. */
const CGROUPS_SINCE = [5, 7] as const;

const cgroupsUntold = (): SyswideError =>
  new SyswideError('NOT_SUPPORTED', {
    what: 'cannot record which cgroups samples are of',
    why: `kernels before ${CGROUPS_SINCE.join('.')} do not tell`,
    remedy: 'leave --all-cgroups out, or sample the events of one with -G',
  });

const cgroupNotices = ({ olderCgroups }: RecordOptions['tell'], { files }: Host): string[] =>
  olderCgroups && cgroupMount(files) === undefined
    ? ['no hierarchy of cgroups is mounted: only those have names that are made from now on']
    : [];

/** Whether an event is sampled so many times a second, and does not say by itself how many. */
const goesByThat = ({ attr, settings }: ResolvedEvent): boolean =>
  attr.flags?.freq === true && settings?.frequency === undefined;

/** The kernel that began to tell of each event how many of its records it had no room for. */
const LOST_SINCE = [6, 0] as const;

/** Asked for that in the end: rings tell it only when there is room again, and that may never be. */
const tellingOfLoss = (event: ResolvedEvent): ResolvedEvent => ({
  ...event,
  attr: { ...event.attr, readFormat: ReadFormat.lost },
});

/** perf takes `cycles` too, and falls back to the clock in passing. */
function defaultEvent(host: Host): { name: string; notices: string[] } {
  if (host.pmus.hasHardwarePmu()) return { name: 'cycles', notices: [] };
  return { name: 'cpu-clock', notices: ['no hardware counters here: sampling cpu-clock instead of cycles'] };
}

function rateOf(
  rate: SampleRate,
  { files }: Host,
): { sampling: Pick<Sampling, 'period' | 'frequency' | 'maxFrequency'>; notices: string[] } {
  const maxFrequency = maxSampleRate(files);
  if (rate.kind === 'period') return { sampling: { period: rate.events, maxFrequency }, notices: [] };
  const most = maxFrequency ?? 100_000n;
  if (rate.kind === 'default') return { sampling: { maxFrequency }, notices: tooMany(DEFAULT_FREQUENCY, most) };
  const frequency = rate.hertz === 'max' || rate.hertz > most ? most : rate.hertz;
  return { sampling: { frequency, maxFrequency }, notices: rate.hertz === 'max' ? [] : tooMany(rate.hertz, most) };
}

const tooMany = (hertz: bigint, most: bigint): string[] =>
  hertz <= most
    ? []
    : [`${hertz} samples a second are more than kernel.perf_event_max_sample_rate allows: taking ${most}`];

/** Without what threads of syswide do: to the kernel, common_pid is a thread's. Only tracepoints can be filtered. */
function withoutOwn(event: ResolvedEvent, threads: readonly Tid[]): ResolvedEvent {
  if (event.kind !== 'tracepoint') return event;
  const own = combineFilters(threads.map((tid) => `common_pid != ${tid}`));
  const filter = combineFilters(event.filter === undefined ? [own] : [event.filter, own]);
  return { ...event, filter, lastingFilter: own };
}

const nothingToSample = ({ name }: ResolvedEvent): SyswideError =>
  new SyswideError('NOT_SUPPORTED', {
    what: `cannot sample ${name}`,
    why: 'syswide counts it by itself: nothing happens that a sample could be taken of',
    remedy: 'leave it out, or count it with syswide stat',
  });

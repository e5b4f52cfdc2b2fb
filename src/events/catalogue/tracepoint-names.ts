import type { HostFiles } from '../../host/host-files';
import type { Tracefs } from '../../host/tracefs';

/** The tracepoints of one system, sorted. */
export interface TracepointSystem {
  readonly system: string;
  readonly events: readonly string[];
}

/** ftrace's own formats are no tracepoints to it, so its file lacks them; perf can count some of them. */
const FTRACE = 'ftrace';

/**
 * Every tracepoint, system by system, sorted. One file has nearly all of the names, which takes 3 ms where looking into
 * each of thousands of directories takes 50; where it cannot be read, the directories it is.
 * Source: kernel/trace/trace_events.c (available_events).
 */
export function* tracepointSystems(files: HostFiles, tracefs: Tracefs): Generator<TracepointSystem> {
  const listed = parseNames(files.read(`${tracefs.directory}/available_events`) ?? '');
  if (listed.size > 0 && !listed.has(FTRACE)) listed.set(FTRACE, tracefs.events(FTRACE));
  const systems = listed.size > 0 ? [...listed.keys()].sort() : tracefs.systems();
  for (const system of systems) {
    const events = listed.get(system)?.sort() ?? tracefs.events(system);
    if (events.length > 0) yield { system, events };
  }
}

/** `sched:sched_switch`, line by line. */
function parseNames(text: string): Map<string, string[]> {
  const systems = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const [system, event] = [line.slice(0, colon), line.slice(colon + 1)];
    const events = systems.get(system);
    if (events) events.push(event);
    else systems.set(system, [event]);
  }
  return systems;
}

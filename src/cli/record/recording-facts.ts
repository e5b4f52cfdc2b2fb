import { hostname } from 'node:os';
import { ClockId } from '../../abi/perf-event';
import type { ResolvedEvent } from '../../events/resolved-event';
import { describeHost } from '../../host/description';
import type { Host } from '../../host/host';
import type { TracepointName } from '../../host/tracefs';
import type { RecordingFacts } from '../../perfdata/features';
import { cpuTopology, numaTopology } from '../../perfdata/topology-features';
import { tracingData } from '../../perfdata/tracing-data';
import type { Machine } from '../machine';
import { version } from '../version';

/** What a recording of these events says of this machine, and of who asked for it. @throws SyswideError NO_TRACEFS */
export function recordingFacts(events: readonly ResolvedEvent[], clockId: number, machine: Machine): RecordingFacts {
  const { host } = machine;
  const { kernel, machine: arch, cpuModel } = describeHost(host);
  const { present, online } = host.cpus();
  const tracepoints = namesOf(events, host);
  const [cpus, nodes] = [cpuTopology(host.files, online, present), numaTopology(host.files)];
  const memory = /^MemTotal:\s*(\d+) kB$/m.exec(host.files.read('/proc/meminfo') ?? '')?.[1] ?? '0';
  return {
    hostname: hostname(),
    osRelease: kernel,
    version,
    arch,
    cpusPresent: present.size,
    cpusOnline: online.size,
    cpuDescription: cpuModel,
    totalMemoryKib: BigInt(memory),
    commandLine: ['syswide', ...process.argv.slice(2)],
    ...(cpus ? { cpuTopology: cpus } : {}),
    ...(nodes ? { numaTopology: nodes } : {}),
    clock: {
      id: clockId,
      // What clock_getres(2) says of all of them with high-resolution timers.
      resolution: 1n,
      time: machine.kernel.clockTime(clockId),
      wallTime: machine.kernel.clockTime(ClockId.realtime),
    },
    ...(tracepoints.length > 0
      ? { tracingData: tracingData(host.tracefs(), tracepoints, machine.kernel.pageSize) }
      : {}),
  };
}

/** The tracepoints among the events, each once. An event may have a name of the user's own. */
function namesOf(events: readonly ResolvedEvent[], host: Host): TracepointName[] {
  const ids = new Map(events.flatMap(({ kind, attr, name }) => (kind === 'tracepoint' ? [[attr.config, name]] : [])));
  return [...ids].flatMap(([id, text]) => {
    const [system = '', event = ''] = text.split(':');
    return host.tracefs().withId(Number(id), { system, event }) ?? [];
  });
}

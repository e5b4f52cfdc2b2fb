import { LocalHost } from '../../host/host';
import { HostFiles } from '../../host/host-files';
import type { TracepointFormat } from '../../host/tracepoint-format';
import { RealKernel } from '../../native/real-kernel';
import { LazyScriptEvent } from '../../profile/lazy-script-event';
import { LiveProcesses } from '../../profile/live-processes';
import { Names } from '../../profile/names';
import { Places } from '../../profile/places';
import { Programs } from '../../profile/programs';
import { type EventSample, SampledEvent } from '../../recording/sampled-event';
import { complain } from '../console';
import { exitStatus } from '../exit-status';
import { SignalInterruption } from '../signals';
import { HandlerFile } from './handler-file';
import type { LiveOptions } from './live-options';

/**
 * `syswide script FILE --live`: calls a user's handlers for samples of the running system, until a signal or the time is over.
 * @returns the exit status
 * @throws SyswideError HANDLER_FAILED, and what opening events throws
 */
export async function handleLive(file: string, options: LiveOptions): Promise<number> {
  const handlers = await HandlerFile.load(file);
  const { events, cpus, period, callGraph, timeoutMs } = options;
  await using sampling = await SampledEvent.open({
    events,
    ...(cpus ? { cpus } : {}),
    ...(period === undefined ? {} : { period }),
    ...(callGraph ? { callGraph } : {}),
  });
  const eventOf = liveEvents();
  await handlers.begin();
  sampling.arm();
  const signals = new SignalInterruption(RealKernel.shared(), () => sampling.stop());
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => sampling.stop(), timeoutMs);
  try {
    for await (const sample of sampling.samples()) handlers.of(sample.event)?.(eventOf(sample));
  } finally {
    clearTimeout(timer);
    signals.close();
  }
  await handlers.end();
  if (sampling.lost > 0n) complain(`# ${sampling.lost} records were lost: the handlers took too long`);
  return exitStatus.success;
}

/** Makes events of samples, with the names that things have now. */
function liveEvents(): (sample: EventSample) => LazyScriptEvent {
  const files = new HostFiles();
  const dsos = new Names();
  const processes = new LiveProcesses(files, dsos);
  const places = new Places(new Programs(files, []), [], dsos);
  const formats = new Map<string, TracepointFormat | undefined>();
  const formatOf = (event: string) => {
    if (!formats.has(event)) formats.set(event, tracepointFormat(event));
    return formats.get(event);
  };
  return ({ event, time, cpu = 0, pid = 0, tid = 0, period = 1n, ip = 0n, addr = 0n, callchain = [], raw }) => {
    const format = formatOf(event);
    return new LazyScriptEvent({
      ...{ name: event, time, cpu, pid, tid, ip, addr, places, littleEndian: true },
      comm: processes.commOf(tid),
      period: Number(period),
      memory: processes.memoryOf(pid),
      chain: Int32Array.from(callchain.flatMap((address) => [Number(address & 0xffff_ffffn), Number(address >> 32n)])),
      ...(format ? { format } : {}),
      ...(raw ? { raw } : {}),
    });
  };
}

/** How the fields of a tracepoint lie; undefined for another event. */
function tracepointFormat(name: string): TracepointFormat | undefined {
  const [, system, event] = /^(\w+):([\w-]+)$/.exec(name) ?? [];
  if (system === undefined || event === undefined) return undefined;
  const host = new LocalHost(RealKernel.shared());
  try {
    return host.tracefs().format({ system, event });
  } finally {
    host.close();
  }
}

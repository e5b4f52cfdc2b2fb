import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { SyswideError } from '../../base/error';
import { type Fd, fd, type Pid, pid } from '../../base/units';
import type { MeasureRequest } from '../../counts/measure-request';
import type { ResolvedEvent } from '../../events/resolved-event';
import { TRAILER_BYTES } from '../../events/sampling';
import { refusalContext } from '../../gang/refusal-context';
import { HostWideLock } from '../../gang/registry/host-lock';
import { type Cgroup, closeCgroups } from '../../host/cgroups';
import type { Host } from '../../host/host';
import { MeasuredCommand } from '../../host/measured-command';
import { isInForeground } from '../../host/terminal';
import { type RecordResult, record as recordOnce } from '../../recording/record';
import type { Progress } from '../../recording/record-request';
import { runningCgroups } from '../../recording/running-cgroups';
import { kernelText, runningTasks } from '../../recording/running-tasks';
import { complain, errorLine, standardError, standardOutput } from '../console';
import { openToControl } from '../control';
import { exitStatus } from '../exit-status';
import { type Machine, thisMachine } from '../machine';
import { SignalInterruption } from '../signals';
import { chosenCgroups } from '../stat/stat-cgroups';
import { needsCommand, placeIn, placeInTarget } from '../stat/stat-place';
import { countedTarget } from '../stat/stat-request';
import { countsCpus, type StatTarget } from '../stat/stat-target-option';
import { usage } from '../usage-error';
import { hearOfCpus, pidfdOf, threadsOf } from '../watched-target';
import { lossFailure } from './loss-limit';
import { recordEvents } from './record-events';
import type { RecordOptions } from './record-options';
import { fileLine, resultLines } from './record-result';
import { recordingFacts } from './recording-facts';
import { ringPages } from './ring-pages';
import { StatusLine } from './status-line';

/**
 * `syswide record`: samples until the command ends, the processes end, the time is up or a signal comes.
 * @returns the exit status
 */
export async function record(options: RecordOptions): Promise<number> {
  if ('pipe' in options.file.to && standardOutput.isTerminal) throw notToAScreen();
  const machine = thisMachine();
  const interruption = new SignalInterruption(machine.kernel);
  const cgroups: Cgroup[] = [];
  process.on(ROTATION_SIGNAL, ignore);
  try {
    // Threads that would start later could not be left out.
    if (options.excludeSelf) await startWorkers();
    cgroups.push(...chosenCgroups({ cgroups: options.cgroups, forEachCgroup: [] }, machine.host.files));
    const result = await recordWith(options, cgroups, machine, interruption);
    if (!options.quiet) for (const line of resultLines(result, options)) complain(line);
    if (result.failure) {
      complain(errorLine(result.failure));
      return exitStatus.ownFailure;
    }
    await makePage(options);
    return statusOf(options, result, interruption);
  } finally {
    process.off(ROTATION_SIGNAL, ignore);
    interruption.close();
    machine.host.close();
    closeCgroups(cgroups);
  }
}

/** What `--html` asks for. @throws SyswideError where it cannot be made; the recording stays */
async function makePage({ file: { to, html }, quiet, command }: RecordOptions): Promise<void> {
  if (html === undefined || 'pipe' in to) return;
  const { flamegraph } = await import('../flamegraph/flamegraph');
  const title = command.length > 0 ? command.join(' ') : basename(to.path);
  await flamegraph({
    inputs: [to.path],
    owner: 'anybody',
    symbols: {},
    filter: {},
    inlines: false,
    output: html,
    title,
    quiet,
  });
}

const notToAScreen = (): SyswideError =>
  usage('-o -', 'standard output is a terminal, and a recording is no text', 'put | and a reader behind it, or > FILE');

function statusOf({ mostLost }: RecordOptions, result: RecordResult, interruption: SignalInterruption): number {
  const lost = [...result.lost.values()].reduce((sum, count) => sum + count, 0n);
  const failure = lossFailure(mostLost, lost, BigInt(result.samples));
  if (failure) {
    complain(errorLine(failure));
    return exitStatus.ownFailure;
  }
  if (interruption.signal !== undefined) return exitStatus.signalled(interruption.signal);
  const { exitCode, signal } = result.exit ?? {};
  // A command that is told to stop because enough was recorded has not failed.
  if (result.endedBy !== 'end') return exitStatus.success;
  return signal === undefined ? (exitCode ?? exitStatus.success) : exitStatus.signalled(signal);
}

async function recordWith(
  options: RecordOptions,
  cgroups: readonly Cgroup[],
  machine: Machine,
  interruption: SignalInterruption,
): Promise<RecordResult> {
  const { kernel, host } = machine;
  const systemWide = countsCpus(options.target);
  const chosen = recordEvents(options, host, cgroups);
  // Before anything is opened: until its exec the child holds copies of the fds.
  const command =
    options.command.length > 0 ? MeasuredCommand.start(kernel, options.command, outputOf(options)) : undefined;
  const until: Fd[] = [];
  let status: StatusLine | undefined;
  let hasBegun = false;
  let hotplug: MeasureRequest['hotplug'];
  try {
    const { target, file } = options;
    const { events, loaded } = placed(chosen.events, target, host, command);
    const counted = countedTarget(
      { target, aggregation: 'cpu', events: { inherit: options.inherit } },
      host,
      command?.pid,
    );
    hotplug = counted.wanted && hearOfCpus(machine, counted.wanted);
    for (const process of command ? [] : counted.processes) until.push(pidfdOf(kernel, process));
    return await recordOnce(
      kernel,
      {
        events,
        unasked: new Set(),
        leftOut: new Map(),
        allowMissing: options.allowMissing,
        goOnWithout: 'add --allow-missing to sample the others',
        target: counted.target,
        ...refusalContext(host),
        ...threadsOf(target, counted, host),
        ...(hotplug ? { hotplug } : {}),
        files: host.files,
        lock: new HostWideLock(kernel),
        ...(options.waitSlots === undefined ? {} : { waitSlots: options.waitSlots }),
        to: file.to,
        ...(file.rotation ? { rotation: file.rotation, hearRotation } : {}),
        overwrite: file.overwrite,
        clockId: options.clockId,
        onFile: (ended) => {
          status?.clear();
          if (!options.quiet) complain(fileLine(ended));
        },
        ...(showsStatus(options)
          ? {
              watch: (progress) => {
                status = statusLine(progress);
                return status;
              },
            }
          : {}),
        ringPages: ringPages(file.ring, kernel.pageSize, host.cpus().online.size),
        mayShrink: file.ring === undefined,
        running: () => {
          const started = hasBegun ? startedMeanwhile(options, command, host) : loaded;
          hasBegun = true;
          return whatRuns(options, { asked: counted.processes, started }, chosen.dataMaps, host);
        },
        facts: recordingFacts(events, options.clockId, machine),
        openToControl: (gang) => openToControl(kernel, gang, options.control, !systemWide),
        ...(command ? { command, commandIsLoaded: loaded.length > 0 } : {}),
        until,
        ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
        ...(options.delay === undefined ? {} : { delay: options.delay }),
        ...(file.mostBytes === undefined ? {} : { mostBytes: file.mostBytes }),
        buildIds: file.buildIds,
        notices: [...counted.notices, ...chosen.notices],
      },
      interruption,
      () => isInForeground(host.files),
    );
  } finally {
    hotplug?.source.close();
    if (until.length > 0) kernel.closeFds(until);
    command?.close();
  }
}

/** On a terminal that no command prints on. */
function showsStatus({ quiet, command: [name], file }: RecordOptions): boolean {
  if (quiet || !standardError.isTerminal || file.overwrite) return false;
  return name === undefined || basename(name) === 'sleep' || !(standardOutput.isTerminal || 'pipe' in file.to);
}

const statusLine = (progress: () => Progress): StatusLine =>
  new StatusLine(
    progress,
    (text) => standardError.write(text),
    () => standardError.width,
  );

/** Has the threads that work beside this one start now: all of them do with the first thing that one is to do. */
const startWorkers = (): Promise<unknown> => stat('/');

/** What a command prints is not to get among the records. */
const outputOf = ({ file }: RecordOptions): Fd | undefined => ('pipe' in file.to ? fd(2) : undefined);

/** perf's signal for a new file. As in perf, it never ends a recording, also where that has one file only. */
const ROTATION_SIGNAL = 'SIGUSR2';

const ignore = (): void => {};

function hearRotation(rotate: () => void): { close(): void } {
  process.on(ROTATION_SIGNAL, rotate);
  return { close: () => void process.off(ROTATION_SIGNAL, rotate) };
}

/**
 * The events as they can be opened, and the command's process where that had to be loaded first: to know the address of a
 * variable of it, and not to sample how it gets there.
 */
function placed(
  events: readonly ResolvedEvent[],
  target: StatTarget,
  host: Host,
  command: MeasuredCommand | undefined,
): { readonly events: readonly ResolvedEvent[]; readonly loaded: readonly Pid[] } {
  if (!command || !needsCommand(events, target)) {
    return { events: placeInTarget(events, target, host), loaded: [] };
  }
  command.releaseToExec();
  return { events: placeIn(events, [command.pid], host), loaded: [command.pid] };
}

/**
 * Processes that may be recorded, too, once a recording has begun: its command, and what has started since syswide did.
 * More than they have started is among these, which does no harm; whose parent has ended cannot be told from that.
 */
function startedMeanwhile({ inherit }: RecordOptions, command: MeasuredCommand | undefined, host: Host): Pid[] {
  const own = pid(process.pid);
  const since = host.processes.info(own)?.startTicks ?? 0n;
  const isLater = (one: Pid) => one !== own && (host.processes.info(one)?.startTicks ?? -1n) >= since;
  return [...(command ? [command.pid] : []), ...(inherit ? host.processes.all().filter(isLater) : [])];
}

/**
 * The kernel, and the tasks that are recorded: a command that has not started yet tells everything itself.
 * @param processes those that are recorded, where not all are: as asked for, and others
 */
function* whatRuns(
  { target, tell }: RecordOptions,
  { asked, started }: { readonly asked: readonly Pid[]; readonly started: readonly Pid[] },
  dataMaps: boolean,
  host: Host,
): Generator<Buffer> {
  yield* kernelText(host, TRAILER_BYTES);
  if (tell.olderCgroups) yield* runningCgroups(host.files, TRAILER_BYTES);
  if (tell.running === 'nothing') return;
  const maps = tell.running === 'tasks' ? 'none' : dataMaps ? 'all' : 'code';
  const more = { maps, namespaces: tell.namespaces, trailer: TRAILER_BYTES } as const;
  if (countsCpus(target)) {
    yield* runningTasks(host, more);
    return;
  }
  const known = target.kind === 'threads' ? processesOf(target.ids, host) : asked;
  yield* runningTasks(host, { ...more, processes: [...new Set([...known, ...started])] });
}

/** The processes that threads are of. */
function processesOf(threads: readonly number[], { files }: Host) {
  const ids = threads.map((id) => Number(/^Tgid:\t(\d+)$/m.exec(files.read(`/proc/${id}/status`) ?? '')?.[1] ?? id));
  return [...new Set(ids)].map(pid);
}

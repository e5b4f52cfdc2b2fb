import type { StatResult } from '../../counts/stat-result';
import { type Cgroup, closeCgroups } from '../../host/cgroups';
import { describeHost } from '../../host/description';
import type { DocumentDetail, Provenance } from '../../report/stat-document';
import { nowhere, type Sink, standardError } from '../console';
import { exitStatus } from '../exit-status';
import { thisMachine } from '../machine';
import { openDescriptor, resultFile } from '../result-file';
import { SignalInterruption } from '../signals';
import { version } from '../version';
import { statAggregation } from './stat-aggregation';
import { chosenCgroups, inCgroups } from './stat-cgroups';
import { statEvents } from './stat-events';
import type { StatOptions } from './stat-options';
import { runAll } from './stat-runs';
import { countsCpus } from './stat-target-option';
import { StatWriter } from './stat-writer';

/**
 * `syswide stat`: counts until the command ends, the processes end, the time is up or a signal comes, as often as was
 * asked for, and prints.
 * @returns the exit status
 */
export async function stat(options: StatOptions): Promise<number> {
  if (countsCpus(options.target)) collectQuietly();
  const machine = thisMachine();
  const sink = openSink(options);
  const interruption = new SignalInterruption(machine.kernel);
  const cgroups: Cgroup[] = [];
  let saved: Sink | undefined;
  try {
    // Before anything is measured: a result that then cannot be written would be lost.
    saved = options.save === undefined ? undefined : resultFile(options.save, 'whole');
    if (options.output.kind === 'file') sink.write(startLine(new Date()));
    const started = new Date();
    cgroups.push(...chosenCgroups(options.events, machine.host.files));
    const { events, target } = options;
    const chosen = inCgroups(statEvents(events, target, machine.host), events, cgroups, machine.host);
    const { metrics, unasked } = chosen;
    const view = { aggregation: statAggregation(options, machine.host), metrics, unasked };
    const writer = await StatWriter.open(options, sink, view);
    const result = await runAll(options, chosen, machine, interruption, writer);
    if (options.run.repeat !== 0) await writer.result(result);
    sink.done();
    if (saved)
      await save(
        saved,
        result,
        { version, started, ...describeHost(machine.host) },
        { ...view, ...(writer.intervals ? { intervals: writer.intervals } : {}) },
      );
    if (interruption.signal !== undefined) return exitStatus.signalled(interruption.signal);
    return commandStatus(result);
  } finally {
    interruption.close();
    machine.host.close();
    closeCgroups(cgroups);
    sink.close();
    saved?.close();
  }
}

function openSink({ output, run }: StatOptions): Sink {
  switch (output.kind) {
    case 'standard error':
      return standardError;
    case 'file':
      return resultFile(output.path, output.append ? 'appended' : run.intervals ? 'growing' : 'whole');
    case 'fd':
      return openDescriptor(output.fd);
    case 'none':
      return nowhere;
  }
}

/**
 * Has V8 collect garbage on the main thread alone. Spread over its helpers, a collection between arming and waiting is
 * eight and more context switches on the CPUs that are counted.
 */
function collectQuietly(): void {
  const { setFlagsFromString } = require('node:v8') as typeof import('node:v8');
  setFlagsFromString('--no-parallel-scavenge');
}

/** Everything that was found out, in a file of its own. @throws SyswideError OUTPUT_FAILED */
async function save(file: Sink, result: StatResult, provenance: Provenance, detail: DocumentDetail): Promise<void> {
  const { statDocument } = await import('../../report/stat-document');
  file.write(statDocument(result, provenance, detail));
  file.done();
}

/**
 * The command's own status, as a shell would report it, and of several runs the first that failed; success when none
 * was run, or when its time was up as was asked for.
 */
function commandStatus({ exit, endedBy, runs }: StatResult): number {
  const failed = runs?.find(({ failure }) => failure !== undefined);
  // A run whose time was up is none that failed, but others may be.
  if (endedBy === 'timeout' && !failed) return exitStatus.success;
  const { exitCode, signal } = (runs ? failed?.exit : exit) ?? {};
  return signal === undefined ? (exitCode ?? exitStatus.success) : exitStatus.signalled(signal);
}

/** perf's first line in a result file: the time as ctime(3) writes it. */
function startLine(start: Date): string {
  const [day, month, date, year] = start.toDateString().split(' ');
  return `# started on ${day} ${month} ${date} ${start.toTimeString().slice(0, 8)} ${year}\n\n`;
}

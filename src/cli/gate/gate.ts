import { openSync } from 'node:fs';
import { SyswideError } from '../../base/error';
import type { Fd } from '../../base/units';
import type { GateOutcome } from '../../gate/outcome';
import { overall, type Verdict } from '../../gate/verdict';
import type { Host } from '../../host/host';
import { standardOutput } from '../console';
import { exitStatus } from '../exit-status';
import { type Machine, thisMachine } from '../machine';
import { ProgressLine } from '../progress-line';
import { isFailedBySignal, SignalInterruption } from '../signals';
import { againstBaseline, saveBaseline, saveCalibration } from './gate-baseline';
import { type CourseSetting, GateInterrupted, runPairs } from './gate-course';
import { countedMetrics } from './gate-metrics';
import { GateOutputs } from './gate-outputs';
import type { GateOptions, GateRequest } from './gate-request';
import { GateRunner } from './gate-run';
import { RunInput } from './run-input';

/** What CI is told. */
const statuses: Record<Verdict, number> = { PASS: 0, IMPROVED: 0, REGRESSED: 1, INCONCLUSIVE: 2 };

/**
 * `syswide gate`: compares commands, and says whether the new ones take more.
 * @returns the exit status
 * @throws SyswideError where there is no verdict
 */
export async function gate(options: GateOptions): Promise<number> {
  const machine = thisMachine();
  const outputs = new GateOutputs(options);
  const interruption = new SignalInterruption(machine.kernel);
  try {
    const outcomes = await runAll(options, machine, interruption, outputs);
    if (outcomes.length === 0) return exitStatus.success;
    outputs.tell(outcomes);
    const verdict = overall(outcomes.map((outcome) => outcome.verdict));
    return verdict === 'INCONCLUSIVE' && options.passInconclusive ? exitStatus.success : statuses[verdict];
  } catch (error) {
    if (await isOfSignal(error, interruption)) return exitStatus.signalled(interruption.signal ?? 2);
    throw error;
  } finally {
    interruption.close();
    outputs.close();
    machine.host.close();
  }
}

/** @returns what was compared: nothing where baselines are stored */
async function runAll(
  options: GateOptions,
  machine: Machine,
  interruption: SignalInterruption,
  outputs: GateOutputs,
): Promise<GateOutcome[]> {
  const outcomes: GateOutcome[] = [];
  try {
    for (const request of options.gates) {
      const outcome = await runOne(request, options, machine, interruption);
      if (outcome) outcomes.push(outcome);
    }
    return outcomes;
  } catch (error) {
    outputs.tellSoFar(outcomes);
    throw error;
  }
}

/** Whether a signal is why it came to that. */
async function isOfSignal(error: unknown, interruption: SignalInterruption): Promise<boolean> {
  if (error instanceof GateInterrupted) return true;
  if (!(error instanceof SyswideError) || error.code !== 'HOOK_FAILED') return false;
  return isFailedBySignal(interruption);
}

/** @returns undefined where a baseline was stored, and nothing compared */
async function runOne(
  asked: GateRequest,
  options: GateOptions,
  machine: Machine,
  interruption: SignalInterruption,
): Promise<GateOutcome | undefined> {
  const metrics = countedMetrics(asked.metrics, machine.host);
  const request = { ...asked, metrics };
  const { cpus } = request;
  const output = options.showOutput && !options.json ? undefined : (openSync('/dev/null', 'w') as Fd);
  const input = new RunInput();
  const runner = new GateRunner(machine, interruption, {
    metrics,
    input,
    ...(cpus === undefined ? {} : { cpus }),
    ...(output === undefined ? {} : { output }),
  });
  const progress = new ProgressLine(request.name);
  const started = performance.now();
  const onPair = (done: number, most: number) => {
    // Nothing is known yet where the first one failed.
    if (done === 0) return;
    const seconds = (performance.now() - started) / 1000;
    progress.show(
      done / most,
      `pair ${done} of at most ${most}, about ${Math.ceil((seconds / done) * (most - done))} s left`,
    );
  };
  const setting = { ...options, onPair };
  try {
    if (options.saveBase !== undefined && !options.calibrate) {
      standardOutput.write(await saveBaseline(options.saveBase, request, runner, setting, machine.host));
      return undefined;
    }
    const outcome = await compared(request, options, runner, setting, machine.host);
    return { ...outcome, notices: [...outcome.notices, ...runner.notices] };
  } finally {
    progress.close();
    input.close();
    if (output !== undefined) machine.kernel.closeFds([output]);
  }
}

function compared(
  request: GateRequest,
  { baseline, calibrate: isCalibration, saveBase }: GateOptions,
  runner: GateRunner,
  setting: CourseSetting,
  host: Host,
): Promise<GateOutcome> {
  if (baseline !== undefined) return againstBaseline(baseline, request, runner, setting, host);
  if (isCalibration) return calibrate(request, saveBase, runner, setting, host);
  return runPairs({ ...request, base: request.base ?? request.new }, runner, setting);
}

/** Compares the new command with itself, in one and the same folder. */
async function calibrate(
  { cwdBase: _elsewhere, ...request }: GateRequest,
  path: string | undefined,
  runner: GateRunner,
  setting: CourseSetting,
  host: Host,
): Promise<GateOutcome> {
  const compare = () => runPairs({ ...request, base: request.new }, runner, setting);
  return calibrated(await (path === undefined ? compare() : saveCalibration(path, request, runner, compare, host)));
}

/** Says what the comparison of a command with itself is for. */
const calibrated = (outcome: GateOutcome): GateOutcome => ({
  ...outcome,
  notices: [
    ...outcome.notices,
    'both commands are the same: what a gate here could see is what "could see" says; any other verdict than PASS is noise',
  ],
});

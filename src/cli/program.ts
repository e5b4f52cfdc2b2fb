import { Command, CommanderError } from 'commander';
import { SyswideError } from '../base/error';
import { spelledOut } from './abbreviations';
import { offer } from './console';
import { ctlCommand } from './ctl-command';
import { diffCommand } from './diff/diff-command';
import { doctorCommand } from './doctor/doctor-command';
import { exitStatus } from './exit-status';
import { exportCommand } from './export/export-command';
import { buildidListCommand, evlistCommand } from './file-list-commands';
import { flamegraphCommand } from './flamegraph/flamegraph-command';
import { gateCommand } from './gate/gate-command';
import { helpLayout } from './help-layout';
import { listCommand } from './list/list-command';
import { psCommand } from './ps-command';
import { recordCommand } from './record/record-command';
import { reportCommand } from './report/report-command';
import { scriptCommand } from './script/script-command';
import { completionCommand, manualCommand } from './shell-commands';
import { slotsCommand } from './slots-command';
import { statCommand } from './stat/stat-command';
import { statOptions } from './stat/stat-options';
import { version } from './version';

/**
 * Runs the command line.
 * @returns the exit status
 * @throws SyswideError for whatever keeps the command from doing its work
 */
export async function run(argv: readonly string[]): Promise<number> {
  let status: number = exitStatus.success;
  const program = new Command('syswide')
    .description('A profiler built on the system-wide event: one event over every CPU, all or nothing.')
    .version(version, '-V, --version')
    .enablePositionalOptions()
    .addHelpText('after', '\nEvery command has its own --help.');
  const commands = [
    statCommand(async (options, command) => {
      const { stat } = await import('./stat/stat');
      status = await stat(statOptions(options, command));
    }),
    recordCommand(async (options, command) => {
      const [{ record }, { recordOptions }] = await Promise.all([
        import('./record/record'),
        import('./record/record-options'),
      ]);
      status = await record(recordOptions(options, command));
    }),
    reportCommand(async (options) => {
      const [{ report }, { reportOptions }] = await Promise.all([
        import('./report/report'),
        import('./report/report-options'),
      ]);
      status = await report(reportOptions(options));
    }),
    scriptCommand(async (handlers, options) => {
      const { runScript } = await import('./script/run-script');
      status = await runScript(handlers, options);
    }),
    diffCommand(async (files, options) => {
      const [{ diff }, { diffOptions }] = await Promise.all([import('./diff/diff'), import('./diff/diff-options')]);
      status = await diff(diffOptions(files, options));
    }),
    flamegraphCommand(async (files, options) => {
      const [{ flamegraph }, { flamegraphOptions }] = await Promise.all([
        import('./flamegraph/flamegraph'),
        import('./flamegraph/flamegraph-options'),
      ]);
      status = await flamegraph(flamegraphOptions(files, options));
    }),
    exportCommand(async (options) => {
      const { exportRecording } = await import('./export/export');
      status = await exportRecording(options);
    }),
    evlistCommand(async (options) => {
      const { evlist } = await import('./file-lists');
      status = await evlist(options);
    }),
    buildidListCommand(async (options) => {
      const { buildidList } = await import('./file-lists');
      status = await buildidList(options);
    }),
    gateCommand(async (words, options) => {
      const [{ gate }, { gateOptions }] = await Promise.all([import('./gate/gate'), import('./gate/gate-options')]);
      status = await gate(gateOptions(words, options));
    }),
    listCommand(async (globs, options) => {
      const { list } = await import('./list/list');
      status = await list(globs, options);
    }),
    slotsCommand(async (options) => {
      const { slots } = await import('./slots');
      status = await slots(options);
    }),
    psCommand(async (options) => {
      const { ps } = await import('./ps');
      status = await ps(options);
    }),
    ctlCommand(async (id, order, values, options) => {
      const { ctl } = await import('./ctl');
      status = await ctl(id, order, values, options);
    }),
    doctorCommand(async (options) => {
      const { doctor } = await import('./doctor/doctor');
      status = await doctor(options);
    }),
    completionCommand(async (shell) => {
      const { completion } = await import('./shell');
      status = completion(program, shell);
    }),
    manualCommand(async (command, options) => {
      const { manual } = await import('./shell');
      status = manual(program, command, options);
    }),
  ];
  for (const command of commands) program.addCommand(command);
  for (const command of [program, ...commands]) {
    command
      .exitOverride()
      .configureOutput({ writeOut: offer, writeErr: () => {} })
      .configureHelp(helpLayout);
  }
  const named = commands.find((command) => command.name() === argv[0]);
  try {
    await program.parseAsync(named ? [named.name(), ...spelledOut(argv.slice(1), named)] : [...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw usageError(error, named ?? program);
  }
  return status;
}

/** Why commander complains, by its codes, where that says more than its complaint. */
const reasons: Readonly<Record<string, string>> = {
  'commander.unknownOption': 'there is none of that name',
  'commander.unknownCommand': 'there is none of that name',
  'commander.optionMissingArgument': 'nothing stands behind it',
};

function whyOf({ code }: CommanderError, { options }: Command): string {
  const readsOne = options.some(({ long }) => long === '--input');
  if (code === 'commander.excessArguments' && readsOne) return 'a recording is named by -i FILE';
  return reasons[code] ?? 'the command line does not fit';
}

/** Commander's complaint as one of ours: `error: unknown option '--foo'\n(Did you mean --for?)`. */
function usageError(error: CommanderError, command: Command): SyswideError {
  const [complaint = '', ...hints] = error.message.replace(/^error: /, '').split('\n');
  if (error.code === 'commander.help') {
    return new SyswideError('USAGE', {
      what: 'no command given',
      why: 'syswide does nothing by itself',
      remedy: 'start with: syswide stat -a -- sleep 1, or see syswide --help',
    });
  }
  return new SyswideError('USAGE', {
    what: complaint,
    why: hints.length > 0 ? hints.join(' ') : whyOf(error, command),
    remedy: `see ${command.parent ? `${command.parent.name()} ` : ''}${command.name()} --help`,
  });
}

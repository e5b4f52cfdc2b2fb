import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { ctlCommand } from '../../../src/cli/ctl-command';
import { diffCommand } from '../../../src/cli/diff/diff-command';
import { doctorCommand } from '../../../src/cli/doctor/doctor-command';
import { exportCommand } from '../../../src/cli/export/export-command';
import { buildidListCommand, evlistCommand } from '../../../src/cli/file-list-commands';
import { flamegraphCommand } from '../../../src/cli/flamegraph/flamegraph-command';
import { gateCommand } from '../../../src/cli/gate/gate-command';
import { helpLayout } from '../../../src/cli/help-layout';
import { listCommand } from '../../../src/cli/list/list-command';
import { psCommand } from '../../../src/cli/ps-command';
import { recordCommand } from '../../../src/cli/record/record-command';
import { reportCommand } from '../../../src/cli/report/report-command';
import { scriptCommand } from '../../../src/cli/script/script-command';
import { completionCommand, manualCommand } from '../../../src/cli/shell-commands';
import { slotsCommand } from '../../../src/cli/slots-command';
import { statCommand } from '../../../src/cli/stat/stat-command';

const nothing = async () => {};
const commands = [
  ...[statCommand(nothing), recordCommand(nothing), reportCommand(nothing), scriptCommand(nothing)],
  ...[diffCommand(nothing), flamegraphCommand(nothing), exportCommand(nothing), gateCommand(nothing)],
  ...[evlistCommand(nothing), buildidListCommand(nothing), listCommand(nothing), slotsCommand(nothing)],
  ...[psCommand(nothing), ctlCommand(nothing), doctorCommand(nothing)],
  ...[completionCommand(nothing), manualCommand(nothing)],
];
const program = new Command('syswide').enablePositionalOptions().configureHelp(helpLayout);
for (const command of commands) program.addCommand(command.configureHelp(helpLayout));

/** The help of a command on a terminal so wide, with what stands below its options. */
function helpLines(command: Command, width: number): string[] {
  const parts: string[] = [];
  command.configureOutput({ writeOut: (part) => void parts.push(part), getOutHelpWidth: () => width });
  command.outputHelp();
  return parts.join('').split('\n');
}

const named = [program, ...commands].map((command) => [command.name(), command] as const);

describe('the help of', () => {
  it.each(named)('%s fits into a terminal of 80 columns', (_name, command) => {
    expect(helpLines(command, 80).filter((line) => [...line].length > 80)).toEqual([]);
  });

  it.each(named)('%s has its texts below each other', (_name, command) => {
    const lines = helpLines(command, 80);
    const options = lines.slice(
      0,
      lines.findIndex((line) => /^(?:Examples?|Exit status):/.test(line)),
    );
    // Where a text begins: behind a term and at least two spaces, or on the line below it.
    const begins = options.flatMap((line) => /^( {2}-.*? {2,}| {8,})\S/.exec(line)?.[1]?.length ?? []);
    expect(new Set(begins).size).toBeLessThanOrEqual(1);
  });

  it('an option that leaves no room beside it has its text on the next line', () => {
    const lines = helpLines(statCommand(nothing).configureHelp(helpLayout), 80);
    const at = lines.indexOf('  -x, --field-separator <separator>');
    expect(lines[at + 1]).toBe("                              print perf's CSV fields, separated by this");
  });
});

import type { Command, Option } from 'commander';
import type { CommandModel, OptionModel, ProgramModel } from '../report/shell/command-model';
import { version } from './version';

/** The command line as shells and manuals are told of it. */
export const programModel = (program: Command): ProgramModel => ({
  ...commandModel(program),
  summary: program.description().replace(/\.$/, ''),
  version,
  commands: program.commands.filter((command) => command.name() !== 'help').map(commandModel),
});

function commandModel(command: Command): CommandModel {
  const help = command.createHelp();
  return {
    name: command.name(),
    summary: command.summary() || command.description(),
    description: command.description(),
    usage: command.usage(),
    options: help.visibleOptions(command).map(optionModel),
    notes: notesOf(command),
  };
}

function optionModel(option: Option): OptionModel {
  const [, value] = /(?:^|[ =])(\[?=?[<[].*)$/.exec(option.flags) ?? [];
  return {
    ...(option.short ? { short: option.short } : {}),
    ...(option.long ? { long: option.long } : {}),
    ...(value === undefined || !(option.required || option.optional) ? {} : { value }),
    description: option.description,
    heading: option.helpGroupHeading ?? 'Options:',
    ...(option.argChoices ? { choices: option.argChoices } : {}),
  };
}

/** What follows the options, by paragraphs. */
function notesOf(command: Command): string[] {
  const parts: string[] = [];
  const { writeOut } = command.configureOutput();
  command.configureOutput({ writeOut: (part) => void parts.push(part) });
  command.outputHelp();
  if (writeOut) command.configureOutput({ writeOut });
  return parts
    .join('')
    .slice(command.helpInformation().length)
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.replace(/^\n+|\s+$/g, ''))
    .filter((paragraph) => paragraph !== '');
}

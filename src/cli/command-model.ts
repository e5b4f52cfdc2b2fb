import type { Argument, Command, Option } from 'commander';
import type { ArgumentModel, CommandModel, OptionModel, ProgramModel } from '../report/shell/command-model';
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
    words: command.registeredArguments.map(argumentModel),
    options: help.visibleOptions(command).map(optionModel),
    notes: notesOf(command),
  };
}

const argumentModel = (argument: Argument): ArgumentModel => ({
  name: argument.name(),
  description: argument.description,
  ...(argument.argChoices ? { choices: argument.argChoices } : {}),
  ...fallback(argument.defaultValue),
});

/** Only of what has a text: a flag is not there unless it is given. */
const fallback = (value: unknown): { readonly fallback?: string } =>
  typeof value === 'string' ? { fallback: value } : {};

function optionModel(option: Option): OptionModel {
  const [, value] = /(?:^|[ =])(\[?=?[<[].*)$/.exec(option.flags) ?? [];
  return {
    ...(option.short ? { short: option.short } : {}),
    ...(option.long ? { long: option.long } : {}),
    ...(value === undefined || !(option.required || option.optional) ? {} : { value }),
    description: option.description,
    heading: option.helpGroupHeading ?? 'Options:',
    ...(option.argChoices ? { choices: option.argChoices } : {}),
    ...fallback(option.defaultValue),
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

import type { Argument, Command, Option } from 'commander';
import type { ArgumentModel, CommandModel, OptionModel, ProgramModel } from '../report/shell/command-model';
import { offeredBehind, offeredValues } from './offered-values';
import { version } from './version';

/** The command line as shells and manuals are told of it. */
export function programModel(program: Command): ProgramModel {
  const commands = program.commands.filter((command) => command.name() !== 'help');
  const offered = { ...offeredValues, 'manual command': commands.map((command) => command.name()) };
  return {
    ...commandModel(program, offered),
    summary: program.description().replace(/\.$/, ''),
    version,
    commands: commands.map((command) => commandModel(command, offered)),
  };
}

type Offered = Readonly<Record<string, readonly string[]>>;

function commandModel(command: Command, offered: Offered): CommandModel {
  const help = command.createHelp();
  const offers = (name: string) => offered[`${command.name()} ${name}`];
  return {
    name: command.name(),
    summary: command.summary() || command.description(),
    description: command.description(),
    usage: command.usage(),
    words: command.registeredArguments.map((argument) => argumentModel(argument, command.name(), offered)),
    options: help.visibleOptions(command).map((option) => optionModel(option, offers(option.long ?? ''))),
    notes: notesOf(command),
  };
}

function argumentModel(argument: Argument, command: string, all: Offered): ArgumentModel {
  const name = `${command} ${argument.name()}`;
  const [offered, behind] = [all[name], offeredBehind[name]];
  return {
    name: argument.name(),
    description: argument.description,
    ...(argument.argChoices ? { choices: argument.argChoices } : {}),
    ...(offered ? { offered } : {}),
    ...(behind === undefined ? {} : { behind }),
    ...fallback(argument.defaultValue),
    isRepeated: argument.variadic,
  };
}

/** Only of what has a text: a flag is not there unless it is given. */
const fallback = (value: unknown): { readonly fallback?: string } =>
  typeof value === 'string' ? { fallback: value } : {};

function optionModel(option: Option, offered: readonly string[] | undefined): OptionModel {
  const [, value] = /(?:^|[ =])(\[?=?[<[].*)$/.exec(option.flags) ?? [];
  return {
    ...(option.short ? { short: option.short } : {}),
    ...(option.long ? { long: option.long } : {}),
    ...(value === undefined || !(option.required || option.optional) ? {} : { value }),
    description: option.description,
    heading: option.helpGroupHeading ?? 'Options:',
    ...(option.argChoices ? { choices: option.argChoices } : {}),
    ...(offered ? { offered } : {}),
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

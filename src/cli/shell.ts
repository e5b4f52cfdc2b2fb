import type { Command } from 'commander';
import { bashCompletion } from '../report/shell/bash-completion';
import type { ProgramModel } from '../report/shell/command-model';
import { fishCompletion } from '../report/shell/fish-completion';
import { manualPage } from '../report/shell/manual-page';
import { zshCompletion } from '../report/shell/zsh-completion';
import { programModel } from './command-model';
import { offer } from './console';
import { exitStatus } from './exit-status';
import type { Shell } from './shell-commands';
import { usage } from './usage-error';

const scripts: Record<Shell, (program: ProgramModel) => string> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** `syswide completion`. @returns the exit status */
export function completion(program: Command, shell: Shell): number {
  offer(scripts[shell](programModel(program)));
  return exitStatus.success;
}

/** `syswide manual`. @returns the exit status @throws SyswideError USAGE for a command that there is not */
export function manual(program: Command, name: string | undefined, { names }: { readonly names?: boolean }): number {
  const model = programModel(program);
  const all = model.commands.map((command) => command.name);
  if (names) offer(`${all.join('\n')}\n`);
  else if (name === undefined) offer(manualPage(model));
  else {
    const command = model.commands.find((one) => one.name === name);
    if (!command) throw usage(`manual '${name}'`, 'there is no such command', `write one of ${all.join(', ')}`);
    offer(manualPage(model, command));
  }
  return exitStatus.success;
}

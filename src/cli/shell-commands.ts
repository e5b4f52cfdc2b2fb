import { Argument, Command } from 'commander';

/** Shells that are told what to complete. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/**
 * `completion`.
 * @param action given the shell
 */
export function completionCommand(action: (shell: Shell) => Promise<void>): Command {
  return new Command('completion')
    .summary('print what a shell completes command lines with')
    .description('Print a script with which bash, zsh or fish completes commands, options, events and files.')
    .addArgument(new Argument('<shell>', 'which one').choices(shells))
    .addHelpText('after', examples)
    .action((shell: Shell) => action(shell));
}

/**
 * `manual`.
 * @param action given the command, and whether names are asked for
 */
export function manualCommand(
  action: (command: string | undefined, options: { readonly names?: boolean }) => Promise<void>,
): Command {
  return new Command('manual')
    .summary('print a manual page')
    .description("Print the manual page of syswide, or of a command, made from the command's help: for man -l.")
    .argument('[command]', 'of which one')
    .option('--names', 'only the names of the commands that have one')
    .addHelpText('after', '\nExample:\n  syswide manual stat | man -l -')
    .action((command: string | undefined, options: { names?: boolean }) => action(command, options));
}

const examples = `
Examples:
  source <(syswide completion bash)                             in this shell
  syswide completion bash > /etc/bash_completion.d/syswide      for everybody
  syswide completion zsh > "\${fpath[1]}/_syswide"
  syswide completion fish > ~/.config/fish/completions/syswide.fish`;

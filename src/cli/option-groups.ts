import type { Command, Option } from 'commander';

/** Adds options under their headings. */
export function addGroups(command: Command, groups: Readonly<Record<string, readonly Option[]>>): void {
  for (const [heading, options] of Object.entries(groups)) {
    for (const option of options) command.addOption(option.helpGroup(heading));
  }
}

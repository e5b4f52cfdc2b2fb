import { Help, type HelpConfiguration } from 'commander';

/** Columns for options: what is longer has a line of its own, as in perf's help, so that texts have room beside the others. */
const TERM_COLUMNS = 26;

/** Below that, texts are left to the terminal, which breaks them anywhere. */
const LEAST_TEXT_COLUMNS = 20;

const usual = Help.prototype;

/** How `--help` is laid out: no line of options is wider than the terminal, or than 80 columns where there is none. */
export const helpLayout: HelpConfiguration = {
  minWidthToWrap: LEAST_TEXT_COLUMNS,
  // What a command takes is in its own help.
  subcommandTerm: (command) => command.name(),
  padWidth: (command, helper) => Math.min(usual.padWidth.call(helper, command, helper), TERM_COLUMNS),
  formatItem(term, columns, description, helper) {
    const format = (text: string): string => usual.formatItem.call(helper, text, columns, description, helper);
    return helper.displayWidth(term) <= columns ? format(term) : `  ${term}\n${format('')}`;
  },
};

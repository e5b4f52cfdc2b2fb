import { describe, expect, it } from 'vitest';
import { spelledOut } from '../../../src/cli/abbreviations';
import { recordCommand } from '../../../src/cli/record/record-command';
import { reportCommand } from '../../../src/cli/report/report-command';

const nothing = async () => {};
const commands = { record: recordCommand(nothing), report: reportCommand(nothing) };

describe('the beginning of a long option', () => {
  it.each<[keyof typeof commands, string, string]>([
    ['record', '--call dwarf --all-cp', '--call-graph dwarf --all-cpus'],
    ['record', '--call=dwarf,=8 -- x --call', '--call-graph=dwarf,=8 -- x --call'],
    ['record', '-o --call --fre 99', '-o --call --freq 99'],
    ['record', '-ago --call --fre 99', '-ago --call --freq 99'],
    ['record', '-F99 --dat make --freq', '-F99 --data make --freq'],
    ['record', '-e page-faults make --dat', '-e page-faults make --dat'],
    ['record', '--switch-output --dat', '--switch-output --data'],
    ['record', '--switch-output 1M --dat', '--switch-output 1M --data'],
    ['record', '-qz --dat --nosuch --he', '-qz --data --nosuch --help'],
    ['report', '--no-chil x --std -', '--no-children x --stdio -'],
    ['report', '--group --no-group', '--group --no-group'],
  ])('of %s will do: %s', (name, line, full) => {
    expect(spelledOut(line.split(' '), commands[name]).join(' ')).toBe(full);
  });

  it('of several is refused, and says of which', () => {
    expect(() => spelledOut(['--all'], commands.record)).toThrow(
      "'--all' — several options begin so: --all-cgroups, --all-user, --all-kernel, --allow-missing, --all-cpus — ",
    );
  });
});

import { describe, expect, it } from 'vitest';
import { run } from '../../../src/cli/program';

describe('a command line that does not fit', () => {
  it.each([
    [['report', '--no-such'], 'there is none of that name'],
    [['report', 'a.data'], 'a recording is named by -i FILE'],
    [['ps', 'a.data'], 'the command line does not fit'],
    [['stat', '-p'], 'nothing stands behind it'],
    [['stat', '--all'], expect.stringContaining('--all-cpus')],
  ])('%j: says why', async (argv, why) => {
    await expect(run(argv)).rejects.toMatchObject({ code: 'USAGE', why });
  });

  it.each([
    [['report', '--no-such'], 'see syswide report --help'],
    [['stat', '--no-such'], 'see syswide stat --help'],
    [['export'], 'see syswide export --help'],
    [['completion', 'tcsh'], 'see syswide completion --help'],
    [['no-such'], 'see syswide --help'],
    [['--no-such', 'stat'], 'see syswide --help'],
  ])('%j: %s', async (argv, remedy) => {
    await expect(run(argv)).rejects.toMatchObject({ code: 'USAGE', remedy });
  });
});

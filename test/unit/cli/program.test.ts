import { describe, expect, it } from 'vitest';
import { run } from '../../../src/cli/program';

describe('a command line that does not fit', () => {
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

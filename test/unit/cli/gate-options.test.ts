import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { gateCommand } from '../../../src/cli/gate/gate-command';
import { readGateConfig } from '../../../src/cli/gate/gate-config';
import { gateOptions } from '../../../src/cli/gate/gate-options';
import type { GateOptions } from '../../../src/cli/gate/gate-request';

const folder = mkdtempSync(join(tmpdir(), 'syswide-gate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a command line asks for. */
async function asked(...args: readonly string[]): Promise<GateOptions | undefined> {
  let options: GateOptions | undefined;
  const command = gateCommand(async (words, raw) => {
    options = gateOptions(words, raw);
  });
  await command.parseAsync(args, { from: 'user' });
  return options;
}

let files = 0;

/** A file of gates. */
function configOf(text: string): string {
  files += 1;
  const path = join(folder, `${files}.toml`);
  writeFileSync(path, text);
  return path;
}

const some = expect.stringMatching(/./u);

describe('the options of a gate', () => {
  it('are those of the command line', async () => {
    const options = await asked('--base', 'old data', '--metric', 'time:+2%', '--pairs', '50', '--', 'new', 'data');
    expect(options).toMatchObject({
      gates: [{ base: ['old', 'data'], new: ['new', 'data'], metrics: [{ name: 'time', threshold: 0.02 }], pairs: 50 }],
      warmup: 1,
      calibrate: false,
    });
  });

  it.each([
    [['--', 'true'], '--base'],
    [['--base', 'true', '--metric', 'time:+0%', '--', 'true'], "--metric 'time:+0%'"],
    [['--base', 'true', '--metric', 'time:2%', '--', 'true'], "--metric 'time:2%'"],
    [['--base', 'true', '--pairs', '51', '--', 'true'], "--pairs '51'"],
    [['--config', '/no/such/file'], 'no command given'],
    [['--metric', 'user'], '--metric'],
    [['-a'], '--all-cpus'],
    [['--base', 'true'], '--base'],
    [['--calibrate', '--cwd-base', '/', '--', 'true'], '--cwd-base'],
    [['--save-base', '/dev/null', '--json', '--', 'true'], '--json'],
    [['--save-base', '/dev/null', '--inconclusive', 'pass', '--', 'true'], '--inconclusive'],
  ])('make no sense: %j', async (args, what) => {
    await expect(asked(...args)).rejects.toMatchObject({ code: 'USAGE', what, why: some, remedy: some });
  });

  it.each([
    ['--base', ['--base', '', '--', 'true']],
    ['--base', ['--base', ' ', '--', 'true']],
    ['new', ['--config', configOf('[[gate]]\nbase = "true"\nnew = ""\n')]],
  ])('take no empty command: %s of %j', async (what, args) => {
    await expect(asked(...args)).rejects.toMatchObject({ code: 'USAGE', what, why: 'it is an empty command' });
  });
});

describe('the gates of a file', () => {
  it.each([
    ['', 'it has no [[gate]]'],
    ['[[gate]\n', 'nvalid'],
    ['[other]\n', 'there is no such table: other'],
    ['[[gate]]\nnew = 5\n', 'in gate 1, new is no string'],
    ['[[gate]]\nmew = "x"\n', 'gate 1 has a key that there is not: mew'],
    ['[[gate]]\nbase = "x"\n', 'gate 1 has no new command'],
    [
      '[[gate]]\nname = "a"\nbase = "x"\nnew = "x"\n[[gate]]\nname = "a"\nbase = "x"\nnew = "x"\n',
      'two gates are called a',
    ],
  ])('are refused when they make no sense: %j', (text, why) => {
    const refusal = expect.objectContaining({ code: 'BAD_FILE', why: expect.stringContaining(why) });
    expect(() => readGateConfig(configOf(text), '40')).toThrow(refusal);
  });
});

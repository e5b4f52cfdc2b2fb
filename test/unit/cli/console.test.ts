import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openDescriptor, resultFile } from '../../../src/cli/result-file';

const folder = mkdtempSync(join(tmpdir(), 'syswide-console-'));
afterAll(() => rmSync(folder, { recursive: true }));

const failed = expect.objectContaining({ code: 'OUTPUT_FAILED' });

it('a file descriptor is written to, and stays open', () => {
  const path = join(folder, 'open');
  const fd = openSync(path, 'w');
  const sink = openDescriptor(fd);
  expect([sink.isTerminal, sink.hasColor, sink.width]).toEqual([false, false, 80]);
  sink.write('one\n');
  sink.close();
  openDescriptor(fd).write('two\n');
  closeSync(fd);
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
});

it('a file descriptor that is not open, or not to be written, is refused before anything is measured', () => {
  expect(() => openDescriptor(999_999)).toThrow(failed);
  expect(() => openDescriptor(999_999)).toThrow(/cannot write file descriptor 999999/);
  const fd = openSync('/dev/null', 'r');
  try {
    expect(() => openDescriptor(fd)).toThrow(failed);
  } finally {
    closeSync(fd);
  }
});

it('a result file is made anew or added to', () => {
  const path = join(folder, 'file');
  for (const [arrival, text] of [
    ['whole', 'a'],
    ['appended', 'b'],
    ['appended', 'c'],
  ] as const) {
    const sink = resultFile(path, arrival);
    sink.write(text);
    sink.done();
    sink.close();
  }
  expect(readFileSync(path, 'utf8')).toBe('abc');
  expect(() => resultFile(folder, 'whole')).toThrow(failed);
  for (const arrival of ['whole', 'growing', 'appended'] as const) {
    expect(() => resultFile('', arrival)).toThrow(failed);
  }
  expect(() => resultFile(join(folder, 'none', 'file'), 'appended')).toThrow(failed);
});

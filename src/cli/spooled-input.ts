import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Calls `use` with the path of a recording: of `-`, of a copy of standard input that nobody else can open and that is gone
 * afterwards, since a recording is read more than once.
 */
export function withSpooledInput<T>(path: string, use: (path: string) => T): T {
  if (path !== '-') return use(path);
  const folder = mkdtempSync(join(tmpdir(), 'syswide-'));
  const { O_CREAT, O_EXCL, O_RDWR } = constants;
  const fd = openSync(join(folder, 'input'), O_CREAT | O_EXCL | O_RDWR, 0o600);
  rmSync(folder, { recursive: true });
  try {
    const chunk = Buffer.allocUnsafe(1 << 20);
    for (let got = readSync(0, chunk); got > 0; got = readSync(0, chunk)) writeSync(fd, chunk, 0, got);
    return use(`/proc/self/fd/${fd}`);
  } finally {
    closeSync(fd);
  }
}

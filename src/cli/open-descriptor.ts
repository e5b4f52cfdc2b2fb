/** Names of what this process has open: no file of their own. */
const descriptor = /^(?:\/dev\/fd|\/proc\/self\/fd)\/(\d{1,9})$/;
const standard = new Map([
  ['/dev/stdout', 1],
  ['/dev/stderr', 2],
]);

/** The file descriptor that a path names; undefined for the path of a file. */
export function descriptorNamed(path: string): number | undefined {
  const number = standard.get(path) ?? Number(descriptor.exec(path)?.[1] ?? Number.NaN);
  return Number.isNaN(number) ? undefined : number;
}

/** Where output goes that is streamed to `-` only: other names of standard output mean it, too. */
export const streamOrFile = (path: string): string => (descriptorNamed(path) === 1 ? '-' : path);

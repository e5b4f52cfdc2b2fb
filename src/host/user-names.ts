import type { HostFiles } from './host-files';

/**
 * Looks users up by id, reading the table once. What is not in `/etc/passwd` (users of a directory service, of another
 * container) stays a number. Names are hostile to the degree that the file is.
 */
export function userNames(files: HostFiles): (uid: number) => string {
  let names: Map<number, string> | undefined;
  return (uid) => {
    names ??= parsePasswd(files.read('/etc/passwd') ?? '');
    return names.get(uid) ?? String(uid);
  };
}

/** `root:x:0:0:root:/root:/bin/sh`; the first entry of an id counts. Source: passwd(5). */
function parsePasswd(text: string): Map<number, string> {
  const entries = text.split('\n').flatMap((line): [number, string][] => {
    const [, name, uid] = /^([^:#]+):[^:]*:(\d{1,10}):/.exec(line) ?? [];
    return name === undefined || uid === undefined ? [] : [[Number(uid), name]];
  });
  return new Map(entries.reverse());
}

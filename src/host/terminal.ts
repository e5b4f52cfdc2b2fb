import type { HostFiles } from './host-files';

/**
 * Whether this process is in the foreground of a terminal. If so, the terminal sends Ctrl-C to it and to the command it
 * started alike, and passing the signal on would deliver it twice. Source: proc(5), `tpgid` of `/proc/PID/stat`.
 */
export function isInForeground(files: HostFiles): boolean {
  const stat = files.read('/proc/self/stat') ?? '';
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return group !== undefined && group === foreground;
}

import { SyswideError } from '../base/error';
import { hangupIgnored } from '../base/hangup';

/**
 * Runs a shell command before or after a run, with this process's own streams.
 * @param option the one that asked for it, for the error
 * @throws SyswideError HOOK_FAILED when it ends with anything but 0
 */
export async function runHook(option: string, command: string): Promise<void> {
  // Half of Node comes with it, and hardly any run needs it.
  const { spawnSync } = await import('node:child_process');
  const script = hangupIgnored ? `trap '' HUP\n${command}` : command;
  const { status, signal, error } = spawnSync('/bin/sh', ['-c', script], { stdio: 'inherit' });
  if (status === 0) return;
  throw new SyswideError('HOOK_FAILED', {
    what: `${option} '${command}' failed`,
    why: error ? error.message : signal ? `${signal} ended it` : `its exit status is ${status}`,
    remedy: 'run it by itself to see what is wrong, or end it in `|| true` where that does not matter',
  });
}

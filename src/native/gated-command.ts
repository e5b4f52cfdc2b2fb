import { constants } from 'node:os';
import { hangupIgnored } from '../base/hangup';
import { type Fd, fd, type MonotonicTime, monotonicTime, ns, type Pid, pid } from '../base/units';
import { packedWords } from './argument-bytes';
import { scratch } from './foreign-library';
import type { CommandExit, GatedCommand } from './kernel';
import { KernelError } from './kernel-error';
import { commandLayout, exitLayout } from './layout';
import type { Shim } from './shim';

/** A command behind the shim's gate. It owns the child, its pidfd and the gate, until reaped or abandoned. */
export class RealGatedCommand implements GatedCommand {
  readonly #shim: Shim;
  readonly #command = scratch(commandLayout.size);
  readonly pid: Pid;
  readonly pidfd: Fd;
  #exit: CommandExit | undefined;

  /**
   * @param settings.nofile soft RLIMIT_NOFILE to give it, when that is not ours
   * @param settings.output what its standard output is to be, when that is not ours
   * @throws KernelError when it cannot be forked; EINVAL for an empty argv or a NUL within
   */
  constructor(
    shim: Shim,
    argv: readonly string[],
    { nofile, output }: { nofile: bigint | undefined; output: Fd | undefined },
  ) {
    this.#shim = shim;
    const packed = packedWords(argv);
    const limit = scratch(8);
    limit.writeBigUInt64LE(nofile ?? 0n);
    const [outputFd, ignoreHangup] = [output ?? -1, hangupIgnored ? 1 : 0];
    const [length, words] = [packed.length, argv.length];
    const started = shim.sw_command_start(packed, length, words, limit, outputFd, ignoreHangup, this.#command);
    if (started < 0) throw new KernelError('fork', -started);
    this.pid = pid(this.#command.readInt32LE(commandLayout.pid));
    this.pidfd = fd(this.#command.readInt32LE(commandLayout.pidfd));
  }

  release(): MonotonicTime {
    const start = scratch(8);
    const released = this.#shim.sw_command_release(this.#command, start);
    if (released < 0) throw new KernelError('execve', -released);
    return monotonicTime(start.readBigUInt64LE());
  }

  releaseToExec(): void {
    const released = this.#shim.sw_command_release_to_exec(this.#command);
    if (released === -constants.errno.EPERM) throw new KernelError('ptrace', -released);
    if (released < 0) throw new KernelError('execve', -released);
  }

  resume(): MonotonicTime {
    const start = scratch(8);
    const resumed = this.#shim.sw_command_resume(this.#command, start);
    if (resumed < 0) throw new KernelError('ptrace', -resumed);
    return monotonicTime(start.readBigUInt64LE());
  }

  abandon(): void {
    const abandoned = this.#shim.sw_command_abandon(this.#command);
    if (abandoned < 0) throw new KernelError('wait4', -abandoned);
  }

  reap(): CommandExit | undefined {
    if (this.#exit !== undefined) return this.#exit;
    const exit = scratch(exitLayout.size);
    const reaped = this.#shim.sw_command_reap(this.#command, exit);
    if (reaped === -constants.errno.EAGAIN) return undefined;
    if (reaped < 0) throw new KernelError('wait4', -reaped);
    this.#exit = decodeExit(exit);
    return this.#exit;
  }
}

function decodeExit(exit: Buffer): CommandExit {
  return {
    ...decodeStatus(exit.readInt32LE(exitLayout.status)),
    userTime: ns(exit.readBigUInt64LE(exitLayout.userNs)),
    systemTime: ns(exit.readBigUInt64LE(exitLayout.systemNs)),
    maxRssKib: exit.readBigUInt64LE(exitLayout.maxRssKib),
    minorFaults: exit.readBigUInt64LE(exitLayout.minorFaults),
    majorFaults: exit.readBigUInt64LE(exitLayout.majorFaults),
    voluntarySwitches: exit.readBigUInt64LE(exitLayout.voluntarySwitches),
    involuntarySwitches: exit.readBigUInt64LE(exitLayout.involuntarySwitches),
    end: monotonicTime(exit.readBigUInt64LE(exitLayout.endNs)),
  };
}

/** WIFSIGNALED, WTERMSIG and WEXITSTATUS of wait(2): the signal in the low seven bits, the exit status above them. */
function decodeStatus(status: number): { exitCode: number } | { signal: number } {
  const signal = status & 0x7f;
  return signal === 0 ? { exitCode: (status >> 8) & 0xff } : { signal };
}

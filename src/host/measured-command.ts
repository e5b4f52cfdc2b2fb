import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { SyswideError } from '../base/error';
import type { Fd, MonotonicTime, Pid } from '../base/units';
import type { Interruption } from '../native/interruption';
import type { CommandExit, GatedCommand, Kernel } from '../native/kernel';
import { KernelError } from '../native/kernel-error';

const { signals, errno } = constants;

/** How long a command that was told to stop may take over it, before it is told more firmly. In ms. */
const GRACE_MS = 2000;

/**
 * The command whose events are counted: started at a gate, released when the gang is armed, and gone when the
 * measurement is over, however that comes about.
 */
export class MeasuredCommand {
  #exit: CommandExit | undefined;

  private constructor(
    private readonly kernel: Kernel,
    private readonly gated: GatedCommand,
    readonly argv: readonly string[],
  ) {}

  /**
   * Forks the command up to, but not including, its exec.
   * @param output what its standard output is to be; absent: ours
   * @throws SyswideError COMMAND_NOT_STARTED when there is no process to be had
   */
  static start(kernel: Kernel, argv: readonly string[], output?: Fd): MeasuredCommand {
    try {
      return new MeasuredCommand(kernel, kernel.startCommand(argv, output), argv);
    } catch (error) {
      throw notStarted(argv, error);
    }
  }

  get pid(): Pid {
    return this.gated.pid;
  }

  /** Readable once it has ended. Owned by the command. */
  get pidfd(): Fd {
    return this.gated.pidfd;
  }

  /**
   * Lets it exec.
   * @returns the time just before
   * @throws SyswideError COMMAND_NOT_FOUND or COMMAND_NOT_STARTED
   */
  release(): MonotonicTime {
    try {
      return this.gated.release();
    } catch (error) {
      throw notStarted(this.argv, error);
    }
  }

  /**
   * Lets it exec, and stops it before its first instruction, so that what it has in memory can be looked at.
   * @throws SyswideError COMMAND_NOT_FOUND or COMMAND_NOT_STARTED; NO_PERMISSION when it may not be stopped there
   */
  releaseToExec(): void {
    try {
      this.gated.releaseToExec();
    } catch (error) {
      if (error instanceof KernelError && error.call === 'ptrace') throw notTraceable(this.argv, error);
      throw notStarted(this.argv, error);
    }
  }

  /** Lets it run after `releaseToExec`. @returns the time just before */
  resume(): MonotonicTime {
    return this.gated.resume();
  }

  /**
   * Ends it because the measurement is over: passes on the signal of the interruption, or SIGTERM where something else
   * ended it, and after a grace period insists: whoever presses Ctrl-C gets the prompt back and no process stays behind.
   * A second one kills at once.
   *
   * @returns when it ended
   * @param hearsTerminal whether the terminal sends its signals to the command too, so that it needs none from here
   */
  async stop(interruption: Interruption, hearsTerminal: () => boolean): Promise<MonotonicTime> {
    const signal = interruption.signal ?? signals.SIGTERM;
    interruption.acknowledge();
    const fromTerminal = signal === signals.SIGINT || signal === signals.SIGQUIT;
    if (!(fromTerminal && hearsTerminal())) this.signal(signal);
    const polite = await this.ended(interruption, GRACE_MS);
    if (polite !== undefined) return polite;
    if (!interruption.pending) {
      this.signal(signals.SIGTERM);
      const asked = await this.ended(interruption, GRACE_MS);
      if (asked !== undefined) return asked;
    }
    this.signal(signals.SIGKILL);
    return (await this.kernel.waitTimed([this.pidfd])).at;
  }

  /** How it ended, with what it used; undefined while it runs. */
  reap(): CommandExit | undefined {
    this.#exit ??= this.gated.reap();
    return this.#exit;
  }

  /** Ends it, if it has not ended, and gives its resources back. Harmless when repeated. */
  close(): void {
    this.gated.abandon();
  }

  /** When it ended; undefined when something else ended the wait. */
  private async ended(interruption: Interruption, timeoutMs: number): Promise<MonotonicTime | undefined> {
    const { ready, at } = await this.kernel.waitTimed([this.pidfd, interruption.fd], timeoutMs);
    return ready.includes(this.pidfd) ? at : undefined;
  }

  private signal(signal: number): void {
    try {
      process.kill(this.pid, signal);
    } catch {
      // It has ended in between, which the pidfd will tell.
    }
  }
}

const notTraceable = (argv: readonly string[], cause: KernelError): SyswideError =>
  new SyswideError('NO_PERMISSION', {
    what: `cannot stop ${argv[0] ?? ''} before its first instruction, to see where it was loaded`,
    why: `this process may not trace it (${cause.errnoName}): kernel.yama.ptrace_scope or a container forbids it`,
    remedy: 'write the address as a number, or run it outside of the container, or as root',
    cause,
  });

function notStarted(argv: readonly string[], error: unknown): unknown {
  if (!(error instanceof KernelError)) return error;
  const name = argv[0] ?? '';
  if (error.errno === errno.ENOENT || error.errno === errno.ENOTDIR) return notFound(name, error);
  if (error.errno === errno.EMFILE || error.errno === errno.ENFILE) {
    return new SyswideError('TOO_MANY_FILES', {
      what: `cannot start ${name}`,
      why: `no file descriptor is left for it (${error.errnoName})`,
      remedy: 'raise the limit with `ulimit -n`',
      cause: error,
    });
  }
  const { why, remedy } = refusals.get(error.errno) ?? {};
  return new SyswideError('COMMAND_NOT_STARTED', {
    what: `cannot start ${name}`,
    why: why === undefined ? error.message : `${why} (${error.errnoName})`,
    remedy: remedy ?? `see ${error.call}(2)`,
    cause: error,
  });
}

/** Refusals that say more to whoever knows them. */
const refusals = new Map<number, { readonly why: string; readonly remedy: string }>([
  [errno.EACCES, { why: 'it may not be executed', remedy: 'chmod +x it, or check that it is not a directory' }],
  [
    errno.EAGAIN,
    {
      why: 'this user or container may have no more processes',
      remedy: 'end some, or raise the limit with `ulimit -u`',
    },
  ],
]);

function notFound(name: string, error: KernelError): SyswideError {
  const isPath = name.includes('/');
  // The kernel says so of the interpreter of a script, too, and of the loader of a program.
  const isThere = isPath && existsSync(name);
  const missing = { why: 'there is no such command', remedy: 'check the path' };
  const searched = { ...missing, remedy: 'check the spelling, or give its path: PATH was searched' };
  const broken = { why: 'what it needs to run is not there', remedy: 'check its first line, or its loader with file' };
  const { why, remedy } = isThere ? broken : isPath ? missing : searched;
  return new SyswideError('COMMAND_NOT_FOUND', {
    what: `cannot start ${name}`,
    why: `${why} (${error.errnoName})`,
    remedy,
    cause: error,
  });
}

import type { Kernel } from '../native/kernel';
import { type HostCpus, readCpus } from './cpus';
import { HostFiles } from './host-files';
import { type Limits, readLimits } from './limits';
import { findPerfHolders, type PerfHolders } from './perf-holders';
import { Pmus } from './pmus';
import { type Privileges, readPrivileges } from './privileges';
import { Processes } from './processes';
import { Topology } from './topology';
import { Tracefs } from './tracefs';

/**
 * What this machine has. Fields are fixed for the life of the process, or remember what they have read; methods look
 * at the machine as it is now.
 */
export interface Host {
  readonly files: HostFiles;
  readonly topology: Topology;
  readonly pmus: Pmus;
  readonly processes: Processes;
  /** As they were when first asked for. */
  readonly privileges: Privileges;
  cpus(): HostCpus;
  limits(): Limits;
  perfHolders(): PerfHolders;
  /**
   * Opened when first asked for. Owned by the host.
   * @throws SyswideError NO_TRACEFS
   */
  tracefs(): Tracefs;
  /** Gives back what it holds: the tracefs, if it was opened. Harmless when repeated. */
  close(): void;
}

/** The host that these files and this kernel describe. Reads nothing before it is asked. */
export class LocalHost implements Host, Disposable {
  readonly topology: Topology;
  readonly pmus: Pmus;
  readonly processes: Processes;
  #privileges: Privileges | undefined;
  #tracefs: Tracefs | undefined;

  constructor(
    private readonly kernel: Pick<Kernel, 'openTracefs' | 'closeFds'>,
    readonly files: HostFiles = new HostFiles(),
  ) {
    this.topology = new Topology(files);
    this.pmus = new Pmus(files);
    this.processes = new Processes(files);
  }

  get privileges(): Privileges {
    this.#privileges ??= readPrivileges(this.files);
    return this.#privileges;
  }

  cpus(): HostCpus {
    return readCpus(this.files);
  }

  limits(): Limits {
    return readLimits(this.files);
  }

  perfHolders(): PerfHolders {
    return findPerfHolders(this.files);
  }

  tracefs(): Tracefs {
    this.#tracefs ??= Tracefs.open(this.files, this.kernel);
    return this.#tracefs;
  }

  close(): void {
    this.#tracefs?.close();
    this.#tracefs = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

import type { HostCpus } from '../host/cpus';
import type { HostDescription } from '../host/description';
import type { Finding } from '../host/diagnosis/finding';

/** What was looked at, and by whom. */
export interface DoctorSubject {
  /** syswide's own. */
  readonly version: string;
  readonly host: HostDescription;
  readonly cpus: HostCpus;
}

/** What was found. */
export interface Findings {
  readonly findings: readonly Finding[];
  /** Whether counting on every CPU works. */
  readonly mainJob: boolean;
}

import { describeHost } from '../../host/description';
import { offer, standardOutput } from '../console';
import { exitStatus } from '../exit-status';
import { lazyMachine } from '../lazy-machine';
import { version } from '../version';
import type { DoctorOptions } from './doctor-command';
import { diagnose } from './doctor-diagnosis';

/**
 * `syswide doctor`.
 * @returns the exit status: failed when counting on every CPU cannot be done
 */
export async function doctor({ json = false }: DoctorOptions): Promise<number> {
  const { host, kernel } = lazyMachine();
  try {
    const diagnosis = await diagnose(host, kernel);
    const subject = { version, host: describeHost(host), cpus: host.cpus() };
    if (json) {
      const { doctorJson } = await import('../../report/doctor-json');
      offer(doctorJson(diagnosis, subject));
    } else {
      const { doctorTable } = await import('../../report/doctor-table');
      const { hasColor, width } = standardOutput;
      offer(doctorTable(diagnosis, subject, { color: hasColor, width }));
    }
    return diagnosis.mainJob ? exitStatus.success : exitStatus.failed;
  } finally {
    host.close();
  }
}

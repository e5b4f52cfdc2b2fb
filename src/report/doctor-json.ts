import { jsonText } from '../base/safe-text';
import type { DoctorSubject, Findings } from './doctor-subject';

/** The diagnosis as `docs/schema/syswide.doctor-1.json` says; cost and remedy of what is all right are null. */
export function doctorJson({ findings, mainJob }: Findings, { version, host, cpus }: DoctorSubject): string {
  const document = {
    schema: 'syswide.doctor/1',
    mainJob,
    syswide: version,
    kernel: host.kernel,
    machine: host.machine,
    cpus: { present: cpus.present.toString(), online: cpus.online.toString() },
    checks: findings.map(({ name, status, detail, cost, remedy }) => ({
      name,
      status,
      detail,
      cost: cost ?? null,
      remedy: remedy ?? null,
    })),
  };
  return `${jsonText(document, 2)}\n`;
}

import { defaultEvents, isThere } from '../../events/default-events';
import type { Finding } from '../../host/diagnosis/finding';
import { hotplugFinding } from '../../host/diagnosis/hotplug';
import { featureFindings } from '../../host/diagnosis/kernel-features';
import { limitFindings } from '../../host/diagnosis/limits';
import { permissionFindings } from '../../host/diagnosis/permissions';
import type { Host } from '../../host/host';
import type { Kernel } from '../../native/kernel';
import { cannotCount, debugRegisterFinding, systemWideFinding, tried } from './doctor-event-checks';
import { nodeFinding, registryFinding, shimFinding } from './doctor-own-checks';

/** Everything that was looked at. */
export interface Diagnosis {
  readonly findings: readonly Finding[];
  /** Whether `stat -a` can do its work: it was tried. */
  readonly mainJob: boolean;
}

/** Looks at everything; what needs the shim is left out, and said to be, where that cannot be loaded. */
export async function diagnose(host: Host, load: () => Kernel): Promise<Diagnosis> {
  const { finding: shim, kernel } = shimFinding(load);
  const verdict = kernel
    ? systemWideFinding(kernel, host)
    : cannotCount('not tried, as the native shim cannot be loaded', shim.remedy ?? '');
  const findings = [
    nodeFinding(),
    shim,
    ...permissionFindings(kernel ? { privileges: tried(kernel, host) } : host),
    ...limitFindings(host, defaultEvents(true).filter((event) => isThere(event, host)).length),
    ...featureFindings(host),
    ...(kernel ? [await debugRegisterFinding(kernel, host), hotplugFinding(kernel, host)] : []),
    registryFinding(),
    verdict,
  ];
  return { findings, mainJob: verdict.status === 'ok' };
}

import type { Pmu } from '../host/pmu';
import type { Pmus } from '../host/pmus';

/** PERF_PMU_TYPE_SHIFT: the PMU's type lies above the event of PERF_TYPE_HARDWARE and HW_CACHE. */
const PMU_TYPE_SHIFT = 32n;

/** The core PMUs of a machine with CPUs of several kinds; none on others, where events need not name the PMU. */
export function hybridPmus(pmus: Pmus): Pmu[] {
  const core = pmus.core();
  return core.length > 1 ? core : [];
}

/**
 * The config of a hardware or cache event on a core PMU: on a hybrid machine it names the PMU.
 * @see include/uapi/linux/perf_event.h, PERF_PMU_CAP_EXTENDED_HW_TYPE
 */
export const configOn = (pmu: Pmu, config: bigint, pmus: Pmus): bigint =>
  hybridPmus(pmus).length > 0 ? config | (BigInt(pmu.type) << PMU_TYPE_SHIFT) : config;

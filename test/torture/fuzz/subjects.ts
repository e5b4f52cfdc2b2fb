import { elf, jitDump, maps, tracing } from './binaries';
import { recordings } from './recordings';
import type { Subject } from './subject';
import { control, cpuText, eventText, saved } from './texts';

/** By what they are called in the tests, given the folder of the corpus. */
export const subjects: Readonly<Record<string, (corpus: string) => Subject>> = {
  'perf.data': recordings,
  ELF: elf,
  maps,
  jitdump: jitDump,
  'tracing data': tracing,
  'event text': eventText,
  CpuMask: cpuText,
  'control commands': control,
  'saved JSON': saved,
};

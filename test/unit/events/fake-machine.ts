import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SyswideError } from '../../../src/base/error';
import type { EventHost } from '../../../src/events/resolve-context';
import type { FileSymbols, SymbolLookup } from '../../../src/events/symbol-lookup';
import { LocalHost } from '../../../src/host/host';
import { HostFiles } from '../../../src/host/host-files';
import { KernelError } from '../../../src/native/kernel-error';

type Tree = Readonly<Record<string, string>>;

const pmu = (name: string, files: Tree): Tree =>
  Object.fromEntries(
    Object.entries(files).map(([file, text]) => [`/sys/bus/event_source/devices/${name}/${file}`, `${text}\n`]),
  );

const kernelPmus: Tree = {
  ...pmu('software', { type: '1' }),
  ...pmu('tracepoint', { type: '2' }),
  ...pmu('breakpoint', { type: '5' }),
  ...pmu('uprobe', { type: '8', 'format/retprobe': 'config:0', 'format/ref_ctr_offset': 'config:32-63' }),
  ...pmu('msr', { type: '9', 'format/event': 'config:0-63', 'events/tsc': 'event=0x00', 'events/aperf': 'event=0x01' }),
};

const coreFormat: Tree = {
  'format/event': 'config:0-7',
  'format/umask': 'config:8-15',
  'format/edge': 'config:18',
  'format/any': 'config:21',
  'format/inv': 'config:23',
  'format/cmask': 'config:24-31',
  'format/ldlat': 'config1:0-15',
  'format/offcore_rsp': 'config1:0-63',
};

const common = (id: number, name: string, fields: string): string =>
  [
    `name: ${name}`,
    `ID: ${id}`,
    'format:',
    '\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;',
    '\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;',
    '\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;',
    '\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;',
    '',
    fields,
    '',
    'print fmt: "x"',
  ].join('\n');

const tracepoint = (system: string, name: string, id: number, fields: string): Tree => ({
  [`/sys/kernel/tracing/events/${system}/${name}/id`]: `${id}\n`,
  [`/sys/kernel/tracing/events/${system}/${name}/format`]: common(id, name, fields),
});

const switchFields = [
  '\tfield:char prev_comm[16];\toffset:8;\tsize:16;\tsigned:0;',
  '\tfield:pid_t prev_pid;\toffset:24;\tsize:4;\tsigned:1;',
  '\tfield:long prev_state;\toffset:32;\tsize:8;\tsigned:1;',
  '\tfield:char next_comm[16];\toffset:40;\tsize:16;\tsigned:0;',
  '\tfield:pid_t next_pid;\toffset:56;\tsize:4;\tsigned:1;',
].join('\n');

const wakeFields = [
  '\tfield:char comm[16];\toffset:8;\tsize:16;\tsigned:0;',
  '\tfield:pid_t pid;\toffset:24;\tsize:4;\tsigned:1;',
].join('\n');

const enterFields = [
  '\tfield:long id;\toffset:8;\tsize:8;\tsigned:1;',
  '\tfield:unsigned long args[6];\toffset:16;\tsize:48;\tsigned:0;',
  '\tfield:__data_loc char[] path;\toffset:64;\tsize:4;\tsigned:0;',
  '\tfield:const char * name;\toffset:72;\tsize:8;\tsigned:0;',
  '\tfield:__data_loc cpumask_t mask;\toffset:80;\tsize:4;\tsigned:0;',
  '\tfield:void * ip;\toffset:88;\tsize:8;\tsigned:0;',
  '\tfield:u8 flag;\toffset:96;\tsize:1;\tsigned:0;',
].join('\n');

const tracepoints: Tree = {
  ...tracepoint('sched', 'sched_switch', 372, switchFields),
  ...tracepoint('sched', 'sched_wakeup', 374, wakeFields),
  ...tracepoint('sched', 'sched_waking', 375, wakeFields),
  ...tracepoint('raw_syscalls', 'sys_enter', 21, enterFields),
  ...tracepoint('raw_syscalls', 'sys_exit', 20, '\tfield:long id;\toffset:8;\tsize:8;\tsigned:1;'),
  ...tracepoint('xhci-hcd', 'xhci_urb', 900, '\tfield:int x;\toffset:8;\tsize:4;\tsigned:1;'),
  // A directory without an id is no tracepoint: `enable` and `filter` of a system have none either.
  '/sys/kernel/tracing/events/sched/odd/enable': '0\n',
};

const server: Tree = {
  ...kernelPmus,
  ...tracepoints,
  '/sys/devices/system/cpu/possible': '0-7\n',
  '/sys/devices/system/cpu/present': '0-7\n',
  '/sys/devices/system/cpu/online': '0-6\n',
  ...pmu('cpu', {
    type: '4',
    ...coreFormat,
    // Above 63 bits of one field, and a field that no attr has yet.
    'format/split': 'config2:0-3,60-63',
    'format/overlap': 'config2:8-15,12-19',
    'format/future': 'config7:0-3',
    'format/wide': 'config3:0-63',
    'events/cpu-cycles': 'event=0x3c',
    'events/mem-loads': 'event=0xcd,umask=0x1,ldlat=3',
    'events/mem-stores': 'event=0xd0,umask=0x82',
    'events/cache-misses': 'event=0x2e,umask=0x41',
    'events/topdown-total-slots': 'event=0x3c,umask=0x0,any=1',
    'events/topdown-total-slots.scale': '2',
    'events/sampled': 'event=0xc0,period=2000003',
    'events/param': 'event=0x11,umask=?',
    'events/garbled': 'event=0x11,,;',
  }),
  ...pmu('uncore_imc_0', imc('23')),
  ...pmu('uncore_imc_1', imc('24')),
  ...pmu('uncore_imc_10', imc('25')),
  ...pmu('uncore_imc_free_running', { type: '26', cpumask: '0', 'format/event': 'config:0-7' }),
  ...pmu('uncore_cha_0', { type: '30', cpumask: '0', 'format/event': 'config:0-7', 'events/clockticks': 'event=0x01' }),
  ...pmu('uncore_cha_1', { type: '31', cpumask: '0', 'format/event': 'config:0-7', 'events/clockticks': 'event=0x01' }),
  ...pmu('arm_smmu_c0ffee', { type: '33', cpumask: '2', 'format/event': 'config:0-15' }),
  ...pmu('power', {
    type: '40',
    cpumask: '0,4',
    'format/event': 'config:0-7',
    'events/energy-pkg': 'event=0x02',
    'events/energy-pkg.scale': '2.3283064365386962890625e-10',
    'events/energy-pkg.unit': 'Joules',
    'events/energy-pkg.per-pkg': '1',
    'events/energy-ram': 'event=0x03',
    'events/energy-ram.unit': 'Joules',
    'events/temperature': 'event=0x04',
    'events/temperature.snapshot': '1',
  }),
};

function imc(type: string): Tree {
  return {
    type,
    cpumask: '0,4',
    'format/event': 'config:0-7',
    'format/umask': 'config:8-15',
    'events/clockticks': 'event=0xff',
    'events/cas_count_read': 'event=0x04,umask=0x03',
    'events/cas_count_read.scale': '6.103515625e-5',
    'events/cas_count_read.unit': 'MiB',
  };
}

const hybrid: Tree = {
  ...kernelPmus,
  ...pmu('kprobe', { type: '7', 'format/retprobe': 'config:0' }),
  ...tracepoints,
  '/sys/devices/system/cpu/possible': '0-3\n',
  '/sys/devices/system/cpu/online': '0-3\n',
  ...pmu('cpu_core', { type: '4', cpus: '0-1', ...coreFormat, 'events/mem-loads': 'event=0xcd,umask=0x1,ldlat=3' }),
  ...pmu('cpu_atom', { type: '10', cpus: '2-3', ...coreFormat, 'events/mem-loads': 'event=0xd0,umask=0x5,ldlat=3' }),
};

/** Machines that exist as a tree of files only; `close` deletes it. */
export interface FakeMachine {
  readonly host: EventHost;
  close(): void;
}

/** A server with one kind of core and uncore PMUs, a hybrid machine, or one without PMUs and tracefs. */
export function fakeMachine(kind: 'server' | 'hybrid' | 'bare'): FakeMachine {
  const root = mkdtempSync(join(tmpdir(), 'syswide-events-'));
  for (const [path, text] of Object.entries({ server, hybrid, bare: {} }[kind])) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const noTracefs = { openTracefs: () => refuse(), closeFds: () => {} };
  const host = new LocalHost(noTracefs, new HostFiles(root));
  return { host, close: () => rmSync(root, { recursive: true }) };
}

function refuse(): never {
  throw new KernelError('fsmount', constants.errno.EPERM);
}

const isCode = (offset: bigint): boolean => offset >= 0x1000n && offset < 0x2000n;

const work = { address: 0x1200n, size: 64n, fileOffset: 0x1200n };

const program: FileSymbols = {
  positionIndependent: false,
  find: (symbol) => ({ counter: { address: 0x404028n, size: 4n, fileOffset: 0x3028n }, work })[symbol],
  names: () => ['counter', 'main'],
  isCode,
};

const pie: FileSymbols = {
  positionIndependent: true,
  find: (symbol) =>
    ({
      counter: { address: 0x4030n, size: 4n, fileOffset: 0x3030n },
      work,
      zeroed: { address: 0x5030n, size: 4n },
      'ns::f()': { address: 0x1139n, size: 64n, fileOffset: 0x1139n },
    })[symbol],
  names: () => ['counter', 'main'],
  isCode,
};

/** Symbols of a kernel, of `./prog` and `/bin/pie`. */
export const fakeSymbols: SymbolLookup = {
  kernelAddress: (symbol) => ({ jiffies: 0xffffffff82a06080n, vfs_read: 0xffffffff81234560n })[symbol],
  kernelNames: () => ['jiffies', 'vfs_read', 'vfs_write'],
  file: (path) => {
    if (path === './prog') return program;
    if (path === '/bin/pie') return pie;
    throw new SyswideError('OPEN_FAILED', {
      what: `cannot read ${path}`,
      why: 'no such file',
      remedy: 'check the path',
    });
  },
};

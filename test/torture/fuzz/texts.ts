import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SyswideError } from '../../../src/base/error';
import { readGateConfig } from '../../../src/cli/gate/gate-config';
import { parseEvents } from '../../../src/events/parse';
import { printSpecs } from '../../../src/events/print';
import { parseFilter } from '../../../src/events/tracepoint-filter';
import type { Controllable } from '../../../src/gang/controllable';
import { parseChange } from '../../../src/gang/registry/change';
import { decodeEntry } from '../../../src/gang/registry/entry';
import { LineReader } from '../../../src/gang/registry/line-reader';
import { decodeReply, decodeRequest, encodeReply } from '../../../src/gang/registry/messages';
import { PerfControl, parsePerfControl } from '../../../src/gang/registry/perf-control';
import { differencesBetween, isBaseline } from '../../../src/gate/baseline';
import { CpuMask } from '../../../src/host/cpu-mask';
import { parsePmuFormat } from '../../../src/host/pmu-format';
import type { Subject } from './subject';

const folder = mkdtempSync(join(tmpdir(), 'syswide-fuzz-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'input');

const texts = (...all: readonly string[]): Buffer[] => all.map((text) => Buffer.from(text));

/** Calls each, whatever the others say. @returns whether one refused */
function all(...steps: readonly (() => unknown)[]): boolean {
  let refused = false;
  for (const step of steps) {
    try {
      step();
    } catch (error) {
      if (!(error instanceof SyswideError)) throw error;
      refused = true;
    }
  }
  return refused;
}

/** What `-e`, `--filter` and the formats of PMUs take. */
export const eventText = (): Subject => ({
  seeds: texts(
    'cycles,instructions:u,cache-misses:pppk',
    '{cpu-clock,page-faults}:S,sched:sched_switch/period=1,call-graph=dwarf/',
    'cpu/event=0xc4,umask=0x1,name=taken/uk,r1a8,software/config=3/',
    'mem:0x601040/8:rw:u,mem:counter@/usr/bin/prog/4:w,probe:/lib/libc.so.6:malloc%return,L1-dcache-load-misses',
    'prev_pid == 1 && (next_comm ~ "ba*h" || prev_state & 3)',
    'config:0-7,32-35',
    'uprobe:/usr/bin/a b:main+0x10,kprobe:do_sys_open,*:*exec*',
  ),
  take: (bytes) => {
    const text = bytes.toString('utf8');
    return all(
      () => printSpecs(parseEvents(text)),
      () => parseFilter(text),
      () => parsePmuFormat('event', text),
    );
  },
});

/** What `-C` and the kernel's lists of CPUs take. */
export const cpuText = (): Subject => ({
  seeds: texts('0-3,8', '0', '0-65535', '1,3,5,7-9,11-13,64-127', '0-15:2/4,32', '0-1\n', '4294967296'),
  take: (bytes) => {
    const text = bytes.toString('utf8');
    return all(
      () => [...CpuMask.parse(text)].length,
      () => CpuMask.fromSysfs(text)?.toString(),
    );
  },
});

const gang: Controllable = {
  status: () => ({ state: 'armed', events: ['cpu-clock'], cpus: CpuMask.parse('0-1'), slots: 0, lost: 0n }),
  enable: () => {},
  disable: () => {},
  stop: () => {},
  set: () => {},
};

/** What comes over control sockets and pipes, and stands in the registry. */
export const control = (): Subject => ({
  seeds: texts(
    '{"do":"status"}\n{"do":"enable"}\n{"do":"stop"}\n',
    '{"do":"set","change":{"cpus":"0-1","period":"1000","filter":"prev_pid == 1"}}\n',
    '{"do":"set","change":{"addr":"0x601040","len":"8","type":"rw"}}\n',
    'enable\ndisable\nping\nstop\n\0',
    'fd:5,6',
    'fifo:ctl,ack',
    '{"status":{"state":"armed","events":["cycles","sched:sched_switch"],"cpus":"0-1","slots":2,"lost":"12"}}\n',
    '{"error":{"code":"USAGE","what":"cannot do that","why":"because","remedy":"do not"}}\n',
    '{"schema":"syswide.gang/1","pid":7,"command":"syswide stat","since":"123","status":' +
      '{"state":"paused","events":["cycles"],"cpus":null,"slots":0,"lost":"0"}}\n',
  ),
  take: (bytes) => {
    writeFileSync(path, bytes);
    const { lines } = new LineReader(1 << 16).add(bytes);
    const perf = PerfControl.open({ kind: 'fifo', control: path });
    try {
      return all(
        () => perf.onReadable(gang),
        () => parsePerfControl(bytes.toString('utf8')),
        ...lines.flatMap((line) => [
          () => decodeRequest(line),
          () => encodeReply(decodeReply(line) ?? { status: gang.status() }),
          () => decodeEntry(line),
          () => parseChange({ filter: line, cpus: line, period: line, addr: line }),
        ]),
      );
    } finally {
      perf.close();
    }
  },
});

const machine = { cpuModel: 'c', kernel: 'k', governor: '', online: '0-1', syswide: '0' };

/** Baselines of gates, and the list of them. */
export const saved = (): Subject => ({
  seeds: [
    ...texts(
      '[[gate]]\nname = "parse"\nbase = "old/app \'a b\' c"\nnew = "new/app data"\nmetrics = ["wall", "user"]\n' +
        'events = ["cycles:u"]\npairs = 12\ncwd-base = "x"\n\n[[gate]]\nnew = """sh -c "exit 3" """\nall-cpus = true\n',
      '{"schema":"syswide.gate/1","kind":"baseline","created":"2026-01-01T00:00:00Z","name":"n","command":["a","b"],' +
        '"fingerprint":{"cpuModel":"c","kernel":"k","governor":"","online":"0-1","syswide":"0"},"metrics":[{"name":"wall",' +
        '"unit":"s","values":[1,2.5,3e-7,4]}],"noiseFloor":[{"name":"wall","detectablePercent":null}]}',
    ),
  ],
  take: (bytes) => {
    writeFileSync(path, bytes);
    return all(
      () => readGateConfig(path, '10'),
      () => baselineIn(readFileSync(path, 'utf8')),
    );
  },
});

function baselineIn(text: string): void {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return;
  }
  if (isBaseline(document)) differencesBetween(document.fingerprint, machine);
}

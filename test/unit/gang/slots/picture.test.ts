import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { slotsPicture } from '../../../../src/gang/slots/picture';
import { debugRegisters } from '../../../../src/gang/slots/registers';
import { LocalHost } from '../../../../src/host/host';
import { KernelError } from '../../../../src/native/kernel-error';
import { slotsJson } from '../../../../src/report/slots-json';
import { slotsTable } from '../../../../src/report/slots-table';
import { FakeKernel } from '../../../fake/fake-kernel';
import { FakeFiles, machineTree } from '../../../fake-host';
import { populated } from './machine';

const tree = {
  ...machineTree({ sockets: 1, coresPerDie: 3, offline: [2] }),
  ...populated,
  '/proc/15/stat': `15 (prog) t 12 0 0 0 0 0 ${'0 '.repeat(12)}1 2\n`,
  '/proc/4711/stat': `4711 (perf) S 1 0 0 0 0 0 ${'0 '.repeat(12)}1 2\n`,
  '/etc/passwd': 'root:x:0:0::/:\nann:x:1000:1000::/:\n',
};

function machine() {
  const kernel = new FakeKernel();
  // Two of the traced task, which count everywhere, and one of a CPU-wide event on cpu1.
  kernel.heldSlots = ({ pid, cpu }) => (pid === -1 || pid === 15 ? 2 : 0) + (cpu === 1 ? 1 : 0);
  return { kernel, host: new LocalHost(kernel, new FakeFiles(tree)) };
}

const x86 = debugRegisters('x64');
const lines = (text: string) => text.split('\n').map((line) => line.trim().replace(/ +/g, ' '));

describe('the picture of the debug registers', () => {
  it('is a table for a person', () => {
    const { kernel, host } = machine();
    expect(lines(slotsTable(slotsPicture(kernel, host, x86), { color: false }))).toEqual([
      '',
      'debug registers: 4 per CPU',
      '',
      'cpu free of held by CPU-wide events by a task',
      '0 2 4 0 2',
      '1 1 4 1 2',
      '',
      'perf events are held by',
      '',
      'pid user command events',
      '4711 root perf 1',
      '',
      'under a debugger',
      '',
      'pid user command breakpoints traced by',
      '15 ann prog\\x1b[2J 2 12 gdb',
      '',
      'offline, and so not looked at: CPU 2',
      '1 process could not be looked at',
      '',
      '',
    ]);
  });

  it('is one JSON object for a script', () => {
    const { kernel, host } = machine();
    expect(JSON.parse(slotsJson(slotsPicture(kernel, host, x86)))).toEqual({
      schema: 'syswide.slots/1',
      cpus: [
        { cpu: 0, kind: 'any', total: 4, free: 2, heldByCpu: 0, heldByTasks: 2 },
        { cpu: 1, kind: 'any', total: 4, free: 1, heldByCpu: 1, heldByTasks: 2 },
      ],
      areHit: true,
      offline: [2],
      holders: [{ pid: 4711, user: 'root', comm: 'perf', events: 1 }],
      tracees: [{ pid: 15, user: 'ann', comm: 'prog\u001b[2J', breakpoints: 2, tracer: { pid: 12, comm: 'gdb' } }],
      notVisible: 1,
    });
  });

  it('says where registers are of no use', () => {
    const { kernel, host } = machine();
    kernel.breakpointHits = false;
    const picture = slotsPicture(kernel, host, x86);
    expect(JSON.parse(slotsJson(picture)).areHit).toBe(false);
    expect(lines(slotsTable(picture, { color: false }))).toContain(
      'no hit of a breakpoint is reported here, as in some virtual machines',
    );
    kernel.breakpointHits = new KernelError('perf_event_open', constants.errno.ENOSPC);
    expect(JSON.parse(slotsJson(slotsPicture(kernel, host, x86))).areHit).toBeNull();
  });

  it('guesses nothing that this user cannot see', () => {
    const { kernel, host } = machine();
    kernel.refuseOpen = ({ pid }) => (pid === 0 ? 0 : constants.errno.EACCES);
    const picture = slotsPicture(kernel, host, x86);
    expect(lines(slotsTable(picture, { color: false }))).toEqual(
      expect.arrayContaining([
        '0 at most 4 4 0 ?',
        '1 at most 3 4 1 ?',
        '15 ann prog\\x1b[2J ? 12 gdb',
        'root sees more',
      ]),
    );
    const { cpus, tracees } = JSON.parse(slotsJson(picture));
    expect(cpus[1]).toEqual({ cpu: 1, kind: 'any', total: 4, free: null, heldByCpu: 1, heldByTasks: null });
    expect(tracees[0].breakpoints).toBeNull();
  });

  it('has two rows of a CPU where data and execution are counted apart', () => {
    const { kernel, host } = machine();
    const text = lines(slotsTable(slotsPicture(kernel, host, debugRegisters('arm64')), { color: false }));
    expect(text).toEqual(expect.arrayContaining(['0 data 2 ? ? 2', '0 execute 2 ? ? 2']));
  });
});

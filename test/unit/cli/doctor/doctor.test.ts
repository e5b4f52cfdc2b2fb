import { constants } from 'node:os';
import { expect, it } from 'vitest';
import { SyswideError } from '../../../../src/base/error';
import { diagnose } from '../../../../src/cli/doctor/doctor-diagnosis';
import { nodeFinding, registryFinding } from '../../../../src/cli/doctor/doctor-own-checks';
import { LocalHost } from '../../../../src/host/host';
import { doctorJson } from '../../../../src/report/doctor-json';
import { doctorTable } from '../../../../src/report/doctor-table';
import { FakeKernel } from '../../../fake/fake-kernel';
import { FakeFiles, machineTree } from '../../../fake-host';

const files = new FakeFiles({
  ...machineTree({ sockets: 1, coresPerDie: 2 }),
  '/proc/sys/kernel/perf_event_paranoid': '-1\n',
});

const look = (kernel: FakeKernel, load = () => kernel) => diagnose(new LocalHost(kernel, files), load);

const statusOf = ({ findings }: Awaited<ReturnType<typeof look>>, name: string) =>
  findings.find((finding) => finding.name === name)?.status;

it('tries the main job, and leaves nothing open', async () => {
  const kernel = new FakeKernel();
  const diagnosis = await look(kernel);
  expect(diagnosis.mainJob).toBe(true);
  expect(kernel.calls).toEqual(expect.arrayContaining(['open:1/0@-1/0', 'open:1/0@-1/1']));
  expect(kernel.openFds.size).toBe(0);
});

it('says why the main job cannot be done', async () => {
  const kernel = new FakeKernel();
  kernel.refuseOpen = ({ pid }) => (pid === -1 ? constants.errno.EACCES : 0);
  const diagnosis = await look(kernel);
  expect(diagnosis.mainJob).toBe(false);
  expect(statusOf(diagnosis, 'counting on every CPU')).toBe('missing');
  expect(kernel.openFds.size).toBe(0);
});

it('counts the free debug registers of the CPU that has fewest', async () => {
  const kernel = new FakeKernel();
  kernel.heldSlots = ({ cpu }) => (cpu === 1 ? 3 : 0);
  const { findings } = await look(kernel);
  expect(findings.find(({ name }) => name === 'debug registers')).toMatchObject({
    status: 'limited',
    detail: '1 of 4 free on every CPU',
  });
});

it('says that debug registers are of no use where no hit is reported', async () => {
  const kernel = new FakeKernel();
  kernel.breakpointHits = false;
  const { findings } = await look(kernel);
  expect(findings.find(({ name }) => name === 'debug registers')).toMatchObject({
    status: 'limited',
    cost: 'breakpoints (mem:…) open, and count nothing',
  });
});

it('works without the shim, and says that it is missing', async () => {
  const why = 'there is no libsyswide.so';
  const diagnosis = await look(new FakeKernel(), () => {
    throw new SyswideError('SHIM', { what: 'cannot load the native shim', why, remedy: 'run `npm run build`' });
  });
  expect(diagnosis.mainJob).toBe(false);
  expect(statusOf(diagnosis, 'native shim')).toBe('missing');
  expect(statusOf(diagnosis, 'open files')).toBe('ok');
  expect(diagnosis.findings.find(({ name }) => name === 'native shim')).toMatchObject({ detail: why });
});

it('wants a Node.js that is new enough', () => {
  expect(nodeFinding('v20.0.0').status).toBe('ok');
  expect(nodeFinding('v18.19.1').status).toBe('missing');
});

it('looks at the registry without making it', () => {
  expect(registryFinding({ path: '/nonexistent/syswide', uid: 1 })).toMatchObject({ status: 'limited' });
  expect(registryFinding({ path: '/dev/null', uid: 0 })).toMatchObject({
    status: 'limited',
    remedy: 'rm -r /dev/null',
  });
});

const cpus = new LocalHost(new FakeKernel(), files).cpus();
const subject = { version: '1.2.3', host: { kernel: '6.18', machine: 'x86_64', cpuModel: '' }, cpus };
const findings = [
  { name: 'short', status: 'ok', detail: 'fine' },
  { name: 'longer', status: 'missing', detail: 'a \u001b[31m '.repeat(12), cost: 'much', remedy: 'sudo mend it' },
] as const;

it('draws lines that fit and hide nothing hostile', () => {
  const table = doctorTable({ findings, mainJob: false }, subject, { color: false, width: 80 });
  expect(table).toMatch(/^ ok +short +fine$/m);
  expect(table).toMatch(/^ +to mend it: sudo mend it$/m);
  expect(table).not.toContain('\u001b');
  expect(Math.max(...table.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});

it('gives every check the same fields as JSON', () => {
  const { checks, ...rest } = JSON.parse(doctorJson({ findings, mainJob: false }, subject));
  expect(rest).toMatchObject({ mainJob: false, cpus: { online: '0-1' } });
  expect(checks[0]).toEqual({ name: 'short', status: 'ok', detail: 'fine', cost: null, remedy: null });
  expect(checks[1]).toMatchObject({ status: 'missing', cost: 'much' });
});

// Processes for the tests of the registry, with the real kernel. They live until their standard input ends.
//   node owner.cjs own DIRECTORY COUNT   owns COUNT gangs; prints their ids as JSON
//   node owner.cjs churn DIRECTORY       registers gangs and closes them, over and over; prints "busy"
//   node owner.cjs hold FILE             takes the lock on FILE and keeps it; prints "held"
//   node owner.cjs take FILE LOG TIMES   takes the lock on FILE TIMES times, each time writing its pid twice into LOG
import { appendFileSync } from 'node:fs';
import type { Controllable, GangChange } from '../../../src/gang/controllable';
import type { GangState } from '../../../src/gang/gang';
import { HostWideLock } from '../../../src/gang/registry/host-lock';
import { registerGang } from '../../../src/gang/registry/register';
import { CpuMask } from '../../../src/host/cpu-mask';
import { RealKernel } from '../../../src/native/real-kernel';

class Gang implements Controllable {
  #state: GangState = 'armed';
  #cpus = CpuMask.parse('0-1');

  status = () => ({ state: this.#state, events: ['cpu-clock', 'mem:0x1000'], cpus: this.#cpus, slots: 1, lost: 0n });
  enable = () => {
    this.#state = 'armed';
  };
  disable = () => {
    this.#state = 'paused';
  };
  stop = () => void process.stdin.destroy();
  set = ({ cpus }: GangChange) => {
    if (cpus) this.#cpus = cpus;
  };
}

const kernel = new RealKernel();
const pause = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

function own(path: string, count: string): void {
  const request = { command: ['syswide', 'stat', '-a'], place: { path, uid: process.geteuid?.() ?? 0 } };
  const registrations = Array.from({ length: Number(count) }, () =>
    registerGang(kernel, { ...request, controllable: new Gang() }),
  );
  process.stdout.write(`${JSON.stringify(registrations.map(({ id, notice }) => id ?? notice))}\n`);
  process.stdin.resume().on('close', () => {
    for (const registration of registrations) registration.close();
  });
}

function churn(path: string): void {
  const request = { command: ['churn'], place: { path, uid: process.geteuid?.() ?? 0 }, controllable: new Gang() };
  process.stdout.write('busy\n');
  for (;;) {
    const registrations = [1, 2, 3].map(() => registerGang(kernel, request));
    for (const registration of registrations) registration.close();
  }
}

function hold(path: string): void {
  new HostWideLock(kernel, { path }).runSync(() => {
    process.stdout.write('held\n');
    pause(60_000);
  });
}

function take(path: string, log: string, times: string): void {
  const lock = new HostWideLock(kernel, { path, patienceMs: 20_000 });
  for (let i = 0; i < Number(times); i++) {
    lock.runSync(() => {
      appendFileSync(log, `${process.pid} `);
      if (i % 5 === 0) pause(1);
      appendFileSync(log, `${process.pid}\n`);
    });
  }
  process.stdout.write(lock.notice ?? 'done\n');
}

const [way = '', ...rest] = process.argv.slice(2);
const [first = '', second = '', third = ''] = rest;
if (way === 'own') own(first, second);
else if (way === 'churn') churn(first);
else if (way === 'hold') hold(first);
else if (way === 'take') take(first, second, third);

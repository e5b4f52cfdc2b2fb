import { readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { SyswideError } from '../../../src/base/error';
import { mutation } from './mutation';
import { Random } from './random';
import type { Subject } from './subject';
import { subjects } from './subjects';

/*
 * A process that fuzzes: `node child.cjs SUBJECT COUNT SEED CORPUS FOLDER`. It tells what it found as a line of JSON on
 * descriptor 3. What it is fuzzing may print as it likes.
 */

/** Where the number of the case that runs is, and whether one does: for who watches. */
const watched = new Int32Array(new SharedArrayBuffer(8));

/** A case that has not ended after so long never will, also on a machine that others keep busy. */
const HANGS_MS = 20_000;

/** Ends the process from another thread: the one that hangs cannot. */
const watchdog = `
  const { workerData: { watched, hangs } } = require('node:worker_threads');
  const { writeSync } = require('node:fs');
  let [last, since] = [-1, Date.now()];
  setInterval(() => {
    const now = Atomics.load(watched, 0);
    if (now !== last) [last, since] = [now, Date.now()];
    else if (Date.now() - since > hangs) {
      writeSync(3, JSON.stringify({ hung: now }) + '\\n');
      process.kill(process.pid, 'SIGKILL');
    }
  }, 250).unref();
`;

interface Found {
  crashes: string[];
  /** Of one case, in ms of CPU time. */
  slowest: number;
  /** Cases of which nothing was said to be wrong. */
  accepted: number;
  /** Bytes over what was there before the first case. */
  peak: number;
  cases: number;
  /** Of truncations: those of which nothing was said, by seed, and their lengths. */
  whole: (readonly [seed: number, length: number])[];
}

/** As the kernel counts it, in bytes; not as getrusage(2) does, which has what the parent took, too. */
const peakRss = (): number => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;

/** Garbage of earlier cases is not what a case takes. */
const COLLECT_EVERY = 64;

/** What C and the FFI packages keep for what is gone is given back in a turn of the event loop. */
async function collect(): Promise<void> {
  globalThis.gc?.();
  await new Promise((resolve) => setImmediate(resolve));
}

/** Errors that are no answer to what a stranger sent. */
const ours = new Set<string>(['INTERNAL', 'SHIM']);

class Campaign {
  readonly found: Found = { crashes: [], slowest: 0, accepted: 0, peak: 0, cases: 0, whole: [] };

  constructor(
    private readonly subject: Subject,
    private readonly keep: (bytes: Buffer, number: number) => string,
  ) {}

  async one(bytes: Buffer): Promise<void> {
    const number = this.found.cases;
    Atomics.store(watched, 0, number);
    const before = process.cpuUsage();
    try {
      if (!(await this.subject.take(bytes))) this.found.accepted += 1;
    } catch (error) {
      this.judge(error, bytes, number);
    }
    const { user, system } = process.cpuUsage(before);
    const took = (user + system) / 1000;
    if (took > 2000) this.found.crashes.push(`${took} ms: ${this.keep(bytes, number)}`);
    this.found.slowest = Math.max(this.found.slowest, took);
    this.found.cases += 1;
    if (number % COLLECT_EVERY === 0) await collect();
  }

  private judge(error: unknown, bytes: Buffer, number: number): void {
    if (error instanceof SyswideError && !ours.has(error.code) && isOneLine(error.message)) return;
    const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
    if (this.found.crashes.length < 20) this.found.crashes.push(`${this.keep(bytes, number)}: ${told}`);
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
const isOneLine = (text: string): boolean => !/[\u0000-\u001f\u007f-\u009f]/u.test(text);

async function main([name = '', count = '0', seed = '1', corpus = '', folder = '']: readonly string[]): Promise<void> {
  const make = subjects[name];
  if (!make) throw new Error(`no subject ${name}`);
  const subject = make(corpus);
  const keep = (bytes: Buffer, number: number) => {
    const path = join(folder, `${name.replaceAll(' ', '-')}-${seed}-${number}`);
    writeFileSync(path, bytes);
    return path;
  };
  const campaign = new Campaign(subject, keep);
  // What every case needs is loaded, and compiled, before memory is looked at.
  for (let i = 0; i < 40; i += 1) for (const bytes of subject.seeds) await campaign.one(bytes);
  campaign.found.cases = 0;
  campaign.found.accepted = 0;
  campaign.found.slowest = 0;
  const idle = peakRss();
  new Worker(watchdog, { eval: true, workerData: { watched, hangs: HANGS_MS } }).unref();
  const random = new Random(Number(seed));
  const [what, step = ''] = count.split('/');
  if (what === 'truncations') await everyTruncation(campaign, subject, Number(step));
  else for (let i = 0; i < Number(count); i += 1) await campaign.one(mutation(random, subject.seeds));
  campaign.found.peak = peakRss() - idle;
  writeSync(3, `${JSON.stringify(campaign.found)}\n`);
}

async function everyTruncation(campaign: Campaign, { seeds }: Subject, step: number): Promise<void> {
  const { found } = campaign;
  for (const [seed, bytes] of seeds.entries()) {
    for (let length = 0; length < bytes.length; length += step) {
      const before = found.accepted;
      await campaign.one(bytes.subarray(0, length));
      if (found.accepted > before) found.whole.push([seed, length]);
    }
  }
}

main(process.argv.slice(2)).then(() => process.exit(0));

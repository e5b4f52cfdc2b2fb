import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { needs } from '../needs';
import { compile, isRoot, type Running, start } from '../run';

const sysfs = '/sys/devices/system/cpu';
const switchFile = `${sysfs}/cpu1/online`;

const online = (): string => readFileSync(`${sysfs}/online`, 'utf8').trim();

/** Takes CPU 1 offline (`0`) or brings it back (`1`), whether or not it is so already. */
export function turn(state: 0 | 1): void {
  if (readFileSync(switchFile, 'utf8').trim() !== `${state}`) writeFileSync(switchFile, `${state}`);
}

const bringBack = (): void => {
  if (existsSync(switchFile)) turn(1);
};

/**
 * For a block of tests that take CPU 1 away: skips them, and says so, where that cannot be done; brings it back after
 * each, however that ends; and holds the CPUs at the end against those at the start.
 */
export function takesCpu1Offline(): void {
  let before = '';
  needs(isRoot && existsSync(switchFile), `root, and a CPU 1 that can go offline (${switchFile})`);
  beforeAll(() => {
    before = online();
    process.on('exit', bringBack);
  });
  afterEach(bringBack);
  afterAll(() => {
    bringBack();
    process.off('exit', bringBack);
    expect(online()).toBe(before);
  });
}

/** The steps of `flap-cpu`: how often, for how long, and for how many milliseconds in each state. */
export interface Flapping {
  readonly cycles?: number;
  readonly seconds?: number;
  readonly offlineMs: number;
  readonly onlineMs: number;
}

/** Programs that these tests run beside syswide, compiled once. */
export function programs() {
  const compiled = { flap: compile('flap-cpu'), knownCalls: compile('known-calls'), forked: compile('forked-calls') };
  afterAll(() => {
    for (const program of Object.values(compiled)) program.dispose();
  });
  const flap = ({ cycles = 0, seconds = 0, offlineMs, onlineMs }: Flapping): Running =>
    start(compiled.flap.path, ['1', ...[cycles, seconds, offlineMs, onlineMs].map(String)]);
  return {
    flap,
    flapPath: compiled.flap.path,
    forkedCalls: compiled.forked.path,
    knownCalls: compiled.knownCalls.path,
  };
}

/** Times in ns of CLOCK_MONOTONIC. */
export interface Span {
  readonly begin: bigint;
  readonly end: bigint;
}

/**
 * Watches CPU 1 without any of syswide's code: through a trace instance of its own, where the kernel notes when the
 * scheduler takes the CPU away and gets it back, and when it takes the events of the CPU away.
 */
export class CpuWatch implements Disposable {
  private readonly directory = `/sys/kernel/tracing/instances/syswide-test-${process.pid}`;
  /** Steps of the way of a CPU, by number. */
  private readonly step: number;
  private readonly eventStep: number;

  constructor() {
    const states = readFileSync(`${sysfs}/hotplug/states`, 'utf8');
    const stepOf = (name: string) => Number(new RegExp(`^\\s*(\\d+): ${name}$`, 'm').exec(states)?.[1]);
    this.step = stepOf('sched:active');
    this.eventStep = stepOf('perf:online');
    mkdirSync(this.directory);
    this.write('trace_clock', 'mono');
    this.write('events/cpuhp/cpuhp_exit/filter', `idx == ${this.step} || idx == ${this.eventStep}`);
    this.write('events/cpuhp/cpuhp_exit/enable', '1');
  }

  /** When it began to run tasks. */
  cameOnline(): bigint[] {
    return this.steps().flatMap(({ at, step, up }) => (up && step === this.step ? [at] : []));
  }

  /** The spans during which it ran no tasks, in order. */
  offlineSpans(): Span[] {
    return this.spansBelow(this.step);
  }

  /** The spans during which it could have no events: they go some time after tasks, and may come before them. */
  eventlessSpans(): Span[] {
    return this.spansBelow(this.eventStep);
  }

  private spansBelow(wanted: number): Span[] {
    const spans: Span[] = [];
    let begin: bigint | undefined;
    for (const { at, step, up } of this.steps()) {
      if (step !== wanted) continue;
      if (!up) begin = at;
      else if (begin !== undefined) spans.push({ begin, end: at });
    }
    return spans;
  }

  private steps(): { at: bigint; step: number; up: boolean }[] {
    const text = readFileSync(`${this.directory}/trace`, 'utf8');
    const lines = text.matchAll(/ (\d+)\.(\d{6}): cpuhp_exit:\s+cpu: 0001\s+state:\s*(\d+)\s+step:\s*(\d+)/g);
    return [...lines].map(([, seconds, micros, state, step]) => ({
      at: BigInt(`${seconds}${micros}000`),
      step: Number(step),
      up: state === step,
    }));
  }

  [Symbol.dispose](): void {
    this.write('events/cpuhp/cpuhp_exit/enable', '0');
    rmdirSync(this.directory);
  }

  private write(file: string, text: string): void {
    writeFileSync(`${this.directory}/${file}`, text);
  }
}

export const lengthOf = (spans: readonly Span[]): bigint =>
  spans.reduce((sum, { begin, end }) => sum + end - begin, 0n);

export const milliseconds = (time: bigint | number): number => Number(time) / 1e6;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** Figures are part of what these tests are for, and vitest shows what is written to standard error at once. */
export const tell = (text: string): void => void process.stderr.write(`  ${text}\n`);

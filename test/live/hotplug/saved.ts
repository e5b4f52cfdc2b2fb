import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Running, startSyswide } from '../run';

/** What these tests read of a `--save` document; small numbers only, so that none is a string. */
export interface Saved {
  readonly elapsedNs: number;
  readonly events: readonly {
    readonly name: string;
    readonly raw: { readonly value: number };
    readonly perCpu: readonly {
      readonly cpu: number;
      readonly raw: { readonly value: number; readonly timeEnabledNs: number };
    }[];
  }[];
  readonly coverage: readonly {
    readonly cpu: number;
    readonly countedNs: number;
    readonly uncoveredNs: number;
    readonly percent: number;
  }[];
  readonly hotplug?: {
    readonly source: string;
    readonly happenings: readonly {
      readonly cpu: number;
      readonly kind: 'online' | 'offline';
      readonly atNs: number;
      readonly uncoveredNs?: number;
      readonly error?: { readonly code: string };
    }[];
  };
  readonly notices: readonly string[];
}

/** A `stat` that saves its whole result. */
export interface SavingStat {
  readonly running: Running;
  /** @throws Error when it failed, with what it said */
  result(): Promise<{ readonly saved: Saved; readonly stderr: string }>;
}

export function startStat(...args: readonly string[]): SavingStat {
  const folder = mkdtempSync(join(tmpdir(), 'syswide-test-'));
  const file = join(folder, 'result.json');
  const running = startSyswide(['stat', '--save', file, ...args]);
  const result = async () => {
    const { status, signal, stderr } = await running.ended;
    try {
      if (status !== 0) throw new Error(`stat ended with ${status ?? signal}: ${stderr}`);
      return { saved: JSON.parse(readFileSync(file, 'utf8')) as Saved, stderr };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  return { running, result };
}

/** The raw count of an event on a CPU; 0 where there is none. */
export const onCpu = ({ events }: Saved, event: number, cpu: number): number =>
  events[event]?.perCpu.find((part) => part.cpu === cpu)?.raw.value ?? 0;

/** How long CPU 1 was not counted after each time it came online. */
export const uncoveredSpans = ({ hotplug }: Saved): number[] =>
  (hotplug?.happenings ?? []).flatMap(({ kind, uncoveredNs }) =>
    kind === 'online' && uncoveredNs !== undefined ? [uncoveredNs] : [],
  );

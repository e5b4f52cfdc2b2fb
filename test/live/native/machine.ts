import { readdirSync, readlinkSync } from 'node:fs';
import { constants } from 'node:os';
import type { TestContext } from 'vitest';
import { encodeAttr, type PerfEventAttr } from '../../../src/abi/attr';
import type { OpenRequest } from '../../../src/native/kernel';
import { KernelError } from '../../../src/native/kernel-error';
import { RealKernel } from '../../../src/native/real-kernel';

/** One for all tests of a file: it holds an fd of its own, which must not count as leaked. */
export const kernel = new RealKernel();

export const { errno } = constants;

/** PERF_TYPE_SOFTWARE and some of its events, which every kernel has and every user may open. */
export const software = { type: 1, taskClock: 1n, pageFaults: 2n, unknown: 0x7fffffffn } as const;

/** A disabled event of this thread, in user space only. */
export function ownEvent(config: bigint, more: Partial<PerfEventAttr> = {}): OpenRequest {
  const flags = { disabled: true, excludeKernel: true, excludeHv: true, ...more.flags };
  return { attr: encodeAttr({ type: software.type, config, ...more, flags }), pid: 0, cpu: -1 };
}

/** What this process has open, sorted: `anon_inode:[perf_event]`, `socket:[123]`, … */
export function openFds(): string[] {
  const links = readdirSync('/proc/self/fd').map((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`);
    } catch {
      return 'the directory itself';
    }
  });
  return links.sort();
}

/** The error a call ends in. */
export function refusalOf(call: () => unknown): KernelError {
  try {
    call();
  } catch (error) {
    if (error instanceof KernelError) return error;
    throw error;
  }
  throw new Error('the kernel did not refuse');
}

/**
 * Skips the running test when this machine refuses what it needs. The reason is printed, because vitest's default
 * reporter does not show it, and a test that cannot run must be seen.
 */
export function need({ task, skip }: TestContext, attempt: () => void): void {
  try {
    attempt();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`skipped ${task.name}: ${reason}\n`);
    skip(reason);
  }
}

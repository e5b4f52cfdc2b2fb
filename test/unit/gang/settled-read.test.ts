import { constants } from 'node:os';
import { expect, it } from 'vitest';
import { encodeAttr } from '../../../src/abi/attr';
import { type Fd, monotonicTime } from '../../../src/base/units';
import { settledRead } from '../../../src/gang/settled-read';
import type { EventReads } from '../../../src/native/kernel';
import { FakeKernel } from '../../fake/fake-kernel';

const { ECHILD, EIO } = constants.errno;

/** A kernel whose events are refused so many times before they can be read. */
class UnsettledKernel extends FakeKernel {
  readonly asked: (readonly Fd[])[] = [];

  constructor(private readonly refusals: Map<Fd, { errno: number; times: number }>) {
    super();
    this.countsOf = (event) => ({ value: BigInt(event.fd), timeEnabled: 1n, timeRunning: 1n });
  }

  override readEvents(fds: readonly Fd[], size: number): EventReads {
    this.asked.push(fds);
    const reads = super.readEvents(fds, size);
    const results = reads.results.map((result, i) => {
      const refusal = fds[i] === undefined ? undefined : this.refusals.get(fds[i]);
      if (!refusal || refusal.times === 0) return result;
      refusal.times -= 1;
      return { errno: refusal.errno };
    });
    // Each takes 10 ms.
    return { ...reads, results, end: monotonicTime(reads.end + 10_000_000n * BigInt(this.asked.length)) };
  }
}

const three = Array.from({ length: 3 }, () => ({ attr: encodeAttr({ type: 1, config: 2n }), pid: 7, cpu: -1 }));

function read(errno: number, times: number) {
  const refusals = new Map<Fd, { errno: number; times: number }>();
  const kernel = new UnsettledKernel(refusals);
  const fds = kernel.openEvents(three);
  if (fds[1] !== undefined) refusals.set(fds[1], { errno, times });
  const { results, begin, end } = settledRead(kernel, fds, 32);
  const values = results.map((result) =>
    result instanceof Uint8Array ? Number(Buffer.from(result).readBigUInt64LE()) - Number(fds[0]) : result.errno,
  );
  return { values, calls: kernel.asked.map((asked) => asked.length), took: end - begin };
}

it('asks once when everything can be read', () => {
  expect(read(ECHILD, 0)).toMatchObject({ values: [0, 1, 2], calls: [3] });
});

it('asks again for what a child that ends keeps from being read, and for nothing else', () => {
  const { values, calls, took } = read(ECHILD, 2);
  expect(values).toEqual([0, 1, 2]);
  expect(calls).toEqual([3, 1, 1]);
  expect(took).toBeGreaterThan(read(ECHILD, 0).took);
});

it('leaves other refusals as they are', () => {
  expect(read(EIO, 1)).toMatchObject({ values: [0, EIO, 2], calls: [3] });
});

it('does not ask for ever', () => {
  const { values, calls } = read(ECHILD, Number.POSITIVE_INFINITY);
  expect(values).toEqual([0, ECHILD, 2]);
  expect(calls.length).toBeLessThan(200);
});

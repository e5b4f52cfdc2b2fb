import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RingDrain } from '../../../src/ring/ring-drain';
import { FakeRing, ringKernel, snapshotted } from '../../unit/ring/fake-rings';

const record = () =>
  fc
    .integer({ min: 0, max: 60 })
    .chain((words) => fc.uint8Array({ minLength: words * 8, maxLength: words * 8 }))
    .map((body) => Buffer.from(body));

const asWritten = (body: Buffer): Buffer => {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(9, 0);
  header.writeUInt16LE(8 + body.length, 6);
  return Buffer.concat([header, body]);
};

it('a drained ring gives what was written, byte by byte, however it was cut into drains', () => {
  const steps = fc.array(fc.oneof({ weight: 4, arbitrary: record() }, fc.constant('drain' as const)), {
    maxLength: 120,
  });
  fc.assert(
    fc.property(steps, fc.constantFrom(1, 2), (all, pages) => {
      const ring = new FakeRing(pages);
      const drain = new RingDrain(ringKernel, [ring]);
      const [expected, got]: [Buffer[], Buffer[]] = [[], []];
      const empty = () => drain.drain((_, views) => got.push(...views.map((view) => Buffer.from(view))));
      for (const step of all) {
        if (step === 'drain') empty();
        else if (ring.write(9, step)) expected.push(asWritten(step));
      }
      empty();
      expect(Buffer.concat(got).equals(Buffer.concat(expected))).toBe(true);
      expect(drain.overruns).toBe(0);
    }),
    { numRuns: 300 },
  );
});

it('a backward ring gives the newest records that still fit, newest first', () => {
  fc.assert(
    fc.property(fc.array(record(), { maxLength: 60 }), (bodies) => {
      const { ring, take } = snapshotted();
      for (const body of bodies) ring.write(9, body);
      const whole: Buffer[] = [];
      let room = ring.data.length;
      for (const written of bodies.toReversed().map(asWritten)) {
        room -= written.length;
        if (room < 0) break;
        whole.push(written);
      }
      expect(take().equals(Buffer.concat(whole))).toBe(true);
    }),
    { numRuns: 300 },
  );
});

it('no page and no head makes a backward ring fail, or longer than it is', () => {
  const noise = fc.noShrink(fc.uint8Array({ minLength: 4096, maxLength: 4096 }));
  fc.assert(
    fc.property(noise, fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (data, head) => {
      const { ring, take } = snapshotted();
      ring.data.set(data);
      ring.head = head;
      expect(take().length).toBeLessThanOrEqual(4096);
    }),
    { numRuns: 300 },
  );
});

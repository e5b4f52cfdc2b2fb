import { describe, expect, it } from 'vitest';
import { RecordType } from '../../../src/abi/ring-page';
import { RingDrain } from '../../../src/ring/ring-drain';
import { FakeRing, ringKernel } from './fake-rings';

const body = (length: number, first = 1): Uint8Array => Uint8Array.from({ length }, (_, i) => (first + i) & 0xff);

/** What a drain hands over, copied. */
function drained(drain: RingDrain): Buffer[] {
  const taken: Buffer[] = [];
  drain.drain((_, views) => taken.push(Buffer.concat(views)));
  return taken;
}

describe('draining rings', () => {
  it('hands over nothing where nothing was written', () => {
    expect(drained(new RingDrain(ringKernel, [new FakeRing(), new FakeRing()]))).toEqual([]);
    expect(new RingDrain(ringKernel).drain(() => {})).toBe(0);
  });

  it('hands over each byte once, and gives its room back', () => {
    const ring = new FakeRing();
    const drain = new RingDrain(ringKernel, [ring]);
    ring.write(RecordType.sample, body(40));
    expect(drain.drain((_, views) => expect(views).toHaveLength(1))).toBe(48);
    expect(ring.tail).toBe(48n);
    expect(drained(drain)).toEqual([]);
  });

  it('leaves what is held where it is', () => {
    const ring = new FakeRing();
    let isHeld = true;
    const drain = new RingDrain(ringKernel, [ring], () => isHeld);
    ring.write(RecordType.sample, body(40));
    expect(drained(drain)).toEqual([]);
    expect(ring.tail).toBe(0n);
    isHeld = false;
    expect(drained(drain)).toHaveLength(1);
  });

  it('goes around the end in every position', () => {
    for (let before = 0; before <= 72; before += 8) {
      const ring = new FakeRing();
      const drain = new RingDrain(ringKernel, [ring]);
      for (let left = 4096 - before; left > 0; ) {
        const size = left > 1024 ? 1008 : left;
        ring.write(RecordType.sample, body(size - 8));
        drained(drain);
        left -= size;
      }
      ring.write(RecordType.sample, body(56, 7));
      const [record] = drained(drain);
      expect(record?.subarray(8), `${before} bytes before the end`).toEqual(Buffer.from(body(56, 7)));
    }
  });

  it('hands over a ring that is full to the last byte', () => {
    const ring = new FakeRing();
    while (ring.write(RecordType.sample, body(24)));
    expect(new RingDrain(ringKernel, [ring]).drain(() => {})).toBe(4096);
    expect(ring.write(RecordType.sample, body(24))).toBe(true);
  });

  it('passes over what a head has left behind that is a whole ring ahead of the tail, and says so', () => {
    const ring = new FakeRing();
    const drain = new RingDrain(ringKernel, [ring]);
    for (let i = 0; i < 200; i += 1) ring.bytes.write(RecordType.sample, body(24));
    expect(drained(drain)).toEqual([]);
    expect(drain.overruns).toBe(1);
    ring.write(RecordType.sample, body(24));
    expect(drained(drain)).toHaveLength(1);
  });

  it('keeps what could not be written: the next drain hands it over', () => {
    const rings = [new FakeRing(), new FakeRing(), new FakeRing()];
    for (const [i, ring] of rings.entries()) ring.write(RecordType.sample, body(8 * (i + 1)));
    const drain = new RingDrain(ringKernel, rings);
    const fails = () =>
      drain.drain((ring) => {
        if (ring === rings[1]) throw new Error('no space');
      });
    expect(fails).toThrow('no space');
    expect(rings.map(({ tail }) => tail)).toEqual([16n, 0n, 0n]);
    expect(drained(drain).map(({ length }) => length)).toEqual([24, 32]);
  });

  it('takes rings in and gives them up', () => {
    const [first, second] = [new FakeRing(), new FakeRing()];
    const drain = new RingDrain(ringKernel, [first]);
    for (const ring of [first, second]) ring.write(RecordType.sample, body(8));
    drain.add(second);
    drain.remove(first);
    expect(drain.drain((ring) => expect(ring).toBe(second))).toBe(16);
  });
});

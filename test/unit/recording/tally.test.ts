import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordType } from '../../../src/abi/ring-page';
import { Tally } from '../../../src/recording/tally';

/** A record of ours: a body, and for all but samples a trailer that ends with CPU and identifier. */
function record(type: number, words: readonly bigint[], cpu = 0): Buffer {
  const trailer = type === RecordType.sample ? [] : [0n, 0n, BigInt(cpu), 0n];
  const bytes = Buffer.alloc(8 + 8 * (words.length + trailer.length));
  bytes.writeUInt32LE(type, 0);
  bytes.writeUInt16LE(bytes.length, 6);
  for (const [i, word] of [...words, ...trailer].entries()) bytes.writeBigUInt64LE(word, 8 + i * 8);
  return bytes;
}

const sample = (time: bigint) => record(RecordType.sample, [1n, 2n, 3n, time]);

describe('a tally', () => {
  it('counts samples, and knows the first and the last, wherever the bytes are cut', () => {
    const times = fc.array(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(times, fc.nat(), (all, cut) => {
        const bytes = Buffer.concat(all.map(sample));
        const at = cut % (bytes.length + 1);
        const tally = new Tally();
        tally.records([bytes.subarray(0, at), bytes.subarray(at)]);
        const sorted = [...all].sort((a, b) => (a < b ? -1 : 1));
        expect(tally.survey.samples).toBe(all.length);
        expect(tally.survey.sampleTime).toEqual({ first: sorted[0], last: sorted.at(-1) });
      }),
    );
  });

  it('tells what was lost and throttled CPU by CPU', () => {
    const tally = new Tally();
    tally.records([
      record(RecordType.lost, [7n, 3n], 1),
      record(RecordType.lostSamples, [2n], 1),
      record(RecordType.throttle, [0n, 0n, 0n], 0),
    ]);
    expect([...tally.survey.lost]).toEqual([[1, 5n]]);
    expect([...tally.survey.throttled]).toEqual([[0, 1]]);
    expect(tally.survey.sampleTime).toBeUndefined();
  });

  it('stops at what can be no record', () => {
    const tally = new Tally();
    tally.records([Buffer.concat([sample(1n), Buffer.alloc(8), sample(2n)])]);
    expect(tally.survey.samples).toBe(1);
  });
});

import { describe, expect, it } from 'vitest';
import { CLOCK_MONOTONIC } from '../../../src/abi/perf-event';
import { RecordType } from '../../../src/abi/ring-page';
import { commRecord } from '../../../src/abi/side-band';
import { monotonicTime } from '../../../src/base/units';
import { PrematureSamples, withoutPremature } from '../../../src/recording/premature';

/** A sample as a recording has it: identifier, ip, pid and tid, time. */
function sample(time: bigint): Buffer {
  const bytes = Buffer.alloc(48);
  bytes.writeUInt32LE(RecordType.sample, 0);
  bytes.writeUInt16LE(bytes.length, 6);
  bytes.writeBigUInt64LE(time, 32);
  return bytes;
}

describe('samples from before all CPUs counted', () => {
  const [early, late, comm] = [sample(99n), sample(100n), commRecord(7, 7, 'x', 32)];
  const records = Buffer.concat([early, comm, late, early]);

  it('are left out, wherever the ring cuts them; what tells of programs stays', () => {
    for (let cut = 0; cut <= records.length; cut += 1) {
      const views = [records.subarray(0, cut), records.subarray(cut)];
      const { kept, premature } = withoutPremature(views, monotonicTime(100n));
      expect(premature).toBe(2);
      expect(Buffer.concat(kept)).toEqual(Buffer.concat([comm, late]));
    }
  });

  it('end with a record that cannot be one', () => {
    const { kept } = withoutPremature([Buffer.concat([late, Buffer.alloc(16)])], monotonicTime(0n));
    expect(kept).toHaveLength(1);
  });

  it('are told from the others by what another clock showed when they counted, and not by what it is set to later', () => {
    const realtime = 0;
    let ahead = 1_000n;
    const kernel = { clockTime: (clock: number) => monotonicTime(clock === CLOCK_MONOTONIC ? 200n : 200n + ahead) };
    const premature = new PrematureSamples(kernel, realtime);
    expect(premature.without([sample(1n)])).toHaveLength(1);
    premature.armedAt(monotonicTime(100n));
    ahead = 9_000n;
    premature.armedAt(monotonicTime(100n));
    const kept = premature.without([sample(1_099n), sample(1_100n), sample(9_050n)]);
    expect(Buffer.concat(kept)).toEqual(Buffer.concat([sample(1_100n), sample(9_050n)]));
    expect(premature.leftOut).toBe(1);
  });
});

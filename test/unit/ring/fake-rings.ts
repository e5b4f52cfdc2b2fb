import { fd } from '../../../src/base/units';
import type { Kernel, RingMapping } from '../../../src/native/kernel';
import { RingSnapshots } from '../../../src/ring/ring-snapshot';
import { RingBytes } from '../abi/ring-bytes';

/** A ring on fake pages, mapped. */
export class FakeRing implements RingMapping {
  readonly mode = 'drain';
  readonly address = 0n;
  readonly bytes: RingBytes;
  tail: bigint;

  constructor(dataPages = 1) {
    this.bytes = new RingBytes(dataPages);
    this.tail = this.bytes.head;
  }

  get memory(): Buffer {
    return this.bytes.memory;
  }

  /** Writes as the kernel does: a record that does not fit before the reader's tail is dropped. @returns whether it fit */
  write(type: number, body: Uint8Array): boolean {
    const room = BigInt(this.memory.length - RingBytes.pageSize) - (this.bytes.head - this.tail);
    if (BigInt(8 + body.length) > room) return false;
    this.bytes.write(type, body);
    return true;
  }

  unmap(): void {}
}

/** The kernel's side of the positions of fake rings. */
export const ringKernel: Pick<Kernel, 'ringHeads' | 'advanceRings'> = {
  ringHeads: (rings) => rings.map((ring) => (ring as FakeRing).bytes.head),
  advanceRings: (rings, tails) => {
    for (const [i, ring] of rings.entries()) (ring as FakeRing).tail = tails[i] ?? 0n;
  },
};

/** The data pages of a ring that is written backwards, as the kernel writes them. */
class BackwardBytes {
  readonly memory = new RingBytes().memory;
  readonly data = this.memory.subarray(RingBytes.pageSize);
  head = 0n;

  write(type: number, body: Uint8Array): void {
    const record = Buffer.alloc(8 + body.length);
    record.writeUInt32LE(type, 0);
    record.writeUInt16LE(record.length, 6);
    record.set(body, 8);
    this.head = BigInt.asUintN(64, this.head - BigInt(record.length));
    const mask = BigInt(this.data.length - 1);
    for (const [i, byte] of record.entries()) this.data[Number((this.head + BigInt(i)) & mask)] = byte;
  }
}

/** Such a ring, mapped, of which snapshots can be taken. */
export function snapshotted() {
  const ring = new BackwardBytes();
  const mapping: RingMapping = { mode: 'overwrite', memory: ring.memory, address: 0n, unmap: () => {} };
  const pauses: boolean[] = [];
  const snapshots = new RingSnapshots({
    ringHeads: () => [ring.head],
    pauseOutput: (_, paused) => void pauses.push(paused),
  });
  return { ring, pauses, take: () => snapshots.take([{ mapping, fd: fd(3) }])[0]?.bytes ?? Buffer.alloc(0) };
}

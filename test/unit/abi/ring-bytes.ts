/** A ring in memory as the kernel lays it out, for tests of what reads it. */
export class RingBytes {
  static readonly pageSize = 4096;
  readonly memory: Buffer;
  head: bigint;
  private readonly size: number;

  constructor(dataPages = 1, head = 0n) {
    this.size = dataPages * RingBytes.pageSize;
    this.memory = Buffer.alloc(RingBytes.pageSize + this.size);
    this.memory.writeBigUInt64LE(BigInt(RingBytes.pageSize), 1040);
    this.memory.writeBigUInt64LE(BigInt(this.size), 1048);
    this.head = head;
  }

  /** Writes a record at the head, around the end where it comes to that. */
  write(type: number, body: Uint8Array, length = 8 + body.length): void {
    const header = Buffer.alloc(8);
    header.writeUInt32LE(type, 0);
    header.writeUInt16LE(length, 6);
    for (const byte of Buffer.concat([header, body])) {
      this.memory[RingBytes.pageSize + Number(this.head % BigInt(this.size))] = byte;
      this.head += 1n;
    }
  }
}

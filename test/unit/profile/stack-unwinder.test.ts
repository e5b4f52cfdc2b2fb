import { describe, expect, it } from 'vitest';
import { SampleType } from '../../../src/abi/perf-event';
import { sampleOffsets } from '../../../src/abi/sample-offsets';
import { Memory } from '../../../src/profile/memory';
import { Names } from '../../../src/profile/names';
import type { RecordedEvents } from '../../../src/profile/recorded-event';
import { SampleCursor } from '../../../src/profile/sample-cursor';
import { StackUnwinder } from '../../../src/profile/stack-unwinder';
import { userStackFormat } from '../../../src/profile/user-stack-format';
import type { FrameRow } from '../../../src/symbols/unwind/frame-row';

const sampleType = SampleType.ip | SampleType.callchain | SampleType.regsUser | SampleType.stackUser;

/** AX, BP, SP, IP and R12: as many as are needed to see that they are told apart. */
const MASK = 0b1_0000_0000_0001_1100_0001n | (1n << 20n);
const STACK = 0x7ffc_0000_1000;
const CODE = 0x5555_0000_0000;

/** Registers in the order of the mask, and a stack of so many words, of which so many were copied. */
interface Copied {
  readonly abi?: number;
  readonly bp?: number;
  readonly sp?: number;
  readonly ip: number;
  readonly words: readonly number[];
  readonly copied?: number;
  readonly branches?: number;
}

function eventOf(type: bigint, branchType = 0n) {
  const attr = new Uint8Array(128);
  const view = new DataView(attr.buffer);
  view.setBigUint64(72, branchType, true);
  view.setBigUint64(80, MASK, true);
  const userStack = userStackFormat(attr, type, true);
  return { offsets: sampleOffsets(type), readFormat: 0, samplePeriod: 1, userStack };
}

function sampleOf({ abi = 2, bp = 0, sp = STACK, ip, words, copied = words.length, branches }: Copied): SampleCursor {
  const type = branches === undefined ? sampleType : sampleType | SampleType.branchStack;
  const event = eventOf(type, branches === undefined ? 0n : 1n << 17n);
  const events = { first: event, all: [event], indexOf: () => 0 } as unknown as RecordedEvents;
  const branch = branches === undefined ? [] : [branches, 1, ...new Array(branches * 3).fill(9)];
  // AX BP SP IP, then R8 and what else the mask has.
  const registers = abi === 0 ? [] : registersOf({ bp, sp, ip });
  const body = [ip, 0, ...branch, abi, ...registers, words.length * 8, ...words, ...(words.length ? [copied * 8] : [])];
  const view = new DataView(new ArrayBuffer(8 + body.length * 8));
  view.setUint32(0, 9, true);
  view.setUint16(4, 2, true);
  body.forEach((word, i) => {
    view.setBigUint64(8 + i * 8, BigInt(word), true);
  });
  const sample = new SampleCursor(events, true);
  expect(sample.read(view, 8, view.byteLength)).toBe(true);
  return sample;
}

/** By the numbers of perf. */
function registersOf({ bp, sp, ip }: { bp: number; sp: number; ip: number }): number[] {
  const known = new Map([
    [0, 1],
    [6, bp],
    [7, sp],
    [8, ip],
    [20, 0x1212],
  ]);
  return Array.from({ length: 64 }, (_, register) => register)
    .filter((register) => ((MASK >> BigInt(register)) & 1n) === 1n)
    .map((register) => known.get(register) ?? 3);
}

/** A frame of so many bytes, the return address at its end. */
const frame = (bytes: number, isSignal = false): FrameRow => ({
  address: { kind: 'register', register: 7, offset: bytes },
  rules: new Map([[16, { kind: 'offset', offset: -8 }]]),
  isSignal,
});

const last: FrameRow = { ...frame(8), rules: new Map([[16, { kind: 'undefined' }]]) };

/** The chain of a sample in a program whose rows are at these places. */
function chainOf(copied: Copied, rows: ReadonlyMap<number, FrameRow>): number[] {
  const dsos = new Names();
  const memory = new Memory(2);
  memory.add({ start: CODE, end: CODE + 0x10000, offset: 0, dso: dsos.idOf('/bin/x') });
  const programs = { callFramesOf: () => ({ rowAt: (offset: number) => rows.get(offset) }) };
  const sample = sampleOf(copied);
  new StackUnwinder(programs as never, dsos).unwind(sample, memory);
  const { words, chainAt, chainLength } = sample;
  const chain = Array.from({ length: chainLength }, (_, i) => {
    const at = chainAt + i * 2;
    return (words[at + 1] ?? 0) * 2 ** 32 + ((words[at] ?? 0) >>> 0);
  });
  if (chain.length > 0) expect(chain.shift()).toBe(-(2 ** 32) + 0xffff_fe00);
  return chain.map((address) => address - CODE);
}

describe('a stack', () => {
  const rows = new Map([
    [0x100, frame(16)],
    [0x1ff, frame(24)],
    [0x2ff, last],
  ]);
  const words = [0, CODE + 0x200, 0, 0, CODE + 0x300, 0];

  it('is followed up to what nobody has called; a call is before where it returns to', () => {
    expect(chainOf({ ip: CODE + 0x100, words }, rows)).toEqual([0x100, 0x1ff, 0x2ff]);
  });

  it('is followed behind what is told of branches', () => {
    expect(chainOf({ ip: CODE + 0x100, words, branches: 2 }, rows)).toEqual([0x100, 0x1ff, 0x2ff]);
  });

  it('ends where the copy ends', () => {
    expect(chainOf({ ip: CODE + 0x100, words, copied: 2 }, rows)).toEqual([0x100, 0x1ff]);
    expect(chainOf({ ip: CODE + 0x100, words, copied: 1 }, rows)).toEqual([0x100]);
  });

  it('is none of threads of the kernel, and of programs of 32 bits', () => {
    expect(chainOf({ ip: CODE + 0x100, words: [], abi: 0 }, rows)).toEqual([]);
    expect(chainOf({ ip: CODE + 0x100, words, abi: 1 }, rows)).toEqual([]);
  });

  it('goes on exactly where a signal interrupted', () => {
    const interrupted = new Map([
      [0x100, frame(16)],
      [0x1ff, frame(24, true)],
      [0x300, last],
    ]);
    expect(chainOf({ ip: CODE + 0x100, words }, interrupted)).toEqual([0x100, 0x200, 0x300]);
  });

  it('is followed by frame pointers where the program tells nothing', () => {
    const bp = STACK + 16;
    const pointers = [0, 0, STACK + 32, CODE + 0x500, 0, CODE + 0x600, 0];
    expect(chainOf({ ip: CODE + 0x400, bp, words: pointers }, new Map())).toEqual([0x400, 0x4ff, 0x5ff]);
    // One that is below the stack, or far above, is none.
    for (const wrong of [STACK - 8, STACK + 0x4008]) {
      expect(chainOf({ ip: CODE + 0x400, bp: wrong, words: pointers }, new Map())).toEqual([0x400]);
    }
  });

  it('that leads nowhere, or in a circle, ends', () => {
    const circle = new Map<number, FrameRow>([
      [
        0x100,
        {
          address: { kind: 'register', register: 7, offset: 0 },
          rules: new Map([[16, { kind: 'same' }]]),
          isSignal: true,
        },
      ],
    ]);
    expect(chainOf({ ip: CODE + 0x100, words }, circle)).toEqual([0x100]);
    const endless = new Map([
      [0x100, frame(8)],
      [0xff, frame(8)],
    ]);
    const many = new Array(200).fill(CODE + 0x100);
    expect(chainOf({ ip: CODE + 0x100, words: many }, endless).length).toBe(127);
  });

  it('has registers that were put into it, and what is reckoned of them', () => {
    const kept = new Map<number, FrameRow>([
      [
        0x100,
        {
          address: { kind: 'register', register: 7, offset: 16 },
          rules: new Map([
            [6, { kind: 'offset', offset: -16 }],
            [12, { kind: 'register', register: 0 }],
            [16, { kind: 'offset', offset: -8 }],
          ]),
          isSignal: false,
        },
      ],
      [
        0x1ff,
        {
          // Of what was kept, and of an expression: the word at bp - 8.
          address: { kind: 'register', register: 6, offset: 8 },
          rules: new Map([[16, { kind: 'expression', expression: Buffer.from([0x76, 0x78]) }]]),
          isSignal: false,
        },
      ],
      [0x2ff, last],
    ]);
    const own = [STACK + 40, CODE + 0x200, 0, 0, CODE + 0x300, 0];
    expect(chainOf({ ip: CODE + 0x100, words: own }, kept)).toEqual([0x100, 0x1ff, 0x2ff]);
  });
});

describe('samples', () => {
  it('of other byte orders or without registers have no stack that is followed', () => {
    const attr = new Uint8Array(128);
    expect(userStackFormat(attr, sampleType, false)).toBeUndefined();
    expect(userStackFormat(attr, SampleType.stackUser, true)).toBeUndefined();
    expect(userStackFormat(attr.subarray(0, 72), sampleType, true)).toBeUndefined();
  });
});

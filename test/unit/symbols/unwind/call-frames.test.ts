import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fileOffset } from '../../../../src/symbols/elf/segments';
import { programSegments } from '../../../../src/symbols/program-segments';
import { CallFrames } from '../../../../src/symbols/unwind/call-frames';
import type { FrameRow, RegisterRule } from '../../../../src/symbols/unwind/frame-row';

const folder = mkdtempSync(join(tmpdir(), 'syswide-frames-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const names = [
  'rax',
  'rdx',
  'rcx',
  'rbx',
  'rsi',
  'rdi',
  'rbp',
  'rsp',
  'r8',
  'r9',
  'r10',
  'r11',
  'r12',
  'r13',
  'r14',
  'r15',
];
const nameOf = (register: number): string => names[register] ?? 'ra';

const signed = (offset: number): string => `${offset < 0 ? '' : '+'}${offset}`;

/** As readelf writes it. */
function textOf(rule: RegisterRule | undefined): string {
  switch (rule?.kind) {
    case 'offset':
      return `c${signed(rule.offset)}`;
    case 'valueOffset':
      return `v${signed(rule.offset)}`;
    case 'expression':
      return 'exp';
    case 'valueExpression':
      return 'vexp';
    case 'register':
      return nameOf(rule.register);
    case 'same':
      return 's';
    default:
      return 'u';
  }
}

const addressText = ({ address }: FrameRow): string =>
  address.kind === 'register' ? `${nameOf(address.register)}${signed(address.offset)}` : 'exp';

/** A row of readelf's table of a function: where it begins, how the frame's address is found, and registers. */
interface ToldRow {
  readonly at: bigint;
  readonly text: string;
  readonly columns: readonly string[];
}

/** readelf repeats rows that tell of no other place: the last one of a place is the one that holds. */
function toldRows(path: string): ToldRow[] {
  // Its status is 1 for files of whose debug files it has no copy.
  const all = spawnSync('readelf', ['-wF', path], { encoding: 'utf8', maxBuffer: 1 << 28 }).stdout;
  const rows = new Map<string, ToldRow>();
  let columns: string[] = [];
  let isFunction = false;
  let end = 0n;
  for (const line of all.split('\n')) {
    const kind = /^[0-9a-f]+ [0-9a-f]+ [0-9a-f]+ (FDE|CIE)(?:.*\.\.([0-9a-f]+))?/u.exec(line);
    if (kind) {
      isFunction = kind[1] === 'FDE';
      end = BigInt(`0x${kind[2] ?? '0'}`);
      continue;
    }
    if (line.startsWith('   LOC')) columns = line.trim().split(/\s+/u).slice(2);
    const [at = '', address = '', ...rest] = line.trim().split(/\s+/u);
    if (!(isFunction && /^[0-9a-f]{16}$/u.test(at)) || BigInt(`0x${at}`) >= end) continue;
    const text = [address, ...rest].join(' ').replaceAll(/r(\d+) \(\w+\)/gu, (_, number) => nameOf(Number(number)));
    rows.set(at, { at: BigInt(`0x${at}`), text, columns });
  }
  return [...rows.values()];
}

describe.each(['libc.so.6', 'ld-linux-x86-64.so.2', 'libstdc++.so.6', 'libm.so.6'])(
  'the call frames of %s',
  (library) => {
    const path = join('/usr/lib/x86_64-linux-gnu', library);
    const frames = CallFrames.read(path);
    const segments = programSegments(path) ?? [];

    it('are those that readelf tells, row by row', () => {
      const told = toldRows(path);
      expect(told.length).toBeGreaterThan(300);
      for (const { at, text, columns } of told) {
        const row = frames?.rowAt(Number(fileOffset(segments, at)));
        const registers = columns.map((name) => (name === 'ra' ? 16 : names.indexOf(name)));
        const own = row && [addressText(row), ...registers.map((one) => textOf(row.rules.get(one)))].join(' ');
        if (own !== text) expect(`${at.toString(16)} ${own}`).toBe(`${at.toString(16)} ${text}`);
      }
    });

    it('are the same without the index of linkers', () => {
      const bytes = readFileSync(path);
      const name = bytes.lastIndexOf('.eh_frame_hdr\0');
      bytes.write('.eh_frame_???', name);
      const copy = join(folder, library);
      writeFileSync(copy, bytes);
      const without = CallFrames.read(copy);
      for (const { at } of toldRows(path).filter((_, i) => i % 7 === 0)) {
        const offset = Number(fileOffset(segments, at));
        expect(without?.rowAt(offset)).toEqual(frames?.rowAt(offset));
      }
    });
  },
);

describe('call frames', () => {
  it('of places that no function tells of are none', () => {
    const frames = CallFrames.read('/usr/lib/x86_64-linux-gnu/libc.so.6');
    for (const offset of [0, -1, 2 ** 40, Number.NaN]) expect(frames?.rowAt(offset)).toBeUndefined();
  });

  it('know what signal handlers return to', () => {
    const [restore] = toldRows('/usr/lib/x86_64-linux-gnu/libc.so.6').filter(({ text }) => text.startsWith('exp exp'));
    const segments = programSegments('/usr/lib/x86_64-linux-gnu/libc.so.6') ?? [];
    const row = CallFrames.read('/usr/lib/x86_64-linux-gnu/libc.so.6')?.rowAt(
      Number(fileOffset(segments, restore?.at ?? 0n)),
    );
    expect(row?.isSignal).toBe(true);
  });
});

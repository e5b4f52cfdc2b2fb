import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SyswideError } from '../../../../src/base/error';
import { cpu, monotonicTime, pid } from '../../../../src/base/units';
import type { GangStatus } from '../../../../src/gang/controllable';
import { decodeEntry, encodeEntry } from '../../../../src/gang/registry/entry';
import { gangId, gangOfEntry } from '../../../../src/gang/registry/gang-id';
import { LineReader } from '../../../../src/gang/registry/line-reader';
import { decodeReply, decodeRequest, encodeReply, encodeRequest } from '../../../../src/gang/registry/messages';
import { CpuMask } from '../../../../src/host/cpu-mask';

const statuses: fc.Arbitrary<GangStatus> = fc.record({
  state: fc.constantFrom('reserved' as const, 'armed' as const, 'paused' as const, 'closed' as const),
  events: fc.array(fc.string({ unit: 'binary' })),
  cpus: fc.option(
    fc.array(fc.nat(300)).map((cpus) => CpuMask.of(cpus.map(cpu))),
    { nil: undefined },
  ),
  slots: fc.nat(),
  lost: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
});

const plain = ({ cpus, ...rest }: GangStatus) => ({ ...rest, cpus: cpus?.toString() });

describe('what goes over the socket and into entries', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(
        statuses,
        fc.string({ unit: 'binary' }),
        fc.bigInt({ min: 0n, max: (1n << 63n) - 1n }),
        (status, command, since) => {
          const entry = decodeEntry(encodeEntry({ pid: pid(7), command, since: monotonicTime(since), status }));
          expect(entry && { ...entry, status: plain(entry.status) }).toEqual({
            pid: 7,
            command,
            since,
            status: plain(status),
          });
          const line = encodeReply({ status });
          expect(line.indexOf('\n')).toBe(line.length - 1);
          const reply = decodeReply(line);
          expect(reply && 'status' in reply && plain(reply.status)).toEqual(plain(status));
        },
      ),
    );
  });

  it('is an error or nothing when it is something else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        expect(decodeEntry(text)).toBeUndefined();
        expect(decodeReply(text)).toBeUndefined();
        expect(() => decodeRequest(text)).toThrow(SyswideError);
      }),
    );
  });

  it('keeps errors, and codes that are known', () => {
    const error = new SyswideError('NO_SLOT', { what: 'a', why: 'b', remedy: 'c' });
    expect(decodeReply(encodeReply({ error }))).toMatchObject({ error: { code: 'NO_SLOT', message: 'a — b — c' } });
    const later = '{"error":{"code":"OF_A_LATER_VERSION","what":"a","why":"b","remedy":"c"}}';
    expect(decodeReply(later)).toMatchObject({ error: { code: 'CONTROL_FAILED' } });
  });

  it('keeps requests', () => {
    const request = { do: 'set', change: { filter: 'a == "\n"' } } as const;
    expect(decodeRequest(encodeRequest(request))).toEqual(request);
  });
});

describe('ids', () => {
  it('differ for different processes and gangs, and are never a pid', () => {
    const gangs = fc.tuple(fc.integer({ min: 1, max: 1 << 22 }), fc.integer({ min: 1, max: 1000 }));
    fc.assert(
      fc.property(gangs, gangs, ([pidA, nthA], [pidB, nthB]) => {
        const [a, b] = [gangId(pid(pidA), nthA), gangId(pid(pidB), nthB)];
        expect(a === b).toBe(pidA === pidB && nthA === nthB);
        expect(gangOfEntry(`${a}.json`)).toBe(a);
        expect(a).toMatch(/^[a-z]/);
      }),
    );
  });

  it.each([
    '',
    '.json',
    'a.sock',
    'A.json',
    'a1.json',
    'a0.json',
    '../a.json',
    'a/b.json',
    'a.json\n',
    'abcdefgh.json',
  ])('%j is the entry of none', (name) => {
    expect(gangOfEntry(name)).toBeUndefined();
  });
});

describe('lines', () => {
  it('are the same however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.array(fc.nat(8)), (texts, cuts) => {
        const lines = texts.map((text) => text.replaceAll('\n', ' '));
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const reader = new LineReader(1000);
        const read: string[] = [];
        let at = 0;
        for (const cut of [...cuts, bytes.length]) {
          read.push(...reader.add(bytes.subarray(at, at + cut)).lines);
          at += cut;
        }
        expect(read).toEqual(lines);
      }),
    );
  });
});

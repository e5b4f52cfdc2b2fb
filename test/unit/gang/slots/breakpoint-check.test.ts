import { describe, expect, it } from 'vitest';
import { SyswideError } from '../../../../src/base/error';
import { checkBreakpoint } from '../../../../src/gang/slots/breakpoint-check';
import { FakeFiles, type FakeTree } from '../../../fake-host';
import { breakpoint } from './machine';

const [r, w, rw, x] = [1, 2, 3, 4];
const user = { excludeKernel: true };

const verdict = (attr: object, tree: FakeTree = {}, architecture = 'x64'): string => {
  const { config1 = 0x1000n, ...more } = attr as { config1?: bigint };
  try {
    checkBreakpoint('mem:it', breakpoint(config1, more).attr, { files: new FakeFiles(tree), architecture });
    return 'fine';
  } catch (error) {
    if (error instanceof SyswideError) return `${error.code}: ${error.why}`;
    throw error;
  }
};

const withKprobes = { '/proc/kallsyms': '0000000000000000 T register_kprobe\n' };
const withoutKprobes = { '/proc/kallsyms': '0000000000000000 T _text\n0000000000000000 t __pfx_register_kprobes\n' };
const fourLevels = { '/proc/cpuinfo': 'processor\t: 0\nflags\t\t: fpu la5 lam57\n' };
const fiveLevels = { '/proc/cpuinfo': 'processor\t: 0\nflags\t\t: fpu la57 rdpid\n' };

describe('what a debug register can watch', () => {
  it.each([
    [{}],
    [{ config2: 1n, config1: 0x1003n, bpType: w }],
    [{ config2: 8n, config1: 0x7fff_ffff_eff8n, flags: user }],
    [{ bpType: x, config2: 8n, config1: 0x1003n }],
    [{ config1: 0xffff_8880_0000_0000n }],
    [{ config1: 0xffff_ffff_ffff_fffcn }],
    [{ bpType: x, config2: 8n, config1: 0xffff_ffff_8100_0001n }, withKprobes],
    [{ bpType: x, config2: 8n, config1: 0xffff_ffff_8100_0001n }, {}],
    [{ config1: 0x00ff_ffff_ffff_f000n }, fiveLevels],
    [{ bpType: r }, {}, 'arm64'],
    [{ bpType: x, config2: 4n }, {}, 'arm64'],
    [{ config1: 0x8000_0000_0000_0000n }, {}, 'arm64'],
  ])('%o is fine', (attr, tree = {}, architecture = 'x64') => {
    expect(verdict(attr, tree, architecture)).toBe('fine');
  });

  it.each([
    [{ bpType: 0 }, 'BAD_EVENT: it does not say which access to watch'],
    [{ bpType: 8 }, 'BAD_EVENT: it does not say which access to watch'],
    [{ bpType: rw | x }, 'BAD_EVENT: no debug register watches execution and data at once'],
    [{ bpType: w | x }, 'BAD_EVENT: no debug register watches execution and data at once'],
    [{ bpType: r }, 'NOT_SUPPORTED: the debug registers of x64 cannot watch reads without writes'],
    [{ config2: 0n }, 'BAD_EVENT: its length is 0 bytes'],
    [{ config2: 3n }, 'BAD_EVENT: its length is 3 bytes'],
    [{ config2: 16n }, 'BAD_EVENT: its length is 16 bytes'],
    [{ config2: (1n << 64n) - 8n }, 'BAD_EVENT: its length is 18446744073709551608 bytes'],
    [{ bpType: x, config2: 1n }, 'BAD_EVENT: its length is 1 bytes'],
    [{ config1: 0x1002n }, 'BAD_EVENT: 0x1002 is not a multiple of its length, 4'],
    [{ config1: 0x1004n, config2: 8n }, 'BAD_EVENT: 0x1004 is not a multiple of its length, 8'],
    [{ config1: 0x8000_0000_0000n }, 'BAD_EVENT: 0x800000000000 is no address that a 48-bit CPU can reach', fourLevels],
    [{ config1: 1n << 57n }, 'BAD_EVENT: 0x200000000000000 is no address that a 57-bit CPU can reach', fiveLevels],
    [
      { config1: 0xffff_8880_0000_0000n, flags: user },
      'BAD_EVENT: 0xffff888000000000 lies in the kernel, and the event is for user space only',
    ],
    [
      { bpType: x, config2: 8n, config1: 0xffff_ffff_8100_0000n },
      'NOT_SUPPORTED: execution in the kernel can be watched only where kprobes can be set, and this kernel has none',
      withoutKprobes,
    ],
  ])('%o is refused: %s', (attr, message, tree: FakeTree = {}) => {
    expect(verdict(attr, tree)).toBe(message);
  });

  it('does not judge an address that is not known yet', () => {
    const place = { files: new FakeFiles({}), architecture: 'x64' };
    const { attr } = breakpoint(0n, { config1: 3n });
    expect(() => checkBreakpoint('mem:it', attr, place, false)).not.toThrow();
    expect(() => checkBreakpoint('mem:it', attr, place)).toThrow(SyswideError);
  });
});

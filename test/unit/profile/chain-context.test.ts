import { describe, expect, it } from 'vitest';
import { isDamagedChain } from '../../../src/profile/chain-context';

/** Entries of a chain as the halves that they are read in. */
const halves = (...entries: readonly bigint[]): Int32Array =>
  new Int32Array(new BigUint64Array(entries.map((entry) => BigInt.asUintN(64, entry))).buffer);

const [kernel, user] = [-128n, -512n];

describe('a call chain', () => {
  it.each<[string, bigint[], boolean]>([
    ['of the kernel and of a program', [kernel, 0xffffffff81000000n, user, 0x5500n], false],
    ['with a frame that is -1', [user, 0x55bb72b3c031n, 0n, -1n], true],
    ['that tells of a guest', [-2048n, 0x1000n], true],
    ['with the last address below contexts', [user, -4096n], false],
    ['of nothing', [], false],
  ])('%s', (_, entries, isDamaged) => {
    const words = halves(...entries);
    expect(isDamagedChain(words, 0, words.length)).toBe(isDamaged);
  });

  it('is damaged only as far as it is shown', () => {
    expect(isDamagedChain(halves(user, 0x5500n, -1n), 0, 4)).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { addressOf, UNKNOWN_DSO } from '../../../src/profile/cells';
import { Mode } from '../../../src/profile/chain-context';
import { Memory } from '../../../src/profile/memory';
import { Names } from '../../../src/profile/names';
import { Places } from '../../../src/profile/places';
import type { Programs } from '../../../src/profile/programs';
import type { SampleCursor } from '../../../src/profile/sample-cursor';
import { StackCollector } from '../../../src/profile/stack-collector';

/** Nothing has a name. */
const nameless = { indexOf: () => undefined } as unknown as Programs;

/** Samples in a program that is mapped at 0x1000, called from nowhere, in a process whose own map is told to C or is not. */
function stacksOf(tells: Places['tells'], [first, second]: readonly [number, number], isTold: boolean) {
  const dsos = new Names();
  const places = new Places(nameless, [], dsos, tells);
  const memory = new Memory(1);
  memory.add({ start: 0x1000, end: 0x2000, offset: 0, dso: dsos.idOf('/bin/x') });
  // Where no file can have anything, ranges are not told.
  if (!isTold) memory.add({ start: 0x8000, end: 0x9000, offset: 2 ** 53, dso: 0 });
  const keys = { event: true, comm: true, pid: true, tid: true, cpu: true };
  const collector = new StackCollector(places, keys);
  const stacks = collector.stacksAfter(() => {
    for (const [ip, caller] of [
      [0x1000 + first, 0x5000],
      [0x1000 + second, 0x6000],
    ]) {
      const words = Int32Array.from([-512, -1, ip ?? 0, 0, caller ?? 0, 0]);
      const sample = { event: 0, pid: 1, tid: 1, cpu: 0, period: 1, mode: Mode.user, ipLow: ip, ipHigh: 0 };
      collector.add({ ...sample, words, chainAt: 0, chainLength: 3 } as unknown as SampleCursor, { memory, comm: 0 });
    }
  });
  const cells = Array.from(
    { length: places.cells.size },
    (_, id) => places.cells.at(id) ?? { dso: -1, isKernel: false },
  );
  return { size: stacks.size, cells: cells.map((cell) => `${dsos.textOf(cell.dso)} ${addressOf(cell).toString(16)}`) };
}

describe.each([true, false])('what has no name, of a process whose maps C knows: %s', (isTold) => {
  it('is told apart by its address', () => {
    const { size, cells } = stacksOf({ exact: false, nameless: true }, [0x10, 0x20], isTold);
    expect(size).toBe(2);
    expect(cells.sort()).toEqual(['/bin/x 10', '/bin/x 20', `${UNKNOWN_DSO} 5000`, `${UNKNOWN_DSO} 6000`]);
  });

  it('is one of a program where addresses are not told', () => {
    const { size, cells } = stacksOf({ exact: false, nameless: false }, [0x10, 0x20], isTold);
    expect(size).toBe(1);
    expect(cells.sort()).toEqual(['/bin/x 0', `${UNKNOWN_DSO} 0`]);
  });
});

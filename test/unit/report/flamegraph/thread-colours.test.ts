import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownerColour } from '../../../../src/report/flamegraph/view/colour';
import { legend } from '../../../../src/report/flamegraph/view/legend';
import { Session, type View } from '../../../../src/report/flamegraph/view/session';
import { flameDataOf, type Stack } from './data';

// Threads 0 and 1 of the made-up data are called `one` and `two words`.
const stacks: Stack[] = [
  { frames: ['main', 'a'], thread: 0 },
  { frames: ['main', 'a'], thread: 1 },
  { frames: ['main', 'a', 'b'], thread: 1, period: 5 },
  { frames: ['main', 'c'], thread: 0 },
  { frames: ['main'], thread: 0 },
];

function ownersIn(session: Session, view: View = 'name') {
  const boxes = session.boxes(view, 1000);
  return Object.fromEntries(
    boxes.map((box) => [session.nameOf(session.tree.frame[box.node] ?? -1), session.ownerOf(box)]),
  );
}

/** What samples of a thread weigh that end in a node or below it. */
function weightOn({ data, tree }: Session, node: number, thread: number): number {
  const isBelow = (end: number): boolean => end === node || (end > 0 && isBelow(tree.parent[end] ?? 0));
  const samples = [...data.node.keys()].filter((i) => data.thread[i] === thread);
  return samples
    .filter((i) => isBelow(tree.endOf[data.node[i] ?? 0] ?? 0))
    .reduce((sum, i) => sum + (data.period[i] ?? 0), 0);
}

describe('the thread that a frame is coloured by', () => {
  it('is that which has most of what goes through it', () => {
    const owners = ownersIn(new Session(flameDataOf(stacks)));
    expect(owners.main).toEqual({ comm: 'one', share: 3 / 5, rank: 0, thread: expect.objectContaining({ tid: 10 }) });
    expect(owners.a).toMatchObject({ comm: 'two words', rank: 1, share: 2 / 3, thread: { pid: 20, tid: 21 } });
    expect(owners.b).toMatchObject({ comm: 'two words', share: 1 });
  });

  it('goes by what is weighed and selected', () => {
    const session = new Session(flameDataOf(stacks));
    session.select({}, 'period');
    expect(ownersIn(session).main).toMatchObject({ comm: 'two words', share: 6 / 9 });
    session.select({ tid: 10 }, 'samples');
    expect(ownersIn(session).a).toMatchObject({ comm: 'one', share: 1 });
    expect(ownersIn(session).b).toBeUndefined();
  });

  it('is known by name alone where many threads of that name have little each', () => {
    const data = flameDataOf([0, 1, 2, 2].map((thread) => ({ frames: ['main'], thread })));
    const threads = [
      { pid: 1, tid: 1, comm: 'ls' },
      { pid: 2, tid: 2, comm: 'ls' },
      { pid: 3, tid: 3, comm: 'sh' },
    ];
    const { main } = ownersIn(new Session({ ...data, meta: { ...data.meta, threads } }));
    expect(main).toEqual({ comm: 'ls', rank: 0, share: 0.5 });
  });

  it('is that of the stretch of time which a box stands for', () => {
    const session = new Session(flameDataOf(stacks));
    const main = session.boxes('time', 1000).filter(({ row }) => row === 2);
    expect(main.map((box) => session.ownerOf(box)?.comm)).toEqual(['two words', 'one']);
    expect(session.ownerOf({ node: 1, from: 0.2, to: 0.6, row: 1 })).toMatchObject({ comm: 'two words', share: 1 });
  });

  it('is found as counting every thread of every node finds it', () => {
    const frame = fc.constantFrom('a', 'b', 'c');
    const stack = fc.record({ frames: fc.array(frame, { maxLength: 5 }), thread: fc.nat(1), period: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(stack, { minLength: 1, maxLength: 30 }), fc.boolean(), (list, reversed) => {
        const session = new Session(flameDataOf(list));
        session.reshape({ reversed, merged: false });
        session.select({}, 'period');
        for (const box of session.boxes('name', 1e9)) {
          const owner = session.ownerOf(box);
          const [one, two] = [weightOn(session, box.node, 0), weightOn(session, box.node, 1)];
          expect(owner?.share ?? Number.NaN).toBe(Math.max(one, two) / (one + two));
          // Of equal ones either will do.
          if (owner) expect(owner.comm === 'one' ? one >= two : two >= one).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is paler the less it has, and has a shade where one thread has most', () => {
    const whole = ownerColour({ comm: 'ls', rank: 0, share: 1 }, false, false);
    const [, hue, saturation] = /^hsl\((\d+) (\d+)% /.exec(whole) ?? [];
    const half = ownerColour({ comm: 'ls', rank: 0, share: 0.5 }, false, false);
    expect(half).toContain(`hsl(${hue} `);
    expect(Number(/ (\d+)% /.exec(half)?.[1])).toBeLessThan(Number(saturation));
    const shades = Array.from({ length: 20 }, (_, tid) =>
      ownerColour({ comm: 'ls', rank: 0, share: 1, thread: { pid: 1, tid } }, false, false),
    );
    expect(new Set(shades).size).toBeGreaterThan(10);
  });
});

describe('the legend', () => {
  it('has what is most often sampled first', () => {
    const session = new Session(flameDataOf(stacks));
    expect(legend(session, 'thread', false).map(({ text }) => text)).toEqual(['one', 'two words']);
    expect(legend(session, 'dso', false).map(({ text }) => text)).toEqual(['prog']);
    expect(legend(session, 'mode', false).map(({ text }) => text)).toEqual(['user']);
    expect(legend(session, 'package', false).map(({ text }) => text)).toEqual(['a', 'main', 'b', 'c']);
    session.select({ tid: 21 }, 'samples');
    expect(legend(session, 'thread', false).map(({ text }) => text)).toEqual(['two words']);
    const [less, more] = legend(session, 'difference', true);
    expect(less?.colour).not.toBe(more?.colour);
  });
});

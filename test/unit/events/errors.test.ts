import { afterAll, describe, expect, it } from 'vitest';
import { EventSpecError, pointAt } from '../../../src/events/event-spec-error';
import { parseEvents } from '../../../src/events/parse';
import { resolveEvents } from '../../../src/events/resolve-events';
import { didYouMean, editDistance, nearest } from '../../../src/events/suggestions';
import { describeEvents } from './describe-events';
import { fakeMachine } from './fake-machine';

const server = fakeMachine('server');
const bare = fakeMachine('bare');
afterAll(() => {
  server.close();
  bare.close();
});

function errorOf(text: string): EventSpecError {
  try {
    parseEvents(text);
  } catch (error) {
    if (error instanceof EventSpecError) return error;
  }
  throw new Error(`${text} parsed`);
}

describe('an error', () => {
  it('is one line that names what, where and what to do', () => {
    expect(errorOf('cs:u,cs:ux').message).toBe(
      "event 'cs:u,cs:ux', column 10 — 'x' is not a modifier — use letters of ukhIGHpPSDWeb, p up to 3 times",
    );
  });

  it('carries the text and the offset', () => {
    const error = errorOf('cs,,cs');
    expect([error.code, error.text, error.offset]).toEqual(['BAD_EVENT', 'cs,,cs', 3]);
  });

  it('quotes only what is near in a long text, and no control characters', () => {
    const { message } = errorOf(`${'cs,'.repeat(100)}cs:\u001b[31m`);
    expect(message).toMatch(/^event '…[cs,]+:\\x1b\[31m', column 304 — unexpected '\\x1b'/);
  });

  it('is shown with carets below the text', () => {
    expect(pointAt(errorOf('cs:u,cs:ux').where)).toEqual(['cs:u,cs:ux', '         ^']);
    expect(pointAt({ source: 'cs,contxt-switches', from: 3, to: 18 })).toEqual([
      'cs,contxt-switches',
      '   ^^^^^^^^^^^^^^^',
    ]);
  });

  it('keeps the carets in place past characters that move the cursor, and at the end of the text', () => {
    expect(pointAt({ source: 'a\u001b\t\nbé', from: 5, to: 6 })).toEqual(['a···b·', '     ^']);
    expect(pointAt({ source: 'cs,', from: 3, to: 3 })).toEqual(['cs,', '   ^']);
  });

  it('cuts long texts around the place', () => {
    const [text, carets] = pointAt({ source: `${'a'.repeat(500)}XYZ${'b'.repeat(500)}`, from: 500, to: 503 }, 60);
    expect(text).toBe(`${'a'.repeat(20)}XYZ${'b'.repeat(37)}`);
    expect(carets).toBe(`${' '.repeat(20)}^^^`);
  });
});

describe('bounds', () => {
  it('refuses a text past 64 KiB', () => {
    expect(errorOf('cs,'.repeat(30_000)).message).toContain('a text of 90000 characters');
  });

  it('refuses names that nothing has', () => {
    expect(errorOf('a'.repeat(600)).message).toContain('a name of 600 characters');
    expect(errorOf(`mem:x@/${'a'.repeat(5000)}`).message).toContain('a name of 5001 characters');
  });

  it('refuses globs that match too much, with the number', () => {
    expect(describeEvents('*:*', server, [], { mostEvents: 3 })).toBe(
      'BAD_EVENT@0 the text stands for at least 4 events',
    );
    expect(describeEvents('{sched:*,*:*}', server, [], { mostEvents: 7 })).toBe(
      'BAD_EVENT@9 the text stands for at least 9 events',
    );
    expect(describeEvents('cs,cs,cs', server, [], { mostEvents: 2 })).toBe(
      'BAD_EVENT@6 the text stands for at least 3 events',
    );
  });

  it('does not take long over a glob of stars', () => {
    const begun = performance.now();
    describeEvents(`${'*a'.repeat(250)}:*b`, server);
    expect(performance.now() - begun).toBeLessThan(500);
  });
});

describe('a machine without PMUs and tracefs', () => {
  it('still has what every Linux has', () => {
    expect(describeEvents('cycles,cs:u,r1a8,mem:0x1000', bare)).not.toContain('@');
  });

  it('says why there are no tracepoints', () => {
    expect(describeEvents('cs,sched:sched_switch', bare)).toMatch(/^NO_TRACEFS@3 tracefs is not mounted/);
  });

  it('names the PMU that is missing', () => {
    expect(describeEvents('cpu/event=1/', bare)).toBe(
      'NOT_SUPPORTED@0 this machine has no hardware PMU; virtual machines often have none',
    );
    expect(describeEvents('uprobe:/bin/pie:counter', bare)).toBe(
      'NOT_SUPPORTED@0 this kernel has no uprobe PMU (CONFIG_UPROBE_EVENTS)',
    );
  });

  it('cannot find symbols when nobody looks them up', () => {
    expect(() => resolveEvents(parseEvents('mem:jiffies'), bare.host)).toThrowError(/symbols cannot be looked up here/);
  });
});

describe('suggestions', () => {
  it('are the nearest names, regardless of case', () => {
    expect(nearest('contxt-swiches', ['context-switches', 'cgroup-switches', 'cycles'])).toEqual(['context-switches']);
    expect(nearest('CYCLES', ['cycles'])).toEqual(['cycles']);
    expect(nearest('instr', ['instructions', 'cycles'])).toEqual(['instructions']);
    expect(nearest('', ['cycles'])).toEqual([]);
    expect(nearest('x'.repeat(1000), ['cycles'])).toEqual([]);
  });

  it('read as a question', () => {
    expect(didYouMean(['a'])).toBe("did you mean 'a'?");
    expect(didYouMean(['a', 'b', 'c'])).toBe("did you mean 'a', 'b' or 'c'?");
  });

  it('count edits, a swap as one', () => {
    expect(editDistance('kitten', 'sitting', 9)).toBe(3);
    expect(editDistance('cylces', 'cycles', 9)).toBe(1);
    expect(editDistance('', 'abc', 9)).toBe(3);
    expect(editDistance('abcdef', 'uvwxyz', 2)).toBe(3);
  });
});

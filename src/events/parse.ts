import { Cursor } from './cursor';
import { type EventBody, type EventSpec, type GroupSpec, probeTypes, type SingleSpec } from './event-spec';
import { EventSpecError } from './event-spec-error';
import { name, number, toU64 } from './lexemes';
import { looksLikeModifiers, type Modifiers, noModifiers, parseModifiers } from './modifiers';
import { parseBreakpoint } from './parse-breakpoint';
import { parseProbe } from './parse-probe';
import { parseTerms } from './parse-terms';
import { knownSymbol } from './symbols';

/** Longest event text, in UTF-16 units. */
const LONGEST_TEXT = 65_536;

/**
 * Parses what `-e` takes: events and groups separated by commas, white space around them allowed. Looks nothing up on
 * the machine, so a name may mean nothing here.
 * Grammar: tools/perf/util/parse-events.y and .l, Linux 6.1 to 6.17, with `mem:` by name and probes added.
 *
 * @throws EventSpecError BAD_EVENT, with the place
 */
export function parseEvents(text: string): EventSpec[] {
  const cursor = new Cursor(text);
  if (text.length > LONGEST_TEXT) {
    throw new EventSpecError({
      where: { source: text, from: LONGEST_TEXT, to: text.length },
      why: `a text of ${text.length} characters`,
      remedy: `write at most ${LONGEST_TEXT}`,
    });
  }
  const specs: EventSpec[] = [];
  do {
    specs.push(parseItem(cursor));
  } while (cursor.take(','));
  if (!cursor.done) throw unexpectedAfterEvent(cursor, "',' and another event");
  return specs;
}

function parseItem(cursor: Cursor): EventSpec {
  cursor.skipSpace();
  const from = cursor.offset;
  // `name:{…}` is not perf's, but what people try; perf writes `name{…}`.
  const group = cursor.match(/([A-Za-z_][A-Za-z0-9_.-]{0,255})?:?\{/y);
  return group ? parseGroup(cursor, from, group[1]) : parseEvent(cursor);
}

/** The cursor stands behind the opening brace. */
function parseGroup(cursor: Cursor, from: number, groupName: string | undefined): GroupSpec {
  const members: SingleSpec[] = [];
  do {
    cursor.skipSpace();
    const start = cursor.offset;
    if (cursor.match(/[A-Za-z0-9_.-]{0,256}:?\{/y)) {
      throw new EventSpecError({
        where: cursor.place(start),
        why: 'a group inside a group',
        remedy: 'close the outer group before',
      });
    }
    members.push(parseEvent(cursor));
  } while (cursor.take(','));
  if (!cursor.take('}')) throw unexpectedAfterEvent(cursor, "',' and another event, or '}' to end the group");
  const modifiers = cursor.take(':') ? modifiersHere(cursor) : noModifiers;
  if (modifiers === '' && cursor.source[cursor.offset - 1] === ':')
    throw cursor.unexpected('modifiers after the colon');
  const where = cursor.place(from);
  cursor.skipSpace();
  return { kind: 'group', ...(groupName === undefined ? {} : { name: groupName }), members, modifiers, where };
}

function parseEvent(cursor: Cursor): SingleSpec {
  cursor.skipSpace();
  const from = cursor.offset;
  const body = parseBody(cursor);
  const terms = cursor.next === '/' ? parseTerms(cursor) : [];
  cursor.take(':');
  const modifiersFrom = cursor.offset;
  const modifiers = modifiersHere(cursor);
  if (modifiers.includes('W')) {
    throw new EventSpecError({
      where: cursor.place(modifiersFrom),
      why: "'W' makes a group weak, and this is a single event",
      remedy: 'write it behind the closing brace',
    });
  }
  const where = cursor.place(from);
  cursor.skipSpace();
  return { kind: 'event', body, terms, modifiers, where };
}

function parseBody(cursor: Cursor): EventBody {
  const prefix = cursor.match(/(mem|u(?:ret)?probe|k(?:ret)?probe):/y)?.[1];
  if (prefix === 'mem') return parseBreakpoint(cursor);
  const probe = probeTypes.find((type) => type === prefix);
  if (probe) return parseProbe(cursor, probe);
  if (cursor.look(/(?:0[xX][0-9a-fA-F]+|[0-9]+):[0-9]/y)) return parseNumeric(cursor);
  return parseNamed(cursor);
}

/** `type:config`; the pattern that led here promises both. */
function parseNumeric(cursor: Cursor): EventBody {
  const from = cursor.offset;
  const perfType = number(cursor) ?? 0n;
  if (perfType > 0xffffffffn) {
    throw new EventSpecError({
      where: cursor.place(from),
      why: 'the type is wider than 32 bits',
      remedy: 'write the number in /sys/bus/event_source/devices/<pmu>/type',
    });
  }
  cursor.take(':');
  const configFrom = cursor.offset;
  // Modifiers may follow at once: `1:3u`.
  const digits = cursor.match(/0[xX][0-9a-fA-F]+|[0-9]+/y)?.[0] ?? '';
  return { type: 'numeric', perfType: Number(perfType), config: toU64(digits, cursor.place(configFrom)) };
}

function parseNamed(cursor: Cursor): EventBody {
  const from = cursor.offset;
  const word = name(cursor);
  if (word === undefined) throw cursor.unexpected('an event, such as cycles, sched:sched_switch or cpu/event=0x3c/');
  const raw = /^r(?:0x)?([0-9a-fA-F]+)$/.exec(word)?.[1];
  if (raw !== undefined) return { type: 'raw', config: toU64(`0x${raw}`, cursor.place(from)) };
  const isKnown = knownSymbol(word) !== undefined;
  const event = isKnown ? undefined : parseTracepointName(cursor);
  if (event !== undefined) {
    const system = { source: cursor.source, from, to: from + word.length };
    return { type: 'tracepoint', system: word, name: event, where: { system, name: cursor.place(system.to + 1) } };
  }
  if (cursor.next === '/' && !isKnown) return { type: 'pmu', pmu: word };
  return { type: 'symbol', name: word };
}

/** The part behind the colon, unless it reads as modifiers: those belong to an event of a PMU. */
function parseTracepointName(cursor: Cursor): string | undefined {
  const found = cursor.look(/:([A-Za-z0-9_*?.[\]!-]+)/y)?.[1];
  if (found === undefined || looksLikeModifiers(found)) return undefined;
  cursor.take(':');
  return name(cursor);
}

/** Letters up to whatever is none; an unknown one is the modifiers' error, not the list's. */
function modifiersHere(cursor: Cursor): Modifiers {
  const from = cursor.offset;
  cursor.match(/[A-Za-z0-9_]+/y);
  return parseModifiers(cursor.place(from));
}

function unexpectedAfterEvent(cursor: Cursor, expected: string): EventSpecError {
  return cursor.unexpected(cursor.next === '/' ? "',' before the next event" : expected);
}

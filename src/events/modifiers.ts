import type { AttrFlags } from '../abi/attr';
import type { Brand } from '../base/brand';
import { EventSpecError } from './event-spec-error';
import type { Place } from './place';

/** The letters after an event, each once but for up to three `p`, in the order of `modifierLetters`. */
export type Modifiers = Brand<string, 'Modifiers'>;

export const noModifiers = '' as Modifiers;

/** Every modifier and what it does. Source: tools/perf/Documentation/perf-list.txt, Linux 6.17. */
const modifierLetters = {
  u: 'count in user space',
  k: 'count in the kernel',
  h: 'count in the hypervisor',
  I: 'do not count while idle',
  G: 'count in guests',
  H: 'count on the host',
  p: 'precise: constant skid; pp: ask for none; ppp: have none',
  P: 'as precise as this machine can',
  S: 'read the whole group with every sample of the leader',
  D: 'pinned: always on the PMU or an error',
  W: 'weak group: give the group up if it cannot be scheduled',
  e: 'exclusive: nothing else on the PMU meanwhile',
  b: 'count with BPF',
} as const;

type Letter = keyof typeof modifierLetters;
const order = Object.keys(modifierLetters) as Letter[];
const PRECISE_MAX = 3;

/** True for texts that perf reads as modifiers rather than as a name: `sys:e` is an event with a modifier. */
export const looksLikeModifiers = (text: string): boolean => /^[ukhIGHpPSDWeb]{1,16}$/.test(text);

/** Behind the access of a breakpoint, which has a colon of its own or shares it with them. */
const BREAKPOINT_END = /^mem:.*:[rwx]*([ukhIGHpPSDWeb]*)$/;
/** Behind a colon, or the terms of a PMU. */
const NAME_END = /(?:^[^/]*:|\/:?)([ukhIGHpPSDWeb]*)$/;

/** The modifiers that the name of an event ends with, empty behind what they could follow as it is. */
export const namedModifiers = (name: string): string | undefined =>
  (name.startsWith('mem:') ? BREAKPOINT_END : NAME_END).exec(name)?.[1];

/**
 * Letters as typed → canonical modifiers.
 * @throws EventSpecError at the letter that is unknown, a duplicate, or the fourth `p`
 */
export function parseModifiers(where: Place): Modifiers {
  const letters = where.source.slice(where.from, where.to);
  const seen = new Map<string, number>();
  for (const [i, letter] of [...letters].entries()) {
    const at = { source: where.source, from: where.from + i, to: where.from + i + 1 };
    const count = (seen.get(letter) ?? 0) + 1;
    seen.set(letter, count);
    if (!(letter in modifierLetters)) throw unknownModifier(letter, at);
    if (count > (letter === 'p' ? PRECISE_MAX : 1)) throw repeatedModifier(letter, at);
  }
  return order.map((letter) => letter.repeat(seen.get(letter) ?? 0)).join('') as Modifiers;
}

function unknownModifier(letter: string, where: Place): EventSpecError {
  return new EventSpecError({
    where,
    why: `'${letter}' is not a modifier`,
    remedy: `use letters of ${order.join('')}, p up to ${PRECISE_MAX} times`,
  });
}

function repeatedModifier(letter: string, where: Place): EventSpecError {
  const why =
    letter === 'p'
      ? `more than ${PRECISE_MAX} 'p': there is no higher precision`
      : `modifier '${letter}' appears twice`;
  return new EventSpecError({ where, why, remedy: 'drop it' });
}

/** What modifiers make of an event: attr fields, and wishes that only matter when it is opened. */
export interface ModifierEffect {
  readonly excludeUser: boolean;
  readonly excludeKernel: boolean;
  readonly excludeHv: boolean;
  readonly excludeHost: boolean;
  readonly excludeGuest: boolean;
  readonly excludeIdle: boolean;
  readonly pinned: boolean;
  readonly exclusive: boolean;
  readonly preciseIp: number;
  readonly preciseMax: boolean;
  readonly sampleRead: boolean;
  readonly weakGroup: boolean;
  /** G or H was given, so that a group's modifiers do not choose again. */
  readonly hostOrGuestChosen: boolean;
}

/**
 * An event without modifiers: everything but guests. `perf` 6.1 sets exclude_guest so, and 7.x leaves it out; on a
 * machine without guests both count the same.
 */
export const plainEffect: ModifierEffect = {
  excludeUser: false,
  excludeKernel: false,
  excludeHv: false,
  excludeHost: false,
  excludeGuest: true,
  excludeIdle: false,
  pinned: false,
  exclusive: false,
  preciseIp: 0,
  preciseMax: false,
  sampleRead: false,
  weakGroup: false,
  hostOrGuestChosen: false,
};

/**
 * Adds modifiers to an effect: an event's own to `plainEffect`, then its group's to the result, which only adds to
 * what is counted. As `perf` 6.1 does it, down to this: modifiers of which none is u, p, G or H count guests too.
 * Source: get_event_modifier() in tools/perf/util/parse-events.c, Linux 6.1.
 *
 * @returns undefined when the precision adds up to more than 3
 */
export function applyModifiers(
  effect: ModifierEffect,
  modifiers: Modifiers,
  ofGroup: boolean,
): ModifierEffect | undefined {
  if (modifiers === '') return effect;
  const has = (letter: Letter) => modifiers.includes(letter);
  const base = ofGroup ? effect : { ...effect, excludeGuest: false };
  const preciseIp = base.preciseIp + modifiers.split('p').length - 1;
  if (preciseIp > PRECISE_MAX) return undefined;
  return {
    ...base,
    ...levels(base, has('u'), has('k'), has('h')),
    ...hostAndGuest(base, has),
    excludeIdle: base.excludeIdle || has('I'),
    pinned: base.pinned || has('D'),
    exclusive: base.exclusive || has('e'),
    preciseIp,
    preciseMax: base.preciseMax || has('P'),
    sampleRead: base.sampleRead || has('S'),
    weakGroup: base.weakGroup || has('W'),
  };
}

/** The first of u, k, h excludes all three, then each takes back its own. */
function levels(base: ModifierEffect, user: boolean, kernel: boolean, hv: boolean) {
  const chosen = base.excludeUser || base.excludeKernel || base.excludeHv;
  const all = !chosen && (user || kernel || hv);
  return {
    excludeUser: (base.excludeUser || all) && !user,
    excludeKernel: (base.excludeKernel || all) && !kernel,
    excludeHv: (base.excludeHv || all) && !hv,
  };
}

function hostAndGuest(base: ModifierEffect, has: (letter: Letter) => boolean) {
  const [guest, host] = [has('G'), has('H')];
  const hostOrGuestChosen = base.hostOrGuestChosen || guest || host;
  const all = !base.hostOrGuestChosen && (guest || host);
  // User space of guests is hardly ever meant by u, and precise sampling cannot tell guests apart.
  const hostOnly = !hostOrGuestChosen && (has('u') || has('p'));
  return {
    hostOrGuestChosen,
    excludeGuest: (base.excludeGuest || all || hostOnly) && !guest,
    excludeHost: (base.excludeHost || all) && !host,
  };
}

/** Of a group's modifiers, those that concern other members: the kernel pins whole groups, by their leader. */
export const memberModifiers = (modifiers: Modifiers): Modifiers => modifiers.replace(/[De]/g, '') as Modifiers;

/** The attr flags of an effect, only those that are set. */
export function effectFlags(effect: ModifierEffect): AttrFlags {
  const flags = {
    excludeUser: effect.excludeUser,
    excludeKernel: effect.excludeKernel,
    excludeHv: effect.excludeHv,
    excludeHost: effect.excludeHost,
    excludeGuest: effect.excludeGuest,
    excludeIdle: effect.excludeIdle,
    pinned: effect.pinned,
    exclusive: effect.exclusive,
  };
  return Object.fromEntries(Object.entries(flags).filter(([, set]) => set));
}

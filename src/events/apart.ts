import type { EventSpec, SingleSpec } from './event-spec';
import type { Modifiers } from './modifiers';

/** Modifiers of a group that say how it is scheduled, sampled and opened as one: they mean nothing to a member alone. */
const ofGroupOnly = /[SDWe]/g;

/** What a text names as events that stand alone: the members of a group, each with what the group's modifiers say of it. */
export const apart = (spec: EventSpec): SingleSpec[] =>
  spec.kind === 'event'
    ? [spec]
    : spec.members.map((member) => ({ ...member, modifiers: together(member.modifiers, spec.modifiers) }));

/** Each letter once, but for `p`, of which there may be more. As in perf, those of a group are added to a member's own. */
const together = (own: Modifiers, group: Modifiers): Modifiers =>
  (own +
    [...group.replace(ofGroupOnly, '')]
      .filter((letter) => letter === 'p' || !own.includes(letter))
      .join('')) as Modifiers;

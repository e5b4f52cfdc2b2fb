import type { FileEvent } from './file-header';

/** One that may be told of again. */
interface GrowingEvent {
  readonly attr: Uint8Array;
  readonly ids: bigint[];
  name?: string;
}

/**
 * The events of a piped recording as its records tell of them: by and by. A pipe may tell of any number, any number of times, so
 * none is looked for among the others.
 */
export class PipeEvents {
  readonly #events: GrowingEvent[] = [];
  /** Those with one attr, and whose turn it is of them. */
  readonly #alike = new Map<string, { readonly events: GrowingEvent[]; turn: number }>();
  readonly #ofIds = new Map<bigint, GrowingEvent>();

  get all(): readonly FileEvent[] {
    return this.#events;
  }

  /** @param isMore whether one with that attr is told of again, because it has more ids: see `PipeWriter` */
  add({ attr, ids }: Pick<FileEvent, 'attr' | 'ids'>, isMore: boolean): void {
    const alike = this.alikeTo(attr);
    // Of several that are alike, each is told again in its turn.
    const known = isMore ? alike.events[alike.turn % alike.events.length] : undefined;
    const event = known ?? { attr, ids: [] };
    if (known) alike.turn += 1;
    else {
      this.#events.push(event);
      alike.events.push(event);
    }
    for (const id of ids) {
      event.ids.push(id);
      this.#ofIds.set(id, event);
    }
  }

  /** Gives the event of an id its name, if there is one. */
  rename(id: bigint, name: string): void {
    const event = this.#ofIds.get(id);
    if (event) event.name = name;
  }

  private alikeTo(attr: Uint8Array) {
    const key = Buffer.from(attr).toString('latin1');
    const alike = this.#alike.get(key) ?? { events: [], turn: 0 };
    this.#alike.set(key, alike);
    return alike;
  }
}

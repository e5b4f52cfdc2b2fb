import { SyswideError } from '../../base/error';
import { catalogue } from '../../events/catalogue/catalogue';
import type { ListedGroup } from '../../events/catalogue/listed-event';
import { nearNames } from '../../events/catalogue/near-names';
import type { Selection } from '../../events/catalogue/selection';
import { didYouMean } from '../../events/suggestions';
import type { Host } from '../../host/host';
import type { ListEntry } from '../../report/list-entry';
import { complain } from '../console';

/** What of a group was asked for. */
export interface FoundGroup extends Pick<ListedGroup, 'title' | 'absent'> {
  readonly entries: readonly ListEntry[];
}

/** Looks for the selected events, and tells afterwards what could not be found or read. */
export class ListSearch {
  #unreadable: SyswideError | undefined;

  constructor(
    private readonly host: Pick<Host, 'files' | 'pmus' | 'tracefs'>,
    private readonly selection: Selection,
    /** Whether events that the machine cannot have are wanted too: a probe says why. */
    private readonly absentToo: boolean,
  ) {}

  /** Group by group, as the caller goes. Tracepoints that cannot be read are left out. */
  *groups(): Generator<FoundGroup> {
    try {
      for (const group of catalogue(this.host, this.selection.canTakeTracepoints)) yield* this.#found(group);
    } catch (error) {
      if (!(error instanceof SyswideError)) throw error;
      this.#unreadable = error;
    }
  }

  /**
   * To be called behind the last group.
   * @throws SyswideError BAD_EVENT when a glob has found nothing, with the names that are near to it
   */
  finish(): void {
    const unreadable = this.#unreadable;
    if (unreadable) complain(`tracepoints cannot be listed: ${unreadable.why} — ${unreadable.remedy}`);
    const [glob] = this.selection.unmatched;
    if (glob !== undefined) throw this.#nothing(glob);
  }

  *#found({ title, events, absent }: ListedGroup): Generator<FoundGroup> {
    if (absent !== undefined && !this.absentToo) {
      if (!this.selection.isNarrow) yield { title, absent, entries: [] };
      return;
    }
    const entries = events.filter((event) => this.selection.take(event)).map((event) => ({ event }));
    if (entries.length > 0) yield { title, entries };
  }

  #nothing(glob: string): SyswideError {
    const groups = this.#everything();
    const absent = groups.find(
      (group) =>
        group.absent !== undefined && group.events.some((event) => this.selection.wordsFor(event).includes(glob)),
    );
    const names = groups.flatMap(({ events }) => events.map(({ name }) => name));
    const near = absent ? [] : nearNames(glob, names);
    return new SyswideError('BAD_EVENT', {
      what: `no event matches '${glob}'`,
      why: absent?.absent ?? (this.#unreadable ? 'tracepoints could not be read' : 'this machine has none like it'),
      remedy: near.length > 0 ? didYouMean(near) : 'see `syswide list` for those there are',
    });
  }

  #everything(): ListedGroup[] {
    const groups: ListedGroup[] = [];
    for (const group of catalogue(this.host, this.#unreadable === undefined)) groups.push(group);
    return groups;
  }
}

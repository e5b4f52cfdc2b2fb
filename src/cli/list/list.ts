import { Selection } from '../../events/catalogue/selection';
import type { Host } from '../../host/host';
import type { ListEntry } from '../../report/list-entry';
import { exitStatus } from '../exit-status';
import { lazyMachine } from '../lazy-machine';
import type { ListOptions } from './list-command';
import { ListOutput, ReaderGone } from './list-output';
import { type FoundGroup, ListSearch } from './list-search';

/**
 * `syswide list`. What is found is written as the systems of tracepoints are read.
 * @returns the exit status
 * @throws SyswideError BAD_EVENT when a glob matches nothing, after what the others match was listed
 */
export async function list(globs: readonly string[], options: ListOptions): Promise<number> {
  const { host, kernel } = lazyMachine();
  const search = new ListSearch(host, new Selection(globs), options.probe === true);
  try {
    const output = await ListOutput.start(options);
    for (const found of await foundGroups(search, options, host, kernel)) output.group(found);
    output.end();
    search.finish();
  } catch (error) {
    // `syswide list | head` has seen what it wanted.
    if (error instanceof ReaderGone) return exitStatus.success;
    throw error;
  } finally {
    host.close();
  }
  return exitStatus.success;
}

async function foundGroups(
  search: ListSearch,
  { probe, verbose }: ListOptions,
  host: Host,
  kernel: ReturnType<typeof lazyMachine>['kernel'],
): Promise<Iterable<FoundGroup>> {
  const groups = probe
    ? (await import('./list-probed-groups')).probedGroups(search.groups(), kernel(), host)
    : search.groups();
  return verbose ? withFields(groups, host) : groups;
}

function* withFields(groups: Iterable<FoundGroup>, host: Host): Generator<FoundGroup> {
  for (const group of groups) yield { ...group, entries: group.entries.map((entry) => withOwnFields(entry, host)) };
}

/** Every tracepoint has the fields `common_…`: what tells one from another are the rest. */
function withOwnFields(entry: ListEntry, host: Host): ListEntry {
  const { tracepoint } = entry.event;
  const format = tracepoint && host.tracefs().format(tracepoint);
  return format ? { ...entry, fields: format.fields.filter(({ name }) => !name.startsWith('common_')) } : entry;
}

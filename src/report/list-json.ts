import { jsonText } from '../base/safe-text';
import type { ListEntry } from './list-entry';

/** One event as a line of JSON, as `docs/schema/syswide.list-1.json` says. What is not known of it is left out. */
export function listJson({ event, fields, probe }: ListEntry): string {
  const { name, kind, aliases, pmu, description, isPattern } = event;
  return jsonText({
    name,
    kind,
    aliases,
    pmu,
    description,
    pattern: isPattern,
    fields: fields?.map(({ name, type, offset, size, signed }) => ({ name, type, offset, size, signed })),
    probe: probe && { countable: probe.countable, reason: probe.reason, inferred: probe.inferred },
  });
}

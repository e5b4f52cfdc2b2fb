import { PerfType } from '../abi/perf-event';
import { readAttr } from '../perfdata/file-attr';
import type { RecordedEvent } from '../profile/recorded-event';
import type { Recording } from '../profile/recording';
import { attrFields } from './attr-text';

/** What is told of each event of a recording besides its name. */
export interface EventListDetails {
  /** All of its attr that is not 0. */
  readonly attr: boolean;
  /** How often it is sampled; `attr` has that, too. */
  readonly frequency: boolean;
  /** Not each event, but each group. */
  readonly groups: boolean;
  /** The fields of tracepoints. */
  readonly traceFields: boolean;
}

/** The events of a recording, a line each. Source: evsel__fprintf() in tools/perf/util/evsel_fprintf.c, Linux 6.1. */
export function eventList(recording: Recording, details: EventListDetails): string[] {
  const { all } = recording.events;
  const lines = details.groups ? groupLines(recording) : all.map((event) => eventLine(recording, event, details));
  // As perf has it: who sees a tracepoint may not know that there is more.
  const isTipped = !details.traceFields && all.some(({ type }) => type === PerfType.tracepoint);
  return isTipped
    ? [...lines, "# Tip: use 'syswide evlist --trace-fields' to show fields for tracepoint events"]
    : lines;
}

function eventLine(recording: Recording, event: RecordedEvent, details: EventListDetails): string {
  const facts: string[] = [];
  if (details.attr) facts.push(...attrFields(event.attr, recording.littleEndian));
  else if (details.frequency) {
    const { isFrequency, samplePeriod } = readAttr(event.attr, recording.littleEndian);
    facts.push(`${isFrequency ? 'sample_freq' : 'sample_period'}=${samplePeriod}`);
  }
  if (details.traceFields) facts.push(traceFields(recording, event));
  return facts.length > 0 ? `${event.name}: ${facts.join(', ')}` : event.name;
}

function traceFields(recording: Recording, { type, config }: RecordedEvent): string {
  if (type !== PerfType.tracepoint) return '(not a tracepoint)';
  const fields = recording.tracepoints.get(Number(config))?.fields.filter(({ name }) => !name.startsWith('common_'));
  return fields && fields.length > 0 ? `trace_fields: ${fields.map(({ name }) => name).join(',')}` : '(no trace field)';
}

function groupLines({ events, facts }: Recording): string[] {
  const names = events.all.map(({ name }) => name);
  const groups = (facts.groups ?? []).filter(({ members }) => members > 1);
  return names.flatMap((name, index) => {
    const group = groups.find(({ leader, members }) => index >= leader && index < leader + members);
    if (!group) return [name];
    if (group.leader !== index) return [];
    const members = names.slice(index, index + group.members).join(',');
    return [`${group.name === '{anon_group}' ? '' : group.name}{${members}}`];
  });
}

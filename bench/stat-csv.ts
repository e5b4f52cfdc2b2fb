/** One event in what `stat -x,` wrote. */
export interface CsvCount {
  readonly value: number;
  /** How long it was counted, over all CPUs. */
  readonly runningMs: number;
}

/**
 * The count of an event in what `stat -x,` wrote; both tools write `value,unit,event,running,…`.
 * @throws Error when it is not there or has no count
 */
export function countOf(csv: string, event: string): CsvCount {
  const [value = '', running] = fieldsOf(csv, event);
  if (!/^\d+(\.\d+)?$/.test(value)) throw new Error(`no count of ${event} in '${csv}'`);
  return { value: Number(value), runningMs: Number(running) / 1e6 };
}

/** The same for an event of a task: one that never ran has no count, and had none of the event. */
export const taskCountOf = (csv: string, event: string): number =>
  fieldsOf(csv, event)[0] === '<not counted>' ? 0 : countOf(csv, event).value;

/** Value and running time. */
function fieldsOf(csv: string, event: string): [string | undefined, string | undefined] {
  const rows = csv.split('\n').map((line) => line.split(','));
  const row = rows.find(([, , name]) => name === event);
  return [row?.[0], row?.[3]];
}

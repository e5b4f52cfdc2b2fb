import { parseArgs } from 'node:util';
import { watchDisturbance } from './disturbance';
import { describeMachine } from './machine';
import { Programs } from './programs';
import { type Result, saveResult } from './result';
import { resultTable } from './result-table';
import type { Row } from './row';
import { findTools, type Tools } from './tools';

/** Where things are. */
export interface Places {
  readonly root: string;
  /** For what is built for the bench alone. */
  readonly cache: string;
}

/**
 * Measures the rows that are named, or all of them, one after the other; prints and saves each as it is done.
 * @returns the exit status: 0, 1 when a row failed to run, 2 for wrong usage. A missed target is a result, no failure.
 */
export async function main(argv: readonly string[], rows: readonly Row[], places: Places): Promise<number> {
  const asked = request(argv, rows);
  if (typeof asked === 'string') {
    process.stderr.write(`${asked}\n`);
    return 2;
  }
  if (asked.list) {
    process.stdout.write(rows.map(({ name, title }) => `${name.padEnd(16)}${title}\n`).join(''));
    return 0;
  }
  const tools = findTools(places.root);
  if (!tools.perf) process.stdout.write('/usr/bin/perf is missing: only syswide is measured\n');
  let failed = false;
  for (const row of asked.rows) {
    try {
      const result = await measured(row, asked.rounds ?? row.rounds, tools, places);
      saveResult(places.root, result);
      process.stdout.write(`\n${resultTable(result)}`);
    } catch (error) {
      failed = true;
      process.stderr.write(`${row.name} failed: ${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
    }
  }
  return failed ? 1 : 0;
}

async function measured(row: Row, rounds: number, tools: Tools, { root, cache }: Places): Promise<Result> {
  const say = (line: string) => process.stderr.write(`${row.name}: ${line}\n`);
  say(`${row.title}, ${rounds} rounds`);
  const when = new Date().toISOString();
  const machine = describeMachine(tools.perfVersion);
  const disturbance = watchDisturbance();
  const findings = await row.run({ rounds, tools, programs: new Programs(root, cache), say });
  return {
    schema: 'syswide.bench/1',
    name: row.name,
    title: row.title,
    target: row.target,
    when,
    syswide: { version: tools.syswideVersion, commit: tools.commit ?? null },
    machine,
    disturbance: disturbance(),
    rounds,
    ...findings,
  };
}

interface Request {
  readonly rows: readonly Row[];
  readonly rounds: number | undefined;
  readonly list: boolean;
}

/** What the command line asks for, or what is wrong with it. */
function request(argv: readonly string[], rows: readonly Row[]): Request | string {
  const options = { rounds: { type: 'string' }, list: { type: 'boolean', default: false } } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
    const unknown = positionals.filter((name) => !rows.some((row) => row.name === name));
    if (unknown.length > 0) return `no row ${unknown.join(', ')}; there are: ${rows.map((row) => row.name).join(', ')}`;
    if (values.rounds !== undefined && !/^[1-9]\d{0,3}$/.test(values.rounds)) return '--rounds wants a number from 1';
    return {
      rows: positionals.length > 0 ? rows.filter((row) => positionals.includes(row.name)) : rows,
      rounds: values.rounds === undefined ? undefined : Number(values.rounds),
      list: values.list,
    };
  } catch (error) {
    return `${(error as Error).message}\nusage: npm run bench [-- NAME…] [--rounds N] [--list]`;
  }
}

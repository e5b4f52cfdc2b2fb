import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Disturbance } from './disturbance';
import type { Findings } from './findings';
import type { Machine } from './machine';

/** A result file: what a row found, when, where, and of what. */
export interface Result extends Findings {
  readonly schema: 'syswide.bench/1';
  readonly name: string;
  readonly title: string;
  readonly target: string;
  /** ISO 8601, UTC. */
  readonly when: string;
  readonly syswide: { readonly version: string; readonly commit: string | null };
  readonly machine: Machine;
  readonly disturbance: Disturbance;
  readonly rounds: number;
}

/** Writes it to its place among the results, replacing the one before. */
export function saveResult(root: string, result: Result): void {
  const folder = join(root, 'bench/results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${result.name}.json`), `${serialize(result)}\n`);
}

/** JSON with the samples of a series on one line, as the project's formatter has it where they fit. */
const serialize = (result: Result): string =>
  JSON.stringify(result, null, 2).replace(/\[\s+(-?[\d.e-]+(?:,\s+-?[\d.e-]+)*)\s+\]/g, (_, numbers: string) => {
    return `[${numbers.replace(/\s+/g, ' ')}]`;
  });

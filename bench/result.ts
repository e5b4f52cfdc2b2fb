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

/** The project's line width. */
const WIDTH = 120;

/** JSON as the project's formatter has it: the samples of a series fill lines instead of taking one each. */
const serialize = (result: Result): string =>
  JSON.stringify(result, null, 2).replace(
    /^( *)("samples": )\[([^\]]*)\]/gm,
    (_, indent: string, key: string, list) => {
      const samples = String(list).trim().split(/,\s+/);
      const line = `${indent}${key}[${samples.join(', ')}]`;
      return line.length <= WIDTH ? line : `${indent}${key}[\n${filled(samples, `${indent}  `)}\n${indent}]`;
    },
  );

/** Words in lines as full as they can be, with commas between them. */
function filled(words: readonly string[], indent: string): string {
  const lines: string[] = [];
  for (const [i, word] of words.entries()) {
    const item = i < words.length - 1 ? `${word},` : word;
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${item}`.length <= WIDTH) lines[lines.length - 1] = `${last} ${item}`;
    else lines.push(`${indent}${item}`);
  }
  return lines.join('\n');
}

import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020';
import { expect } from 'vitest';
import { syswide } from '../run';

/** An event that the work of these tests has exactly as often as it is told to. */
export const CALLS = 'syscalls:sys_enter_getppid';

interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly verdict: string;
  readonly base: number;
  readonly new: number;
  readonly exact: boolean;
  readonly changePercent: number;
}
export interface Gate {
  readonly name: string;
  readonly verdict: string;
  readonly pairs: number;
  readonly notices: readonly string[];
  readonly invalid: readonly { readonly pair: number; readonly failure: string }[];
  readonly metrics: readonly [Metric, ...Metric[]];
}

const schema = JSON.parse(
  readFileSync(new URL('../../../docs/schema/syswide.gate-1.json', import.meta.url), 'utf8'),
) as object;
export const isValid = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);

/** Runs a gate, and holds what it prints against the schema. */
export function gated(args: readonly string[], options: Parameters<typeof syswide>[1] = {}) {
  const { status, stdout, stderr } = syswide(['gate', '--json', '--seed', '7', ...args], options);
  // What is said beforehand.
  expect(stderr.split('\n').filter((line) => line !== '' && !/^# .+ pairs are too few/u.test(line))).toEqual([]);
  const document = JSON.parse(stdout) as { verdict: string; gates: [Gate, ...Gate[]] };
  expect(isValid(document), JSON.stringify(isValid.errors)).toBe(true);
  return { status, stderr, document, gate: document.gates[0] };
}

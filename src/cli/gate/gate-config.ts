import { parse } from 'smol-toml';
import { SyswideError } from '../../base/error';
import { given } from '../../base/given';
import { FileRefusal, readRegular, trustedUsers } from '../../host/regular-file';
import type { GateRequest } from './gate-request';
import { gateRequest, type RawGate } from './raw-gate';

/** A list of gates is a page of text. */
const LARGEST = 1 << 20;

/** What a gate of the file can have, and of which type. */
const keys = {
  name: 'string',
  base: 'string',
  new: 'string',
  'cwd-base': 'string',
  metrics: 'list',
  events: 'list',
  'all-cpus': 'boolean',
  cpus: 'string',
  pairs: 'number',
  setup: 'string',
  prepare: 'string',
  cleanup: 'string',
} as const;

/**
 * The gates that a project keeps in its `syswide.toml`, as `[[gate]]` tables. It holds commands, as a Makefile does: it is
 * read only from a file of this user or root.
 * @param pairs of gates that do not say how many
 * @throws SyswideError BAD_FILE, USAGE
 */
export function readGateConfig(path: string, pairs: string): GateRequest[] {
  const document = parsed(path, trustedText(path));
  const { gate: gates, ...others } = document;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw bad(path, `there is no such table: ${unknown}`);
  if (!Array.isArray(gates) || gates.length === 0) throw bad(path, 'it has no [[gate]]');
  const requests = gates.map((gate, i) => requestOf(path, gate, i + 1, pairs));
  const names = requests.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw bad(path, `two gates are called ${twice}`);
  return requests;
}

function requestOf(path: string, table: unknown, number: number, pairs: string): GateRequest {
  if (typeof table !== 'object' || table === null) throw bad(path, `gate ${number} is no table`);
  const values = table as Record<string, unknown>;
  for (const [key, value] of Object.entries(values)) checkKey(path, number, key, value);
  if (values.new === undefined) throw bad(path, `gate ${number} has no new command`);
  const raw = given({
    name: values.name ?? `gate ${number}`,
    base: values.base,
    cwdBase: values['cwd-base'],
    metric: values.metrics,
    event: values.events,
    allCpus: values['all-cpus'],
    cpu: values.cpus,
    pairs: String(values.pairs ?? pairs),
    setup: values.setup,
    prepare: values.prepare,
    cleanup: values.cleanup,
  });
  return gateRequest(raw as RawGate, String(values.new));
}

/** @throws SyswideError BAD_FILE for a key that there is not, or that has another type */
function checkKey(path: string, number: number, key: string, value: unknown): void {
  const type = Object.hasOwn(keys, key) ? keys[key as keyof typeof keys] : undefined;
  if (type === undefined) throw bad(path, `gate ${number} has a key that there is not: ${key}`);
  const fits = type === 'list' ? isTexts(value) : typeof value === type;
  if (!fits) throw bad(path, `in gate ${number}, ${key} is no ${type === 'list' ? 'list of texts' : type}`);
}

const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every((one) => typeof one === 'string');

function parsed(path: string, text: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    throw bad(path, (error as Error).message.split('\n', 1)[0] ?? 'it is no TOML');
  }
}

function trustedText(path: string): string {
  try {
    const demands = { link: 'none', owners: trustedUsers(), largest: LARGEST, onlyName: true } as const;
    return readRegular(path, demands).toString('utf8');
  } catch (error) {
    if (error instanceof FileRefusal) throw bad(path, `${error.message}, and holds commands`);
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ENOENT' ? missing(path, error) : bad(path, code ?? 'it cannot be read');
  }
}

const missing = (path: string, cause: unknown): SyswideError =>
  new SyswideError('USAGE', {
    what: 'no command given',
    why: `there is no ${path} that lists gates either`,
    remedy: "give both: syswide gate --base 'old/app data' -- new/app data",
    cause,
  });

const bad = (path: string, why: string): SyswideError =>
  new SyswideError('BAD_FILE', { what: `${path} cannot be used`, why, remedy: 'see docs/gate.md for what it holds' });

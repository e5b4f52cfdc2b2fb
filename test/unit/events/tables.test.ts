import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { describeEvents } from './describe-events';
import { fakeMachine } from './fake-machine';

/**
 * What each event text becomes, in `tables/*.txt`: the text at the start of a line, and indented below it one line for
 * each event, or the error. A text that begins or ends with white space is written as a JSON string.
 */
interface Row {
  readonly text: string;
  readonly expected: string;
}

const tables = join(import.meta.dirname, 'tables');

interface Table {
  readonly machine: 'server' | 'hybrid';
  readonly use: 'count' | 'sample';
  readonly rows: readonly Row[];
}

function readTable(file: string): Table {
  const [head = '', ...lines] = readFileSync(join(tables, file), 'utf8').split('\n');
  const machine = head.startsWith('# machine: hybrid') ? 'hybrid' : 'server';
  const use = head.endsWith('use: sample') ? 'sample' : 'count';
  return { machine, use, rows: readRows(lines.filter((line) => line !== '' && !line.startsWith('# '))) };
}

function readRows(lines: readonly string[]): Row[] {
  const rows: { text: string; expected: string }[] = [];
  for (const line of lines) {
    const last = rows.at(-1);
    if (!line.startsWith('    ')) rows.push({ text: line.startsWith('"') ? JSON.parse(line) : line, expected: '' });
    else if (last) last.expected += `${last.expected === '' ? '' : ' | '}${line.trim()}`;
  }
  return rows;
}

const machines = { server: fakeMachine('server'), hybrid: fakeMachine('hybrid') };
afterAll(() => {
  for (const machine of Object.values(machines)) machine.close();
});

for (const file of readdirSync(tables)) {
  const { machine, use, rows } = readTable(file);
  describe(`${file} (${machine}, ${use})`, () => {
    it.each(rows)('$text', ({ text, expected }) => {
      expect(describeEvents(text, machines[machine], [], { use })).toBe(expected);
    });
  });
}

it('covers what the documented grammar has', () => {
  const texts = readdirSync(tables).flatMap((file) => readTable(file).rows);
  expect(texts.length).toBeGreaterThan(500);
});

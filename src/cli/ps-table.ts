import { Chalk } from 'chalk';
import { durationText } from '../base/duration';
import { visible } from '../base/safe-text';
import { type PlainColumn, plainTable } from '../report/plain-table';
import { type PsRow, stateText, statusOf } from './ps-row';

/** Longest texts of what others chose; the JSON has them whole. */
const EVENTS_SHOWN = 3;
const COMMAND_WIDTH = 60;

/** The live gangs for a person. */
export function psTable(rows: readonly PsRow[], { color }: { readonly color: boolean }): string {
  const ink = new Chalk({ level: color ? 1 : 0 });
  const columns: PlainColumn<PsRow>[] = [
    { head: 'id', align: 'left', cell: ({ gang }) => ink.bold(gang.id) },
    { head: 'pid', align: 'right', cell: ({ gang }) => `${gang.pid}` },
    { head: 'user', align: 'left', cell: ({ user }) => visible(user) },
    { head: 'state', align: 'left', cell: (row) => (row.live ? stateText(row) : ink.yellow(stateText(row))) },
    { head: 'age', align: 'right', cell: ({ age }) => durationText(age) },
    { head: 'cpus', align: 'left', cell: (row) => statusOf(row).cpus?.toString() ?? 'tasks' },
    { head: 'slots', align: 'right', cell: (row) => `${statusOf(row).slots}` },
    { head: 'lost', align: 'right', cell: (row) => `${statusOf(row).lost}` },
    { head: 'events', align: 'left', cell: (row) => eventsText(statusOf(row).events) },
    { head: 'command', align: 'left', cell: ({ gang }) => shortened(visible(gang.command), COMMAND_WIDTH) },
  ];
  return `\n${plainTable(columns, rows, ink)}\n\n`;
}

function eventsText(events: readonly string[]): string {
  const shown = events.slice(0, EVENTS_SHOWN).map((event) => shortened(visible(event), COMMAND_WIDTH));
  const more = events.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const shortened = (text: string, width: number): string => {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join('')}…`;
};

import { stripVTControlCharacters } from 'node:util';
import { Chalk, type ChalkInstance } from 'chalk';
import { durationText } from '../base/duration';
import { visible } from '../base/safe-text';
import { type PlainColumn, plainTable } from '../report/plain-table';
import type { Sink } from './console';
import { type PsRow, stateText, statusOf } from './ps-row';

/** Longest texts of what others chose; the JSON has them whole. */
const EVENTS_SHOWN = 3;
const COMMAND_WIDTH = 60;

/** Of the command, however narrow the terminal is. */
const LEAST_COMMAND_WIDTH = 'command'.length;

interface PsTableOptions {
  readonly color: boolean;
  /** Columns of the terminal; absent for what is none, whose lines may be as long as they are. */
  readonly width?: number | undefined;
}

/** How to draw for what is written to. */
export const terminalOf = ({ hasColor, isTerminal, width }: Sink): PsTableOptions => ({
  color: hasColor,
  ...(isTerminal ? { width } : {}),
});

/** The live gangs for a person. */
export function psTable(rows: readonly PsRow[], { color, width }: PsTableOptions): string {
  const ink = new Chalk({ level: color ? 1 : 0 });
  const draw = (commandWidth: number) => plainTable(columnsOf(ink, commandWidth), rows, ink);
  if (width === undefined) return `\n${draw(COMMAND_WIDTH)}\n\n`;
  const [heads = ''] = stripVTControlCharacters(draw(LEAST_COMMAND_WIDTH)).split('\n');
  const room = width - (heads.length - LEAST_COMMAND_WIDTH);
  return `\n${draw(Math.min(Math.max(room, LEAST_COMMAND_WIDTH), COMMAND_WIDTH))}\n\n`;
}

function columnsOf(ink: ChalkInstance, commandWidth: number): PlainColumn<PsRow>[] {
  return [
    { head: 'id', align: 'left', cell: ({ gang }) => ink.bold(gang.id) },
    { head: 'pid', align: 'right', cell: ({ gang }) => `${gang.pid}` },
    { head: 'user', align: 'left', cell: ({ user }) => visible(user) },
    { head: 'state', align: 'left', cell: (row) => (row.live ? stateText(row) : ink.yellow(stateText(row))) },
    { head: 'age', align: 'right', cell: ({ age }) => durationText(age) },
    { head: 'cpus', align: 'left', cell: (row) => statusOf(row).cpus?.toString() ?? 'tasks' },
    { head: 'slots', align: 'right', cell: (row) => `${statusOf(row).slots}` },
    { head: 'lost', align: 'right', cell: (row) => `${statusOf(row).lost}` },
    { head: 'events', align: 'left', cell: (row) => eventsText(statusOf(row).events) },
    { head: 'command', align: 'left', cell: ({ gang }) => shortened(visible(gang.command), commandWidth) },
  ];
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

import { Chalk, type ChalkInstance } from 'chalk';
import { visible } from '../base/safe-text';
import type { SlotsPicture } from '../gang/slots/picture';
import type { CpuSlots } from '../gang/slots/probe';
import { type PlainColumn, plainTable } from './plain-table';

/** The debug registers of every CPU for a person, and below them the processes that may hold some. */
export function slotsTable(picture: SlotsPicture, options: { readonly color: boolean }): string {
  const ink = new Chalk({ level: options.color ? 1 : 0 });
  const { slots, holders, tracees } = picture;
  const columns = slotColumns(ink).filter(({ head, cell }) => head !== 'for' || slots.some((row) => cell(row) !== ''));
  const blocks = [
    ` ${ink.bold(headline(slots))}`,
    plainTable(columns, slots, ink),
    holders.length > 0 ? ` perf events are held by\n\n${plainTable(holderColumns, holders, ink)}` : '',
    tracees.length > 0 ? ` under a debugger\n\n${plainTable(traceeColumns, tracees, ink)}` : '',
    notices(picture)
      .map((notice) => ` ${ink.yellow(notice)}`)
      .join('\n'),
  ];
  return `\n${blocks.filter((block) => block !== '').join('\n\n')}\n\n`;
}

function headline(slots: readonly CpuSlots[]): string {
  const total = slots[0]?.total;
  return total === undefined ? 'debug registers' : `debug registers: ${total} per CPU`;
}

const slotColumns = (ink: ChalkInstance): PlainColumn<CpuSlots>[] => [
  { head: 'cpu', align: 'right', cell: ({ cpu }) => `${cpu}` },
  { head: 'for', align: 'left', cell: ({ kind }) => (kind === 'any' ? '' : kind) },
  { head: 'free', align: 'right', cell: (slots) => freeText(slots, ink) },
  { head: 'of', align: 'right', cell: ({ total }) => numberText(total) },
  { head: 'held by CPU-wide events', align: 'right', cell: ({ heldByCpu }) => numberText(heldByCpu) },
  { head: 'by a task', align: 'right', cell: ({ heldByTasks }) => numberText(heldByTasks) },
];

/** What cannot be known is not a number. */
const numberText = (number: number | undefined): string => (number === undefined ? '?' : `${number}`);

function freeText({ free, total, heldByCpu }: CpuSlots, ink: ChalkInstance): string {
  if (free !== undefined) return free === 0 ? ink.red('0') : ink.bold(`${free}`);
  return total === undefined || heldByCpu === undefined ? '?' : `at most ${total - heldByCpu}`;
}

type Holder = SlotsPicture['holders'][number];
type Traced = SlotsPicture['tracees'][number];

const processColumns: readonly PlainColumn<Holder | Traced>[] = [
  { head: 'pid', align: 'right', cell: ({ pid }) => `${pid}` },
  { head: 'user', align: 'left', cell: ({ user }) => visible(user) },
  { head: 'command', align: 'left', cell: ({ comm }) => visible(comm) },
];

const holderColumns: readonly PlainColumn<Holder>[] = [
  ...processColumns,
  { head: 'events', align: 'right', cell: ({ events }) => `${events}` },
];

const traceeColumns: readonly PlainColumn<Traced>[] = [
  ...processColumns,
  { head: 'breakpoints', align: 'right', cell: ({ breakpoints }) => numberText(breakpoints) },
  { head: 'traced by', align: 'left', cell: ({ tracer, tracerComm }) => `${tracer} ${visible(tracerComm)}` },
];

/** What the tables do not show, and why. */
function notices({ slots, areHit, offline, notVisible }: SlotsPicture): string[] {
  const isRestricted = slots.some(({ free }) => free === undefined);
  const unseen = `${notVisible} ${notVisible === 1 ? 'process' : 'processes'} could not be looked at`;
  return [
    ...(areHit === false ? ['no hit of a breakpoint is reported here, as in some virtual machines'] : []),
    ...(offline.isEmpty ? [] : [`offline, and so not looked at: CPU ${offline}`]),
    ...(isRestricted ? ['this user may not count whole CPUs, so what tasks hold is not seen'] : []),
    ...(notVisible > 0 ? [unseen] : []),
    ...(isRestricted ? ['root sees more'] : []),
  ];
}

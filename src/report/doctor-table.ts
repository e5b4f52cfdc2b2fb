import { Chalk, type ChalkInstance } from 'chalk';
import { visible } from '../base/safe-text';
import type { Finding } from '../host/diagnosis/finding';
import type { DoctorSubject, Findings } from './doctor-subject';
import { wrap } from './wrap';

/** A space between two columns of words. */
const GAP = 2;
const LEAST_TEXT = 30;

/** The findings for a person: one line each; below what is not all right, what that costs and what mends it. */
export function doctorTable(
  { findings, mainJob }: Findings,
  subject: DoctorSubject,
  { color, width }: { readonly color: boolean; readonly width: number },
): string {
  const ink = new Chalk({ level: color ? 1 : 0 });
  const statusWidth = Math.max(...findings.map(({ status }) => status.length)) + GAP;
  const nameWidth = Math.max(...findings.map(({ name }) => name.length)) + GAP;
  const left = 1 + statusWidth + nameWidth;
  const room = Math.max(LEAST_TEXT, width - left);
  const blocks = findings.map((finding) => {
    const head = ` ${paint(finding, ink)(finding.status.padEnd(statusWidth))}${finding.name.padEnd(nameWidth)}`;
    return [head + text(finding.detail, room, left), ...advice(finding, room, left, ink)].join('\n');
  });
  const headlines = wrap(headline(subject, mainJob), { width: width - 1, hanging: '' }).map(
    (line) => ` ${ink.bold(line)}\n`,
  );
  return `\n${headlines.join('')}\n${blocks.join('\n')}\n\n`;
}

function headline({ version, host, cpus }: DoctorSubject, mainJob: boolean): string {
  const machine = visible(`Linux ${host.kernel} on ${host.machine}, CPUs ${cpus.online}`);
  return `syswide ${version}, ${machine}: counting on every CPU ${mainJob ? 'works' : 'does not work'}`;
}

function paint({ status }: Finding, ink: ChalkInstance): ChalkInstance {
  if (status === 'ok') return ink.green;
  return status === 'limited' ? ink.yellow : ink.red;
}

/** Remedies are commands to be copied: they are never broken into lines. */
function advice({ cost, remedy }: Finding, room: number, left: number, ink: ChalkInstance): string[] {
  const indent = ' '.repeat(left);
  return [
    ...(cost === undefined ? [] : [indent + text(`as it is: ${cost}`, room, left)]),
    ...(remedy === undefined ? [] : [`${indent}${ink.bold(`to mend it: ${visible(remedy)}`)}`]),
  ];
}

const text = (content: string, room: number, left: number): string =>
  wrap(visible(content), { width: room, hanging: '' }).join(`\n${' '.repeat(left)}`);

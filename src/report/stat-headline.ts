import { visible } from '../base/safe-text';
import type { StatResult } from '../counts/stat-result';

/** What was counted, and during what, on one line. */
export function headline({ subject, command, runs }: StatResult): string {
  const ran = command?.map(visible).join(' ');
  const often = runs ? ` (${runs.length} runs)` : '';
  if (subject.kind === 'command') return `${ran ?? ''}${often}`;
  return `${subjectText(subject)}${ran === undefined ? '' : `, during: ${ran}`}${often}`;
}

function subjectText(subject: Exclude<StatResult['subject'], { kind: 'command' }>): string {
  switch (subject.kind) {
    case 'system':
      return `system-wide, CPUs ${subject.cpus}`;
    case 'cpus':
      return `${/^\d+$/.test(subject.list) ? 'CPU' : 'CPUs'} ${visible(subject.list)}`;
    case 'processes':
      return `${subject.list.includes(',') ? 'processes' : 'process'} ${visible(subject.list)}`;
    case 'threads':
      return `${subject.list.includes(',') ? 'threads' : 'thread'} ${visible(subject.list)}`;
    case 'all threads':
      return 'all threads';
  }
}

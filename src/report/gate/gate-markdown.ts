import { visible } from '../../base/safe-text';
import type { GateOutcome } from '../../gate/outcome';
import type { Verdict } from '../../gate/verdict';
import { changeText, intervalText, valueText } from './change-text';
import { escapedMarkdown } from './escaped';

const marks: Record<Verdict, string> = { REGRESSED: '❌', INCONCLUSIVE: '⚠️', PASS: '✅', IMPROVED: '🚀' };

/** What gates found as Markdown, for pull requests and job summaries. */
export function gateMarkdown(outcomes: readonly GateOutcome[]): string {
  return outcomes.map(gateSection).join('\n');
}

function gateSection({ name, verdict, assessments, pairs, mostPairs, invalid, notices }: GateOutcome): string {
  const rows = assessments.map(({ metric, base, new: other, estimate, lower, upper, detectable, isExact, verdict }) =>
    [
      escapedMarkdown(metric.name),
      valueText(metric, base),
      valueText(metric, other),
      changeText(estimate),
      isExact ? 'exact' : intervalText(lower, upper),
      changeText(detectable),
      `${marks[verdict]} ${verdict}`,
    ].join(' | '),
  );
  return [
    `### ${marks[verdict]} ${escapedMarkdown(name)}: ${verdict}`,
    '',
    'metric | base | new | change | interval | could see | verdict',
    '--- | ---: | ---: | ---: | ---: | ---: | ---',
    ...rows,
    '',
    `${pairs} of at most ${mostPairs} pairs${invalid.length > 0 ? `, ${invalid.length} more did not count` : ''}`,
    ...notices.map((notice) => `\n> ${escapedMarkdown(notice)}`),
    '',
  ].join('\n');
}

/** Lines that GitHub Actions shows beside the run. */
export function gateAnnotations(outcomes: readonly GateOutcome[]): string {
  const encoded = (text: string) => visible(text).replaceAll('%', '%25');
  const lines = outcomes.flatMap(({ name, assessments }) =>
    assessments
      .filter(({ verdict }) => verdict === 'REGRESSED' || verdict === 'INCONCLUSIVE')
      .map(({ metric, verdict, estimate, lower, upper }) => {
        const level = verdict === 'REGRESSED' ? 'error' : 'warning';
        const text = `${name}: ${metric.name} ${verdict}: ${changeText(estimate)} (${intervalText(lower, upper)})`;
        return `::${level} title=syswide gate::${encoded(text)}\n`;
      }),
  );
  return lines.join('');
}

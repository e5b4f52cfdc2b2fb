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
  const table = [
    'metric | base | new | change | interval | could see | verdict',
    '--- | ---: | ---: | ---: | ---: | ---: | ---',
    ...rows,
    '',
  ];
  return [
    `### ${marks[verdict]} ${escapedMarkdown(name)}: ${verdict}`,
    '',
    ...(rows.length > 0 ? table : []),
    `${pairs} of at most ${mostPairs} pairs${invalid.length > 0 ? `, ${invalid.length} more did not count` : ''}`,
    ...notices.map((notice) => `\n> ${escapedMarkdown(notice)}`),
    '',
  ].join('\n');
}

/** Lines that GitHub Actions shows beside the run. */
export function gateAnnotations(outcomes: readonly GateOutcome[]): string {
  const encoded = (text: string) => visible(text).replaceAll('%', '%25');
  const line = (verdict: Verdict, text: string) =>
    `::${verdict === 'REGRESSED' ? 'error' : 'warning'} title=syswide gate::${encoded(text)}\n`;
  const lines = outcomes.flatMap(({ name, verdict, assessments, notices }) => {
    if (assessments.length === 0) return [line(verdict, `${name} ${verdict}: ${notices.join('; ')}`)];
    return assessments
      .filter((one) => one.verdict === 'REGRESSED' || one.verdict === 'INCONCLUSIVE')
      .map(({ metric, verdict: found, estimate, lower, upper }) =>
        line(found, `${name}: ${metric.name} ${found}: ${changeText(estimate)} (${intervalText(lower, upper)})`),
      );
  });
  return lines.join('');
}

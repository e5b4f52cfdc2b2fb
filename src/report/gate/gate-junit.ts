import type { GateOutcome } from '../../gate/outcome';
import { changeText, intervalText } from './change-text';
import { escapedXml } from './escaped';

/** Gates as test suites, metrics as tests: what CI systems show. Inconclusive ones are told as skipped, unless they fail the run. */
export function gateJunit(outcomes: readonly GateOutcome[], inconclusiveFails: boolean): string {
  const suites = outcomes.map(({ name, assessments, seconds }) => {
    const cases = assessments.map(({ metric, verdict, estimate, lower, upper, detectable }) => {
      const text = `${changeText(estimate)}, ${intervalText(lower, upper)}; could see ${changeText(detectable)}`;
      const open = `    <testcase classname="${escapedXml(name)}" name="${escapedXml(metric.name)}">`;
      const fails = verdict === 'REGRESSED' || (verdict === 'INCONCLUSIVE' && inconclusiveFails);
      if (fails) return `${open}<failure type="${verdict}" message="${escapedXml(text)}"/></testcase>`;
      if (verdict === 'INCONCLUSIVE') return `${open}<skipped message="${escapedXml(text)}"/></testcase>`;
      return `${open}<system-out>${escapedXml(`${verdict}: ${text}`)}</system-out></testcase>`;
    });
    const failures = cases.filter((text) => text.includes('<failure')).length;
    const skipped = cases.filter((text) => text.includes('<skipped')).length;
    const counts = `tests="${cases.length}" failures="${failures}" skipped="${skipped}" time="${seconds.toFixed(3)}"`;
    return [`  <testsuite name="${escapedXml(name)}" ${counts}>`, ...cases, '  </testsuite>'].join('\n');
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('\n')}\n</testsuites>\n`;
}

import type { GateOutcome } from '../../gate/outcome';
import type { Verdict } from '../../gate/verdict';
import { changeText, intervalText } from './change-text';
import { escapedXml } from './escaped';

/** Gates as test suites, metrics as tests: what CI systems show. Inconclusive ones are told as skipped, unless they fail the run. */
export function gateJunit(outcomes: readonly GateOutcome[], inconclusiveFails: boolean): string {
  const suites = outcomes.map(({ name, verdict, assessments, notices, seconds }) => {
    const testcase = (test: string, found: Verdict, text: string) => {
      const open = `    <testcase classname="${escapedXml(name)}" name="${escapedXml(test)}">`;
      const fails = found === 'REGRESSED' || (found === 'INCONCLUSIVE' && inconclusiveFails);
      if (fails) return `${open}<failure type="${found}" message="${escapedXml(text)}"/></testcase>`;
      if (found === 'INCONCLUSIVE') return `${open}<skipped message="${escapedXml(text)}"/></testcase>`;
      return `${open}<system-out>${escapedXml(`${found}: ${text}`)}</system-out></testcase>`;
    };
    const cases = assessments.map((one) => {
      const text = `${changeText(one.estimate)}, ${intervalText(one.lower, one.upper)}; could see ${changeText(one.detectable)}`;
      return testcase(one.metric.name, one.verdict, text);
    });
    // Where nothing was measured, a suite without tests would look as if all were well.
    if (cases.length === 0) cases.push(testcase('comparison', verdict, notices.join('; ')));
    const failures = cases.filter((text) => text.includes('<failure')).length;
    const skipped = cases.filter((text) => text.includes('<skipped')).length;
    const counts = `tests="${cases.length}" failures="${failures}" skipped="${skipped}" time="${seconds.toFixed(3)}"`;
    return [`  <testsuite name="${escapedXml(name)}" ${counts}>`, ...cases, '  </testsuite>'].join('\n');
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('\n')}\n</testsuites>\n`;
}

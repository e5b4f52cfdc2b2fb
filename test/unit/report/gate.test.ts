import { describe, expect, it } from 'vitest';
import { GateCourse } from '../../../src/gate/course';
import { gateMetric } from '../../../src/gate/metric';
import type { GateOutcome } from '../../../src/gate/outcome';
import { overall } from '../../../src/gate/verdict';
import { changeText, valueText } from '../../../src/report/gate/change-text';
import { gateHtml } from '../../../src/report/gate/gate-html';
import { gateJunit } from '../../../src/report/gate/gate-junit';
import { gateAnnotations, gateMarkdown } from '../../../src/report/gate/gate-markdown';
import { gateText } from '../../../src/report/gate/gate-text';
import { intervalBar } from '../../../src/report/gate/interval-bar';

/** A gate whose new command takes that much more in the mean, and up to 1 % more or less by turns. */
function outcome(name: string, change: number): GateOutcome {
  const metrics = [gateMetric('time', undefined)];
  const course = new GateCourse(metrics, 20);
  for (let i = 0; !course.isOver; i += 1) course.add([0.1], [0.1 * (1 + change) * (1 + ((i % 5) - 2) / 200)]);
  return {
    name,
    base: ['old', '\u001b[31mx'],
    new: ['new', '<b>'],
    verdict: overall(course.assessments.map(({ verdict }) => verdict)),
    assessments: course.assessments,
    values: [course.valuesOf(0)],
    invalid: [],
    pairs: course.pairs,
    mostPairs: 20,
    seed: 1,
    seconds: 2.5,
    notices: ['careful'],
  };
}

const page = (width: number) => ({ isTerminal: true, hasColor: false, width });

describe('what a gate found', () => {
  it('is shown with a bar where there is room', () => {
    const narrow = gateText(outcome('x', 0.05), page(80));
    expect(narrow).not.toContain('●');
    expect(Math.max(...narrow.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(gateText(outcome('x', 0.05), page(160))).toMatch(/\| +: +●>? .* 2 % .*REGRESSED$/mu);
    expect(gateText(outcome('x', 0), page(160))).toMatch(/ =+●=+ +: .* PASS$/mu);
  });

  it('has no control characters from outside, in any form', () => {
    const one = outcome('a\u0007<&"\'|`', 0.05);
    for (const text of [gateText(one, page(160)), gateJunit([one], true), gateMarkdown([one]), gateHtml([one])]) {
      expect([...text].filter((char) => char < ' ' && char !== '\n')).toEqual([]);
    }
    expect(gateHtml([one])).not.toContain('<b>');
    expect(gateJunit([one], true)).toContain('name="a\\x07&lt;&amp;&quot;&#39;|`"');
  });

  it('is XML whatever its name', () => {
    expect(gateJunit([outcome('a\ufffeb\uffff\u{1f600}', 0)], true)).toContain('name="a\\ufffeb\\uffff\u{1f600}"');
  });

  it('counts as JUnit has it', () => {
    const all = [outcome('bad', 0.05), outcome('good', 0)];
    const junit = gateJunit(all, true);
    expect(junit.match(/<testsuite /gu)?.length).toBe(2);
    expect(junit).toContain('<testsuite name="bad" tests="1" failures="1" skipped="0" time="2.500">');
    expect(junit).toContain('<testsuite name="good" tests="1" failures="0" skipped="0" time="2.500">');
  });
});

describe('a gate that measured nothing, as the baseline is of another machine', () => {
  const { base: _, ...found } = outcome('x', 0);
  const other: GateOutcome = { ...found, verdict: 'INCONCLUSIVE', assessments: [], values: [], pairs: 0 };

  it('is told in all forms, and fails as its status does', () => {
    expect(gateJunit([other], true)).toMatch(
      /tests="1" failures="1".*\n.*<failure type="INCONCLUSIVE" message="careful"/u,
    );
    expect(gateJunit([other], false)).toMatch(/tests="1" failures="0" skipped="1".*\n.*<skipped message="careful"/u);
    expect(gateAnnotations([other])).toBe('::warning title=syswide gate::x INCONCLUSIVE: careful\n');
    expect(gateText(other, page(80))).not.toContain('metric');
    expect(gateMarkdown([other])).not.toContain('metric');
  });
});

describe('an interval', () => {
  const drawn = (lower: number, estimate: number, upper: number) =>
    intervalBar({ lower, estimate, upper, metric: { threshold: 0.02 } });

  it('lies around no change, with the threshold at three quarters', () => {
    expect(drawn(-0.01, 0, 0.01)).toBe('         ===●===  :      ');
    expect(drawn(0.03, 0.04, 1)).toBe('            |     :  ===●');
    expect(drawn(Number.NEGATIVE_INFINITY, 0, Number.POSITIVE_INFINITY)).toBe('<===========●=====:=====>');
  });
});

describe('changes and values', () => {
  it('are rounded to what matters', () => {
    expect([0, Math.log(1.0543), Math.log(0.5), Number.POSITIVE_INFINITY].map(changeText)).toEqual([
      ...['+0.00 %', '+5.43 %', '-50.0 %', '+∞'],
    ]);
    expect(valueText(gateMetric('time', undefined), 1.23456)).toBe('1.235 s');
    expect(valueText(gateMetric('time', undefined), 0.0012)).toBe('1.200 ms');
    expect(valueText(gateMetric('maxrss', undefined), 3 * 2 ** 20)).toBe('3.00 MiB');
    expect(valueText(gateMetric('page-faults', undefined), 12345)).toBe('12,345');
  });
});

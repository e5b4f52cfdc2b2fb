import { Chalk, type ChalkInstance } from 'chalk';
import { visible } from '../../base/safe-text';
import type { GateOutcome } from '../../gate/outcome';
import type { Assessment, Verdict } from '../../gate/verdict';
import { plainTable } from '../plain-table';
import { changeText, intervalText, valueText } from './change-text';
import { intervalBar } from './interval-bar';

/** Where text is shown. */
export interface GatePage {
  readonly isTerminal: boolean;
  readonly hasColor: boolean;
  /** Columns. */
  readonly width: number;
}

/** Narrower terminals have no room for the bars; and then none for what stands in the file or in the change anyway. */
const [WIDE, MIDDLE] = [130, 100];

/** What a gate found, for a person. */
export function gateText(outcome: GateOutcome, page: GatePage): string {
  const ink = new Chalk({ level: page.hasColor ? 1 : 0 });
  const { base, pairs, mostPairs, seed, seconds, invalid, notices } = outcome;
  const lines = [
    `${ink.bold(visible(outcome.name))}: ${paintedVerdict(outcome.verdict, ink)} after ${pairs} of at most ${mostPairs} pairs, ${Math.round(seconds)} s, seed ${seed}`,
    ...(base ? [`  base: ${visible(base.join(' '))}`] : []),
    `  new:  ${visible(outcome.new.join(' '))}`,
    '',
    // Of another machine nothing is measured.
    ...(outcome.assessments.length > 0 ? [table(outcome.assessments, ink, page), ''] : []),
    ...invalid.map(
      ({ pair, command, failure }) => `pair ${pair} does not count: of the ${command} command ${visible(failure)}`,
    ),
    ...notices.map(visible),
    ...outcome.assessments.map(explanation).filter((line) => line !== ''),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function table(assessments: readonly Assessment[], ink: ChalkInstance, { isTerminal, width }: GatePage): string {
  const hasBars = isTerminal && width >= WIDE;
  const hasAll = !isTerminal || width >= MIDDLE;
  return plainTable(
    [
      { head: 'metric', align: 'left', cell: ({ metric }: Assessment) => visible(metric.name) },
      ...(hasAll ? [{ head: 'base', align: 'right' as const, cell: baseText }] : []),
      { head: 'new', align: 'right', cell: (one) => valueText(one.metric, one.new) },
      { head: 'change', align: 'right', cell: ({ estimate }) => changeText(estimate) },
      { head: 'interval', align: 'right', cell: (one) => (one.isExact ? 'exact' : intervalText(one.lower, one.upper)) },
      ...(hasBars ? [{ head: '-2T   -T    0     T    2T', align: 'left' as const, cell: intervalBar }] : []),
      ...(hasAll ? [{ head: 'T', align: 'right' as const, cell: thresholdText }] : []),
      { head: 'could see', align: 'right', cell: ({ detectable }) => changeText(detectable) },
      { head: 'verdict', align: 'left', cell: ({ verdict }) => paintedVerdict(verdict, ink) },
    ],
    assessments,
    ink,
  );
}

const baseText = ({ metric, base }: Assessment): string => valueText(metric, base);

const thresholdText = ({ metric }: Assessment): string => `${Number((metric.threshold * 100).toFixed(4))} %`;

function paintedVerdict(verdict: Verdict, ink: ChalkInstance): string {
  if (verdict === 'REGRESSED') return ink.bold.red(verdict);
  return verdict === 'INCONCLUSIVE' ? ink.yellow(verdict) : ink.green(verdict);
}

/** What a verdict that is not plain means. */
function explanation({ metric, verdict, upper, lower, estimate }: Assessment): string {
  const name = visible(metric.name);
  if (verdict === 'INCONCLUSIVE') {
    return lower > 0
      ? `${name} takes more, but less than what counts; it may be over its threshold, too: more pairs would tell`
      : `${name} may take up to ${changeText(upper)}: too noisy to say that it is below its threshold`;
  }
  if (verdict === 'PASS' && lower > 0) return `${name} takes ${changeText(estimate)}, which is too little to count`;
  return '';
}

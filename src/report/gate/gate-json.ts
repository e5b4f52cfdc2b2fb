import { jsonText } from '../../base/safe-text';
import type { GateOutcome } from '../../gate/outcome';
import { type Assessment, overall } from '../../gate/verdict';

/** What gates found, for scripts: docs/schema/syswide.gate-1.json. */
export function gateJson(outcomes: readonly GateOutcome[], version: string): string {
  const document = {
    schema: 'syswide.gate/1',
    kind: 'result',
    syswide: version,
    verdict: overall(outcomes.map(({ verdict }) => verdict)),
    gates: outcomes.map(gateDocument),
  };
  return `${jsonText(document, 2)}\n`;
}

const gateDocument = (outcome: GateOutcome): object => ({
  name: outcome.name,
  verdict: outcome.verdict,
  base: outcome.base ?? null,
  new: outcome.new,
  pairs: outcome.pairs,
  mostPairs: outcome.mostPairs,
  seed: outcome.seed,
  seconds: Number(outcome.seconds.toFixed(3)),
  invalid: outcome.invalid,
  notices: outcome.notices,
  metrics: outcome.assessments.map((assessment, i) => ({
    ...metricDocument(assessment),
    values: { base: outcome.values[i]?.base ?? [], new: outcome.values[i]?.new ?? [] },
  })),
});

const metricDocument = ({ metric, ...found }: Assessment): object => ({
  name: metric.name,
  unit: metric.unit,
  verdict: found.verdict,
  base: found.base,
  new: found.new,
  changePercent: percent(found.estimate),
  lowerPercent: percent(found.lower),
  upperPercent: percent(found.upper),
  thresholdPercent: round(metric.threshold * 100),
  leastEffectPercent: round(metric.leastEffect * 100),
  detectablePercent: percent(found.detectable),
  exact: found.isExact,
});

/** null for what is not bounded. */
const percent = (change: number): number | null => (Number.isFinite(change) ? round(Math.expm1(change) * 100) : null);
const round = (number: number): number => Number(number.toFixed(6));

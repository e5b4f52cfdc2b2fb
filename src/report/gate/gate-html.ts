import type { GateOutcome } from '../../gate/outcome';
import type { Assessment, MetricPairs, Verdict } from '../../gate/verdict';
import { differencesOf, logOf } from '../../gate/verdict';
import { changeText, intervalText, valueText } from './change-text';
import { escapedXml } from './escaped';

/** What gates found as a page that needs nothing else: with the distribution of pairs. No script, and nothing is fetched. */
export function gateHtml(outcomes: readonly GateOutcome[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>syswide gate: ${escapedXml(outcomes.map(({ name, verdict }) => `${name} ${verdict}`).join(', '))}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${outcomes.map(section).join('\n')}
</main>
</body>
</html>
`;
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1b1f; --soft: #5f6368; --line: #d5d8dc; --page: #fff; --bad: #b3261e;
  --good: #146c43; --open: #8a5a00; --dot: #3367d6; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e6ea; --soft: #a0a4ab; --line: #3b3e44; --page: #17181b;
  --bad: #ff8a80; --good: #7ee2a8; --open: #ffcf6b; --dot: #8ab4f8; } }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.3rem; margin: 1.5rem 0 .25rem; }
h2 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
code { font: 13px ui-monospace, monospace; overflow-wrap: anywhere; }
p { margin: .25rem 0; color: var(--soft); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); gap: .25rem 1rem; margin: .5rem 0; }
dt { color: var(--soft); font-size: 13px; } dd { margin: 0; font-variant-numeric: tabular-nums; }
svg { width: 100%; height: auto; } svg text { fill: var(--soft); font: 11px system-ui, sans-serif; }
.REGRESSED { color: var(--bad); } .PASS, .IMPROVED { color: var(--good); } .INCONCLUSIVE { color: var(--open); }
`;

function section({
  name,
  verdict,
  base,
  new: other,
  pairs,
  mostPairs,
  seed,
  assessments,
  values,
  notices,
}: GateOutcome) {
  return `<section>
<h1>${escapedXml(name)}: <span class="${verdict}">${verdict}</span></h1>
${base ? `<p>base: <code>${escapedXml(base.join(' '))}</code></p>` : ''}
<p>new: <code>${escapedXml(other.join(' '))}</code></p>
<p>${pairs} of at most ${mostPairs} pairs, seed ${seed}</p>
${notices.map((notice) => `<p>${escapedXml(notice)}</p>`).join('\n')}
${assessments.map((one, i) => metricSection(one, values[i])).join('\n')}
</section>`;
}

function metricSection(one: Assessment, values: MetricPairs | undefined): string {
  const { metric, verdict, estimate, lower, upper, detectable } = one;
  const facts: [string, string][] = [
    ['base', valueText(metric, one.base)],
    ['new', valueText(metric, one.new)],
    ['change', changeText(estimate)],
    ['interval', one.isExact ? 'exact' : intervalText(lower, upper)],
    ['passes below', changeText(logOf(metric.threshold))],
    ['could see', changeText(detectable)],
  ];
  return `<h2>${escapedXml(metric.name)}: <span class="${verdict}">${verdict}</span></h2>
<dl>${facts.map(([term, text]) => `<div><dt>${term}</dt><dd>${escapedXml(text)}</dd></div>`).join('')}</dl>
${values && !values.isStored ? pairsDrawing(one, values, verdict) : ''}`;
}

/** Of the drawing, and of what is left free at its sides. */
const [WIDTH, HEIGHT, MARGIN] = [800, 120, 20];

/** A dot for each pair by its change, stacked where they are alike, over the interval, no change and the threshold. */
function pairsDrawing({ metric, lower, upper, estimate }: Assessment, values: MetricPairs, verdict: Verdict): string {
  const changes = differencesOf(values);
  const finite = (change: number, otherwise: number) => (Number.isFinite(change) ? change : otherwise);
  const threshold = logOf(metric.threshold);
  const all = [...changes, 0, threshold, -threshold, finite(lower, 0), finite(upper, 0)];
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const x = (change: number) =>
    (MARGIN + ((change - least) / Math.max(most - least, 1e-9)) * (WIDTH - 2 * MARGIN)).toFixed(1);
  const heights = new Map<number, number>();
  const dots = changes.map((change) => {
    const column = Math.round(Number(x(change)) / 8);
    const height = heights.get(column) ?? 0;
    heights.set(column, height + 1);
    return `<circle cx="${x(change)}" cy="${Math.max(6, 66 - height * 8)}" r="3.5" fill="var(--dot)" fill-opacity=".7"/>`;
  });
  const line = (change: number, text: string, dashes: string) =>
    `<line x1="${x(change)}" x2="${x(change)}" y1="0" y2="96" stroke="var(--line)" stroke-dasharray="${dashes}"/>` +
    `<text x="${x(change)}" y="112" text-anchor="middle">${escapedXml(text)}</text>`;
  const [from, to] = [x(finite(lower, least)), x(finite(upper, most))];
  const label = `${changes.length} pairs; ${verdict}, ${changeText(estimate)}, ${intervalText(lower, upper)}`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapedXml(label)}">
${line(0, 'no change', 'none')}
${line(threshold, changeText(threshold), '4 3')}
<line x1="${from}" x2="${to}" y1="84" y2="84" stroke="var(--ink)" stroke-width="3"/>
<circle cx="${x(estimate)}" cy="84" r="6" fill="var(--ink)"/>
${dots.join('\n')}
</svg>`;
}

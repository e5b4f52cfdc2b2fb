import type { FlameMeta, TroubleSpan } from './flame-data';

/** What a map of CPUs shows of missing samples, in words. */
export function troubleNotices({ troubles, duration }: Pick<FlameMeta, 'troubles' | 'duration'>): string[] {
  const of = (kind: TroubleSpan['kind']) => troubles.filter((span) => span.kind === kind);
  const lost = of('lost').reduce((sum, { count }) => sum + count, 0);
  const throttled = of('throttled').length;
  const offline = of('offline');
  const cpus = [...new Set(offline.map(({ cpu }) => cpu))].sort((a, b) => a - b);
  return [
    ...cpus.map((one) =>
      offlineNotice(
        one,
        offline.filter(({ cpu }) => cpu === one),
        duration,
      ),
    ),
    ...(lost > 0 ? [`${lost.toLocaleString('en')} records were lost: red marks above a CPU's row`] : []),
    ...(throttled > 0 ? [`throttled ${throttled.toLocaleString('en')} times: blue marks below a CPU's row`] : []),
  ];
}

function offlineNotice(cpu: number, spans: readonly TroubleSpan[], duration: number): string {
  const time = spans.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, duration) - from), 0);
  const times = spans.length === 1 ? '' : ` in ${spans.length.toLocaleString('en')} spans`;
  return `CPU ${cpu} was offline for ${(time / 1e9).toFixed(3)} s${times}: hatched`;
}

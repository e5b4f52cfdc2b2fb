import type { FlameMeta, TroubleSpan } from './flame-data';

/** What is missing in the recordings, in words. The map shows it of that which is drawn, the last one. */
export function troubleNotices({ troubles, duration, recordings }: TroubledMeta): string[] {
  return recordings.flatMap((name, side) => {
    const own = troubles.filter((span) => span.side === side);
    const notices = noticesOf(own, duration, side === recordings.length - 1);
    return recordings.length === 1 ? notices : notices.map((notice) => `${name}: ${notice}`);
  });
}

type TroubledMeta = Pick<FlameMeta, 'troubles' | 'duration' | 'recordings'>;

function noticesOf(troubles: readonly TroubleSpan[], duration: number, isDrawn: boolean): string[] {
  const of = (kind: TroubleSpan['kind']) => troubles.filter((span) => span.kind === kind);
  const lost = of('lost').reduce((sum, { count }) => sum + count, 0);
  const throttled = of('throttled').length;
  const offline = of('offline');
  const cpus = [...new Set(offline.map(({ cpu }) => cpu))].sort((a, b) => a - b);
  const drawn = (how: string) => (isDrawn ? `: ${how}` : '');
  return [
    ...cpus.map((one) => {
      const spans = offline.filter(({ cpu }) => cpu === one);
      return `${offlineNotice(one, spans, duration)}${drawn('hatched')}`;
    }),
    ...(lost > 0 ? [`${lost.toLocaleString('en')} records were lost${drawn("red marks above a CPU's row")}`] : []),
    ...(throttled > 0
      ? [`throttled ${throttled.toLocaleString('en')} times${drawn("blue marks below a CPU's row")}`]
      : []),
  ];
}

function offlineNotice(cpu: number, spans: readonly TroubleSpan[], duration: number): string {
  const time = spans.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, duration) - from), 0);
  const times = spans.length === 1 ? '' : ` in ${spans.length.toLocaleString('en')} spans`;
  return `CPU ${cpu} was offline for ${(time / 1e9).toFixed(3)} s${times}`;
}

import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flamePage } from '../../src/report/flamegraph/flame-page';
import { alternate } from '../alternate';
import { samplesIn, withSamples } from '../big-recording';
import type { Findings } from '../findings';
import { atMost, ratio, series } from '../findings';
import { type PageTimes, timePage } from '../flame-browser';
import { flameModelOf } from '../flame-model';
import type { Row } from '../row';
import { timed } from '../timed';

export const row: Row = {
  name: 'flamegraph',
  title: 'a page of 1,000,000 samples with 100,000 frames; of a recording of 800,000 call chains',
  target: '15 MB, painted in 2 s, zoom and search in 100 ms; a tenth of the CPU time of perf script',
  rounds: 3,
  run: async (bench) => {
    const page = await pageFindings(bench.rounds);
    const written = await withSamples(bench, 800_000, async (path): Promise<Findings> => {
      const { tools, programs, rounds } = bench;
      const html = `${path}.html`;
      const contenders = [
        { name: 'syswide', argv: tools.syswide('flamegraph', '-q', '-i', path, '-o', html) },
        ...(tools.perf ? [{ name: 'perf script', argv: tools.perf('script', '-i', path) }] : []),
      ].map(({ name, argv: [file, ...args] }) => ({
        name,
        run: () => timed(programs, ['sh', '-c', 'exec "$@" > /dev/null', 'sh', file, ...args]),
      }));
      const outcomes = await alternate(contenders, rounds);
      const all = outcomes.map(({ name, samples }) =>
        series(
          name,
          'cpu time',
          'ms',
          samples.map(({ cpuMs }) => cpuMs),
        ),
      );
      const [ours, perf] = all;
      const ratios = ours && perf ? [ratio(ours, perf)] : [];
      const size = (statSync(html).size / 1e6).toFixed(1);
      return {
        series: all,
        ratios,
        verdicts: ratios.map(({ ofMedians }) => atMost("CPU time, times perf script's", ofMedians, 0.1)),
        notes: [`the page of the recording, of ${samplesIn(tools, path)} samples: ${size} MB`],
      };
    });
    return {
      series: [...page.series, ...written.series],
      ratios: written.ratios,
      verdicts: [...page.verdicts, ...written.verdicts],
      notes: [...page.notes, ...written.notes],
    };
  },
};

async function pageFindings(rounds: number): Promise<Findings> {
  const folder = mkdtempSync(join(tmpdir(), 'syswide-bench-'));
  try {
    const file = join(folder, 'page.html');
    const text = [...flamePage(flameModelOf(1_000_000, 100_000), join(process.cwd(), 'dist/flamegraph'))].join('');
    writeFileSync(file, text);
    const times: PageTimes[] = [];
    for (let i = 0; i < rounds; i += 1) times.push(await timePage(file));
    const of = (quantity: string, figure: (typeof times)[number]['paint'][]) => series('page', quantity, 'ms', figure);
    const [paint, zoom, search] = [
      of(
        'first paint',
        times.map((one) => one.paint),
      ),
      of(
        'zoom',
        times.map((one) => one.zoom),
      ),
      of(
        'search',
        times.map((one) => one.search),
      ),
    ];
    const worst = (figures: readonly number[]) => Math.max(...figures);
    return {
      series: [paint, zoom, search],
      ratios: [],
      verdicts: [
        atMost('size, MB', text.length / 1e6, 15),
        atMost('first paint at worst, ms', worst(paint.samples), 2000),
        atMost('zoom at worst, ms', worst(zoom.samples), 100),
        atMost('search at worst, ms', worst(search.samples), 100),
      ],
      notes: [],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

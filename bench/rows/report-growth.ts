import { samplesIn, withBigRecording } from '../big-recording';
import { atMost, series } from '../findings';
import type { Row } from '../row';
import { intoNothing, timed } from '../timed';

/** Each about four times as long as the one before: about 100 thousand, 400 thousand and 1.6 million samples. */
const SECONDS = [2, 8.5, 34];

export const row: Row = {
  name: 'report-growth',
  title: 'report and script of recordings that are four and sixteen times as long',
  target: 'CPU time per sample does not grow; memory grows with distinct stacks, not with samples',
  rounds: 3,
  async run(bench) {
    const { tools, programs, rounds } = bench;
    const sizes: number[] = [];
    const runs: Record<'report' | 'script', { cpu: number[]; memory: number[] }[]> = { report: [], script: [] };
    for (const seconds of SECONDS) {
      await withBigRecording(bench, seconds, async (path) => {
        const samples = samplesIn(tools, path);
        sizes.push(samples);
        for (const command of ['report', 'script'] as const) {
          const timings = Array.from({ length: rounds }, () =>
            timed(programs, intoNothing(tools.syswide(command, '-i', path))),
          );
          runs[command].push({
            cpu: timings.map(({ cpuMs }) => (cpuMs * 1000) / samples),
            memory: timings.map(({ maxRssMib }) => maxRssMib),
          });
        }
      });
    }
    const named = (['report', 'script'] as const).flatMap((command) =>
      runs[command].map(({ cpu, memory }, i) => ({
        command,
        cpu: series(`${command} of ${sizes[i]}`, 'CPU time per sample', 'us', cpu),
        memory: series(`${command} of ${sizes[i]}`, 'most memory', 'MiB', memory),
      })),
    );
    const verdicts = (['report', 'script'] as const).map((command) => {
      const [first, , last] = named.filter((one) => one.command === command).map(({ cpu }) => cpu.median);
      return atMost(
        `CPU time per sample of ${command}, the longest over the shortest`,
        (last ?? 0) / (first ?? 1),
        1.2,
      );
    });
    return {
      series: named.flatMap(({ cpu, memory }) => [cpu, memory]),
      ratios: [],
      verdicts,
      notes: ['recorded by perf'],
    };
  },
};

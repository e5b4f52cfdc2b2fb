/**
 * Counts context switches and page faults on every CPU for a second, and prints how they are spread. Run it as root,
 * or with kernel.perf_event_paranoid at 0 or below.
 */
import { coveragePercent, SystemWideEvent } from 'syswide';

async function main(): Promise<void> {
  await using event = await SystemWideEvent.open({ events: 'context-switches,page-faults' });
  const stop = event.onCpu(({ cpu, kind }) => process.stdout.write(`cpu${cpu} is ${kind}\n`));

  process.stdout.write(`armed within ${event.arm()} ns\n`);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const { counts, coverage } = event.read();
  stop();

  for (const { event: counted, total, perCpu } of counts) {
    const spread = [...perCpu].map(([cpu, count]) => `cpu${cpu} ${count.value}`).join(', ');
    process.stdout.write(`${counted.name}: ${total.value} (${spread})\n`);
  }
  for (const [cpu, covered] of coverage) process.stdout.write(`cpu${cpu}: ${coveragePercent(covered)} % covered\n`);
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});

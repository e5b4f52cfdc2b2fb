/**
 * Samples context switches on every CPU for a second, and prints who was switched to how often, and what was lost. Run
 * it as root, or with kernel.perf_event_paranoid at -1.
 */
import { SampledEvent } from 'syswide';

async function main(): Promise<void> {
  await using event = await SampledEvent.open({ events: 'context-switches', period: 1n });
  process.stdout.write(`armed within ${event.arm()} ns\n`);
  setTimeout(() => event.stop(), 1000);

  const switches = new Map<string, number>();
  let [count, last] = [0, 0n];
  for await (const { pid, cpu, time } of event.samples()) {
    const key = `cpu${cpu}, process ${pid}`;
    switches.set(key, (switches.get(key) ?? 0) + 1);
    count += 1;
    if (time < last) throw new Error('samples come in the order of their time');
    last = time;
  }
  const most = [...switches].sort(([, a], [, b]) => b - a).slice(0, 5);
  for (const [who, times] of most) process.stdout.write(`${who}: ${times}\n`);
  process.stdout.write(`${count} samples, ${event.lost} lost\n`);
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});

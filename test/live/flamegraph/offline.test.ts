import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { unpack } from '../../../src/report/flamegraph/view/packed';
import { hasChromium, openPage, startBrowser } from '../browser';
import { CpuWatch, lengthOf, takesCpu1Offline, turn } from '../hotplug/cpu1';
import { needs } from '../needs';
import { hasPerf, perf, syswide } from '../run';

const folder = mkdtempSync(join(tmpdir(), 'syswide-offline-'));
const [data, html] = [join(folder, 'perf.data'), join(folder, 'page.html')];
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const online = '/sys/devices/system/cpu/cpu1/online';
/** Busy all the time: a page begins with the first sample, and ends with the last. */
const busy = 'timeout 2 sh -c "while :; do :; done" &';
const toggles = `${busy} sleep 0.7; echo 0 > ${online}; sleep 0.8; echo 1 > ${online}; sleep 0.6`;

/** What a page carries. */
function carried(page: string) {
  const [, packed = ''] = /<script type="application\/octet-stream" id="data">([^<]*)</u.exec(page) ?? [];
  return unpack(inflateRawSync(Buffer.from(packed, 'base64')));
}

describe('a CPU that was offline for a while', () => {
  needs(hasPerf && hasChromium, 'perf and chromium');
  takesCpu1Offline();

  it.each([
    ['all CPUs', ['-a']],
    ['that CPU alone', ['-C', '1']],
    ['a command', []],
  ])(
    'is told from an idle one in a recording of %s, in which perf finds nothing amiss',
    async (_, place) => {
      using watch = new CpuWatch();
      const recorded = syswide([
        'record',
        ...place,
        '-F',
        '1000',
        '-o',
        data,
        '--html',
        html,
        '--',
        'sh',
        '-c',
        toggles,
      ]);
      expect(recorded.status).toBe(0);
      const [really] = watch.offlineSpans();
      if (!really) throw new Error('the kernel did not tell of it');

      const { meta, cpu, time } = carried(readFileSync(html, 'utf8'));
      const [span, ...more] = meta.troubles.filter(({ kind }) => kind === 'offline');
      if (!span) throw new Error('the page does not tell of it');
      expect(more).toEqual([]);
      expect(span.cpu).toBe(1);
      // It is marked only while it ran nothing, to a millisecond, and most of that.
      const start = meta.starts[0] ?? 0;
      expect(start + span.from).toBeGreaterThanOrEqual(Number(really.begin) - 1e6);
      expect(start + span.to).toBeLessThanOrEqual(Number(really.end) + 1e6);
      expect(span.to - span.from).toBeGreaterThan(Number(lengthOf([really])) * 0.8);
      const within = [...time].filter((at, i) => meta.cpus[cpu[i] ?? 0] === 1 && at > span.from && at < span.to);
      expect(within).toEqual([]);

      for (const args of [['script'], ['report', '--stdio', '--header'], ['report', '-D'], ['evlist']]) {
        const { status, stderr } = perf([...args, '-i', data]);
        expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: '' });
      }
      const { status, stderr } = syswide(['report', '-i', data]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });

      const browser = await startBrowser();
      try {
        const { page, complaints } = await openPage(browser, html);
        await page.waitForSelector('html[data-ready]');
        expect(await page.textContent('#notices')).toMatch(/CPU 1 was offline for 0\.\d{3} s: hatched/u);
        expect(complaints).toEqual([]);
      } finally {
        await browser.close();
      }
    },
    60_000,
  );

  it('is told from when the recording began, where it came later', () => {
    turn(0);
    using watch = new CpuWatch();
    const comes = `sleep 0.6; echo 1 > ${online}; sleep 0.6`;
    expect(syswide(['record', '-a', '-F', '1000', '-o', data, '--html', html, '--', 'sh', '-c', comes]).status).toBe(0);
    const { meta, time } = carried(readFileSync(html, 'utf8'));
    const came = Number(watch.cameOnline()[0]) - (meta.starts[0] ?? 0);
    const spans = meta.troubles.filter(({ kind }) => kind === 'offline');
    expect(spans.map(({ cpu, from }) => ({ cpu, from }))).toEqual([{ cpu: 1, from: 0 }]);
    expect(Math.abs((spans[0]?.to ?? 0) - came)).toBeLessThan(1e6);
    expect(time.length).toBeGreaterThan(100);
    expect(perf(['script', '-i', data]).stderr).toBe('');
  }, 60_000);
});

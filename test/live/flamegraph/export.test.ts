import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Ajv from 'ajv';
import { afterAll, describe, expect, it } from 'vitest';
import { hasChromium, startBrowser } from '../browser';
import { needs } from '../needs';
import { hasPerf, isRoot, perf, syswide } from '../run';

needs(isRoot && hasPerf && hasChromium, 'root, perf and chromium');

const folder = mkdtempSync(join(tmpdir(), 'syswide-export-'));
const path = join(folder, 'perf.data');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

if (isRoot && hasPerf) {
  const load = 'timeout 1 sh -c "while :; do ls -lR /usr/share/doc > /dev/null; done"; true';
  perf(['record', '-q', '-g', '-F', '2000', '-o', path, '--', 'sh', '-c', load]);
}

function exported(format: string): string {
  const file = join(folder, format);
  const { status, stderr } = syswide(['export', '-i', path, '--format', format, '-o', file]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return file;
}

const json = (format: string): unknown => JSON.parse(readFileSync(exported(format), 'utf8'));
const samples = (): number => perf(['script', '-i', path, '-F', 'tid']).stdout.trim().split('\n').length;

/** Folds what `perf script` prints, as stackcollapse-perf.pl does. */
function foldedOf(text: string): string[] {
  const counts = new Map<string, number>();
  for (const block of text.split('\n\n')) {
    const [head = '', ...lines] = block.split('\n').filter((line) => line !== '');
    const comm = /^(.*?)\s+\d+\s/.exec(head)?.[1]?.trim();
    if (comm === undefined) continue;
    const frames = lines.map((line) => {
      const [, symbol = '', dso = ''] = /^\s*[\da-f]+ (.+) \((.*)\)$/.exec(line) ?? [];
      const name = symbol.replace(/\+0x[\da-f]+$/, '');
      if (name === '[unknown]') return `[${dso === '[unknown]' ? 'unknown' : dso.replace(/.*\//, '')}]`;
      return name
        .replaceAll(';', ':')
        .replace(/\((?!anonymous namespace\)).*/, '')
        .replaceAll(/["']/g, '');
    });
    const key = [comm.replaceAll(' ', '_'), ...frames.reverse()].join(';');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([key, count]) => `${key} ${count}`).sort();
}

describe('syswide export', () => {
  it('folds stacks as the folding of perf script does', () => {
    const ours = readFileSync(exported('folded'), 'utf8').trim().split('\n').sort();
    const theirs = foldedOf(perf(['script', '-i', path, '-F', 'comm,tid,ip,sym,dso']).stdout);
    expect(ours).toEqual(theirs);
  });

  it('reads a pipe', () => {
    const fromPipe = execFileSync('sh', ['-c', `cat '${path}' | node bin/syswide.js export -i - --format folded`]);
    expect(fromPipe.toString()).toBe(readFileSync(exported('folded'), 'utf8'));
  });

  it("writes what speedscope's schema takes and its page shows", async () => {
    const release = dirname(createRequire(import.meta.url).resolve('speedscope/package.json'));
    const schema = JSON.parse(readFileSync(join(release, 'dist/release/file-format-schema.json'), 'utf8')) as object;
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
    const document = json('speedscope') as { profiles: { weights: number[]; name: string }[] };
    expect(validate(document) ? [] : validate.errors).toEqual([]);
    const total = document.profiles.flatMap(({ weights }) => weights).reduce((sum, weight) => sum + weight, 0);
    expect(total).toBe(samples());
    const browser = await startBrowser();
    try {
      const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
      await page.goto(`file://${join(release, 'dist/release/index.html')}`);
      await page.setInputFiles('input[type=file]', join(folder, 'speedscope'));
      const first = document.profiles[0];
      await page
        .getByText(first?.name ?? 'none')
        .first()
        .waitFor();
      expect(await page.title()).toContain('perf.data');
    } finally {
      await browser.close();
    }
  });

  it('writes each sample for Firefox and Chrome, and a picture', () => {
    const { threads } = json('firefox') as { threads: { samples: { length: number } }[] };
    expect(threads.reduce((sum, thread) => sum + thread.samples.length, 0)).toBe(samples());
    const trace = json('chrome-trace') as {
      samples: { sf: string }[];
      stackFrames: Record<string, { parent?: string }>;
    };
    expect(trace.samples).toHaveLength(samples());
    for (const { parent } of Object.values(trace.stackFrames)) {
      expect(parent === undefined || parent in trace.stackFrames).toBe(true);
    }
    expect(readFileSync(exported('svg'), 'utf8')).toContain(`${samples()} samples</text>`);
  });

  it('refuses what it does not know', () => {
    expect(syswide(['export', '--format', 'xml']).status).toBe(2);
    expect(syswide(['flamegraph', '--diff', path]).stderr).toMatch(/^error\[USAGE\]: --diff with 1 recordings/);
    expect(syswide(['export', '-i', '/dev/null', '--format', 'svg']).stderr).toMatch(/^error\[BAD_FILE\]/);
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hasChromium, openPage, startBrowser } from '../browser';
import { needs } from '../needs';
import { compile, hasPerf, isRoot, perf, syswide } from '../run';

needs(isRoot && hasPerf && hasChromium, 'root, perf and chromium');

const folder = mkdtempSync(join(tmpdir(), 'syswide-inlined-'));
const [data, html] = [join(folder, 'perf.data'), join(folder, 'page.html')];
const program = compile('inlined-work', ['-g', '-fno-omit-frame-pointer']);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  program.dispose();
});

if (isRoot && hasPerf) perf(['record', '-q', '-g', '-F', '5000', '-e', 'cpu-clock', '-o', data, '--', program.path]);

/** What a command of syswide prints that must have nothing to complain of. */
function printed(args: readonly string[]): string {
  const { status, stdout, stderr } = syswide(args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

const exported = (format: string): string => printed(['export', '-i', data, '--inline', '--format', format]);

/** What `report` gives the inlined function, and the one that it was put into. */
function reported(): { readonly innermost: string; readonly outer: string } {
  const text = printed(['report', '-i', data, '--inline', '--children', '-g', 'none', '-s', 'sym']);
  const [, outer = ''] = /^ +([\d.]+)% +[\d.]+% .* outer$/mu.exec(text) ?? [];
  const [, innermost = ''] = /^ +[\d.]+% +([\d.]+)% .* innermost \(inlined\)$/mu.exec(text) ?? [];
  return { innermost, outer };
}

describe('functions that the compiler put into others', () => {
  it('are frames of the page, marked as such, as those of the kernel are', async () => {
    expect(printed(['flamegraph', '-q', '-i', data, '--inline', '-o', html])).toBe('');
    const browser = await startBrowser();
    try {
      const { page, complaints } = await openPage(browser, html);
      await page.waitForSelector('html[data-ready]');
      const rows = await page.locator('#functions tbody tr').allInnerTexts();
      const cells = rows.map((row) => row.split('\t'));
      const { innermost, outer } = reported();
      expect(cells.find(([, , name]) => name === 'innermost')).toEqual([
        `${innermost} %`,
        expect.any(String),
        'innermost',
        'inlined-work, inlined',
      ]);
      expect(cells.find(([, , name]) => name === 'outer')?.[1]).toBe(`${outer} %`);
      expect(rows.some((row) => row.endsWith(', kernel'))).toBe(true);

      // The greatest stand at the left, one above the other.
      await page.selectOption('#view', 'weight');
      const x = 300;
      let [row, card] = [0, ''];
      while (row < 20 && !card.startsWith('innermost\n')) {
        row += 1;
        await page.hover('#graph', { position: { x, y: 18 * row + 9 } });
        card = (await page.textContent('#card')) ?? '';
      }
      expect(card).toMatch(/^innermost\ninlined-work, inlined\ntotal \d/u);
      await page.click('#graph', { position: { x, y: 18 * row + 9 } });
      await page.click('#copy');
      expect(await page.textContent('#detail')).toMatch(/; outer; innermost \[i\]$/u);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  }, 60_000);

  it('are not there when nobody asked', () => {
    expect(printed(['export', '-i', data, '--format', 'folded'])).not.toContain('innermost');
  });

  it('are marked in each format as it does that', () => {
    const lines = exported('folded').trim().split('\n');
    const countOf = (some: readonly string[]) =>
      some.reduce((sum, line) => sum + Number(/ (\d+)$/u.exec(line)?.[1]), 0);
    const inlined = countOf(lines.filter((line) => /;outer;innermost_\[i\] \d+$/u.test(line)));
    expect(((inlined / countOf(lines)) * 100).toFixed(2)).toBe(reported().innermost);

    const { shared } = JSON.parse(exported('speedscope')) as { shared: { frames: { name: string }[] } };
    expect(shared.frames.map(({ name }) => name)).toContain('innermost_[i]');
    expect(shared.frames.map(({ name }) => name)).toContain('outer');

    const { stackFrames } = JSON.parse(exported('chrome-trace')) as { stackFrames: Record<string, { name: string }> };
    expect(Object.values(stackFrames).some(({ name }) => name === 'innermost_[i]')).toBe(true);
    expect(exported('svg')).toContain('<title>innermost [i]: ');
    const [thread] = (JSON.parse(exported('firefox')) as Firefox).threads;
    const depths = thread?.frameTable.func.map((func, frame) => [
      thread.stringArray[thread.funcTable.name[func] ?? 0],
      thread.frameTable.inlineDepth[frame],
    ]);
    expect(depths).toContainEqual(['innermost', 1]);
    expect(depths).toContainEqual(['outer', 0]);
  });
});

interface Firefox {
  readonly threads: readonly {
    readonly stringArray: readonly string[];
    readonly funcTable: { readonly name: readonly number[] };
    readonly frameTable: { readonly func: readonly number[]; readonly inlineDepth: readonly number[] };
  }[];
}

import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flamePage } from '../../../src/report/flamegraph/flame-page';
import { flameDataOf } from '../../unit/report/flamegraph/data';
import { hasChromium, openPage, startBrowser } from '../browser';
import { needs } from '../needs';
import { hasPerf, isRoot, perf, syswide } from '../run';

needs(isRoot && hasPerf && hasChromium, 'root, perf and chromium');

const folder = mkdtempSync(join(tmpdir(), 'syswide-page-'));
const [data, html] = [join(folder, 'perf.data'), join(folder, 'page.html')];
/** Names of the kernel for pages where they do not matter: this machine has very many. */
const kallsyms = join(folder, 'kallsyms');
const unnamed = ['--kallsyms', kallsyms];
let browser: Browser;
beforeAll(async () => {
  writeFileSync(kallsyms, 'ffffffff81000000 T _text\n');
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

const load = 'timeout 1 sh -c "while :; do ls -lR /usr/share/doc > /dev/null; done"; true';

/** How many samples `report` counts. */
const reported = (...args: string[]): number => reportedOf(data, ...args);

let whole: number | undefined;

/** The same of all of the recording. */
function reportedOfAll(): number {
  whole ??= reported();
  return whole;
}

function reportedOf(file: string, ...args: string[]): number {
  // Whose samples they are is told fast: no function needs its name for that.
  const { stdout } = syswide(['report', '-i', file, '--json', '--no-children', '-g', 'none', '-s', 'pid', ...args]);
  const { events } = JSON.parse(stdout) as { events: { samples: number }[] };
  return events.reduce((sum, { samples }) => sum + samples, 0);
}

const samplesIn = (summary: string | null): number =>
  Number(/([\d,]+) samples/.exec(summary ?? '')?.[1]?.replaceAll(',', ''));

describe('the page of a recording', () => {
  it('is made with the recording, for its owner alone, and follows no link', () => {
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'mine');
    symlinkSync(victim, html);
    const { status } = syswide([
      'record',
      '-q',
      '-a',
      '-g',
      '-F',
      '2000',
      '-o',
      data,
      '--html',
      html,
      '--',
      'sh',
      '-c',
      load,
    ]);
    expect(status).toBe(0);
    expect(readFileSync(victim, 'utf8')).toBe('mine');
    expect(statSync(html).mode & 0o777).toBe(0o600);
  });

  it('has the samples that report has, complains of nothing and asks for nothing', async () => {
    const { page, complaints } = await openPage(browser, html);
    await page.waitForSelector('html[data-ready]');
    expect(samplesIn(await page.textContent('#summary'))).toBe(reportedOfAll());
    expect(await page.locator('#functions tbody tr').count()).toBeGreaterThan(20);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('shows of a window what report shows of that time and those CPUs', async () => {
    const { page, complaints } = await openPage(browser, html);
    await page.waitForSelector('html[data-ready]');
    const box = await page.locator('#heat').boundingBox();
    if (!box) throw new Error('the map has no place');
    await page.mouse.move(box.x + 300, box.y + 6);
    await page.mouse.down();
    await page.mouse.move(box.x + 701, box.y + 8, { steps: 4 });
    await page.mouse.up();
    const shown = (await page.textContent('#window')) ?? '';
    const [, time = '', cpus = ''] = /^--time ([\d.,]+) --cpu ([\d,]+)$/.exec(shown) ?? [];
    const samples = samplesIn(await page.textContent('#summary'));
    expect(samples).toBeGreaterThan(10);
    expect(samples).toBeLessThan(reportedOfAll());
    expect(samples).toBe(reported('--time', time, '--cpu', cpus));
    await page.click('#whole');
    expect(samplesIn(await page.textContent('#summary'))).toBe(reportedOfAll());
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('names no CPU where samples tell of none', async () => {
    const [untold, ofUntold] = [join(folder, 'untold.data'), join(folder, 'untold.html')];
    perf(['record', '-q', '-g', '-F', '2000', '-o', untold, '--', 'sh', '-c', load]);
    syswide(['flamegraph', '-q', '-i', untold, ...unnamed, '-o', ofUntold]);
    const { page, complaints } = await openPage(browser, ofUntold);
    await page.waitForSelector('html[data-ready]');
    expect(await page.textContent('#summary')).toContain(' · CPUs not told · ');
    const box = await page.locator('#heat').boundingBox();
    if (!box) throw new Error('the map has no place');
    await page.mouse.move(box.x + 300, box.y + 6);
    await page.mouse.down();
    await page.mouse.move(box.x + 701, box.y + 8, { steps: 4 });
    await page.mouse.up();
    const [, time = ''] = /^--time ([\d.,]+)$/.exec((await page.textContent('#window')) ?? '') ?? [];
    const samples = samplesIn(await page.textContent('#summary'));
    expect(samples).toBeGreaterThan(10);
    expect(samples).toBe(reportedOf(untold, '--time', time));
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('compares events that count the same under different names', async () => {
    const [user, both, ofTwo] = ['user.data', 'both.data', 'two.html'].map((name) => join(folder, name));
    if (!(user && both && ofTwo)) throw new Error('three names');
    for (const [event, file] of [
      ['cpu-clock:u', user],
      ['cpu-clock', both],
    ] as const) {
      perf(['record', '-q', '-F', '2000', '-e', event, '-o', file, '--', 'ls', '-lR', '/usr/share/doc']);
    }
    syswide(['flamegraph', '-q', '--diff', user, both, ...unnamed, '-o', ofTwo]);
    const { page } = await openPage(browser, ofTwo);
    await page.waitForSelector('html[data-ready]');
    const names = await page.locator('#event option').allTextContents();
    expect(names.filter((name) => name.includes('cpu-clock'))).toEqual(['cpu-clock']);
    await page.close();
    const { status, stderr } = syswide(['flamegraph', '--diff', '-i', user, user, both, '-o', ofTwo]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error\[USAGE\]: --diff and -i/u);
  });

  it('tells of what was lost in the time that is asked for', async () => {
    const [lossy, ofLossy] = [join(folder, 'lossy.data'), join(folder, 'lossy.html')];
    const dd = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=30000'];
    perf(['record', '-q', '-m', '1', '-e', 'raw_syscalls:sys_enter', '-o', lossy, '--', ...dd]);
    const { lost } = JSON.parse(syswide(['report', '-i', lossy, '--json', '-s', 'pid']).stdout) as { lost: number };
    const toldOf = async (...args: string[]) => {
      syswide(['flamegraph', '-q', '-i', lossy, ...unnamed, '-o', ofLossy, ...args]);
      const { page } = await openPage(browser, ofLossy);
      await page.waitForSelector('html[data-ready]');
      const [, count = '0'] = /([\d,]+) records were lost/.exec((await page.textContent('body')) ?? '') ?? [];
      await page.close();
      return Number(count.replaceAll(',', ''));
    };
    expect(lost).toBeGreaterThan(1000);
    expect(await toldOf()).toBe(lost);
    expect(await toldOf('--time', '40%-50%')).toBeLessThan(lost / 2);
  });

  it('searches, zooms and goes back with keys, in all views', async () => {
    const { page, complaints } = await openPage(browser, html, 'dark');
    await page.waitForSelector('html[data-ready]');
    await page.keyboard.press('/');
    await page.keyboard.type('getdents|lstat');
    expect(await page.textContent('#matched')).toMatch(/^\d+\.\d\d % in [1-9]\d* functions$/);
    await page.fill('#search', '(');
    expect(await page.textContent('#matched')).toBe('that is no regular expression');
    await page.fill('#search', '');
    for (const view of ['weight', 'time', 'name']) await page.selectOption('#view', view);
    for (const box of ['#reversed', '#merged', '#icicle']) await page.click(box);
    await page.focus('#graph');
    for (const key of ['ArrowUp', 'ArrowUp', 'ArrowRight', 'Enter']) await page.keyboard.press(key);
    expect(await page.textContent('#detail')).toMatch(/total \d+\.\d\d %/);
    expect(await page.isEnabled('#back')).toBe(true);
    await page.keyboard.press('Backspace');
    expect(await page.isDisabled('#back')).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('colours frames by the thread that has most of them, in all views, and says whose colours these are', async () => {
    const { page, complaints } = await openPage(browser, html);
    await page.waitForSelector('html[data-ready]');
    const picture = async () => (await page.locator('#graph').screenshot()).toString('base64');
    const byProgram = await picture();
    for (const view of ['time', 'weight', 'name']) {
      await page.selectOption('#view', view);
      await page.selectOption('#colour', 'thread');
      expect(await page.textContent('#legend')).toContain('ls');
      await page.hover('#graph', { position: { x: 500, y: 27 } });
      expect(await page.textContent('#card')).toMatch(/mostly [^,]+, \d+\.\d\d %/);
    }
    expect(await picture()).not.toBe(byProgram);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('copies the stack that was chosen', async () => {
    const { page, complaints } = await openPage(browser, html);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.waitForSelector('html[data-ready]');
    // The greatest stand at the left: there is a box in the fourth row.
    await page.selectOption('#view', 'weight');
    const position = { x: 30, y: 18 * 3 + 9 };
    await page.hover('#graph', { position });
    const name = /^.+/u.exec((await page.textContent('#card')) ?? '')?.[0];
    await page.click('#graph', { position });
    await page.click('#copy');
    // The clipboard takes it in its own time, and is told of then.
    await page.waitForFunction('detail.textContent.startsWith("copied: ")');
    const copied = (await page.evaluate('navigator.clipboard.readText()')) as string;
    const frames = copied.split('\n');
    expect(frames).toHaveLength(3);
    expect(frames.at(-1)?.replace(/ \[[ki]\]$/u, '')).toBe(name);
    expect(await page.textContent('#detail')).toBe(`copied: ${frames.join('; ')}`);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('is readable on paper, also where the screen is dark', async () => {
    const pictures: string[][] = [];
    for (const scheme of ['light', 'dark'] as const) {
      const { page, complaints } = await openPage(browser, html, scheme);
      await page.waitForSelector('html[data-ready]');
      await page.emulateMedia({ media: 'print', colorScheme: scheme });
      const colours = await page.evaluate(
        '[getComputedStyle(document.body)].map((is) => [is.color, is.backgroundColor])',
      );
      expect(colours).toEqual([['rgb(29, 35, 41)', 'rgb(255, 255, 255)']]);
      for (const shown of ['#title', '#heat', '#graph', '#legend', '#functions'])
        expect([shown, await page.isVisible(shown)]).toEqual([shown, true]);
      for (const control of ['#controls', '#whole', '#search', '#copy', '#help'])
        expect([control, await page.isVisible(control)]).toEqual([control, false]);
      const shots = [page.locator('#heat').screenshot(), page.locator('#graph').screenshot()];
      pictures.push((await Promise.all(shots)).map((shot) => shot.toString('base64')));
      const pdf = await page.pdf({ format: 'A4', landscape: true });
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
      expect(pdf.toString('latin1').match(/\/Subtype \/Image/gu)?.length).toBeGreaterThanOrEqual(2);
      expect(complaints).toEqual([]);
      await page.close();
    }
    expect(pictures[0]?.map((picture, i) => picture === pictures[1]?.[i])).toEqual([true, true]);
  });

  it('compares two recordings', async () => {
    const difference = join(folder, 'difference.html');
    const { status, stderr } = syswide(['flamegraph', '--diff', data, data, ...unnamed, '-q', '-o', difference]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { page, complaints } = await openPage(browser, difference);
    await page.waitForSelector('html[data-ready]');
    expect(samplesIn(await page.textContent('#summary'))).toBe(reportedOfAll());
    expect(await page.inputValue('#colour')).toBe('difference');
    expect(complaints).toEqual([]);
    await page.close();
  });
});

describe('names from outside', () => {
  it('are text, whatever is in them', async () => {
    const hostile = '</script><img src=x onerror=alert(1)><!--<script>';
    const path = join(folder, 'hostile.html');
    const model = flameDataOf([{ frames: [hostile, 'b'] }, { frames: [hostile] }]);
    const meta = { ...model.meta, title: hostile, threads: [{ pid: 1, tid: 1, comm: hostile }], notices: [hostile] };
    writeFileSync(path, [...flamePage({ ...model, meta })].join(''));
    const { page, complaints } = await openPage(browser, path);
    await page.waitForSelector('html[data-ready]');
    expect(await page.textContent('#title')).toBe(hostile);
    expect(await page.textContent('#functions tbody')).toContain(hostile);
    expect(await page.textContent('#process')).toContain(hostile);
    expect(await page.locator('img').count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flamePage } from '../../../src/report/flamegraph/flame-page';
import type { FlameData } from '../../../src/report/flamegraph/view/flame-data';
import { flameDataOf } from '../../unit/report/flamegraph/data';
import { hasChromium, openPage, startBrowser } from '../browser';
import { needs } from '../needs';

needs(hasChromium, 'chromium');

const folder = mkdtempSync(join(tmpdir(), 'syswide-use-'));
let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Does something with the page of a recording, which is to complain of nothing. */
async function onPage(data: FlameData, use: (page: Page) => Promise<void>, within = browser): Promise<void> {
  const path = join(folder, 'page.html');
  writeFileSync(path, [...flamePage(data)].join(''));
  const { page, complaints } = await openPage(within, path);
  await page.waitForSelector('html[data-ready]');
  await use(page);
  expect(complaints).toEqual([]);
  await page.close();
}

/** 100 samples in a second, in turn on CPUs 3 and 1 and of two threads and events, and one more of another stack. */
const turns = flameDataOf([
  ...Array.from({ length: 100 }, (_, i) => {
    const other = i % 2;
    return {
      ...{ frames: ['main', 'fib', 'fib', `leaf${i % 3}`], time: i * 1e7, cpu: other, thread: other, event: other },
      period: i + 1,
    };
  }),
  { frames: ['other', 'fib'], time: 1e9, cpu: 0 },
]);

const windowOf = (page: Page): Promise<string | null> => page.textContent('#window');

describe('the map', () => {
  it('is chosen from with keys, and tells what was chosen', async () => {
    await onPage(turns, async (page) => {
      await page.focus('#heat');
      await page.keyboard.press('ArrowDown');
      expect(await windowOf(page)).toBe('--time 1.000000000,2.000000000 --cpu 1');
      await page.keyboard.press('ArrowDown');
      expect(await windowOf(page)).toBe('--time 1.000000000,2.000000000 --cpu 3');
      await page.keyboard.press('Escape');
      for (const key of ['ArrowRight', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'ArrowRight'])
        await page.keyboard.press(key);
      expect(await windowOf(page)).toBe('--time 1.050000000,1.150000000 --cpu 1,3');
      await page.keyboard.press('Alt+ArrowRight');
      expect(await windowOf(page)).toBe('--time 1.050000000,1.150000000 --cpu 1,3');
      expect(await page.getAttribute('#window', 'role')).toBe('status');
    });
  });

  it('has the samples of the times that it tells, where a clock counts from 1970', async () => {
    const data = flameDataOf(Array.from({ length: 33 }, (_, i) => ({ frames: ['a'], time: i * 256 })));
    const starts = [Number(1_795_987_710_905_533_440n)];
    await onPage({ ...data, meta: { ...data.meta, starts } }, async (page) => {
      await page.focus('#heat');
      for (const key of ['ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
      // From the fourth sample to the seventh.
      expect(await windowOf(page)).toBe('--time 1795987710.905534208,1795987710.905534976 --cpu 1,3');
      expect(await page.textContent('#summary')).toContain(' 4 samples ');
    });
  });

  it('is dragged with the first button alone', async () => {
    await onPage(turns, async (page) => {
      const box = await page.locator('#heat').boundingBox();
      if (!box) throw new Error('the map has no place');
      await page.mouse.move(box.x + 300, box.y + 6);
      await page.mouse.down({ button: 'right' });
      await page.mouse.move(box.x + 500, box.y + 8);
      await page.mouse.up({ button: 'right' });
      expect(await windowOf(page)).toBe('');
    });
  });

  it('has no window without samples, and marks one of no time', async () => {
    const drag = async (page: Page) => {
      const box = await page.locator('#heat').boundingBox();
      if (!box) throw new Error('the map has no place');
      await page.mouse.move(box.x + 300, box.y + 6);
      await page.mouse.down();
      await page.mouse.move(box.x + 500, box.y + 8);
      await page.mouse.up();
    };
    const none = flameDataOf([]);
    await onPage({ ...none, meta: { ...none.meta, cpus: [], duration: 0 } }, async (page) => {
      await drag(page);
      await page.focus('#heat');
      for (const key of ['ArrowRight', 'ArrowDown']) await page.keyboard.press(key);
      expect(await windowOf(page)).toBe('');
    });
    await onPage(flameDataOf([{ frames: ['a'], time: 0 }]), async (page) => {
      const picture = async () => (await page.locator('#heat').screenshot()).toString('base64');
      const before = await picture();
      await drag(page);
      expect(await windowOf(page)).toBe('--time 1.000000000,1.000000000 --cpu 1');
      expect(await picture()).not.toBe(before);
    });
  });

  it('forgets what was dragged where the browser scrolls instead', async () => {
    await onPage(turns, async (page) => {
      const box = await page.locator('#heat').boundingBox();
      if (!box) throw new Error('the map has no place');
      const picture = async () => (await page.locator('#heat').screenshot()).toString('base64');
      const before = await picture();
      const touches = await page.context().newCDPSession(page);
      const touch = (type: 'touchStart' | 'touchMove' | 'touchCancel', x?: number) =>
        touches.send('Input.dispatchTouchEvent', {
          type,
          touchPoints: x === undefined ? [] : [{ x, y: box.y + 6 }],
        });
      await touch('touchStart', 300);
      await touch('touchMove', 500);
      await touch('touchMove', 600);
      expect(await picture()).not.toBe(before);
      await touch('touchCancel');
      expect(await picture()).toBe(before);
      expect(await windowOf(page)).toBe('');
    });
  });
});

describe('the search', () => {
  it('tells what is found of what is selected, and of what is no expression only that', async () => {
    await onPage(turns, async (page) => {
      const told = () => page.textContent('#matched');
      const rows = () => page.locator('#functions tbody tr').count();
      await page.fill('#search', 'leaf|other');
      expect([await told(), await rows()]).toEqual(['100.00 % in 4 functions', 4]);
      await page.selectOption('#event', '1');
      expect([await told(), await rows()]).toEqual(['100.00 % in 3 functions', 3]);
      await page.fill('#search', 'leaf0');
      expect([await told(), await rows()]).toEqual(['34.00 % in 1 function', 1]);
      await page.fill('#search', 'leaf0(');
      expect([await told(), await rows()]).toEqual(['that is no regular expression', 5]);
      await page.selectOption('#event', '0');
      expect([await told(), await rows()]).toEqual(['that is no regular expression', 6]);
      await page.fill('#search', '');
      expect(await told()).toBe('');
      // Beside the page: it may take long.
      await page.selectOption('#event', '1');
      await page.fill('#search', '(leaf)+0');
      await page.locator('#matched').filter({ hasText: '34.00 % in 1 function' }).waitFor();
    });
  });

  it('gives up what would take for ever, and leaves the page usable meanwhile', async () => {
    const data = flameDataOf([{ frames: [`${'a'.repeat(60)}!`] }, { frames: ['leaf'] }]);
    await onPage(data, async (page) => {
      await page.fill('#search', '(a+)+$');
      expect(await page.textContent('#matched')).toBe('searching…');
      await page.selectOption('#view', 'time');
      await page.locator('#matched').filter({ hasText: 'this expression takes too long' }).waitFor();
      await page.fill('#search', '(a+)+$');
      await page.fill('#search', 'leaf');
      expect(await page.textContent('#matched')).toBe('50.00 % in 1 function');
    });
  });
});

describe('the card of a frame', () => {
  it('tells no samples of its own where callers are last', async () => {
    await onPage(turns, async (page) => {
      const cardAt = async (row: number) => {
        await page.hover('#graph', { position: { x: 100, y: row * 18 + 9 } });
        return (await page.textContent('#card'))?.split('\n');
      };
      expect(await cardAt(1)).toEqual(['main', 'prog', 'total 99.01 %, 100 samples', 'self 0.00 %, 0 samples']);
      await page.click('#reversed');
      await page.selectOption('#view', 'weight');
      expect(await cardAt(1)).toEqual(['leaf0', 'prog', 'total 33.66 %, 34 samples']);
      expect(await cardAt(4)).toEqual(['main', 'prog', 'total 33.66 %, 34 samples']);
    });
  });
});

/** A stack that goes deep, and beside it two that do not, of another process. */
const deep = (depth: number): FlameData =>
  flameDataOf([
    { frames: Array.from({ length: depth }, (_, i) => `deep${i}`) },
    ...['left', 'right'].map((name) => ({ frames: [name], thread: 1 })),
  ]);

describe('the graph', () => {
  it('finds what is under the pointer, whether bars for scrolling take room or not', async () => {
    const barred = await startBrowser(true);
    const use = async (page: Page) => {
      const widths = () => page.evaluate('[graph.clientWidth, Math.round(graph.width / devicePixelRatio)]');
      for (const pid of ['', '20', '', '10', '20']) {
        await page.selectOption('#process', pid);
        const [shown = 0, drawn] = (await widths()) as number[];
        expect([pid, drawn]).toEqual([pid, shown]);
        if (pid !== '20') continue;
        await page.hover('#graph', { position: { x: shown / 2 - 4, y: 27 } });
        expect(await page.textContent('#card')).toMatch(/^left/u);
        await page.hover('#graph', { position: { x: shown / 2 + 4, y: 27 } });
        expect(await page.textContent('#card')).toMatch(/^right/u);
      }
    };
    await onPage(deep(127), use, barred);
    await barred.close();
  });

  it('draws stacks of any depth, and follows keys into them', async () => {
    await onPage(deep(2500), async (page) => {
      const at = '[...graph.getContext("2d").getImageData(9, 9, 1, 1).data]';
      expect((await page.evaluate(at)) as number[]).toContain(255);
      await page.focus('#graph');
      const isInView = '(graph.parentElement.scrollTop + graph.parentElement.clientHeight) / 18';
      for (let i = 0; i < 80; i += 1) await page.keyboard.press('ArrowDown');
      expect(await page.textContent('#detail')).toMatch(/^deep78 /u);
      expect((await page.evaluate(isInView)) as number).toBeCloseTo(80, 0);
      await page.click('#icicle');
      expect((await page.evaluate(isInView)) as number).toBeCloseTo(2501, 0);
    });
  });
});

describe('what is told of a frame', () => {
  it('goes when other samples are selected', async () => {
    await onPage(turns, async (page) => {
      const change: (() => Promise<unknown>)[] = [
        () => page.selectOption('#event', '1'),
        () => page.selectOption('#weight', 'period'),
        () => page.click('#reversed'),
        () => page.focus('#heat').then(() => page.keyboard.press('ArrowRight')),
      ];
      for (const one of change) {
        await page.focus('#graph');
        await page.keyboard.press('ArrowDown');
        expect(await page.textContent('#detail')).toMatch(/^all · total 100\.00 %/u);
        await one();
        expect(await page.textContent('#detail')).toBe('');
      }
    });
  });
});

describe('the keyboard', () => {
  const focused = (page: Page) => page.evaluate('document.activeElement.id');

  it('goes to the search from everywhere else', async () => {
    await onPage(turns, async (page) => {
      for (const id of ['reversed', 'view', 'heat', 'copy']) {
        await page.focus(`#${id}`);
        await page.keyboard.press('/');
        expect([id, await focused(page)]).toEqual([id, 'search']);
      }
      await page.keyboard.press('/');
      expect(await page.inputValue('#search')).toBe('/');
    });
  });

  it('stays where it is when a stack is copied, and is told where there is none', async () => {
    await onPage(turns, async (page) => {
      await page.focus('#copy');
      await page.keyboard.press('Enter');
      expect(await page.textContent('#detail')).toMatch(/^no stack is chosen: /u);
      await page.focus('#graph');
      for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
      await page.focus('#copy');
      await page.keyboard.press('Enter');
      expect(await page.textContent('#detail')).toBe('copied: main');
      expect(await focused(page)).toBe('copy');
    });
  });

  it('goes on from a caller to its callers', async () => {
    await onPage(turns, async (page) => {
      await page.focus('#functions tbody tr');
      await page.keyboard.press('Enter');
      expect(await page.textContent('#chosen')).toBe('Callers and callees of leaf0');
      await page.focus('#callers tbody tr');
      await page.keyboard.press('Enter');
      expect(await page.textContent('#chosen')).toBe('Callers and callees of fib');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      expect(await page.textContent('#chosen')).toBe('Callers and callees of main');
    });
  });
});

describe('callers and callees', () => {
  it('say how many they leave out', async () => {
    await onPage(flameDataOf(Array.from({ length: 200 }, (_, i) => ({ frames: ['main', `f${i}`] }))), async (page) => {
      await page.click('#functions [data-sort=total]');
      await page.click('#functions tbody tr');
      expect(await page.locator('#callees tbody tr').last().textContent()).toBe('… and 50 more');
    });
  });
});

describe('texts without end', () => {
  it('are broken where the page ends, as wide as a phone', async () => {
    const endless = 'very_long_name_'.repeat(500);
    const data = flameDataOf([
      { frames: [endless, 'b'], cpu: 0 },
      { frames: ['c'], time: 1e9, cpu: 198 },
    ]);
    const meta = {
      ...{
        ...data.meta,
        title: endless,
        recordings: [endless],
        events: [endless],
        notices: [endless],
        dsos: [endless],
      },
      ...{ cpus: Array.from({ length: 200 }, (_, i) => 2 * i), threads: [{ pid: 10, tid: 10, comm: endless }] },
    };
    await onPage({ ...data, meta }, async (page) => {
      await page.setViewportSize({ width: 360, height: 780 });
      await page.focus('#heat');
      await page.keyboard.press('ArrowLeft');
      expect(await windowOf(page)).toMatch(/,198,200,/u);
      await page.click('#functions tbody tr');
      await page.focus('#graph');
      for (const key of ['ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
      const width = 'document.documentElement.scrollWidth <= innerWidth';
      expect(await page.evaluate(width)).toBe(true);
    });
  });
});

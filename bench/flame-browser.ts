import type { Page } from 'playwright-core';
import { chromium } from 'playwright-core';

/** How long a page took, in ms. */
export interface PageTimes {
  readonly paint: number;
  readonly zoom: number;
  readonly search: number;
}

/** Opens a page in Chromium, zooms and searches. Times are those that the page itself measures, with what it draws. */
export async function timePage(file: string): Promise<PageTimes> {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    await page.goto(`file://${file}`, { waitUntil: 'commit' });
    const paint = await page.waitForFunction(() => performance.getEntriesByName('painted')[0]?.startTime, undefined, {
      timeout: 60_000,
    });
    const zoom = await handled(page, 'graph', 'zoom');
    const search = await handled(page, 'search', 'search');
    return { paint: (await paint.jsonValue()) ?? Number.NaN, zoom, search };
  } finally {
    await browser.close();
  }
}

/** From an input to the frame after it has been handled. */
const handled = (page: Page, id: string, what: 'zoom' | 'search'): Promise<number> =>
  page.evaluate(
    async ([target, kind]) => {
      const found = (globalThis as unknown as { document: { getElementById(id: string): PageElement | null } })
        .document;
      const element = found.getElementById(target);
      if (!element) throw new Error(`no ${target}`);
      const begin = performance.now();
      if (kind === 'search') {
        element.value = 'part_7|function_1.*9$';
        element.dispatchEvent(new Event('input'));
      } else {
        for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter']) {
          element.dispatchEvent(Object.assign(new Event('keydown'), { key }));
        }
      }
      await new Promise((done) => setTimeout(done, 0));
      return performance.now() - begin;
    },
    [id, what] as const,
  );

/** What is needed of an element here: the project's own types have no browser in them. */
interface PageElement {
  value: string;
  dispatchEvent(event: Event): void;
}

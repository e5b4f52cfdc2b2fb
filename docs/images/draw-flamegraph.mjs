// Draws the pictures of docs/flamegraph.md: `node docs/images/draw-flamegraph.mjs PAGE.html`, with Debian's chromium.
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const here = dirname(fileURLToPath(import.meta.url));
const [file = 'flamegraph.html'] = process.argv.slice(2);
const sizes = { wide: { width: 1200, height: 800 }, phone: { width: 390, height: 844 } };

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
  ],
});
for (const [size, viewport] of Object.entries(sizes)) {
  for (const colorScheme of ['light', 'dark']) {
    const page = await browser.newPage({ viewport, colorScheme });
    await page.goto(`file://${resolve(file)}`);
    await page.waitForSelector('html[data-ready]');
    if (colorScheme === 'dark') await page.selectOption('#colour', 'thread');
    if (size === 'wide') {
      const { x, y } = await page.locator('#heat').boundingBox();
      await page.mouse.move(x + 250, y + 4);
      await page.mouse.down();
      await page.mouse.move(x + 800, y + 40, { steps: 3 });
      await page.mouse.up();
      await page.mouse.move(x + 650, y + 276);
    }
    await page.screenshot({ path: join(here, `flamegraph-${size}-${colorScheme}.png`) });
    await page.close();
  }
}
await browser.close();

import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const path = '/usr/bin/chromium';

export const hasChromium = existsSync(path);

/** @param bars whether bars for scrolling take room, as they do on desktops */
export const startBrowser = (bars = false): Promise<Browser> =>
  chromium.launch({
    executablePath: path,
    ...(bars ? { ignoreDefaultArgs: ['--hide-scrollbars'] } : {}),
    args: [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });

/** A page of a file, and what it complained of or asked for besides itself. */
export interface OpenedPage {
  readonly page: Page;
  readonly complaints: string[];
}

export async function openPage(
  browser: Browser,
  file: string,
  scheme: 'light' | 'dark' = 'light',
): Promise<OpenedPage> {
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, colorScheme: scheme });
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(dialog.message());
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    // What a page makes itself, in memory, has a name, too.
    if (request.url() !== `file://${file}` && !request.url().startsWith('blob:null/')) complaints.push(request.url());
  });
  await page.goto(`file://${file}`);
  return { page, complaints };
}

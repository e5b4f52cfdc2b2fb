import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { startBrowser } from '../browser';

/** Where the package has speedscope's page, which works without a network. */
export const release = join(dirname(createRequire(import.meta.url).resolve('speedscope/package.json')), 'dist/release');

/** What speedscope makes of a file. */
export interface Shown {
  readonly title: string;
  /** Each profile of several, and what all of it weighs. */
  readonly profiles: readonly { readonly name: string; readonly total: number }[];
  /** Of the profile that is shown: what functions weigh by themselves. */
  readonly self: ReadonlyMap<string, number>;
}

/** Opens a file in speedscope's own page. */
export async function inSpeedscope(file: string): Promise<Shown> {
  const browser = await startBrowser();
  try {
    // So high that no row is left out: it draws those alone that can be seen.
    const page = await browser.newPage({ viewport: { width: 1200, height: 20_000 } });
    await page.goto(`file://${join(release, 'index.html')}`);
    await page.setInputFiles('input[type=file]', file);
    await page.getByText('Sandwich').waitFor();
    await page.keyboard.press('3');
    await page
      .getByText(/\([<\d.]+%\)/u)
      .first()
      .waitFor();
    const rows = await page.locator('tbody tr').all();
    const profiles = await Promise.all(rows.map(async (row) => profileOf(await row.locator('td').allTextContents())));
    const text = (await page.evaluate('document.body.innerText')) as string;
    // A row is what a function weighs with what it calls, what it weighs by itself, and its name.
    const functions = [...text.matchAll(/\n[\d,]+ \([^)]*%\)\n\t([\d,]+) \([^)]*%\)\n\t(.*)/gu)];
    return { title: await page.title(), profiles, self: sums(functions) };
  } finally {
    await browser.close();
  }
}

function sums(functions: readonly RegExpExecArray[]): Map<string, number> {
  const self = new Map<string, number>();
  for (const [, weight, name = ''] of functions) self.set(name, (self.get(name) ?? 0) + numberOf(weight));
  return self;
}

const numberOf = (text = ''): number => Number(text.replaceAll(',', ''));

const profileOf = (cells: readonly string[]) => ({ name: cells.at(-2) ?? '', total: numberOf(cells.at(-1)) });

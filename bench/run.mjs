// `npm run bench [-- NAME…] [--rounds N] [--list]`: bundles the bench's TypeScript into node_modules/.cache and runs it.
import { mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const bench = dirname(fileURLToPath(import.meta.url));
const root = dirname(bench);
const cache = join(root, 'node_modules/.cache/syswide-bench');
const rowNames = readdirSync(join(bench, 'rows'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length))
  .sort();

mkdirSync(cache, { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: ['bench/main.ts', ...rowNames.map((name) => `bench/rows/${name}.ts`)],
  outbase: 'bench',
  outdir: join(cache, 'js'),
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  format: 'esm',
  // What a row calls of syswide itself takes the rest from the build, beside which it would be.
  define: { __dirname: JSON.stringify(join(root, 'dist')) },
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
  sourcemap: 'inline',
  logLevel: 'warning',
});
process.setSourceMapsEnabled(true);

const load = (file) => import(pathToFileURL(join(cache, 'js', file)).href);
const rows = await Promise.all(rowNames.map(async (name) => (await load(`rows/${name}.mjs`)).row));
const { main } = await load('main.mjs');
process.exitCode = await main(process.argv.slice(2), rows, { root, cache });

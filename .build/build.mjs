// Builds what `npm ci` leaves behind in dist/: the shim, the FFI packages' native halves, the bundled CLI and library,
// and the library's types. Nothing here reaches the network.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const nativeFolder = `native/linux-${process.arch}`;
const packageFolder = (name) => dirname(require.resolve(`${name}/package.json`));

/** The two FFI packages' compiled halves, and what they are called in dist/. */
const bindings = [
  { package: 'ffi-napi', file: 'build/Release/ffi_bindings.node', as: 'ffi_bindings.node' },
  { package: 'ref-napi', file: 'build/Release/binding.node', as: 'ref_bindings.node' },
];

/**
 * Makes the FFI packages loadable from a bundle: each looks for its compiled half beside its own package.json, which is
 * gone once bundled. The text replaced is checked, so that a new release that moves it fails here and not at run time.
 */
const nativeHalves = {
  name: 'native-halves',
  setup(plugin) {
    const lookup = "require('node-gyp-build')(path.join(__dirname, '..'))";
    for (const { package: name, as } of bindings) {
      plugin.onLoad({ filter: new RegExp(`${name}/lib/(ref|bindings)\\.js$`) }, ({ path }) => {
        const source = readFileSync(path, 'utf8');
        if (!source.includes(lookup)) throw new Error(`${path} finds its native half in a new way`);
        const load = `require(path.join(__dirname, '${nativeFolder.split('/')[0]}', 'linux-' + process.arch, '${as}'))`;
        return { contents: source.replace(lookup, load), loader: 'js' };
      });
    }
  },
};

/** The command line parser loads node:child_process, and with it half of Node, for a feature that is not used. */
const lazyChildProcess = {
  name: 'lazy-child-process',
  setup(plugin) {
    const eager = "const childProcess = require('node:child_process');";
    plugin.onLoad({ filter: /commander\/lib\/command\.js$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      if (!source.includes(eager)) throw new Error(`${path} loads node:child_process in a new way`);
      const lazy = "const childProcess = { get spawn() { return require('node:child_process').spawn; } };";
      return { contents: source.replace(eager, lazy), loader: 'js' };
    });
  },
};

/** The FFI packages check their arguments with it, and loading it costs milliseconds. */
const smallAssert = {
  name: 'small-assert',
  setup(plugin) {
    plugin.onResolve({ filter: /^assert$/ }, ({ importer }) =>
      /\/(ffi-napi|ref-napi|ref-struct-di)\//.test(importer)
        ? { path: 'assert', namespace: 'small-assert' }
        : undefined,
    );
    plugin.onLoad({ filter: /.*/, namespace: 'small-assert' }, () => ({
      contents: `
        const check = (condition, message) => { if (!condition) throw new Error(message || 'assertion failed'); };
        module.exports = Object.assign(check, { equal: (a, b, message) => check(a == b, message), strictEqual: (a, b, message) => check(a === b, message) });`,
      loader: 'js',
    }));
  },
};

/** `debug` would read the environment and pull in a formatter on every start; the FFI packages only trace with it. */
const noDebug = {
  name: 'no-debug',
  setup(plugin) {
    plugin.onResolve({ filter: /^debug$/ }, () => ({ path: 'debug', namespace: 'no-debug' }));
    plugin.onLoad({ filter: /.*/, namespace: 'no-debug' }, () => ({
      contents: 'module.exports = () => Object.assign(() => {}, { enabled: false });',
      loader: 'js',
    }));
  },
};

/**
 * By what most people run, and what takes longest to start. Where this user may not count so much, there is less in it,
 * which is no failure.
 */
function keepCompiledCode() {
  const folder = mkdtempSync(join(tmpdir(), 'syswide-build-'));
  const own = join(folder, 'perf.data');
  const stat = ['stat', '-x,', '-o', '/dev/null'];
  const record = ['record', '-g', '-o', own];
  const busy = ['sh', '-c', 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; /bin/true'];
  const recording = () => (existsSync(own) ? own : join(root, 'test/fixtures/fuzz/own.data'));
  // Of each command the first that this user may run.
  const commands = [
    [
      [...stat, '-a', '-I', '10', '-e', 'task-clock,cpu-clock,sched:sched_switch', '--', 'sleep', '0.15'],
      [...stat, '--', 'true'],
    ],
    [
      [...record, '-a', '--', ...busy],
      [...record, '--', ...busy],
    ],
    [['report', '-i', recording]],
    [['script', '-i', recording]],
    [['flamegraph', '-i', recording, '-o', join(folder, 'page.html')]],
    [['list']],
  ];
  const cached = (run) => {
    const args = run.map((arg) => (typeof arg === 'function' ? arg() : arg));
    return (
      spawnSync(process.execPath, [join(root, '.build/code-cache.cjs'), ...args], { stdio: 'ignore' }).status === 0
    );
  };
  for (const runs of commands) runs.some(cached);
  rmSync(folder, { recursive: true, force: true });
}

/** What a page allows itself to run and to look like. Hashing it at every start would load half of Node. */
function keepPageHashes() {
  const place = (name) => join(root, 'dist/flamegraph', name);
  // In a script element, `</script` ends it, wherever it stands.
  writeFileSync(place('page.js'), readFileSync(place('page.js'), 'utf8').replaceAll('</script', '<\\/script'));
  const hashOf = (name) =>
    `sha256-${createHash('sha256')
      .update(readFileSync(place(name)))
      .digest('base64')}`;
  writeFileSync(place('hashes.json'), JSON.stringify({ script: hashOf('page.js'), style: hashOf('page.css') }));
}

const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
const bundle = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  alias: { '@2060.io/ref-napi': 'ref-napi' },
  plugins: [nativeHalves, noDebug, smallAssert, lazyChildProcess],
  define: { 'process.env.SYSWIDE_VERSION': JSON.stringify(version) },
  // Code that is loaded from V8's cache cannot import, only require.
  supported: { 'dynamic-import': false },
  // The launcher reads it as Latin-1.
  charset: 'ascii',
  legalComments: 'none',
  logLevel: 'warning',
};

mkdirSync(join(root, 'dist', nativeFolder), { recursive: true });
// It belongs to the bundle that is about to be replaced.
for (const name of readdirSync(join(root, 'dist'))) {
  if (name.endsWith('.cache')) rmSync(join(root, 'dist', name));
}
execFileSync('make', ['-s', '-C', join(root, 'native-shim'), 'all'], { stdio: 'inherit' });
for (const { package: name, file, as } of bindings) {
  // Moved into place whole: a syswide that runs has the old one mapped.
  const built = join(root, 'dist', nativeFolder, as);
  copyFileSync(join(packageFolder(name), file), `${built}.new`);
  renameSync(`${built}.new`, built);
}
copyFileSync(join(root, 'node_modules/gecko-profiler-demangle/index_bg.wasm'), join(root, 'dist/demangle.wasm'));
// What a flame graph page consists of besides its data: see src/report/flamegraph/flame-page.ts.
const pageFolder = join(root, 'src/report/flamegraph/page');
mkdirSync(join(root, 'dist/flamegraph'), { recursive: true });
for (const name of ['page.html', 'page.css']) {
  copyFileSync(join(pageFolder, name), join(root, 'dist/flamegraph', name));
}
await Promise.all([
  build({
    absWorkingDir: root,
    bundle: true,
    platform: 'browser',
    target: ['chrome103', 'firefox113', 'safari16.4'],
    format: 'iife',
    entryPoints: [join(pageFolder, 'main.ts')],
    outfile: 'dist/flamegraph/page.js',
    minify: true,
    charset: 'ascii',
    legalComments: 'none',
    logLevel: 'warning',
  }),
  build({
    ...bundle,
    entryPoints: ['src/cli/main.ts'],
    outfile: 'dist/cli.cjs',
    minify: true,
    // As Node wraps a module: putting it around so long a text at every start takes as long as reading it.
    banner: { js: '(function (exports, require, module, __filename, __dirname) {' },
    footer: { js: '})' },
  }),
  build({ ...bundle, entryPoints: ['src/cli/tell-version.ts'], outfile: 'dist/version.cjs', minify: true }),
  build({ ...bundle, entryPoints: ['src/index.ts'], outfile: 'dist/index.cjs', minifySyntax: true }),
]);
keepPageHashes();
execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', join(root, '.build/tsconfig.types.json')], {
  stdio: 'inherit',
});
chmodSync(join(root, 'bin/syswide.js'), 0o755);
keepCompiledCode();

// What the package has for shells and man(1), as the commands tell it themselves.
const syswide = (...args) =>
  execFileSync(process.execPath, [join(root, 'bin/syswide.js'), ...args], { encoding: 'utf8' });
for (const folder of ['man', 'completions']) {
  rmSync(join(root, folder), { recursive: true, force: true });
  mkdirSync(join(root, folder));
}
for (const command of syswide('manual', '--names').trim().split('\n')) {
  writeFileSync(join(root, `man/syswide-${command}.1`), syswide('manual', command));
}
writeFileSync(join(root, 'man/syswide.1'), syswide('manual'));
for (const [shell, name] of [
  ['bash', 'syswide.bash'],
  ['zsh', '_syswide'],
  ['fish', 'syswide.fish'],
]) {
  writeFileSync(join(root, 'completions', name), syswide('completion', shell));
}

// So that `npx syswide` works inside the checkout as it does where the package is installed.
const link = join(root, 'node_modules/.bin/syswide');
if (!existsSync(link)) {
  rmSync(link, { force: true });
  symlinkSync('../../bin/syswide.js', link);
}

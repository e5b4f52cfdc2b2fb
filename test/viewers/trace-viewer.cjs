// Prints what Trace-Viewer, the page of chrome://tracing, makes of a file: its samples, and what it warns of. Its importer
// is HTML that imports other HTML, for which the package has a loader.
const { readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');

const folder = dirname(require.resolve('traceviewer/package.json'));
const tracing = join(folder, 'tracing');
require(join(folder, 'catapult_build/node_bootstrap.js'));
const { HTMLImportsLoader } = globalThis;
HTMLImportsLoader.addArrayToSourcePath([
  tracing,
  ...['components', 'd3', 'gl-matrix/dist', 'jszip', 'pako'].map((name) => join(tracing, 'third_party', name)),
]);
for (const name of ['importer/import', 'model/model', 'extras/importer/trace_event_importer']) {
  HTMLImportsLoader.loadHTML(`/tracing/${name}.html`);
}

const { tr } = globalThis;
const model = new tr.Model();
new tr.importer.Import(model, new tr.importer.ImportOptions()).importTraces([readFileSync(process.argv[2], 'utf8')]);
const samples = model.samples.map(({ start, title, weight, cpu, thread, stackTrace }) => ({
  ...{ start, title, weight, cpu: cpu?.cpuNumber, tid: thread.tid, pid: thread.parent.pid, thread: thread.name },
  stack: stackTrace.map((frame) => frame.title),
}));
process.stdout.write(JSON.stringify({ samples, warnings: model.importWarnings.map(({ type }) => type) }));

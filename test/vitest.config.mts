import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Every process of Node.js would read these certificates first, which takes as long as its start; nothing here speaks TLS. */
delete process.env.NODE_EXTRA_CA_CERTS;

/** Has the process give up on names for good. */
const SPOILING = 'test/unit/symbols/demangle.test.ts';

/**
 * Tests of code that keeps nothing between them: many files are run by one process, which starts once and loads what they have
 * in common once.
 */
const UNITS = ['test/unit/**/*.test.ts', 'test/property/**/*.test.ts'];

/**
 * Tests whose results no other program on the machine can change: they count nothing but their own workload, take no CPU
 * offline, claim one debug register at most, and time nothing that matters. As many files at once as there are CPUs.
 */
const SIDE_BY_SIDE = [
  SPOILING,
  'test/live/events/{attrs,probes,tool-events,tracepoints}.test.ts',
  'test/live/faults/*.test.ts',
  'test/live/flamegraph/{export,inlined,page,page-use,pprof}.test.ts',
  'test/live/gate/gate.test.ts',
  'test/live/launcher.test.ts',
  'test/live/list/*.test.ts',
  'test/live/listings/reader.test.ts',
  'test/live/package/*.test.ts',
  'test/live/perfdata/*.test.ts',
  'test/live/record/{cut-short,files,rates,record}.test.ts',
  'test/live/registry/*.test.ts',
  'test/live/report/*.test.ts',
  'test/live/shell/*.test.ts',
  'test/live/stat/{counts,errors,formats,matrix,parts,save,signals}.test.ts',
  'test/torture/{byte-order,disks,files,fuzz,hostile-recordings,planted-files,soak,task-floods,unprivileged}.test.ts',
];

// The FFI packages crash a worker thread when it ends, so tests run in processes.
const common = { root, pool: 'forks', testTimeout: 30_000 } as const;
const resolve = { alias: { syswide: `${root}src/index.ts` } };

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        test: {
          ...common,
          name: 'units',
          include: UNITS,
          exclude: [SPOILING],
          isolate: false,
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve,
        test: {
          ...common,
          name: 'side by side',
          include: SIDE_BY_SIDE,
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 1 },
        },
      },
      {
        resolve,
        test: {
          ...common,
          name: 'alone',
          include: ['test/**/*.test.ts'],
          exclude: [...UNITS, ...SIDE_BY_SIDE],
          // They count or time what the machine does: two at a time would see each other.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});

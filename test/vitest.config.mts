import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));

export default defineConfig({
  resolve: { alias: { syswide: `${root}src/index.ts` } },
  test: {
    root,
    include: ['test/**/*.test.ts'],
    // The FFI packages crash a worker thread when it ends, so every test file gets a process of its own.
    pool: 'forks',
    // Live tests count what the machine does: two at a time would see each other.
    fileParallelism: false,
    testTimeout: 30_000,
  },
});

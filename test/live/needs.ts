import { beforeEach, type TestContext } from 'vitest';

/** Skips the running test and prints why: a test that cannot run must be seen. */
export function skipTelling({ task, skip }: Pick<TestContext, 'task' | 'skip'>, need: string): void {
  process.stderr.write(`skipped ${task.name}: needs ${need}\n`);
  skip(`needs ${need}`);
}

/** Skips every test of the block it is called in where this machine lacks what they need. */
export function needs(met: boolean, need: string): void {
  beforeEach((context) => {
    if (!met) skipTelling(context, need);
  });
}

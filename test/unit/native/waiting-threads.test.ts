import { describe, expect, it } from 'vitest';
import { type Fd, fd, monotonicTime } from '../../../src/base/units';
import { threadsFor, WaitingThreads } from '../../../src/native/waiting-threads';

/** The thread that waits share: it is over when one of them, or the wakeup, says so, or its time is. */
class SharedThread {
  readonly blocks: { readonly fds: readonly Fd[]; readonly timeoutMs: number }[] = [];
  wakeups = 0;
  end = () => {};

  block = (fds: readonly Fd[], timeoutMs: number) => {
    this.blocks.push({ fds, timeoutMs });
    return new Promise<ReturnType<typeof monotonicTime>>((resolve) => {
      this.end = () => resolve(monotonicTime(7n));
      if (timeoutMs >= 0) setTimeout(this.end, timeoutMs);
    });
  };

  createWakeup = () => {
    this.wakeups += 1;
    const close = () => {
      this.wakeups -= 1;
    };
    return { fd: fd(100), signal: () => this.end(), clear: () => {}, close };
  };
}

/** A wait for an fd that is ready when it is told to be. */
function waitFor(number: number, thread?: SharedThread) {
  const calls: string[] = [];
  let [ready, over] = [0, (_: number) => {}];
  const blocked = new Promise<number>((resolve) => {
    over = resolve;
  });
  return {
    fds: [fd(number)],
    calls,
    end: () => {
      ready = 1;
      over(1);
      thread?.end();
    },
    block: (ms: number) => {
      calls.push(`block ${ms}`);
      return blocked;
    },
    take: (at: bigint) => {
      calls.push(`take ${at}`);
      return ready;
    },
    look: () => ready,
  };
}

const isOver = async (promise: Promise<unknown>) =>
  Promise.race([promise.then(() => true), new Promise((resolve) => setTimeout(() => resolve(false), 20))]);

describe('the threads that waits may block', () => {
  it('are taken as long as there are any, with the whole time to wait', async () => {
    const thread = new SharedThread();
    const threads = new WaitingThreads(thread, 2);
    const [a, b] = [waitFor(1), waitFor(2)];
    const both = [threads.wait(a, -1), threads.wait(b, 50)];
    expect([a.calls, b.calls]).toEqual([['block -1'], ['block 50']]);
    a.end();
    b.end();
    expect(await Promise.all(both)).toEqual([1, 1]);
    expect(thread.blocks).toEqual([]);
  });

  it('are not taken beyond that: all further waits share one, and each is over when it is ready', async () => {
    const thread = new SharedThread();
    const threads = new WaitingThreads(thread, 1);
    const own = waitFor(1);
    const [a, b] = [waitFor(2, thread), waitFor(3, thread)];
    const [first, second, third] = [threads.wait(own, -1), threads.wait(a, -1), threads.wait(b, -1)];
    expect(await isOver(Promise.race([first, second, third]))).toBe(false);
    expect(thread.blocks.at(-1)).toEqual({ fds: [fd(2), fd(3), fd(100)], timeoutMs: -1 });
    b.end();
    expect(await third).toBe(1);
    expect(b.calls).toEqual(['take 7']);
    expect(await isOver(second)).toBe(false);
    a.end();
    expect(await second).toBe(1);
    own.end();
    expect(await first).toBe(1);
    expect(thread.wakeups).toBe(0);
  });

  it('do not matter to the time that a wait has', async () => {
    const thread = new SharedThread();
    const threads = new WaitingThreads(thread, 0);
    const long = waitFor(2, thread);
    const waiting = threads.wait(long, -1);
    const begin = performance.now();
    expect(await threads.wait(waitFor(1), 10)).toBe(0);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(9);
    expect(await threads.wait(waitFor(1), 0)).toBe(0);
    long.end();
    expect(await waiting).toBe(1);
  });

  it('give an error of the one that is shared to all that share it', async () => {
    const thread = new SharedThread();
    thread.block = () => Promise.reject(new Error('no memory'));
    const threads = new WaitingThreads(thread, 0);
    const both = [threads.wait(waitFor(1), -1), threads.wait(waitFor(2), -1)];
    expect(await Promise.allSettled(both)).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
    expect(thread.wakeups).toBe(0);
  });

  it('give what it takes to share one, where that cannot be had, to who wants to share it, and the next one tries anew', async () => {
    const thread = new SharedThread();
    const { createWakeup } = thread;
    thread.createWakeup = () => {
      throw new Error('no file descriptor is left');
    };
    const threads = new WaitingThreads(thread, 0);
    await expect(threads.wait(waitFor(1), -1)).rejects.toThrow('no file descriptor is left');
    thread.createWakeup = createWakeup;
    expect(await threads.wait(waitFor(1), 1)).toBe(0);
    expect(thread.wakeups).toBe(0);
  });

  it.each([
    [undefined, 4],
    ['16', 16],
    ['0', 1],
    ['', 1],
    ['many', 1],
    ['5000', 1024],
  ])('are those of UV_THREADPOOL_SIZE=%s', (size, threads) => {
    expect(threadsFor(size)).toBe(threads);
  });
});

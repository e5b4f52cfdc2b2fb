import { readdirSync, readlinkSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { SystemWideEvent, SyswideError } from '../../src/index';
import { needs } from '../live/needs';
import { compile, eventually, isRoot, syswide } from '../live/run';
import { endAll, talkTo } from '../live/slots/processes';
import { rounds, tell } from './form';

const holder = compile('hold-breakpoints');
afterAll(() => holder.dispose());
afterEach(endAll);

/** Every fd of this process by what it is; numbers of sockets and pipes aside. */
const fds = (): string[] =>
  readdirSync('/proc/self/fd')
    .flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/self/fd/${fd}`).replace(/\d+/gu, 'n')];
      } catch {
        // It was that of the folder.
        return [];
      }
    })
    .sort();

const events = 'page-faults,mem:0x1000:w';

describe('another process holds the four debug registers of cpu1', () => {
  needs(isRoot && process.arch === 'x64', 'root, and the four debug registers of x86');

  it('the gang refuses with event, CPU and holder, and leaves nothing behind', { timeout: 280_000 }, async () => {
    const attempts = rounds(1000, 20);
    const { pid, next } = talkTo(holder.path, ['-1', '1', '4']);
    expect(await next()).toBe('held');
    const refusal = async (): Promise<string> => {
      try {
        await using event = await SystemWideEvent.open({ events });
        return `opened: ${event.state}`;
      } catch (error) {
        return error instanceof SyswideError ? `${error.code}: ${error.message}` : String(error);
      }
    };
    const wanted = new RegExp(
      `^NO_SLOT: cannot watch mem:0x1000:w — cpu1 has 0 of 4 free; perf events are held by .*${pid} hold-breakpoint`,
      'u',
    );
    expect(await refusal()).toMatch(wanted);
    const before = fds();
    for (let attempt = 1; attempt < attempts; attempt += 1) expect(await refusal()).toMatch(wanted);
    expect(fds()).toEqual(before);
    tell('breakpoints', `${attempts} refusals with event, CPU and holder, ${fds().length - before.length} fds leaked`);
  });

  it('the command line prints no count, and the next one can have them all', { timeout: 280_000 }, async () => {
    const attempts = rounds(100, 3);
    const { pid, next, kill } = talkTo(holder.path, ['-1', '1', '4']);
    expect(await next()).toBe('held');
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const { status, stdout, stderr } = syswide(['stat', '-a', '-x,', '-e', events, '--', 'true']);
      expect({ status, stdout }, stderr).toEqual({ status: 125, stdout: '' });
      const line = new RegExp(
        `^error\\[NO_SLOT\\]: [^\\n]*mem:0x1000:w — cpu1 has 0 [^\\n]*held by [^\\n]*${pid} hold-breakpoint[^\\n]*\\n$`,
        'u',
      );
      expect(stderr).toMatch(line);
    }
    await kill();
    const free = () => syswide(['stat', '-a', '-x,', '-e', events, '--', 'true']).status === 0;
    await eventually(free, 'the registers are free again');
    tell('breakpoints', `${attempts} commands refused without a count; all registers free once the holder has gone`);
  });
});

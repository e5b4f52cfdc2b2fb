import { createInterface } from 'node:readline';
import { encodeAttr } from '../../../src/abi/attr';
import { SyswideError } from '../../../src/base/error';
import { type Fd, ns } from '../../../src/base/units';
import type { ResolvedEvent } from '../../../src/events/resolved-event';
import { HostWideLock } from '../../../src/gang/registry/host-lock';
import { takeSlots } from '../../../src/gang/slots/take';
import { readCpus } from '../../../src/host/cpus';
import { HostFiles } from '../../../src/host/host-files';
import { KernelError } from '../../../src/native/kernel-error';
import { RealKernel } from '../../../src/native/real-kernel';

/*
 * A process that races for all debug registers of all CPUs: `take MS` asks for them, waiting that long, and is answered
 * with `owner`, or the error's code and text; `release` gives them back.
 */
const kernel = new RealKernel();
const files = new HostFiles();
const { run: lock } = new HostWideLock(kernel);

const events = [1n, 2n, 3n, 4n].map((n): ResolvedEvent => {
  const attr = { type: 5, config: 0n, config1: n * 0x1000n, config2: 8n, bpType: 2 } as const;
  return { name: `mem:0x${n}000/8:w`, kind: 'breakpoint', attr, scale: 1, unit: '' };
});
const places = [...readCpus(files).online].map((cpu) => ({ cpu }));

function open(): Fd[] {
  const requests = places.flatMap(({ cpu }) =>
    events.map(({ attr }) => ({ attr: encodeAttr({ ...attr, flags: { disabled: true } }), pid: -1, cpu })),
  );
  try {
    return kernel.openEvents(requests);
  } catch (error) {
    if (!(error instanceof KernelError) || error.errnoName !== 'ENOSPC') throw error;
    throw new SyswideError('NO_SLOT', { what: 'lost', why: 'the race', remedy: 'none', cause: error });
  }
}

async function answer(line: string, held: Fd[]): Promise<string> {
  if (line === 'release') {
    kernel.closeFds(held.splice(0));
    return 'released';
  }
  const waitMs = BigInt(line.replace('take ', ''));
  const wait = waitMs > 0n ? ns(waitMs * 1_000_000n) : undefined;
  try {
    held.push(...(await takeSlots({ kernel, files, lock }, { events, places }, open, { wait })));
    return 'owner';
  } catch (error) {
    return error instanceof SyswideError ? `${error.code} ${error.message}` : `BUG ${error}`;
  }
}

const held: Fd[] = [];
const say = (line: string): boolean => process.stdout.write(`${line}\n`);
say('ready');
createInterface(process.stdin).on('line', async (line) => say(await answer(line, held)));

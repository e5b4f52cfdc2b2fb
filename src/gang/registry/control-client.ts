import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { SyswideError } from '../../base/error';
import { type Fd, fd } from '../../base/units';
import { O_PATH } from '../../host/regular-file';
import { RegistryDirectory } from './directory';
import type { FoundGang } from './find-gangs';
import { socketName } from './gang-id';
import { LineReader } from './line-reader';
import { type ControlReply, type ControlRequest, decodeReply, encodeRequest, LONGEST_REPLY } from './messages';

/** A gang's file stands a moment before its socket does. */
const RETRY_MS = 20;

/** Whether a gang that was found is still there: one that has ended is not waited for. */
export type Liveness = (gang: FoundGang) => boolean;

const always: Liveness = () => true;

/**
 * Sends one request to the owner of a gang and waits for the reply.
 * @returns the reply; undefined when there is none in time: the owner is stopped, busy or gone
 */
export async function askOwner(
  gang: FoundGang,
  request: ControlRequest,
  timeoutMs: number,
  isLive: Liveness = always,
): Promise<ControlReply | undefined> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const line = await exchange(gang, encodeRequest(request), deadline - performance.now());
    if (line !== 'refused') return line === undefined ? undefined : decodeReply(line);
    if (performance.now() + RETRY_MS > deadline || !isLive(gang)) return undefined;
    await sleep(RETRY_MS);
  }
}

/**
 * As `askOwner`, for what has to be done.
 * @throws SyswideError NOT_ANSWERING; NO_SUCH_GANG for one that has ended; what the owner says
 */
export async function tellOwner(gang: FoundGang, request: ControlRequest, timeoutMs: number, isLive = always) {
  const reply = await askOwner(gang, request, timeoutMs, isLive);
  if (reply && 'status' in reply) return reply.status;
  if (reply) throw reply.error;
  if (!isLive(gang)) throw hasEnded(gang, request);
  throw new SyswideError('NOT_ANSWERING', {
    what: failed(gang, request),
    why: `its owner, process ${gang.pid}, did not answer within ${timeoutMs / 1000} s`,
    remedy: `it may be stopped or busy: see its state with ps -p ${gang.pid}, or try again`,
  });
}

function failed({ id }: FoundGang, { do: order }: ControlRequest): string {
  if (order === 'status') return `cannot ask gang ${id} for its status`;
  return `cannot ${order === 'set' ? 'change' : order} gang ${id}`;
}

const hasEnded = (gang: FoundGang, request: ControlRequest): SyswideError =>
  new SyswideError('NO_SUCH_GANG', {
    what: failed(gang, request),
    why: `it has just ended, in process ${gang.pid}`,
    remedy: 'see what there is with syswide ps',
  });

/** One line there and one back; `refused` when nobody listens, or hangs up without a word. */
async function exchange(gang: FoundGang, line: string, timeoutMs: number): Promise<string | 'refused' | undefined> {
  const place = openSocket(gang);
  if (place === undefined) return 'refused';
  try {
    return await converse(`/proc/self/fd/${place}`, line, timeoutMs);
  } finally {
    closeSync(place);
  }
}

/**
 * The socket as a place, so that what is connected to is what was looked at: a link to somebody else's socket is none
 * of the owner's.
 */
function openSocket({ id, place }: FoundGang): Fd | undefined {
  let directory: RegistryDirectory | undefined;
  try {
    directory = RegistryDirectory.open(place);
    const socket = directory && fd(openSync(directory.pathOf(socketName(id)), O_PATH | constants.O_NOFOLLOW));
    if (socket === undefined) return undefined;
    const found = fstatSync(socket);
    if (found.isSocket() && found.uid === place.uid) return socket;
    closeSync(socket);
  } catch {
    // It is gone, or was never there.
  } finally {
    directory?.close();
  }
  return undefined;
}

/** The owner ends, or has more connections than it takes. */
const gone = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE']);

async function converse(path: string, line: string, timeoutMs: number): Promise<string | 'refused' | undefined> {
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    const lines = new LineReader(LONGEST_REPLY);
    const socket = connect(path, () => socket.write(line));
    const end = (result: string | 'refused' | undefined) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => end(undefined), Math.max(1, timeoutMs));
    socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => end(gone.has(code) ? 'refused' : undefined));
    // All requests may be made twice.
    socket.on('close', () => end('refused'));
    socket.on('data', (bytes: Buffer) => {
      const { lines: replies, overflow } = lines.add(bytes);
      if (overflow) end(undefined);
      else if (replies[0] !== undefined) end(replies[0]);
    });
  });
}

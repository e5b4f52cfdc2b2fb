import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { SyswideError } from '../../base/error';
import { type Fd, fd } from '../../base/units';
import { RegistryDirectory } from './directory';
import type { FoundGang } from './find-gangs';
import { socketName } from './gang-id';
import { LineReader } from './line-reader';
import { type ControlReply, type ControlRequest, decodeReply, encodeRequest, LONGEST_REPLY } from './messages';

/** Opens a file as a place only; not among Node's constants. Source: open(2), include/uapi/asm-generic/fcntl.h. */
const O_PATH = 0o10000000;

/** A gang's file stands a moment before its socket does. */
const RETRY_MS = 20;

/**
 * Sends one request to the owner of a gang and waits for the reply.
 * @returns the reply; undefined when there is none in time: the owner is stopped, busy or gone
 */
export async function askOwner(
  gang: FoundGang,
  request: ControlRequest,
  timeoutMs: number,
): Promise<ControlReply | undefined> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const line = await exchange(gang, encodeRequest(request), deadline - performance.now());
    if (line !== 'refused') return line === undefined ? undefined : decodeReply(line);
    if (performance.now() + RETRY_MS > deadline) return undefined;
    await sleep(RETRY_MS);
  }
}

/**
 * As `askOwner`, for what has to be done.
 * @throws SyswideError NOT_ANSWERING; what the owner says
 */
export async function tellOwner(gang: FoundGang, request: ControlRequest, timeoutMs: number) {
  const reply = await askOwner(gang, request, timeoutMs);
  if (reply && 'status' in reply) return reply.status;
  if (reply) throw reply.error;
  throw new SyswideError('NOT_ANSWERING', {
    what: `cannot ${request.do} gang ${gang.id}`,
    why: `its owner, process ${gang.pid}, did not answer within ${timeoutMs / 1000} s`,
    remedy: `it may be stopped or busy: see its state with ps -p ${gang.pid}, or try again`,
  });
}

/** One line there and one back; `refused` when nobody listens. */
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
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNREFUSED' ? 'refused' : undefined));
    socket.on('close', () => end(undefined));
    socket.on('data', (bytes: Buffer) => {
      const { lines: replies, overflow } = lines.add(bytes);
      if (overflow) end(undefined);
      else if (replies[0] !== undefined) end(replies[0]);
    });
  });
}

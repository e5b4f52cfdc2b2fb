import type { Server, Socket } from 'node:net';
import { messageOf, SyswideError } from '../../base/error';
import type { Controllable } from '../controllable';
import { parseChange } from './change';
import { LineReader } from './line-reader';
import { type ControlReply, type ControlRequest, decodeRequest, encodeReply, LONGEST_REQUEST } from './messages';

/** Clients that may wait to be accepted. */
const BACKLOG = 64;
/** Connections at a time: more are closed at once. */
const MOST_CONNECTIONS = 32;

/**
 * Answers requests for a gang on a Unix socket. Who may connect is who may reach the socket's directory. Does nothing
 * until somebody connects, and keeps no process alive.
 */
export class ControlServer {
  readonly #server: Server;
  readonly #connections = new Set<Socket>();

  /**
   * Listens at once.
   * @param path of the socket, short enough for it; nothing may be there
   */
  constructor(
    path: string,
    private readonly gang: Controllable,
  ) {
    // Not imported above: commands that measure nothing never need it.
    const { createServer } = require('node:net') as typeof import('node:net');
    this.#server = createServer((socket) => this.#serve(socket));
    this.#server.maxConnections = MOST_CONNECTIONS;
    // That it does not listen is seen from `listening`; afterwards nothing but a refused accept comes here.
    this.#server.on('error', () => {});
    listen(this.#server, path);
    this.#server.unref();
  }

  /** False when the socket could not be made. */
  get listening(): boolean {
    return this.#server.listening;
  }

  /** Hangs up on everybody and removes the socket. */
  close(): void {
    if (this.#server.listening) this.#server.close();
    for (const socket of this.#connections) socket.destroy();
  }

  #serve(socket: Socket): void {
    const lines = new LineReader(LONGEST_REQUEST);
    this.#connections.add(socket);
    socket.unref();
    socket.on('close', () => this.#connections.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('drain', () => socket.resume());
    socket.on('data', (bytes: Buffer) => {
      const { lines: requests, overflow } = lines.add(bytes);
      if (overflow) {
        socket.write(encodeReply({ error: tooLong }));
        socket.destroySoon();
        return;
      }
      // Who asks without listening is not read from until they do.
      for (const request of requests) if (!socket.write(encodeReply(this.#answer(request)))) socket.pause();
    });
  }

  #answer(line: string): ControlReply {
    try {
      perform(decodeRequest(line), this.gang);
      return { status: this.gang.status() };
    } catch (error) {
      return { error: error instanceof SyswideError ? error : unexpected(error) };
    }
  }
}

/**
 * As `server.listen({ path })`, which loads Node's cluster module first, and with it child processes and datagrams: that
 * would be half of what a registration costs. What is called here is what it calls then, under its name of old.
 */
function listen(server: Server & { _listen2?: unknown }, path: string): void {
  if (typeof server._listen2 === 'function') server._listen2(path, -1, -1, BACKLOG);
  else server.listen({ path, backlog: BACKLOG });
}

function perform(request: ControlRequest, gang: Controllable): void {
  if (request.do === 'set') gang.set(parseChange(request.change));
  else if (request.do !== 'status') gang[request.do]();
}

const tooLong = new SyswideError('USAGE', {
  what: 'cannot read the request',
  why: `it is longer than ${LONGEST_REQUEST} bytes`,
  remedy: 'send a line like {"do":"status"}',
});

/** A bug of the owner must end neither its measurement nor the caller's understanding. */
const unexpected = (error: unknown): SyswideError =>
  new SyswideError('INTERNAL', {
    what: 'the owner of the gang failed',
    why: messageOf(error),
    remedy: 'this is a bug: please report it',
    cause: error,
  });

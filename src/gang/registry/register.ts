import { chmodSync } from 'node:fs';
import { messageOf } from '../../base/error';
import { monotonicTime, pid } from '../../base/units';
import type { Kernel } from '../../native/kernel';
import type { Controllable } from '../controllable';
import { ControlServer } from './control-server';
import { RegistryDirectory } from './directory';
import { encodeEntry } from './entry';
import { createEntry, type EntryFile } from './entry-file';
import { lookThrough } from './find-gangs';
import { socketName } from './gang-id';
import { LONGEST_SOCKET_PATH, ownPlace, type RegistryPlace } from './place';

/** A gang that is to be seen by `syswide ps` and reached by `syswide ctl`. */
export interface RegistrationRequest {
  /** The command line of its owner, for people. */
  readonly command: readonly string[];
  readonly controllable: Controllable;
  /** Where else than at this user's own place; tests bring theirs. */
  readonly place?: RegistryPlace;
}

/** A gang's place among the live ones, held until `close` or the end of the process. */
export interface Registration {
  /** What `syswide ctl` calls it; undefined when it could not be registered. */
  readonly id: string | undefined;
  /** Why it is not listed, or cannot be controlled: no reason to give up a measurement. */
  readonly notice: string | undefined;
  /** Ends its listing and control. Harmless when repeated. */
  close(): void;
}

/** Files in a directory above which what dead processes left there is cleared away, though nobody looked. */
const CROWDED = 64;

/**
 * Lists a gang, and lets its user and root control it. Does all of its work at once: afterwards it costs nothing until
 * somebody asks. Calls to the gang come from the event loop of this process, between its own.
 */
export function registerGang(kernel: Kernel, request: RegistrationRequest): Registration {
  const place = request.place ?? ownPlace();
  try {
    return register(kernel, place, request);
  } catch (error) {
    const notice = `not listed by syswide ps: ${messageOf(error)}`;
    return { id: undefined, notice, close: () => {} };
  }
}

function register(kernel: Kernel, place: RegistryPlace, { command, controllable }: RegistrationRequest): Registration {
  const directory = RegistryDirectory.make(place);
  let entry: EntryFile | undefined;
  try {
    entry = createEntry(kernel, directory, pid(process.pid), entryText(command, controllable));
    return new LiveRegistration(kernel, directory, entry, serve(directory, entry, controllable));
  } catch (error) {
    entry?.close();
    directory.close();
    throw error;
  }
}

const entryText = (command: readonly string[], controllable: Controllable): string =>
  encodeEntry({
    pid: pid(process.pid),
    command: command.join(' '),
    since: monotonicTime(process.hrtime.bigint()),
    status: controllable.status(),
  });

/** Undefined when it cannot listen there. */
function serve(directory: RegistryDirectory, { id }: EntryFile, controllable: Controllable): ControlServer | undefined {
  const path = `${directory.place.path}/${socketName(id)}`;
  if (Buffer.byteLength(path) > LONGEST_SOCKET_PATH) return undefined;
  // The id is ours, so a socket of that name is one that a dead process left.
  directory.remove(socketName(id));
  const server = new ControlServer(path, controllable);
  if (!server.listening) return undefined;
  try {
    // The directory keeps others out already; this says so.
    chmodSync(directory.pathOf(socketName(id)), 0o600);
  } catch (error) {
    server.close();
    throw error;
  }
  return server;
}

class LiveRegistration implements Registration {
  readonly id: string;
  readonly notice: string | undefined;
  #isOpen = true;

  constructor(
    private readonly kernel: Kernel,
    private readonly directory: RegistryDirectory,
    private readonly entry: EntryFile,
    private readonly server: ControlServer | undefined,
  ) {
    this.id = entry.id;
    this.notice = server ? undefined : `syswide ctl cannot reach it: no socket can be made in ${directory.place.path}`;
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.server?.close();
    this.entry.close();
    this.#tidy();
    this.directory.close();
  }

  /** Where jobs are killed often and nobody looks, files would gather for ever. */
  #tidy(): void {
    try {
      if (this.directory.names().length > CROWDED) lookThrough(this.kernel, this.directory);
    } catch {
      // What is left there is nothing to a measurement that is done.
    }
  }
}

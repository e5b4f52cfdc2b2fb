import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SyswideError } from '../base/error';
import { type Args, type ArgType, type ForeignFunction, ForeignLibrary } from './foreign-library';
import { SHIM_ABI_VERSION } from './layout';

/** The shim's functions and their arguments, as in `native-shim/src/shim.h`. All return an int32. */
const signatures = {
  sw_abi_version: [],
  sw_page_size: [],
  sw_clock_ns: ['int32', 'pointer'],
  sw_open_many: [
    'pointer',
    'uint32',
    'uint32',
    'pointer',
    'pointer',
    'uint32',
    'pointer',
    'uint32',
    'pointer',
    'pointer',
  ],
  sw_close_many: ['pointer', 'uint32'],
  sw_control_many: ['pointer', 'uint32', 'uint32', 'pointer', 'pointer'],
  sw_read_many: ['pointer', 'uint32', 'pointer', 'uint32', 'pointer', 'pointer'],
  sw_ticker_start: ['pointer', 'pointer', 'uint32', 'pointer', 'uint32', 'pointer'],
  sw_ticker_take: ['int32', 'uint32', 'pointer', 'pointer', 'pointer', 'pointer'],
  sw_ticker_stop: ['int32'],
  sw_ticker_free: ['int32'],
  sw_id_many: ['pointer', 'uint32', 'pointer', 'pointer'],
  sw_set_period_many: ['pointer', 'uint32', 'pointer', 'pointer'],
  sw_set_filter_many: ['pointer', 'uint32', 'pointer', 'pointer'],
  sw_modify_many: ['pointer', 'uint32', 'pointer', 'uint32', 'pointer'],
  sw_set_output_many: ['pointer', 'pointer', 'uint32', 'pointer'],
  sw_pause_output_many: ['pointer', 'uint32', 'uint32', 'pointer'],
  sw_breakpoint_hits: [],
  sw_ring_map: ['int32', 'uint32', 'uint32', 'pointer', 'pointer'],
  sw_ring_unmap: ['pointer', 'pointer'],
  sw_ring_heads: ['pointer', 'uint32', 'pointer'],
  sw_ring_advance: ['pointer', 'uint32', 'pointer'],
  sw_eventfd: [],
  sw_wait_many: ['pointer', 'uint32', 'int32', 'pointer', 'pointer'],
  sw_wait_standby: [
    'pointer',
    'uint32',
    'uint32',
    'int32',
    'pointer',
    'pointer',
    'uint32',
    'uint32',
    'pointer',
    'pointer',
    'uint32',
    'pointer',
    'uint32',
    'pointer',
    'pointer',
    'uint32',
    'pointer',
    'uint32',
    'pointer',
    'pointer',
  ],
  sw_standby_done: [],
  sw_command_start: ['pointer', 'uint32', 'uint32', 'pointer', 'int32', 'uint32', 'pointer'],
  sw_command_release: ['pointer', 'pointer'],
  sw_command_release_to_exec: ['pointer'],
  sw_command_resume: ['pointer', 'pointer'],
  sw_command_abandon: ['pointer'],
  sw_command_reap: ['pointer', 'pointer'],
  sw_pidfd_open: ['int32'],
  sw_tracefs_open: [],
  sw_lock: ['int32', 'uint32'],
  sw_unlock: ['int32'],
  sw_sync: [],
  sw_uevent_open: [],
  sw_uevent_receive: ['int32', 'pointer', 'uint32'],
  sw_stacks_new: ['pointer', 'int32'],
  sw_stacks_free: ['int32'],
  sw_stacks_take: [
    'int32',
    'pointer',
    'uint32',
    'pointer',
    'uint32',
    'pointer',
    'uint32',
    'pointer',
    'uint32',
    'pointer',
    'uint32',
  ],
  sw_stacks_count: ['int32', 'pointer', 'uint32', 'pointer', 'uint32'],
  sw_stacks_size: ['int32', 'pointer'],
  sw_stacks_read: [
    'int32',
    'pointer',
    'uint32',
    'pointer',
    'pointer',
    'pointer',
    'pointer',
    'uint32',
    'pointer',
    'uint32',
  ],
  sw_samples_read: [
    'pointer',
    'uint32',
    'pointer',
    'uint32',
    'pointer',
    'uint32',
    'uint32',
    'pointer',
    'pointer',
    'pointer',
    'uint32',
    'pointer',
    'uint32',
    'pointer',
  ],
  sw_call_tree: [
    'pointer',
    'uint32',
    'pointer',
    'pointer',
    'pointer',
    'pointer',
    'uint32',
    'pointer',
    'uint32',
    'uint32',
    'pointer',
    'uint32',
    'pointer',
    'uint32',
    'pointer',
    'pointer',
    'uint32',
  ],
  sw_stack_tree: [
    'pointer',
    'uint32',
    'pointer',
    'pointer',
    'uint32',
    'pointer',
    'uint32',
    'uint32',
    'pointer',
    'pointer',
    'uint32',
    'pointer',
  ],
  sw_pipe_signal: ['uint32'],
  sw_histogram_new: ['uint32', 'uint32', 'uint32', 'uint32', 'pointer', 'pointer', 'uint32', 'pointer'],
  sw_histogram_add: [
    'int32',
    'pointer',
    'uint32',
    'pointer',
    'pointer',
    'pointer',
    'pointer',
    'uint32',
    'pointer',
    'uint32',
    'pointer',
    'uint32',
    'int32',
    'uint32',
    'pointer',
    'pointer',
    'uint32',
  ],
  sw_histogram_size: ['int32'],
  sw_histogram_selves: ['int32'],
  sw_histogram_read: [
    'int32',
    'uint32',
    'pointer',
    'pointer',
    'pointer',
    'pointer',
    'pointer',
    'uint32',
    'pointer',
    'uint32',
    'pointer',
    'uint32',
  ],
  sw_histogram_free: ['int32'],
  sw_histogram_chains: [
    'uint32',
    'pointer',
    'uint32',
    'pointer',
    'pointer',
    'uint32',
    'pointer',
    'uint32',
    'int32',
    'pointer',
    'uint32',
    'pointer',
    'uint32',
    'pointer',
    'uint32',
  ],
  sw_varints: ['pointer', 'uint32', 'int32', 'int32', 'pointer', 'uint32'],
  sw_kallsyms: ['int32', 'pointer', 'uint32', 'pointer', 'pointer', 'pointer', 'uint32', 'pointer'],
  sw_elf_symbols: [
    'pointer',
    'uint32',
    'uint32',
    'int32',
    'pointer',
    'uint32',
    'pointer',
    'uint32',
    'pointer',
    'uint32',
    'uint32',
    'pointer',
    'pointer',
    'pointer',
    'pointer',
    'uint32',
  ],
  sw_use_whole: ['pointer', 'uint32'],
  sw_random: ['pointer', 'uint32'],
  sw_order: ['pointer', 'uint32', 'pointer', 'pointer'],
} as const satisfies Record<string, readonly ArgType[]>;

type Signatures = typeof signatures;

/** The native shim. Every function returns 0 or a count, or -errno. Pointers are Buffers, 64-bit values inside them. */
export type Shim = { readonly [Name in keyof Signatures]: ForeignFunction<Args<Signatures[Name]>> };

/**
 * Loads the shim and the FFI packages, which costs milliseconds: only commands that use events or read samples call it.
 * Main thread only: a Worker that loads it first crashes at its exit.
 * @throws SyswideError SHIM when a native part is missing, cannot be loaded or was built for another version
 */
export function loadShim(path: string = shimPath()): Shim {
  if (!existsSync(path)) throw shimError(`there is no ${path}`, 'run `npm run build`, it needs gcc and make');
  const shim = bind(path);
  const version = shim.sw_abi_version();
  if (version !== SHIM_ABI_VERSION) {
    throw shimError(`${path} has ABI version ${version}, wanted is ${SHIM_ABI_VERSION}`, 'run `npm run build`');
  }
  return shim;
}

let shared: Shim | undefined;

/** The one of this process, loaded when first asked for. @throws SyswideError SHIM as of `loadShim` */
export function sharedShim(): Shim {
  shared ??= loadShim();
  return shared;
}

/** Next to the bundle, or where `make` puts it when this file runs from the sources. */
function shimPath(): string {
  const file = join(`linux-${process.arch}`, 'libsyswide.so');
  const fromSources = __dirname.endsWith(join('src', 'native'));
  return fromSources ? join(__dirname, '../../dist/native', file) : join(__dirname, 'native', file);
}

function bind(path: string): Shim {
  try {
    const library = new ForeignLibrary(path);
    const names = Object.keys(signatures) as (keyof Signatures)[];
    const functions = names.map(
      (name) => [name, library.lookUp(name, signatures[name] as readonly ArgType[])] as const,
    );
    return Object.fromEntries(functions) as unknown as Shim;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw shimError(why, 'run `npm rebuild`, it needs g++, make and python3', cause);
  }
}

function shimError(why: string, remedy: string, cause?: unknown): SyswideError {
  return new SyswideError('SHIM', { what: 'cannot load the native shim', why, remedy, cause });
}

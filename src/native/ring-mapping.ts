import { constants } from 'node:os';
import { assert } from '../base/assert';
import type { Fd } from '../base/units';
import { memoryAt, scratch } from './foreign-library';
import type { RingMapping, RingMode } from './kernel';
import { KernelError } from './kernel-error';
import type { Shim } from './shim';

/** The longest memory ref-napi makes a Buffer of (kMaxLength in its binding.cc). */
const MAX_MAPPING = 0x3fffffff;

/** A ring mapped through the shim; it owns the mapping and hands out its memory only while that stands. */
export class RealRingMapping implements RingMapping {
  readonly #shim: Shim;
  readonly #base = scratch(8);
  readonly #length = scratch(8);
  #memory: Buffer | undefined;

  /** @throws KernelError of mmap(2): EPERM past the locked-memory limit, ENOMEM also for rings of 1 GiB and more */
  constructor(
    shim: Shim,
    fd: Fd,
    dataPages: number,
    readonly mode: RingMode,
    pageSize: number,
  ) {
    if ((dataPages + 1) * pageSize > MAX_MAPPING) throw new KernelError('mmap', constants.errno.ENOMEM);
    this.#shim = shim;
    const mapped = shim.sw_ring_map(fd, dataPages, mode === 'drain' ? 1 : 0, this.#base, this.#length);
    if (mapped < 0) throw new KernelError('mmap', -mapped);
    this.#memory = memoryAt(this.#base, Number(this.#length.readBigUInt64LE()));
  }

  get memory(): Buffer {
    assert(this.#memory !== undefined, 'a ring is not touched after unmap()');
    return this.#memory;
  }

  get address(): bigint {
    assert(this.#memory !== undefined, 'a ring is not touched after unmap()');
    return this.#base.readBigUInt64LE();
  }

  unmap(): void {
    if (this.#memory === undefined) return;
    this.#memory = undefined;
    const unmapped = this.#shim.sw_ring_unmap(this.#base, this.#length);
    if (unmapped < 0) throw new KernelError('munmap', -unmapped);
  }
}

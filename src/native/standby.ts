import { assert } from '../base/assert';
import { fd, monotonicTime } from '../base/units';
import { packEvents } from './event-batch';
import { bytesOf, scratch } from './foreign-library';
import type { Standby, StandbyWait } from './kernel';
import { standbyLayout as layout, STANDBY_IDLE } from './layout';
import { packInt32, unpackInt32 } from './packed-integers';
import { PackedTexts } from './packed-texts';

/** What sw_wait_standby() takes of a standby, and where it puts what came of it. */
export class PackedStandby {
  readonly #batch;
  readonly #perCpu: number;
  readonly #filterOffsets: Buffer;
  readonly #outputs: Buffer;
  readonly #cpus: Buffer;
  readonly #opened: Buffer;

  constructor(private readonly standby: Standby) {
    this.#perCpu = standby.filters.length;
    assert(
      standby.cpus.every((requests) => requests.length === this.#perCpu),
      'every CPU on standby gets the same events',
    );
    const texts = new PackedTexts();
    this.#filterOffsets = texts.add(standby.filters);
    this.#outputs = packInt32(standby.outputs.flat().map((output) => output ?? -1));
    this.#batch = packEvents(standby.cpus.flat(), texts);
    this.#cpus = scratch(standby.cpus.length * layout.size);
    this.#opened = scratch(standby.cpus.length * this.#perCpu * 4);
  }

  /** The arguments behind `ready`, in the order of the C function. */
  get arguments() {
    const { attrs, stride, attrCount, config1Offsets, texts, requests } = this.#batch;
    return [
      ...([attrs, stride, attrCount, config1Offsets, texts, texts.length, requests, this.#perCpu] as const),
      ...([this.#filterOffsets, this.#outputs, this.standby.enable ? 1 : 0] as const),
      ...([this.#cpus, this.standby.cpus.length, this.#opened, bytesOf(this.standby.opening)] as const),
    ] as const;
  }

  /** What the call left. */
  get outcomes(): StandbyWait['outcomes'] {
    return this.standby.cpus.map((_, i) => {
      const cpu = this.#cpus.subarray(i * layout.size);
      const outcome = cpu.readInt32LE(layout.outcome);
      if (outcome === STANDBY_IDLE) return undefined;
      if (outcome < 0) return { errno: -outcome };
      const fds = unpackInt32(this.#opened.subarray(i * this.#perCpu * 4, (i + 1) * this.#perCpu * 4)).map(fd);
      const begin = monotonicTime(cpu.readBigUInt64LE(layout.beginNs));
      return { fds, span: { begin, end: monotonicTime(cpu.readBigUInt64LE(layout.endNs)) } };
    });
  }
}

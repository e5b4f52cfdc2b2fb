import { existsSync, unlinkSync } from 'node:fs';
import type { Nanoseconds } from '../base/units';

/** When a recording begins a new file, besides when it is told to. */
export interface Rotation {
  /** Once a file holds so many bytes of records. */
  readonly mostBytes?: number;
  /** After so long. */
  readonly every?: Nanoseconds;
  /** How many of its files are kept; all of them by default. */
  readonly mostFiles?: number;
  /** Whether the last one has the name that was asked for, without a time. */
  readonly keepsLastName: boolean;
}

/** The names of files that a recording has ended, oldest first, as far as they are kept. */
export class EndedFiles {
  readonly #kept: string[] = [];

  constructor(
    /** What the names begin with. */
    private readonly path: string,
    private readonly mostFiles: number = Number.POSITIVE_INFINITY,
  ) {}

  /** A name that no file has: `perf.data.2026112708301234`, by the time to a hundredth of a second, as perf does it. */
  next(now: Date): string {
    for (let at = now.getTime(); ; at += 10) {
      const path = `${this.path}.${stamp(new Date(at))}`;
      if (!existsSync(path)) return path;
    }
  }

  /** There is one more, and perhaps one too many. */
  add(path: string): void {
    this.#kept.push(path);
    while (this.#kept.length > this.mostFiles) {
      const oldest = this.#kept.shift() ?? '';
      try {
        unlinkSync(oldest);
      } catch {
        // Somebody has taken it away, which was the aim.
      }
    }
  }
}

function stamp(at: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const day = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
  const time = `${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`;
  return day + time + two(Math.floor(at.getMilliseconds() / 10));
}

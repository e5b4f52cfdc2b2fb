import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blocksIn, eventually, start } from '../run';
import type { Span } from './cpu1';

/** Some calls in a row, with where they began and ended: of one that moved meanwhile, nothing is known. */
export interface Batch extends Span {
  readonly cpu: number | undefined;
}

/** getppid calls in a batch, and as many getpid calls. */
export const CALLS = 50;

const BATCH_BYTES = 24;

/** The program that knows what it calls; waits until it is let go. */
export class KnownCalls {
  private readonly folder = mkdtempSync(join(tmpdir(), 'syswide-test-'));
  private readonly file = join(this.folder, 'batches');
  private readonly running;

  /**
   * It binds itself to CPU 1 whenever that is online.
   * @param keeps whether each batch, which is enough for a minute, or only how many there are: for as long as it takes
   */
  constructor(program: string, keeps: 'batches' | 'total' = 'batches') {
    this.running = start(program, ['1', this.file, ...(keeps === 'total' ? ['total'] : [])]);
  }

  get pid(): number {
    return this.running.process.pid ?? 0;
  }

  async go(): Promise<void> {
    await eventually(() => blocksIn(this.pid, /sigtimedwait/), 'the load waits for its signal');
    this.running.process.kill('SIGUSR1');
  }

  /** Ends it, and tells how many batches it made: of one that keeps the total. */
  async total(): Promise<bigint> {
    return (await this.told()).readBigUInt64LE();
  }

  /** Ends it and reads what it did: of one that keeps batches. */
  async batches(): Promise<Batch[]> {
    const bytes = await this.told();
    return Array.from({ length: bytes.length / BATCH_BYTES }, (_, i) => {
      const at = i * BATCH_BYTES;
      const [first, last] = [bytes.readInt32LE(at + 16), bytes.readInt32LE(at + 20)];
      return {
        begin: bytes.readBigUInt64LE(at),
        end: bytes.readBigUInt64LE(at + 8),
        cpu: first === last ? first : undefined,
      };
    });
  }

  private async told(): Promise<Buffer> {
    this.running.process.kill('SIGTERM');
    const { status } = await this.running.ended;
    if (status !== 0) throw new Error(`the load ended with ${status}`);
    return readFileSync(this.file);
  }

  dispose(): void {
    this.running.process.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Batches of which some part lies in one of the spans. */
export const touching = (batches: readonly Batch[], spans: readonly Span[]): Batch[] =>
  batches.filter(({ begin, end }) => spans.some((span) => begin <= span.end && end >= span.begin));

import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** The pipes of a `--control fifo:CTL,ACK`, and who speaks through them. */
export class ControlFifo {
  readonly #to: number;
  readonly #from: number;
  /** What `--control` takes. */
  readonly option: string;

  /** @param folder where the pipes are made, under names that begin with `name` */
  constructor(folder: string, name: string) {
    const [ctl, ack] = [join(folder, `${name}.ctl`), join(folder, `${name}.ack`)];
    execFileSync('mkfifo', [ctl, ack]);
    const flags = constants.O_RDWR | constants.O_NONBLOCK;
    [this.#to, this.#from] = [openSync(ctl, flags), openSync(ack, flags)];
    this.option = `fifo:${ctl},${ack}`;
  }

  /** Sends a command. @returns every byte of the answer; none if it takes ten seconds */
  async tell(command: string): Promise<string> {
    writeSync(this.#to, `${command}\n`);
    const bytes = Buffer.alloc(64);
    for (const deadline = performance.now() + 10_000; performance.now() < deadline; ) {
      try {
        return bytes.toString('latin1', 0, readSync(this.#from, bytes));
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
    return '';
  }

  close(): void {
    for (const one of [this.#to, this.#from]) closeSync(one);
  }
}

import { lostRecord } from '../abi/side-band';
import { present } from '../base/assert';
import type { Cpu } from '../base/units';
import type { RecordedEvent } from '../perfdata/recorded-event';
import { inBatches } from './raw-records';
import type { EndedFile, Progress, RecordRequest } from './record-request';
import { RecordingFile } from './recording-file';
import { EndedFiles } from './rotation';
import { totalsOf } from './survey';
import type { Survey, Totals } from './tally';

/** What the kernel had no room for in the rings. */
export interface Losses {
  /** By CPU: records. */
  readonly lost: ReadonlyMap<Cpu, bigint>;
  /** When that was asked, in ns of the recording's clock: no record is newer. */
  readonly time: bigint;
}

/** Where a recording goes: one file after another, or only one, or a pipe. Owns the one that is written. */
export class RecordingOutput {
  /** Whether all rings have been emptied since the last sync. */
  #isRoundOver = false;
  readonly #ended: EndedFiles | undefined;
  #file: RecordingFile | undefined;
  #totals: Totals = totalsOf([]);
  #endedBytes = 0;
  #files = 0;

  constructor(private readonly request: RecordRequest) {
    const { to, rotation } = request;
    if (rotation && 'path' in to) this.#ended = new EndedFiles(to.path, rotation.mostFiles);
  }

  /** Of all files that have ended. */
  get totals(): Totals {
    return this.#totals;
  }

  /** How many files have ended. */
  get files(): number {
    return this.#files;
  }

  /** Of records so far, in all files. */
  get bytes(): number {
    return this.#endedBytes + this.fileBytes;
  }

  /** Of records so far, in the file that is written. */
  get fileBytes(): number {
    return this.#file?.bytes ?? 0;
  }

  get progress(): Progress {
    const { samplesOn = new Map(), lost = 0n } = this.#file?.progress ?? {};
    return { samplesOn, lost, bytes: this.bytes, files: this.#files };
  }

  /** Whether one file can follow another. */
  get hasMany(): boolean {
    return this.#ended !== undefined;
  }

  /** Whether there is a file that is written. */
  get hasFile(): boolean {
    return this.#file !== undefined;
  }

  /** Begins a file, of which readers see at once what runs already. @throws SyswideError OUTPUT_FAILED */
  begin(events: readonly RecordedEvent[]): void {
    const { to, facts, rotation, overwrite, watch } = this.request;
    this.#file = RecordingFile.create(to, events, facts, (rotation ?? watch) !== undefined || overwrite);
    if (!overwrite) this.tellWhatRuns();
    this.sync();
  }

  /** As of `RecordingFile`, as the next one. */
  append(views: readonly Uint8Array[], on?: Cpu): void {
    this.file.append(views, on);
  }

  addIds(ids: readonly (readonly [event: number, id: bigint])[]): void {
    this.#file?.addIds(ids);
  }

  /** Makes rounds that are over part of what readers see; what else was appended waits for one. */
  sync(): void {
    if (this.#isRoundOver) this.file.sync();
    this.#isRoundOver = false;
  }

  /** All rings have been emptied once. */
  endRound(): void {
    this.#isRoundOver = true;
  }

  /** Tells of the tasks that run now as if they had always run. */
  tellWhatRuns(): void {
    for (const batch of inBatches(this.request.running())) this.file.append(batch);
    this.endRound();
  }

  /**
   * Ends the file that is written.
   * @param isLast whether none will follow
   * @param losses all that was lost as the kernel tells it: its rings say so only when there is room again
   * @throws SyswideError OUTPUT_FAILED
   */
  end(isLast: boolean, losses: Losses = { lost: new Map(), time: 0n }): EndedFile {
    const { to, rotation, buildIds, files } = this.request;
    const ended = isLast && rotation?.keepsLastName ? undefined : this.#ended;
    const file = this.file;
    file.sync();
    const survey = this.withUntold(file.survey(), losses);
    file.finish(survey, buildIds ? files : undefined);
    const path = ended?.next(new Date()) ?? ('path' in to ? to.path : '-');
    if (ended) file.rename(path);
    this.close();
    ended?.add(path);
    this.#totals = totalsOf([this.#totals, survey]);
    this.#endedBytes += file.bytes;
    this.#files += 1;
    return { path, bytes: file.bytes, ...survey };
  }

  /** Adds what was lost and not told to the file and to what it holds. */
  private withUntold(survey: Survey, { lost, time }: Losses): Survey {
    const all = totalsOf([this.#totals, survey]).lost;
    const untold = [...lost].flatMap(([on, records]) => {
      const rest = records - (all.get(on) ?? 0n);
      return rest > 0n ? [[on, rest] as const] : [];
    });
    if (untold.length === 0) return survey;
    this.file.append(untold.map(([on, records]) => lostRecord(records, on, time)));
    this.file.sync();
    return { ...survey, lost: totalsOf([survey, { ...totalsOf([]), lost: new Map(untold) }]).lost };
  }

  /** Leaves the file as it is. Harmless when repeated. */
  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  private get file(): RecordingFile {
    return present(this.#file, 'a file has begun');
  }
}

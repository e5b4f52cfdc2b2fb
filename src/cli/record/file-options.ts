import { parseDuration } from '../../base/duration';
import { type Fd, fd } from '../../base/units';
import type { Destination } from '../../recording/recording-file';
import type { Rotation } from '../../recording/rotation';
import { streamOrFile } from '../open-descriptor';
import { usage } from '../usage-error';

/** The option values as commander hands them over. */
export interface RawFileOptions {
  readonly output: string;
  readonly html?: string;
  readonly maxSize?: string;
  readonly mmapPages?: string;
  /** False with -B. */
  readonly buildid?: boolean;
  readonly overwrite?: boolean;
  /** True without a value. */
  readonly switchOutput?: string | true;
  readonly switchMaxFiles?: string;
}

/** What is said of the file, and of the rings that are emptied into it. */
export interface FileOptions {
  readonly to: Destination;
  /** Where a page of it goes. */
  readonly html?: string;
  readonly mostBytes?: number;
  /** Of the ring of each CPU, in pages or bytes. */
  readonly ring?: RingSize;
  readonly buildIds: boolean;
  readonly overwrite: boolean;
  readonly rotation?: Rotation;
}

export type RingSize = { readonly pages: number } | { readonly bytes: number };

const STDOUT: Fd = fd(1);

/** @throws SyswideError USAGE when options contradict each other or make no sense */
export function fileOptions(raw: RawFileOptions): FileOptions {
  const { maxSize, mmapPages, buildid, overwrite = false } = raw;
  const output = streamOrFile(raw.output);
  const rotation = rotationOf(raw);
  if (raw.html !== undefined && (output === '-' || rotation)) {
    throw usage('--html', 'it takes one file to make a page of', 'leave out -o -, --overwrite and --switch-output');
  }
  if (output === '-' && rotation) {
    throw usage(
      '-o - with several files',
      'standard output is one',
      'leave out -o, or --overwrite and --switch-output',
    );
  }
  return {
    to: output === '-' ? { pipe: STDOUT } : { path: output },
    ...(maxSize === undefined ? {} : { mostBytes: sizeOf('--max-size', maxSize) }),
    ...(mmapPages === undefined ? {} : { ring: ringOf(mmapPages) }),
    ...(raw.html === undefined ? {} : { html: raw.html }),
    buildIds: buildid ?? true,
    overwrite,
    ...(rotation ? { rotation } : {}),
  };
}

/** A recording whose rings are overwritten has a file for every snapshot, and one more for its end. */
function rotationOf({ overwrite = false, switchOutput, switchMaxFiles }: RawFileOptions): Rotation | undefined {
  if (switchMaxFiles !== undefined && switchOutput === undefined && !overwrite) {
    throw usage('--switch-max-files', 'there is one file only', 'say when a new one begins: --switch-output=10m');
  }
  if (switchOutput === undefined && !overwrite) return undefined;
  return {
    ...whenToSwitch(switchOutput, overwrite),
    ...(switchMaxFiles === undefined ? {} : { mostFiles: filesOf(switchMaxFiles) }),
    keepsLastName: switchOutput === undefined,
  };
}

function whenToSwitch(when: RawFileOptions['switchOutput'], overwrite: boolean): Pick<Rotation, 'mostBytes' | 'every'> {
  if (when === undefined || when === true || when === 'signal') return {};
  const [, number = '0', unit = ''] = /^(\d{1,9})([smhd])$/.exec(when) ?? [];
  if (unit !== '' && Number(number) > 0)
    return { every: parseDuration(unit === 'd' ? `${Number(number) * 24}h` : when, '--switch-output') };
  if (overwrite) {
    throw usage(
      `--overwrite with --switch-output=${when}`,
      'its file does not grow until a snapshot is taken',
      'take one by SIGUSR2 or after a time: --switch-output=10m',
    );
  }
  const mostBytes = bytesOf(when);
  if (mostBytes > 0) return { mostBytes };
  throw usage(
    `--switch-output '${when}'`,
    'that is neither a size nor a time',
    'write a number and B, K, M or G, or s, m, h or d: --switch-output=100M',
  );
}

function filesOf(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw usage(
    `--switch-max-files '${text}'`,
    'that is no number above 0',
    'write a whole number: --switch-max-files 10',
  );
}

const units = { '': 1, B: 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 } as const;

/** 0 for what is no size. */
function bytesOf(text: string): number {
  const [, number = '0', unit = ''] = /^(\d{1,9})([BKMG]?)$/i.exec(text) ?? [];
  return Number(number) * (units[unit.toUpperCase() as keyof typeof units] ?? 0);
}

function sizeOf(option: string, text: string): number {
  const bytes = bytesOf(text);
  if (bytes > 0) return bytes;
  throw usage(`${option} '${text}'`, 'that is no size', `write a number and B, K, M or G: ${option} 100M`);
}

/** A bare number counts pages, as in perf. */
function ringOf(text: string): RingSize {
  return /^\d+$/.test(text) ? { pages: sizeOf('-m', text) } : { bytes: sizeOf('-m', text) };
}

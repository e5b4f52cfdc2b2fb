import { given } from '../../base/given';
import { usage } from '../usage-error';
import { readGateConfig } from './gate-config';
import type { GateOptions } from './gate-request';
import { gateRequest, type RawGate, wholeNumber } from './raw-gate';

/** The option values as commander hands them over. */
export interface RawGateOptions extends RawGate {
  readonly warmup: string;
  readonly seed?: string;
  readonly allowScaled?: boolean;
  readonly showOutput?: boolean;
  readonly config: string;
  readonly saveBase?: string;
  readonly baseline?: string;
  readonly calibrate?: boolean;
  readonly json?: boolean;
  readonly junit?: string;
  readonly markdown?: string;
  readonly html?: string;
  readonly inconclusive?: string;
}

/** @throws SyswideError USAGE when options make no sense, BAD_FILE for a list of gates that cannot be read */
export function gateOptions(command: readonly string[], raw: RawGateOptions): GateOptions {
  checkTogether(raw, command);
  const isAlone = raw.calibrate || raw.saveBase !== undefined || raw.baseline !== undefined;
  const gates =
    command.length === 0 && !(raw.calibrate && raw.base !== undefined)
      ? readGateConfig(raw.config, raw.pairs)
      : [gateRequest(raw, command, isAlone)];
  return {
    gates,
    seed:
      raw.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : wholeNumber('--seed', raw.seed, 0, 2 ** 31 - 1),
    warmup: wholeNumber('--warmup', raw.warmup, 0, 100),
    allowScaled: raw.allowScaled ?? false,
    showOutput: raw.showOutput ?? false,
    calibrate: raw.calibrate ?? false,
    passInconclusive: raw.inconclusive === 'pass',
    json: raw.json ?? false,
    ...given({ saveBase: raw.saveBase, baseline: raw.baseline }),
    ...given({ junit: raw.junit, markdown: raw.markdown, html: raw.html }),
  };
}

function checkTogether(raw: RawGateOptions, command: readonly string[]): void {
  const { saveBase, baseline, calibrate, base } = raw;
  if (baseline !== undefined && (saveBase !== undefined || calibrate)) {
    throw usage(
      '--baseline',
      'what is stored is compared with, not made anew',
      'leave out --save-base and --calibrate',
    );
  }
  if ((saveBase !== undefined || baseline !== undefined) && (base !== undefined || command.length === 0)) {
    throw usage(
      'a stored baseline',
      'it is of one command',
      'give that alone: syswide gate --save-base FILE -- COMMAND',
    );
  }
  if (calibrate && base !== undefined && command.length > 0) {
    throw usage('--calibrate', 'it compares one command with itself', 'give one command alone');
  }
  checkPassedOver(raw, command);
}

/** What a gate of the file says of itself. */
const ofOneGate = [
  'base',
  'cwdBase',
  'name',
  'metric',
  'event',
  'allCpus',
  'cpu',
  'setup',
  'prepare',
  'cleanup',
] as const;

/** What tells of a comparison. */
const ofResult = ['json', 'junit', 'markdown', 'html', 'inconclusive'] as const;

/** Options that would change nothing: whoever gave them believes that they do. @throws SyswideError USAGE */
function checkPassedOver(raw: RawGateOptions, command: readonly string[]): void {
  const { saveBase, baseline, calibrate, base, cwdBase } = raw;
  const isAlone = calibrate || saveBase !== undefined || baseline !== undefined;
  const inFile = command.length === 0 && !(calibrate && base !== undefined) && ofOneGate.find((key) => raw[key]);
  if (inFile) {
    throw usage(optionOf(inFile), `each gate of ${raw.config} says that of itself`, 'add a command, or write it there');
  }
  if (isAlone && cwdBase !== undefined) {
    throw usage('--cwd-base', 'there is only one command', 'leave it out, and start syswide in that folder');
  }
  const told = saveBase !== undefined && !calibrate && ofResult.find((key) => raw[key]);
  if (told) throw usage(optionOf(told), 'nothing is compared where a baseline is stored', 'leave it out');
}

/** `cwdBase` → `--cwd-base`. */
const optionOf = (key: string): string => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

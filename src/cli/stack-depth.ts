import { usage } from './usage-error';

/** What `--max-stack` says. @throws SyswideError USAGE for what is no number of functions */
export function stackDepth(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw usage(`--max-stack '${text}'`, 'that is no number of functions', 'write one from 1 on: --max-stack 16');
}

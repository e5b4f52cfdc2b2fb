import { SyswideError } from '../base/error';
import { type ChangeTexts, changeKeys, isChangeKey, parseChange } from '../gang/registry/change';
import type { ControlRequest } from '../gang/registry/messages';

const orders = ['enable', 'disable', 'status', 'stop'] as const;

/**
 * What `syswide ctl ID` is to ask for.
 * @throws SyswideError USAGE
 */
export function ctlRequest(order: string, values: readonly string[]): ControlRequest {
  if (order === 'set') return { do: 'set', change: changeTexts(values) };
  const known = orders.find((one) => one === order);
  if (known === undefined) {
    throw usage(`'${order}'`, 'that is nothing a gang can be told', `use ${[...orders, 'set'].join(', ')}`);
  }
  if (values.length > 0) throw usage(`'${values[0]}'`, `${known} takes no value`, 'leave it out');
  return { do: known };
}

/**
 * `cpus=0,2,period=5 filter=…`: a comma before a known key separates, any other belongs to the value. A filter goes up
 * to the end of its argument, as it may contain anything.
 */
function changeTexts(values: readonly string[]): ChangeTexts {
  const texts: Partial<Record<(typeof changeKeys)[number], string>> = {};
  for (const [key, text] of values.flatMap(splitValue)) {
    if (!isChangeKey(key)) throw usage(`'${key}='`, 'there is nothing of that name', `set ${changeKeys.join(', ')}`);
    if (texts[key] !== undefined) throw usage(`'${key}='`, 'it is given twice', 'give it once');
    texts[key] = text;
  }
  // What its owner would refuse by its form is refused here.
  parseChange(texts);
  return texts;
}

const separator = new RegExp(`,(?=(?:${changeKeys.join('|')})=)`);

function splitValue(value: string): [string, string][] {
  const at = value.indexOf('=');
  if (at < 0) throw usage(`'${value}'`, 'it is no key=value', 'write, for example, cpus=0-1');
  const key = value.slice(0, at);
  const comma = key === 'filter' ? undefined : separator.exec(value);
  if (!comma) return [[key, value.slice(at + 1)]];
  return [[key, value.slice(at + 1, comma.index)], ...splitValue(value.slice(comma.index + 1))];
}

const usage = (what: string, why: string, remedy: string): SyswideError =>
  new SyswideError('USAGE', { what: `ctl: ${what}`, why, remedy });

import { type AttrFlag, flagBits, type PerfEventAttr } from '../../../src/abi/attr';
import { perf } from '../run';

/** What is not zero in an attr, by the names that `perf stat -vv` prints. */
export type AttrFields = Readonly<Record<string, string>>;

/**
 * Fields in which perf and syswide differ for every event, and why it changes no count: perf asks for its own size of
 * attr, for an id in each sample although it takes none, and for the ids of group members another way.
 */
const notCompared = new Set(['size', 'sample_type', 'read_format']);

/** perf's spelling of fields that share a word with others. */
const spelling: Readonly<Record<string, string>> = {
  '{ bp_addr, config1 }': 'config1',
  '{ bp_len, config2 }': 'config2',
};

/** The attrs that perf tries to open for an event text, whether or not the kernel takes them. */
export function perfAttrs(text: string): AttrFields[] {
  const { stderr } = perf(['stat', '-vv', '-e', text, '--', 'true']);
  const blocks = stderr.split(/^-{60}$/m).filter((block) => block.startsWith('\nperf_event_attr:'));
  return blocks.map((block) => {
    const lines = block.split('\n').slice(2, -1);
    const fields = lines.flatMap((line): [string, string][] => {
      const [, name = '', value = ''] = /^ {2}(\{.*?\}|\S+) +(.*)$/.exec(line) ?? [];
      const field = spelling[name] ?? name;
      return notCompared.has(field) ? [] : [[field, value]];
    });
    return Object.fromEntries(fields);
  });
}

/** One of ours, printed as perf would. */
export function printedAttr(attr: PerfEventAttr): AttrFields {
  const hex = (value: bigint) => `0x${value.toString(16)}`;
  const words: [string, bigint | undefined, (value: bigint) => string][] = [
    ['type', BigInt(attr.type), String],
    ['config', attr.config, hex],
    ['bp_type', BigInt(attr.bpType ?? 0), String],
    ['config1', attr.config1, hex],
    ['config2', attr.config2, hex],
    ['precise_ip', BigInt(attr.preciseIp ?? 0), String],
  ];
  const flags = (Object.keys(flagBits) as AttrFlag[]).filter((flag) => attr.flags?.[flag]);
  return Object.fromEntries([
    ...words.flatMap(([name, value, print]) => (value ? [[name, print(value)]] : [])),
    ...flags.map((flag) => [flag.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), '1']),
  ]);
}

import { HEADER_BYTES } from '../../abi/ring-page';
import { visible } from '../../base/safe-text';
import type { RecordTrailer } from '../../profile/record-trailer';
import type { OtherRecord, Recording } from '../../profile/recording';
import { SampleCursor } from '../../profile/sample-cursor';
import { recordText } from '../script/record-text';

/** Bytes on a line. */
const LINE = 16;

/** Bytes of text that are written at once. */
const PIECE = 1 << 20;

/**
 * Writes the records of a recording as they stand in it, byte by byte, and what they say: perf's `-D`, in the order of the file.
 * Source: dump_event() in tools/perf/util/session.c and trace_event() in debug.c, Linux 6.1.
 */
export function dumpRecords(recording: Recording, path: string, write: (text: string) => void): void {
  const name = visible(path);
  const { offsets } = recording.events.first;
  const told = { cpu: offsets.cpu >= 0, time: offsets.time >= 0 };
  let text = '';
  recording.eachRaw((record, offset, read) => {
    text += recordDump(record, offset, read, name, told);
    if (text.length < PIECE) return;
    write(text);
    text = '';
  });
  write(text);
}

/** @param told what samples have: perf prints no more of any record */
function recordDump(
  record: OtherRecord,
  offset: number,
  read: SampleCursor | RecordTrailer | undefined,
  name: string,
  told: { readonly cpu: boolean; readonly time: boolean },
): string {
  const { type, view, begin, end } = record;
  const size = end - begin + HEADER_BYTES;
  const [at, length] = [`0x${offset.toString(16)}`, `[0x${size.toString(16)}]`];
  const bytes = Buffer.from(view.buffer, view.byteOffset + begin - HEADER_BYTES, size);
  const time = read ? (BigInt(read.timeHigh) << 32n) | BigInt(read.timeLow) : 0n;
  const when = `${told.cpu ? `${read?.cpu ?? 0} ` : ''}${told.time ? `${time} ` : ''}`;
  const says = read instanceof SampleCursor ? sampleText(record, read) : recordText(record);
  return (
    `\n${at}@${name} ${length}: event: ${type}\n.\n. ... raw event: size ${size} bytes\n${hexLines(bytes)}\n` +
    `${when}${at} ${length}: ${says}\n`
  );
}

function sampleText({ view, begin, littleEndian }: OtherRecord, sample: SampleCursor): string {
  const misc = view.getUint16(begin - 4, littleEndian);
  const address = (low: number, high: number) => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
  const ip = address(sample.ipLow, sample.ipHigh).toString(16);
  const head =
    `PERF_RECORD_SAMPLE(IP, 0x${misc.toString(16)}): ` +
    `${sample.pid}/${sample.tid}: 0x${ip} period: ${sample.period} ` +
    `addr: ${hexOrZero(address(sample.addrLow, sample.addrHigh))}`;
  if (sample.chainLength === 0) return head;
  const { words, chainAt } = sample;
  const lines = Array.from({ length: sample.chainLength }, (_, i) => {
    const text = address(words[chainAt + i * 2] ?? 0, words[chainAt + i * 2 + 1] ?? 0).toString(16);
    return `\n.....${String(i).padStart(3)}: ${text.padStart(16, '0')}`;
  });
  return `${head}\n... FP chain: nr:${sample.chainLength}${lines.join('')}`;
}

const hexOrZero = (number: bigint): string => (number === 0n ? '0' : `0x${number.toString(16)}`);

/** `.  0010:  00 01 … ff  ........`, as many as there are bytes. */
function hexLines(bytes: Buffer): string {
  let lines = '';
  for (let at = 0; at < bytes.length; at += LINE) {
    const part = bytes.subarray(at, at + LINE);
    const hex = [...part].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = [...part].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines += `.  ${at.toString(16).padStart(4, '0')}:  ${hex.padEnd(LINE * 3)} ${text.padEnd(LINE)}\n`;
  }
  return lines;
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTracepointFormat } from '../../../src/host/tracepoint-format';
import { networkAddress } from '../../../src/profile/trace/network-address';
import { tracePrinter } from '../../../src/profile/trace/print-format';
import { TraceData } from '../../../src/profile/trace/trace-data';

const fields = [
  '\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;',
  '\tfield:int number;\toffset:4;\tsize:4;\tsigned:1;',
  '\tfield:unsigned long word;\toffset:8;\tsize:8;\tsigned:0;',
  '\tfield:char comm[8];\toffset:16;\tsize:8;\tsigned:0;',
  '\tfield:__data_loc char[] name;\toffset:24;\tsize:4;\tsigned:0;',
  '\tfield:__u8 address[4];\toffset:28;\tsize:4;\tsigned:0;',
];

function formatOf(printFormat: string, more: readonly string[] = []) {
  const format = parseTracepointFormat(
    `name: test\nID: 1\nformat:\n${[...fields, ...more].join('\n')}\n\nprint fmt: ${printFormat}\n`,
  );
  if (!format) throw new Error('no format');
  return format;
}

/** number -5, word 0x1f0000000c, comm `sh`, name `longer name`, address 10.0.0.7. */
function sample(): DataView {
  const bytes = Buffer.alloc(48);
  bytes.writeInt32LE(-5, 4);
  bytes.writeBigUInt64LE(0x1f0000000cn, 8);
  bytes.write('sh', 16);
  bytes.writeUInt32LE((12 << 16) | 32, 24);
  bytes.set([10, 0, 0, 7], 28);
  bytes.write('longer name\0', 32);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function printed(printFormat: string, more: readonly string[] = []): string {
  const format = formatOf(printFormat, more);
  const data = new TraceData(format, true);
  data.take(sample());
  return tracePrinter(format, (address) => (address === 0x1f0000000cn ? 'do_it+0x4' : undefined))(data);
}

describe('a print format that is made to harm', () => {
  it.each([
    ['nested brackets', '('.repeat(200_000)],
    ['signs', `${'-'.repeat(200_000)}1`],
    ['terms', `${'1+'.repeat(100_000)}1`],
    ['choices', '1?'.repeat(100_000)],
    ['helpers', '__get_str('.repeat(100_000)],
    ['indexes', 'REC->number['.repeat(100_000)],
    ['fields among constants', '__print_symbolic(REC->number, { REC->number, "a" })'],
    ['fields among flags', '__print_flags(REC->number, "|", { 1, REC->comm })'],
  ])('of %s is not understood, and the fields are printed', (_, expression) => {
    expect(printed(`"%d", ${expression}`)).toMatch(/^number=-5 word=/u);
  });
});

describe('the print format of a tracepoint', () => {
  it.each([
    ['"%d %u %x", REC->number, REC->number, REC->number', '-5 4294967291 fffffffb'],
    ['"%lx %#lx %08x|%-4d|%4d", REC->word, REC->word, 12, 7, 7', '1f0000000c 0x1f0000000c 0000000c|7   |   7'],
    ['"%s %s %.2s %c%%", REC->comm, __get_str(name), "abc", 65', 'sh longer name ab A%'],
    ['"%pS %ps %p %p", REC->word, (void *)REC->word, 0, 18', 'do_it+0x4 do_it (nil) 0x12'],
    ['"%pI4", REC->address', '10.0.0.7'],
    ['"%s", REC->number < 0 ? "a" "b" : "c"', 'c'],
    ['"%s", (REC->word & 0xff) == 12 && !(REC->word >> 40) ? "yes" : "no"', 'yes'],
    ['"%d", ((int)(REC->word) + 2 * 3) % 4 << 1', '4'],
    ['"%s", __print_flags(REC->word & 0xf, "|", { 1, "A" }, { 4, "B" }, { 8, "C" })', 'B|C'],
    ['"%s", __print_flags(3, "|", { 1, "A" })', 'A|0x2'],
    [
      '"%s|%s", __print_symbolic(12, { 3, "x" }, { 12, "twelve" }), __print_symbolic(7, { SOME_NAME, "x" })',
      'twelve|0x7',
    ],
    ['"%*d|%lu", 5, 42, sizeof(unsigned long)', '   42|8'],
    ['"%s", __print_hex(REC->address, 4)', '0a 00 00 07'],
    ['"%d", REC->address[3]', '7'],
    ['"%lu", (unsigned long)(((1UL)) << (10)) | (gfp_t)2', '1026'],
  ])('%s', (printFormat, expected) => {
    expect(printed(printFormat)).toBe(expected);
  });

  it('has elements of arrays of dynamic probes, whose length only their size tells', () => {
    const arrays = [
      '\tfield:u8 bytes[];\toffset:28;\tsize:4;\tsigned:0;',
      '\tfield:s16 words[];\toffset:4;\tsize:4;\tsigned:1;',
    ];
    expect(printed('"{0x%x,0x%x} {%d,%d}", REC->bytes[0], REC->bytes[3], REC->words[0], REC->words[1]', arrays)).toBe(
      '{0xa,0x7} {-5,-1}',
    );
  });

  it('that is not understood gives way to the fields', () => {
    for (const odd of ['"%s", some_function(REC->number)', '"%d", ({ int x = 1; x; })', 'no text', '"%d", REC->', '']) {
      expect(printed(odd)).toBe('number=-5 word=133143986188 comm=sh name=longer name address=10');
    }
  });

  it('may be anything', () => {
    const word = fc.constantFrom(
      'REC',
      '->',
      'number',
      '(',
      ')',
      '"%d"',
      '"%s"',
      ',',
      '?',
      ':',
      '{',
      '}',
      '1',
      '&',
      '<<',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string({ maxLength: 3 })), { maxLength: 30 }), (words) => {
        expect(typeof printed(words.join(' ').replaceAll('\n', ' '))).toBe('string');
      }),
    );
    expect(printed(`"%d", ${'('.repeat(5000)}1${')'.repeat(5000)}`)).toContain('number=-5');
  });

  it('of data that are cut off shows zeros', () => {
    const format = formatOf('"%d %s %s", REC->number, REC->comm, __get_str(name)');
    const data = new TraceData(format, true);
    for (let length = 0; length < 48; length += 1) {
      const view = sample();
      data.take(new DataView(view.buffer, view.byteOffset, length));
      expect(tracePrinter(format, () => undefined)(data)).toMatch(/^(?:0|-5) /u);
    }
  });
});

describe('network addresses', () => {
  const bytes = (hex: string) => Buffer.from(hex, 'hex');

  it.each([
    ['pI4', '7f000001', '127.0.0.1'],
    ['pI6c', '00000000000000000000ffff7f000001', '::ffff:127.0.0.1'],
    ['pI6c', '20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
    ['pI6c', '00000000000000000000000000000001', '::1'],
    ['pI6c', '00000000000000000000000000000000', '::'],
    ['pI6', '20010db8000000000001000000000001', '2001:0db8:0000:0000:0001:0000:0000:0001'],
    ['pISpc', '02001f90c0a80001', '192.168.0.1:8080'],
    ['pISpc', '0a001f900000000000000000000000000000000000000001', '[::1]:8080'],
    ['pISc', '02001f90c0a80001', '192.168.0.1'],
    ['pI4', '', '0.0.0.0'],
    ['pISpc', '', ''],
  ])('%%%s of %s is %s', (kind, hex, expected) => {
    expect(networkAddress(kind, bytes(hex))).toBe(expected);
  });
});

import { describe, expect, it } from 'vitest';
import { HEADER_BYTES } from '../../../../src/abi/ring-page';
import { recordText } from '../../../../src/report/script/record-text';

/** A record in either byte order. @param write given its body */
function recordOf(type: number, bytes: number, littleEndian: boolean, write: (body: DataView) => void) {
  const buffer = new ArrayBuffer(HEADER_BYTES + bytes);
  write(new DataView(buffer, HEADER_BYTES));
  return { type, view: new DataView(buffer), begin: HEADER_BYTES, end: HEADER_BYTES + bytes, littleEndian };
}

describe.each([[true], [false]])('recordText, little endian: %s', (little) => {
  it('tells of BPF programs', () => {
    const record = recordOf(18, 16, little, (body) => {
      body.setUint16(0, 1, little);
      body.setUint16(2, 5, little);
      body.setUint32(4, 77, little);
    });
    expect(recordText(record)).toBe('PERF_RECORD_BPF_EVENT type 1, flags 5, id 77');
  });

  it('tells of symbols of the kernel that come and go', () => {
    const record = recordOf(17, 24, little, (body) => {
      body.setBigUint64(0, 0xffff1234n, little);
      body.setUint32(8, 64, little);
      body.setUint16(12, 2, little);
      body.setUint16(14, 1, little);
      body.setUint8(16, 0x66);
    });
    expect(recordText(record)).toBe('PERF_RECORD_KSYMBOL addr ffff1234 len 64 type 2 flags 0x1 name f');
  });

  it('tells of code that was changed, as far as the record goes', () => {
    const record = recordOf(20, 16, little, (body) => {
      body.setBigUint64(0, 0x10n, little);
      body.setUint16(8, 1, little);
      body.setUint16(10, 60_000, little);
      body.setUint32(12, 0x0a0b0c0d, false);
    });
    expect(recordText(record, () => 'f+0x1')).toBe(
      'PERF_RECORD_TEXT_POKE 10 f+0x1 old len 1 new len 60000\n            Old bytes: 0a\n            New bytes: 0b 0c 0d',
    );
  });
});

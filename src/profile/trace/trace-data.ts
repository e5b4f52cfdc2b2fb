import type { TracepointField, TracepointFormat } from '../../host/tracepoint-format';

/** A field, and whether it is shown as a text: the kernel's signedness of char is no hint. */
export interface TraceField extends TracepointField {
  readonly isText: boolean;
  /** Bytes of an element. */
  readonly elementSize: number;
}

const traceField = (field: TracepointField): TraceField => ({
  ...field,
  isText: field.dynamic !== undefined || /char\b.*\[/.test(field.type),
  elementSize: field.length > 1 ? Math.floor(field.size / field.length) : field.size,
});

/** The raw data of one sample of a tracepoint, by its fields. Whatever lies outside of it is 0 or empty. */
export class TraceData {
  readonly fields: readonly TraceField[];
  readonly #byName: ReadonlyMap<string, TraceField>;
  #view: DataView = new DataView(new ArrayBuffer(0));

  constructor(
    format: TracepointFormat,
    private readonly littleEndian: boolean,
  ) {
    this.fields = format.fields.map(traceField);
    this.#byName = new Map(this.fields.map((field) => [field.name, field]));
  }

  /** Goes on to the next sample. @param view of its raw data; not kept longer than until the next one */
  take(view: DataView): void {
    this.#view = view;
  }

  field(name: string): TraceField | undefined {
    return this.#byName.get(name);
  }

  /** The value of a field, or of an element of one that is an array. */
  number({ offset, elementSize, signed }: TraceField, index = 0): bigint {
    return this.integer(offset + index * elementSize, elementSize, signed);
  }

  /** The text of a field: up to a zero, wherever it lies. */
  text(field: TracepointField): string {
    const bytes = this.bytes(field);
    const end = bytes.indexOf(0);
    return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
  }

  /** All of it. */
  bytes(field: TracepointField): Buffer {
    if (!field.dynamic) return this.slice(field.offset, field.size);
    const place = Number(this.integer(field.offset, 4, false));
    const base = field.dynamic === 'relative' ? field.offset + field.size : 0;
    return this.slice(base + (place & 0xffff), place >>> 16);
  }

  /** The elements of a dynamic array. */
  elements(field: TracepointField, size: number): bigint[] {
    const bytes = this.bytes(field);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return Array.from({ length: Math.floor(bytes.length / size) }, (_, i) =>
      integerIn(view, i * size, size, false, this.littleEndian),
    );
  }

  private slice(at: number, length: number): Buffer {
    const from = Math.min(at, this.#view.byteLength);
    const size = Math.max(0, Math.min(length, this.#view.byteLength - from));
    return Buffer.from(this.#view.buffer, this.#view.byteOffset + from, size);
  }

  private integer(at: number, size: number, signed: boolean): bigint {
    return integerIn(this.#view, at, size, signed, this.littleEndian);
  }
}

function integerIn(view: DataView, at: number, size: number, signed: boolean, little: boolean): bigint {
  if (at + size > view.byteLength) return 0n;
  switch (size) {
    case 1:
      return BigInt(signed ? view.getInt8(at) : view.getUint8(at));
    case 2:
      return BigInt(signed ? view.getInt16(at, little) : view.getUint16(at, little));
    case 4:
      return BigInt(signed ? view.getInt32(at, little) : view.getUint32(at, little));
    case 8:
      return signed ? view.getBigInt64(at, little) : view.getBigUint64(at, little);
    default:
      return 0n;
  }
}

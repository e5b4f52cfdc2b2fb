/** A field of a tracepoint's raw data. */
export interface TracepointField {
  readonly name: string;
  /** As the kernel declares it, without the name: `unsigned long[6]`, `__data_loc char[]`. */
  readonly type: string;
  /** Bytes from the start of the raw data. */
  readonly offset: number;
  /** Bytes; of a dynamic field, those of the word that says where the content is. */
  readonly size: number;
  readonly signed: boolean;
  /** Elements of a fixed array; 1 for anything else. */
  readonly length: number;
  /**
   * Set when the field is a 32-bit word, length << 16 | offset, that points to the content: from the start of the raw
   * data (`data`), or from the end of this field (`relative`).
   */
  readonly dynamic?: 'data' | 'relative';
}

/** The raw data of a tracepoint, from its `format` file. */
export interface TracepointFormat {
  readonly name: string;
  readonly id: number;
  /** In the order of the file; the first ones, `common_…`, are the same for every tracepoint. */
  readonly fields: readonly TracepointField[];
  /** The text after `print fmt:`, a C printf call's arguments, as the kernel wrote it. */
  readonly printFormat: string;
}

/**
 * Parses a `format` file; undefined when it names no event. Field lines that say something else are left out.
 * @see Documentation/trace/events.rst (section 3, event formats), kernel/trace/trace_events.c (f_show)
 */
export function parseTracepointFormat(text: string): TracepointFormat | undefined {
  const name = /^name: (.+)$/m.exec(text)?.[1];
  const id = /^ID: (\d+)$/m.exec(text)?.[1];
  if (name === undefined || id === undefined) return undefined;
  // print fmt is the last item, and may hold anything: fields are looked for only before it.
  const [head = '', ...print] = text.split(/^print fmt: /m);
  const fields = head.split('\n').flatMap((line) => parseField(line) ?? []);
  return { name, id: Number(id), fields, printFormat: print.join('print fmt: ').trimEnd() };
}

/** Arrays of dynamic probes have no length: `u16 b[]`, which their size tells. Source: trace_probe.c, parse_probe_arg(). */
function elementsOf(type: string, size: number): number {
  const bits = Number(/^[us](8|16|32|64) $/.exec(type)?.[1] ?? size * 8);
  return Math.floor((size * 8) / bits) || 1;
}

const fieldLine = /^\tfield:(.+);\toffset:(\d+);\tsize:(\d+);(?:\tsigned:([01]);)?$/;

function parseField(line: string): TracepointField | undefined {
  const [, declaration, offset, size, signed] = fieldLine.exec(line) ?? [];
  // `unsigned long args[6]`: the name is the last identifier before the brackets, if any.
  const [, base, name, array = ''] = /^(.*?)([A-Za-z_]\w*)((?:\[\w*\])*)$/.exec(declaration ?? '') ?? [];
  if (base === undefined || name === undefined) return undefined;
  return {
    name,
    type: base.trim() + array,
    offset: Number(offset),
    size: Number(size),
    signed: signed === '1',
    length: Number(/^\[(\d+)\]$/.exec(array)?.[1] ?? (array === '[]' ? elementsOf(base, Number(size)) : 1)),
    ...(base.startsWith('__data_loc ') && { dynamic: 'data' as const }),
    ...(base.startsWith('__rel_loc ') && { dynamic: 'relative' as const }),
  };
}

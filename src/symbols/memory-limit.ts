/** Bytes before the first section, and the number of the one with memories. Source: WebAssembly core specification, 5.5. */
const [HEADER, MEMORIES] = [8, 5];

/**
 * A WebAssembly module whose memory cannot grow beyond so many pages of 64 KiB; the same where it has a limit already, or none
 * that can be read.
 */
export function withMemoryLimit(module: Buffer, pages: number): Buffer {
  for (let at = HEADER; at < module.length; ) {
    const [size, content] = unsigned(module, at + 1);
    if (module[at] !== MEMORIES) {
      at = content + size;
      continue;
    }
    // One memory, without a limit: how many pages it has at first follows.
    if (module[content] !== 1 || module[content + 1] !== 0) return module;
    const least = module.subarray(content + 2, content + size);
    const limited = Buffer.concat([Buffer.from([1, 1]), least, encoded(Math.max(pages, unsigned(least, 0)[0]))]);
    return Buffer.concat([
      module.subarray(0, at + 1),
      encoded(limited.length),
      limited,
      module.subarray(content + size),
    ]);
  }
  return module;
}

/** A number of 7 bits a byte, the lowest first, and where it ends. */
function unsigned(bytes: Buffer, from: number): [number: number, end: number] {
  let number = 0;
  for (let at = from, factor = 1; ; at += 1, factor *= 128) {
    const byte = bytes[at] ?? 0;
    number += (byte & 0x7f) * factor;
    if (byte < 0x80) return [number, at + 1];
  }
}

function encoded(number: number): Buffer {
  const bytes: number[] = [];
  let left = number;
  for (; left >= 0x80; left = Math.floor(left / 128)) bytes.push((left & 0x7f) | 0x80);
  return Buffer.from([...bytes, left]);
}

import { readFileSync } from 'node:fs';

/** What Node puts for bytes that are no UTF-8: it gives arguments out as text, and the bytes are gone. */
const REPLACED = '\ufffd';

/**
 * The bytes of a command's words, each with its NUL. Those of a file name in another encoding are taken from where the
 * kernel has them, where the words are the last ones of this process.
 */
export function packedWords(words: readonly string[], commandLine = ownCommandLine): Buffer {
  const text = words.map((word) => `${word}\0`).join('');
  return (text.includes(REPLACED) && wordsAtEnd(commandLine(), words.length, text)) || Buffer.from(text);
}

/** So many of the last words, where they read as they should; undefined where others stand there. */
function wordsAtEnd(line: Buffer, count: number, text: string): Buffer | undefined {
  let begin = line.length;
  for (let i = 0; i < count && begin > 0; i++) begin = line.lastIndexOf(0, begin - 2) + 1;
  const words = line.subarray(begin);
  return words.toString() === text ? words : undefined;
}

function ownCommandLine(): Buffer {
  try {
    return readFileSync('/proc/self/cmdline');
  } catch {
    // There is no /proc.
    return Buffer.alloc(0);
  }
}

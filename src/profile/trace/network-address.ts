/** AF_INET and AF_INET6. */
const [INET, INET6] = [2, 10];

/**
 * What the kernel's `%pI4`, `%pI6c`, `%pISpc` and their like make of the bytes of an address.
 * Source: Documentation/core-api/printk-formats.rst, Linux 6.18.
 */
export function networkAddress(kind: string, bytes: Buffer): string {
  if (kind.startsWith('pI4')) return ipv4(bytes);
  if (kind.startsWith('pI6')) return kind.includes('c') ? shortIpv6(bytes) : ipv6(bytes).join(':');
  return socketAddress(bytes, kind.includes('p', 2));
}

const ipv4 = (bytes: Buffer): string => [0, 1, 2, 3].map((i) => bytes[i] ?? 0).join('.');

const ipv6 = (bytes: Buffer): string[] =>
  Array.from({ length: 8 }, (_, i) =>
    (((bytes[i * 2] ?? 0) << 8) | (bytes[i * 2 + 1] ?? 0)).toString(16).padStart(4, '0'),
  );

/** The longest run of zeros, of two groups at least, is left out; what holds an IPv4 address shows it. */
function shortIpv6(bytes: Buffer): string {
  const groups = ipv6(bytes).map((group) => group.replace(/^0+(?=.)/, ''));
  const isMapped = groups.slice(0, 5).every((group) => group === '0') && groups[5] === 'ffff';
  const shown = isMapped ? [...groups.slice(0, 6), ipv4(bytes.subarray(12))] : groups;
  const run = longestRun(shown);
  if (run.length < 2) return shown.join(':');
  return `${shown.slice(0, run.from).join(':')}::${shown.slice(run.from + run.length).join(':')}`;
}

/** Of zeros: the first of the longest ones. */
function longestRun(groups: readonly string[]): { readonly from: number; readonly length: number } {
  let longest = { from: 0, length: 0 };
  let from = 0;
  for (const [i, group] of groups.entries()) {
    if (group !== '0') from = i + 1;
    else if (i + 1 - from > longest.length) longest = { from, length: i + 1 - from };
  }
  return longest;
}

/** A struct sockaddr; its port is big-endian. */
function socketAddress(bytes: Buffer, withPort: boolean): string {
  const family = bytes.length >= 2 ? bytes.readUInt16LE() : 0;
  const port = withPort && bytes.length >= 4 ? `:${bytes.readUInt16BE(2)}` : '';
  if (family === INET) return ipv4(bytes.subarray(4)) + port;
  if (family !== INET6) return '';
  const address = shortIpv6(bytes.subarray(8, 24));
  return port === '' ? address : `[${address}]${port}`;
}

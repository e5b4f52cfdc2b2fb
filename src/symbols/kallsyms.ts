import { SyswideError } from '../base/error';
import type { HostFiles } from '../host/host-files';

const PATH = '/proc/kallsyms';

/** The kernel's own symbols and those of its modules: `ffffffff81000000 T _text`. Source: proc(5), kallsyms. */
export class KernelSymbols {
  #text: string | undefined;

  constructor(private readonly files: HostFiles) {}

  /**
   * The address of a symbol; undefined when there is none of that name.
   * @throws SyswideError NO_PERMISSION when the kernel hides its addresses, BAD_EVENT when there are several
   */
  address(name: string): bigint | undefined {
    const text = this.text();
    const line = new RegExp(`^([0-9a-f]{1,16}) (\\S) ${name.replace(/[^\w]/g, '\\$&')}(?:\\t\\[.*\\])?$`, 'gm');
    const found = [...text.matchAll(line)].map(([, address, type = '']) => ({ address: BigInt(`0x${address}`), type }));
    const addresses = new Set(found.map(({ address }) => address));
    const [address] = addresses;
    if (address === undefined) return undefined;
    if (isHidden(text)) throw hidden(this.files.read('/proc/sys/kernel/kptr_restrict')?.trim());
    if (addresses.size > 1) throw ambiguous(name, addresses);
    // Variables that every CPU has for itself are listed by their offset.
    if (address < 1n << 63n && found[0]?.type.toUpperCase() === 'A') throw perCpu(name);
    return address;
  }

  *names(): Generator<string> {
    for (const [, name = ''] of this.text().matchAll(/^\S+ \S (\S+)/gm)) yield name;
  }

  private text(): string {
    this.#text ??= this.files.read(PATH);
    if (this.#text) return this.#text;
    throw new SyswideError('NOT_SUPPORTED', {
      what: `cannot read ${PATH}`,
      why: 'this kernel does not list its symbols (CONFIG_KALLSYMS), or does not let this process see them',
      remedy: 'write the address as a number',
    });
  }
}

/** The kernel shows 0 for every address to those who may not know them. */
const isHidden = (text: string): boolean => !/^0*[1-9a-f]/m.test(text);

const hidden = (kptrRestrict: string | undefined): SyswideError =>
  new SyswideError('NO_PERMISSION', {
    what: "cannot look up the kernel's symbols",
    why: `the kernel hides its addresses from this user (kernel.kptr_restrict is ${kptrRestrict ?? 'unknown'})`,
    remedy:
      kptrRestrict === '2' ? 'run sudo sysctl kernel.kptr_restrict=1, then as root' : 'run as root, or with CAP_SYSLOG',
  });

const ambiguous = (name: string, addresses: ReadonlySet<bigint>): SyswideError =>
  new SyswideError('BAD_EVENT', {
    what: `the kernel has more than one ${name}`,
    why: `they are at ${[...addresses]
      .slice(0, 5)
      .map((address) => `0x${address.toString(16)}`)
      .join(', ')}`,
    remedy: 'write the address as a number',
  });

const perCpu = (name: string): SyswideError =>
  new SyswideError('BAD_EVENT', {
    what: `cannot watch ${name}`,
    why: 'every CPU has its own, at an address of its own',
    remedy: 'write the address of one CPU as a number',
  });

import type { SymbolPlaces } from '../profile/programs';

/** The option values as commander hands them over. */
export interface RawSymbolOptions {
  readonly symfs?: string;
  readonly kallsyms?: string;
  readonly vmlinux?: string;
}

/** The same, of `--inline`. */
export interface RawInlineOption {
  readonly inline?: boolean;
}

/** Where symbols are to be looked for. */
export const symbolPlaces = ({ symfs, kallsyms, vmlinux }: RawSymbolOptions): SymbolPlaces => ({
  ...(symfs === undefined ? {} : { root: symfs }),
  ...(kallsyms === undefined ? {} : { kallsyms }),
  ...(vmlinux === undefined ? {} : { vmlinux }),
});

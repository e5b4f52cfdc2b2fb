/** PERF_SAMPLE_BRANCH_* by the names perf gives them. Source: include/uapi/linux/perf_event.h; tools/perf/util/parse-branch-options.c. */
const branchBits = {
  u: 1n << 0n,
  k: 1n << 1n,
  hv: 1n << 2n,
  any: 1n << 3n,
  any_call: 1n << 4n,
  any_ret: 1n << 5n,
  ind_call: 1n << 6n,
  abort_tx: 1n << 7n,
  in_tx: 1n << 8n,
  no_tx: 1n << 9n,
  cond: 1n << 10n,
  stack: 1n << 11n,
  ind_jmp: 1n << 12n,
  call: 1n << 13n,
  no_flags: 1n << 14n,
  no_cycles: 1n << 15n,
  save_type: 1n << 16n,
  hw_index: 1n << 17n,
  priv: 1n << 18n,
  counter: 1n << 19n,
} as const;

type BranchName = keyof typeof branchBits;
const levels = branchBits.u | branchBits.k | branchBits.hv;

export const branchNames = Object.keys(branchBits) as BranchName[];

/**
 * `any_call,u` → the attr's branch_sample_type; levels alone mean any branch there, `no` means none at all.
 * @returns the first unknown name when there is one
 */
export function parseBranchType(text: string): bigint | { readonly unknown: string } {
  if (text === 'no') return 0n;
  let mask = 0n;
  for (const name of text.split(',')) {
    if (!Object.hasOwn(branchBits, name)) return { unknown: name };
    mask |= branchBits[name as BranchName];
  }
  return (mask & ~levels) === 0n ? mask | branchBits.any : mask;
}

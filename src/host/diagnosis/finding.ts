/** One thing that was looked at, and what it means for counting here. */
export interface Finding {
  /** Stable, for scripts: `open files`. */
  readonly name: string;
  /** `limited`: it works in part; `missing`: it does not. */
  readonly status: 'ok' | 'limited' | 'missing';
  /** What was found: one clause. */
  readonly detail: string;
  /** What cannot be done without it, or less well; absent when all is well. */
  readonly cost?: string;
  /** The command that mends it, or what else does. */
  readonly remedy?: string;
}

/** What is wrong, once it is known that something is. */
export interface Trouble {
  readonly detail: string;
  readonly cost: string;
  readonly remedy: string;
}

export const ok = (name: string, detail: string): Finding => ({ name, status: 'ok', detail });
export const limited = (name: string, trouble: Trouble): Finding => ({ name, status: 'limited', ...trouble });
export const missing = (name: string, trouble: Trouble): Finding => ({ name, status: 'missing', ...trouble });

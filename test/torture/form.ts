/** Whether the long form runs, which takes minutes; the short form is part of every test run. */
export const isLong = process.env.SYSWIDE_TORTURE === '1';

/** So many in the long form, or in the short one. */
export const rounds = (long: number, short: number): number => (isLong ? long : short);

/** Prints the figure that a test came to. */
export const tell = (subject: string, figure: string): void => {
  process.stdout.write(`torture ${subject}: ${figure}\n`);
};

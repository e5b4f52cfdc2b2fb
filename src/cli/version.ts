/** The package's version, put in by the bundler; `0.0.0` when run from the sources. */
export const version: string = process.env.SYSWIDE_VERSION ?? '0.0.0';

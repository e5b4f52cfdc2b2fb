import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020';

const schemaOf = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../docs/schema/${name}`, import.meta.url), 'utf8'));

/** Tells whether documents are what a schema of `docs/schema/` says. */
export const validator = (name: string) =>
  new Ajv2020({ allErrors: true, strictRequired: false }).compile(schemaOf(name) as object);

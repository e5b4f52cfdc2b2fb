/** How words of the list are painted. */
export type ListInk = Readonly<
  Record<'bold' | 'italic' | 'dim' | 'cyan' | 'green' | 'red' | 'yellow', (text: string) => string>
>;

const asItIs = (text: string): string => text;

const plain: ListInk = {
  bold: asItIs,
  italic: asItIs,
  dim: asItIs,
  cyan: asItIs,
  green: asItIs,
  red: asItIs,
  yellow: asItIs,
};

/** Colours for a terminal. What is none gets on without loading them, which takes longer than listing thousands. */
export async function listInk(color: boolean): Promise<ListInk> {
  if (!color) return plain;
  const { Chalk } = await import('chalk');
  return new Chalk({ level: 1 });
}

/** A spec tree without the places of its nodes, so that two spellings of the same thing are equal. */
export function withoutPlaces(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutPlaces);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).flatMap(([key, value]) => (key === 'where' ? [] : [[key, withoutPlaces(value)]])),
  );
}

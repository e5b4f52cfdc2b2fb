import { frameColours } from '../flamegraph/view/colour';
import { type FlameModel, withSides } from '../flamegraph/view/flame-data';
import { Session } from '../flamegraph/view/session';

const [WIDTH, ROW, TOP, LETTER] = [1200, 18, 34, 6.6];

/** A flame graph that stands still: for documents. Each box says in its title what it is. */
export function svg(model: FlameModel): string {
  const data = withSides(model);
  const session = new Session(data);
  const boxes = session.boxes('name', WIDTH);
  const colours = frameColours(data, 'dso', false);
  const { total } = session.weights;
  const rows = boxes.reduce((most, { row }) => Math.max(most, row + 1), 1);
  const height = TOP + rows * ROW + 6;
  const whole = session.weighed.total || 1;
  const parts = boxes.map(({ node, from, to, row }) => {
    const [x, width, y] = [from * WIDTH, (to - from) * WIDTH, TOP + (rows - 1 - row) * ROW];
    const weight = total[node] ?? 0;
    const label = session.labelOf(node);
    const title = `${label}: ${weight} samples, ${((weight / whole) * 100).toFixed(2)} %`;
    const room = Math.floor((width - 6) / LETTER);
    const shown = label.length > room ? `${label.slice(0, Math.max(0, room - 1))}…` : label;
    const text = room < 3 ? '' : `<text x="${(x + 3).toFixed(1)}" y="${y + 12}">${escaped(shown)}</text>`;
    const fill = colours[session.tree.frame[node] ?? -1] ?? '#d5dbe1';
    const place = `x="${x.toFixed(1)}" y="${y}" width="${Math.max(0.3, width - 0.5).toFixed(1)}" height="${ROW - 1}"`;
    return `<g><title>${escaped(title)}</title><rect ${place} fill="${fill}"/>${text}</g>\n`;
  });
  return `<?xml version="1.0" encoding="utf-8"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="monospace" font-size="11">
<rect width="100%" height="100%" fill="#fff"/>
<text x="6" y="20" font-size="14">${escaped(data.meta.title)}: ${data.time.length} samples</text>
${parts.join('')}</svg>
`;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** What XML cannot have becomes U+FFFD: one such character, and no viewer opens the file. */
const escaped = (text: string): string =>
  text.replaceAll(/[\ufffe\uffff]/gu, '\ufffd').replaceAll(/[&<>"]/gu, (c) => entities[c] ?? c);

// Draws terminal output as SVG, colours and all: node docs/images/draw-terminal.mjs 'COMMAND LINE' <output >picture.svg
// The output of a real run comes from script(1), which gives it a terminal:
//   script -qec 'stty cols 96; npx syswide stat -a -- sleep 1' /dev/null | node docs/images/draw-terminal.mjs …
import { readFileSync } from 'node:fs';

const cell = { width: 8.43, height: 19, font: 14 };
const margin = 16;
const styles = { 1: 'bold', 2: 'dim', 32: 'green', 33: 'yellow' };
const ends = { 22: ['bold', 'dim'], 39: ['green', 'yellow'], 0: ['bold', 'dim', 'green', 'yellow'] };

const escaped = (text) => text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);

/** Stretches of one style, each with the column it begins at. */
function spans(line, active) {
  const [first = '', ...others] = line.split('\x1b[');
  const found = [];
  let column = 0;
  for (const part of [`m${first}`, ...others]) {
    const [, code, text] = /^(\d*)m(.*)$/.exec(part) ?? [];
    if (styles[code]) active.add(styles[code]);
    else for (const style of ends[code] ?? []) active.delete(style);
    if (text !== '') found.push({ column, text, classes: [...active].join(' ') });
    column += text.length;
  }
  return found;
}

/** Block characters as rectangles: fonts differ in how they draw them, and leave gaps. */
function draw({ column, text, classes }, row) {
  const top = margin + row * cell.height;
  const bars = [...text].flatMap((character, i) => {
    const eighths = '▁▂▃▄▅▆▇█'.indexOf(character) + 1;
    if (eighths === 0) return [];
    const height = ((cell.height - 4) * eighths) / 8;
    const x = (margin + (column + i) * cell.width).toFixed(1);
    return [
      `<rect class="bar" x="${x}" y="${(top + cell.height - 2 - height).toFixed(1)}" width="7" height="${height}"/>`,
    ];
  });
  const words = [...text.matchAll(/[^ ▁▂▃▄▅▆▇█]+( [^ ▁▂▃▄▅▆▇█]+)*/g)].map((word) => {
    const x = (margin + (column + word.index) * cell.width).toFixed(1);
    const length = (word[0].length * cell.width).toFixed(1);
    const style = classes === '' ? '' : ` class="${classes}"`;
    return `<text x="${x}" y="${top + 14}" textLength="${length}"${style}\n>${escaped(word[0])}</text>`;
  });
  return [...words, ...bars].join('\n');
}

const output = readFileSync(0, 'utf8').replaceAll('\r', '').trimEnd();
const lines = [`\x1b[32m$\x1b[39m ${process.argv[2] ?? ''}`, ...output.split('\n')];
const active = new Set();
const drawn = lines.map((line) => spans(line, active));
const columns = Math.max(...drawn.flat().map(({ column, text }) => column + text.length));
const width = Math.ceil(2 * margin + columns * cell.width);
const height = 2 * margin + lines.length * cell.height;

process.stdout.write(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}"
  width="${width}" height="${height}"
  font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="${cell.font}">
<title>${escaped(process.argv[2] ?? '')}</title>
<style>
  text { fill: #d4d7dc } .bold { fill: #fff; font-weight: bold } .dim { fill: #8b919b } .green { fill: #7fc77f }
  .yellow { fill: #e0c15a } .bar { fill: #6fa8dc }
</style>
<rect width="100%" height="100%" rx="8" fill="#1d2026"/>
${drawn
  .flatMap((line, row) => line.map((span) => draw(span, row)))
  .filter((text) => text !== '')
  .join('\n')}
</svg>
`);

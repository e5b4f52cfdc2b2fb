import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ctlCommand } from '../../../src/cli/ctl-command';
import { diffCommand } from '../../../src/cli/diff/diff-command';
import { doctorCommand } from '../../../src/cli/doctor/doctor-command';
import { exportCommand } from '../../../src/cli/export/export-command';
import { buildidListCommand, evlistCommand } from '../../../src/cli/file-list-commands';
import { flamegraphCommand } from '../../../src/cli/flamegraph/flamegraph-command';
import { gateCommand } from '../../../src/cli/gate/gate-command';
import { listCommand } from '../../../src/cli/list/list-command';
import { psCommand } from '../../../src/cli/ps-command';
import { recordCommand } from '../../../src/cli/record/record-command';
import { reportCommand } from '../../../src/cli/report/report-command';
import { scriptCommand } from '../../../src/cli/script/script-command';
import { manualCommand } from '../../../src/cli/shell-commands';
import { slotsCommand } from '../../../src/cli/slots-command';
import { statCommand } from '../../../src/cli/stat/stat-command';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (page: string): string => readFileSync(join(root, page), 'utf8');
const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'],
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** What a reader sees of a page as prose: no code. */
const prose = (text: string): string => text.replace(/^ *```[\s\S]*?^ *```/gm, '').replace(/`[^`\n]*`/g, '');

/** As GitHub names headings: lower case, no punctuation, hyphens for spaces. */
const anchors = (text: string): string[] =>
  [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- _]/gu, '')
      .replaceAll(' ', '-'),
  );

describe.each(pages)('%s', (page) => {
  it('has no line wider than 120 columns', () => {
    const isTable = (line: string) => line.startsWith('|');
    const wide = read(page)
      .split('\n')
      .filter((line) => [...line].length > 120 && !isTable(line));
    expect(wide).toEqual([]);
  });

  it('links to pages, files and headings that are there', () => {
    const links = [...prose(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    const broken = links.filter((link) => {
      if (/^https?:/.test(link)) return false;
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? page : normalize(join(dirname(page), file));
      try {
        const text = read(target);
        return anchor !== undefined && !anchors(text).includes(anchor);
      } catch {
        return true;
      }
    });
    expect(broken).toEqual([]);
  });

  it('tells of no place on the machine that it was written on', () => {
    expect(read(page)).not.toMatch(/\/work\/|\/home\/(?!builder)|syswide-(?:docs|clone)/);
  });
});

describe('the pages of commands', () => {
  const nothing = async () => {};
  it.each([
    ['docs/stat.md', statCommand(nothing)],
    ['docs/record.md', recordCommand(nothing)],
    ['docs/report.md', reportCommand(nothing)],
    ['docs/script.md', scriptCommand(nothing)],
    ['docs/diff.md', diffCommand(nothing)],
    ['docs/gate.md', gateCommand(nothing)],
    ['docs/flamegraph.md', flamegraphCommand(nothing)],
    ['docs/export.md', exportCommand(nothing)],
    ['docs/slots.md', slotsCommand(nothing)],
    ['docs/ps.md', psCommand(nothing)],
    ['docs/ps.md', ctlCommand(nothing)],
    ['docs/report.md', evlistCommand(nothing)],
    ['docs/report.md', buildidListCommand(nothing)],
    ['docs/list.md', listCommand(nothing)],
    ['docs/doctor.md', doctorCommand(nothing)],
    ['docs/completion.md', manualCommand(nothing)],
  ])('%s has every option', (page, command) => {
    const text = read(page);
    // A word of its own: `--cpu` is no part of `--show-cpu-utilization`.
    const isTold = (option: string) => new RegExp(`(?<![\\w-])${option}(?![\\w-])`).test(text);
    const named = command.options.flatMap(({ short, long }) => [short ?? [], long ?? []].flat());
    expect(named.filter((option) => !isTold(option))).toEqual([]);
  });
});

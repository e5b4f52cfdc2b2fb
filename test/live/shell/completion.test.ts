import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { isRoot, launcher, syswide } from '../run';

const folder = mkdtempSync(join(tmpdir(), 'syswide-shell-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
symlinkSync(launcher, join(folder, 'syswide'));
writeFileSync(join(folder, 'old.data'), '');

const has = (program: string): boolean => existsSync(`/usr/bin/${program}`);

/** The file with what a shell is to read, made once: it says nothing of what is completed. */
const scripts = new Map<string, string>();
function scriptFile(shell: string, name = shell): string {
  const known = scripts.get(shell);
  if (known !== undefined) return known;
  const { status, stdout, stderr } = syswide(['completion', shell]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const path = join(folder, name);
  writeFileSync(path, stdout);
  scripts.set(shell, path);
  return path;
}

const options = {
  cwd: folder,
  encoding: 'utf8',
  env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
} as const;

/** An event that there is not comes last of what is looked at. */
function recordTakes(option: string, value: string): void {
  const { stderr } = syswide(['record', option, value, '-e', 'no-such-event', '--', 'true']);
  expect(stderr).toContain("event 'no-such-event'");
}

describe('completion in bash', () => {
  /** What bash offers behind a line, as readline asks for it. */
  function offered(line: string, before = ''): string[] {
    const ask = `
      ${before}
      source ${scriptFile('bash')}
      compopt() { :; }
      COMP_LINE=$1 COMP_POINT=\${#1}
      _syswide
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { status, stdout, stderr } = spawnSync('bash', ['-c', ask, 'bash', line], options);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    // A program may be in several folders.
    return [...new Set(stdout.split('\n').filter((word) => word !== ''))];
  }

  it.each([
    ['syswide st', ['stat']],
    ['syswide re', ['record', 'report']],
    ['syswide --ver', ['--version']],
    ['syswide report --hier', ['--hierarchy']],
    ['syswide report -i ol', ['old.data']],
    ['syswide export --format spee', ['speedscope']],
    ['syswide export --format ', ['folded', 'speedscope', 'firefox', 'pprof', 'svg', 'chrome-trace']],
    ['syswide stat -e cpu-cl', ['cpu-clock']],
    ['syswide stat -a -e cpu-clock,page-f', ['cpu-clock,page-faults']],
    ['syswide stat -e {cpu-clock,page-f', ['{cpu-clock,page-faults']],
    ['syswide stat -a -- slee', ['sleep']],
    ['syswide stat -C ', []],
    ['syswide stat --pre', ['--pre']],
    ['syswide record --synth ', ['all', 'task', 'mmap', 'cgroup', 'no']],
    ['syswide record -q --synth task,m', ['task,mmap']],
    ['syswide record -k mono', ['monotonic', 'monotonic_raw']],
    ['syswide stat -a -M page-fault-', ['page-fault-rate']],
    ['syswide stat -M ipc,page-fault-', ['ipc,page-fault-rate']],
    ['syswide ps ', []],
    ['syswide doctor ol', []],
    ['syswide ctl --json abcd ', ['enable', 'disable', 'status', 'stop', 'set']],
    ['syswide ctl abcd stop ', []],
    ['syswide ctl abcd set per', ['period=']],
    ['syswide ctl abcd set cpus=0 addr=16,l', ['addr=16,len=']],
    ['syswide list --json cpu-cl', ['cpu-clock']],
    ['syswide list cpu-clock page-f', ['page-faults']],
    ['syswide completion z', ['zsh']],
    ['syswide manual re', ['record', 'report']],
    ['syswide diff -s dso ol', ['old.data']],
    ['syswide diff old.data ol', ['old.data']],
    ['syswide diff old.data old.data ol', []],
    ['syswide report ol', []],
    ['syswide script ol', ['old.data']],
    ['syswide flamegraph --diff old.data ol', ['old.data']],
    ['syswide stat cat ol', ['old.data']],
  ])('%s', (line, expected) => {
    expect(offered(line).sort()).toEqual([...expected].sort());
  });

  it('offers the ids of gangs', () => {
    const gangs = 'syswide() { [[ $* == "ps --ids" ]] && printf "%s\\n" gzf qxw; };';
    expect(offered('syswide ctl ', gangs)).toEqual(['gzf', 'qxw']);
    expect(offered('syswide ctl --json q', gangs)).toEqual(['qxw']);
  });

  it('offers what record takes', () => {
    for (const value of offered('syswide record --synth ')) recordTakes('--synth', value);
    for (const value of offered('syswide record -k ')) recordTakes('-k', value);
  });

  it('offers all commands, and every option of one', () => {
    const names = syswide(['manual', '--names']).stdout.trim().split('\n');
    expect(names).toContain('gate');
    expect(offered('syswide ')).toEqual(names);
    const found = offered('syswide record -');
    const help = syswide(['record', '--help']).stdout;
    const all = [...help.matchAll(/^ {2}(?:(-\w)[, ])? ?(--[\w-]+)?/gmu)].flatMap(([, short, long]) => [short, long]);
    const missing = all.filter((name) => name?.startsWith('-') && !found.includes(name));
    expect(found.length).toBeGreaterThan(40);
    expect(missing).toEqual([]);
  });

  describe('of tracepoints', () => {
    needs(isRoot, 'root');

    it('what stands behind the colon, at which readline begins a new word', () => {
      expect(offered('syswide stat -e sched:sched_swi')).toEqual(['sched_switch']);
      expect(offered('syswide record -e cpu-clock,sched:sched_swi')).toEqual(['sched_switch']);
    });
  });
});

describe('completion in zsh', () => {
  needs(has('zsh'), 'zsh');

  it('is a function that zsh takes', () => {
    execFileSync('zsh', ['-f', '-n', scriptFile('zsh', '_syswide')]);
    const load = `autoload -Uz compinit && compinit -u -D -d ${folder}/dump && print -r -- $_comps[syswide]`;
    const { stdout } = spawnSync('zsh', ['-f', '-c', `fpath=(${folder} $fpath); ${load}`], options);
    expect(stdout.trim()).toBe('_syswide');
  });

  it('completes what is typed', () => {
    scriptFile('zsh', '_syswide');
    const lines = [
      'report --hier\\t',
      'record --synth ta\\t,mm\\t',
      'ctl abcd disa\\t',
      'ctl abcd set peri\\t',
      'ctl gz\\t',
      'ps old.d\\t',
      'diff old.d\\t',
      'stat -e page-f\\t',
    ];
    // The shell tells whenever it takes keys. Each line becomes a comment before it is entered.
    const drive = `
      zmodload zsh/zpty
      zpty -b shell "zsh -f -i"
      say() { zpty -w shell "$1"; }
      wait_for() { zpty -r shell seen "*<takes $1>*"; print -r -- "$seen"; }
      say "fpath=(${folder} \\$fpath); autoload -Uz compinit; compinit -u -D -d ${folder}/dump; PS1='>'; cd ${folder}"
      say "zle-line-init() { print -n \\"<takes \\$((++lines))>\\"; }; zle -N zle-line-init"
      wait_for 1
      say 'syswide() { if [[ $* == "ps --ids" ]]; then print gzfx; else command syswide "$@"; fi; }'
      wait_for 2
      ${lines.map((line, i) => `zpty -w -n shell $'syswide ${line}\\C-a# \\n'\n      wait_for ${i + 3}`).join('\n      ')}
      zpty -d shell`;
    const { stdout } = spawnSync('zsh', ['-f', '-c', drive], { ...options, timeout: 20_000 });
    expect(stdout).toContain('report --hierarchy');
    expect(stdout).toContain('-e page-faults');
    // A comma is added, and taken away again when something else is typed.
    expect(stdout).toMatch(/--synth task.*,mmap/u);
    expect(stdout).toContain('ctl abcd disable');
    expect(stdout).toContain('ctl abcd set period=');
    expect(stdout).toContain('ctl gzfx');
    expect(stdout).not.toContain('ps old.data');
    expect(stdout).toContain('diff old.data');
  });
});

describe('completion in fish', () => {
  needs(has('fish'), 'fish');

  it.each([
    ['syswide st', ['stat']],
    ['syswide report --hier', ['--hierarchy']],
    ['syswide export --format spee', ['speedscope']],
    ['syswide stat -e cpu-cl', ['cpu-clock']],
    ['syswide stat -a -- syswi', ['syswide']],
    ['syswide record -g -- syswide stat -e cpu-cl', ['cpu-clock']],
    ['syswide stat -- cat ol', ['old.data']],
    ['syswide stat cat ol', ['old.data']],
    ['syswide record --synth task,m', ['task,mmap']],
    ['syswide record -k bo', ['boottime']],
    ['syswide stat -M ipc,page-fault-', ['ipc,page-fault-rate']],
    ['syswide ps ol', []],
    ['syswide evlist -i ol', ['old.data']],
    ['syswide evlist ol', []],
    ['syswide ctl abcd di', ['disable']],
    ['syswide ctl abcd set per', ['period=']],
    ['syswide ctl abcd stop per', []],
    ['syswide list cpu-cl', ['cpu-clock']],
    ['syswide manual re', ['record', 'report']],
    ['syswide completion zs', ['zsh']],
    ['syswide diff ol', ['old.data']],
  ])('%s', (line, expected) => {
    const ask = `source ${scriptFile('fish')}; complete -C '${line}'`;
    const { stdout, stderr } = spawnSync('fish', ['--no-config', '-c', ask], { ...options, timeout: 20_000 });
    expect(stderr).toBe('');
    expect(stdout.split('\n').flatMap((row) => row.split('\t')[0] || [])).toEqual(expected);
  });

  it('offers the ids of gangs', () => {
    const gangs = 'function syswide; test "$argv" = "ps --ids"; and printf "%s\\n" gzf qxw; end';
    const ask = `source ${scriptFile('fish')}; ${gangs}; complete -C 'syswide ctl '`;
    const { stdout } = spawnSync('fish', ['--no-config', '-c', ask], { ...options, timeout: 20_000 });
    expect(stdout.trim().split('\n')).toEqual(['gzf', 'qxw']);
  });
});

describe('syswide manual', () => {
  needs(has('groff'), 'groff');

  const names = syswide(['manual', '--names']).stdout.trim().split('\n');

  it.each(['', ...names])('%s: a page without a complaint of groff, with everything that its help has', (name) => {
    const page = syswide(['manual', ...(name === '' ? [] : [name])]).stdout;
    const made = spawnSync('groff', ['-man', '-wall', '-Tutf8', '-rLL=200n', '-P-c'], {
      input: page,
      encoding: 'utf8',
    });
    expect({ status: made.status, stderr: made.stderr }).toEqual({ status: 0, stderr: '' });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: overstrikes of old terminals
    const text = made.stdout.replaceAll(/.\u0008/gu, '').replaceAll(/\u2010\n +/gu, '');
    for (const title of ['NAME', 'SYNOPSIS', 'DESCRIPTION', 'SEE ALSO']) expect(text).toContain(`\n${title}\n`);
    const help = syswide([...(name === '' ? [] : [name]), '--help']).stdout;
    for (const [, long = ''] of help.matchAll(/^ {2}(?:-\w, | {4})?(--[\w-]+)/gmu)) expect(text).toContain(long);
    if (help.includes('Exit status:')) expect(text).toContain('\nEXIT STATUS\n');
  });

  it.each([
    ['ctl', ['order', 'enable, disable, status, stop or set']],
    ['diff', ['old', 'what was before (default: perf.data.old)', '(default: dso,sym)']],
    ['completion', ['shell', 'which one (bash, zsh, fish)']],
    ['gate', ['at most so many pairs of runs, up to 50 (default: 40)']],
    ['export', ['(folded, speedscope, firefox, pprof, svg, chrome-trace)']],
  ])('%s: the words and defaults that its help has', (name, told) => {
    const page = syswide(['manual', name]).stdout.replaceAll('\\-', '-').split('\n');
    for (const text of told) expect(page.some((line) => line.endsWith(text))).toBe(true);
  });

  it('of a command that there is not', () => {
    const { status, stderr } = syswide(['manual', 'nothing']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error\[USAGE\]: manual 'nothing' — there is no such command — [^\n]*\n$/u);
  });
});

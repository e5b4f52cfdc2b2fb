import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { readJitDump } from '../../src/symbols/jit-dump';
import { readJitMap } from '../../src/symbols/jit-map';
import { needs } from '../live/needs';
import { isRoot, launcher } from '../live/run';
import { corpus } from './fuzz/campaign';
import { jitRecordingOf, PID } from './hostile/recording';

needs(isRoot, 'root: files of other users are made');

const NOBODY = 65534;
const root = mkdtempSync(join(tmpdir(), 'syswide-planted-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(root, 'case-'));
});

/** Runs in the folder; what waits for anything is ended, and has no status. */
function run(args: readonly string[], user?: number): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...args], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 15_000,
    killSignal: 'SIGKILL',
    ...(user === undefined ? {} : { uid: user, gid: user }),
  });
  return { status, stdout, stderr };
}

const recording = join(corpus, 'own.data');
const at = (name: string) => join(folder, name);
const fifo = (path: string) => execFileSync('mkfifo', [path]);
let cases = 0;

/** Ways in which a file may be what it should not be, each made at a path; `content` is what it should hold. */
const plants: Readonly<Record<string, (path: string, content: string | Buffer) => void>> = {
  'a pipe': fifo,
  'a folder': (path) => mkdirSync(path),
  'a device': (path) => execFileSync('mknod', [path, 'c', '1', '5']),
  "another user's": (path, content) => {
    writeFileSync(path, content);
    chownSync(path, NOBODY, NOBODY);
  },
  "another user's link": (path, content) => {
    writeFileSync(`${path}.target`, content);
    symlinkSync(`${path}.target`, path);
    execFileSync('chown', ['-h', `${NOBODY}`, path]);
  },
};
const strict: typeof plants = {
  ...plants,
  'a link': (path, content) => {
    writeFileSync(`${path}.target`, content);
    symlinkSync(`${path}.target`, path);
  },
  'a hard link': (path, content) => {
    writeFileSync(`${path}.target`, content);
    linkSync(`${path}.target`, path);
  },
};
const huge = (bytes: number) => (path: string, content: string | Buffer) => {
  writeFileSync(path, content);
  truncateSync(path, bytes);
};

describe('a planted recording', () => {
  it.each(Object.entries(plants))('that is %s is refused at once', (_, plant) => {
    plant(at('perf.data'), readFileSync(recording));
    for (const command of ['report', 'script', 'evlist', 'buildid-list']) {
      const { status, stdout, stderr } = run([command]);
      expect(status, stderr).toBe(1);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^error\[BAD_FILE\]: cannot read perf\.data — .+\n$/u);
      cases += 1;
    }
  });

  it('of another user is read with -f, and one of root by everybody', () => {
    copyFileSync(recording, at('perf.data'));
    chmodSync(at('perf.data'), 0o644);
    chmodSync(root, 0o755);
    chmodSync(folder, 0o755);
    expect(run(['evlist'], NOBODY).status).toBe(0);
    chownSync(at('perf.data'), NOBODY, NOBODY);
    expect(run(['evlist', '-f'])).toMatchObject({ status: 0 });
    expect(run(['evlist'], NOBODY).status).toBe(0);
  });

  it('that is a link of this user is read', () => {
    symlinkSync(recording, at('perf.data'));
    expect(run(['evlist']).status).toBe(0);
  });

  it('that is a terabyte long is not read into memory', () => {
    huge(2 ** 40)(at('perf.data'), readFileSync(recording));
    expect(run(['evlist']).status).toBe(0);
    writeFileSync(at('perf.data'), '');
    truncateSync(at('perf.data'), 2 ** 40);
    expect(run(['report']).status).toBe(1);
  });
});

describe('what a JIT compiler is said to have written', () => {
  const map = '1000 20 compiled\n';
  const makers = { ...strict, 'a gigabyte long': huge(2 ** 30) };

  it.each(Object.entries(makers))('is not believed where it is %s, and that is told', (_, plant) => {
    const whys: string[] = [];
    plant(at('perf-1.map'), map);
    // No process of nobody's has this number.
    expect(readJitMap(at('perf-1.map'), 1, (why) => whys.push(why))).toBeUndefined();
    expect(readJitDump(at('perf-1.map'), 1, (why) => whys.push(why))).toBeUndefined();
    expect(whys).toHaveLength(2);
    cases += 2;
  });

  it('is read where it is as it should be', () => {
    writeFileSync(at('perf-1.map'), map);
    expect(readJitMap(at('perf-1.map'), 1, expect.fail)?.size).toBe(1);
    expect(readJitMap(at('none'), 1, expect.fail)).toBeUndefined();
  });

  it('is told of by report', () => {
    const path = `/tmp/perf-${PID}.map`;
    symlinkSync('/etc/passwd', path);
    try {
      jitRecordingOf(at('perf.data'));
      const { status, stderr } = run(['report']);
      expect(status, stderr).toBe(0);
      expect(stderr).toContain(`# ${path} is not believed: it is a symbolic link\n`);
    } finally {
      rmSync(path);
    }
  });
});

describe('a planted list of gates', () => {
  const list = '[[gate]]\nname = "planted"\nbase = "touch ran"\nnew = "touch ran"\npairs = 3\n';

  it.each(Object.entries({ ...strict, 'far too long': huge(2 ** 30) }))('that is %s is refused at once', (_, plant) => {
    plant(at('syswide.toml'), list);
    const { status, stderr } = run(['gate']);
    expect(status, stderr).toBe(125);
    expect(stderr).toMatch(/^error\[BAD_FILE\]: syswide\.toml cannot be used — .+\n$/u);
    expect(existsSync(at('ran'))).toBe(false);
    cases += 1;
  });

  it('is read by gate where it is of this user, and by nothing else', () => {
    fifo(at('syswide.toml'));
    for (const args of [
      ['ps'],
      ['list', 'cpu-clock'],
      ['doctor'],
      ['slots'],
      ['stat', '-e', 'cpu-clock', '--', 'true'],
    ]) {
      expect(run(args).status, args[0]).toBe(0);
    }
    rmSync(at('syswide.toml'));
    writeFileSync(at('syswide.toml'), list);
    run(['gate']);
    expect(existsSync(at('ran'))).toBe(true);
  });

  it('and a planted baseline are refused at once', () => {
    for (const [what, plant] of Object.entries(plants)) {
      // It holds no commands: that of a colleague may be used.
      if (what === "another user's") continue;
      plant(at(`${what}.json`), '{}');
      const { status, stderr } = run(['gate', '--baseline', `${what}.json`, '--', 'true']);
      expect(status, what).toBe(125);
      expect(stderr).toContain('error[BAD_FILE]');
      cases += 1;
    }
  });
});

describe('planted programs and symbols', () => {
  it.each(Object.entries(plants).filter(([what]) => !what.includes('user')))(
    'that are %s are passed over at once',
    (what, plant) => {
      const elf = at('program');
      plant(elf, readFileSync(join(corpus, 'full.elf')));
      const { status, stderr } = run(['stat', '-e', `probe:${elf}:work`, '--', 'true']);
      expect(status, what).toBe(125);
      expect(stderr).toMatch(/error\[BAD_EVENT\]/u);
      expect(run(['report', '-i', recording, '--kallsyms', elf]).status).toBe(0);
      cases += 2;
    },
  );
});

/** What writes where it is told to, and what it writes there. */
const writers: readonly (readonly [string, (path: string) => string[]])[] = [
  ['stat -o', (path) => ['stat', '-o', path, '--', 'true']],
  ['stat -o -I', (path) => ['stat', '-o', path, '-I', '10', '--', 'sleep', '0.05']],
  ['stat --save', (path) => ['stat', '-o', '/dev/null', '--save', path, '--', 'true']],
  ['record', (path) => ['record', '-q', '-o', path, '--', 'true']],
  ['record --html', (path) => ['record', '-q', '-o', `${path}.data`, '--html', path, '--', 'true']],
  ['flamegraph', (path) => ['flamegraph', '-i', recording, '-o', path]],
  ['export', (path) => ['export', '-i', recording, '--format', 'svg', '-o', path]],
  ['gate --junit', (path) => ['gate', '--pairs', '3', '--junit', path, '--base', 'true', '--', 'true']],
  ['gate --markdown', (path) => ['gate', '--pairs', '3', '--markdown', path, '--base', 'true', '--', 'true']],
  ['gate --html', (path) => ['gate', '--pairs', '3', '--html', path, '--base', 'true', '--', 'true']],
  ['gate --save-base', (path) => ['gate', '--pairs', '3', '--save-base', path, '--', 'true']],
];

describe('what is written', () => {
  it.each(writers)('by %s replaces a link, is for its owner only, and leaves nothing beside it', (_, args) => {
    writeFileSync(at('victim'), 'precious');
    symlinkSync(at('victim'), at('out'));
    run(args('out'));
    expect(readFileSync(at('victim'), 'utf8')).toBe('precious');
    expect(lstatSync(at('out')).isFile()).toBe(true);
    expect(statSync(at('out')).mode & 0o777).toBe(0o600);
    expect(statSync(at('out')).size).toBeGreaterThan(0);
    expect(readdirSync(folder).filter((name) => name.endsWith('.new'))).toEqual([]);
    cases += 1;
  });

  it.each(writers)('by %s replaces a hard link', (_, args) => {
    writeFileSync(at('victim'), 'precious');
    linkSync(at('victim'), at('out'));
    run(args('out'));
    expect(readFileSync(at('victim'), 'utf8')).toBe('precious');
    cases += 1;
  });

  it.each(writers)('by %s does not wait for the reader of a pipe of another user', (_, args) => {
    fifo(at('out'));
    chownSync(at('out'), NOBODY, NOBODY);
    const { status, stderr } = run(args('out'));
    expect(status, stderr).toBeGreaterThan(0);
    expect(stderr).toContain('error[OUTPUT_FAILED]');
    cases += 1;
  });

  it('leaves an earlier result alone where there is no new one', () => {
    writeFileSync(at('out'), 'earlier');
    expect(run(['stat', '-o', 'out', '--save', 'out', '-e', 'nonsense', '--', 'true']).status).toBe(125);
    expect(run(['stat', '-o', 'out', '--', './no-such-command']).status).toBe(127);
    expect(readFileSync(at('out'), 'utf8')).toBe('earlier');
    expect(readdirSync(folder)).toEqual(['out']);
  });

  it('is not put behind what a link leads to, or has another name', () => {
    writeFileSync(at('victim'), 'precious');
    symlinkSync(at('victim'), at('link'));
    linkSync(at('victim'), at('hard'));
    for (const name of ['link', 'hard']) {
      const { status, stderr } = run(['stat', '-o', name, '--append', '--', 'true']);
      expect(status).toBe(125);
      expect(stderr).toContain('error[OUTPUT_FAILED]');
    }
    expect(readFileSync(at('victim'), 'utf8')).toBe('precious');
  });

  it('goes to devices and to what is open, as it is', () => {
    expect(run(['stat', '-x,', '-e', 'cpu-clock', '-o', '/dev/stdout', '--', 'true']).stdout).toContain(',cpu-clock,');
    expect(run(['stat', '-x,', '-e', 'cpu-clock', '-o', '/proc/self/fd/2', '--', 'true']).stderr).toContain(
      ',cpu-clock,',
    );
    expect(run(['stat', '-o', '/dev/null', '--', 'true']).status).toBe(0);
    expect(run(['stat', '-o', '/dev/full', '--', 'true']).status).toBe(125);
  });
});

describe('what stands for an open file', () => {
  beforeEach(() => run(['record', '-q', '-e', 'task-clock', '-o', 'open.data', '--', 'true']));

  it.each([
    ['record', ['-e', 'task-clock', '--', 'true']],
    ['export', ['--format', 'folded', '-i', 'open.data']],
    ['flamegraph', ['-i', 'open.data']],
    ['stat', ['-e', 'task-clock', '--', 'true']],
  ])('is not replaced by a file of %s', (command, args) => {
    // As /dev/stdout is, which is the whole machine's.
    symlinkSync('/proc/self/fd/1', at('link'));
    expect(run([command, '-o', 'link', ...args]).stderr).toMatch(
      /^error\[OUTPUT_FAILED\]: .* it stands for what is open/m,
    );
    expect(readlinkSync(at('link'))).toBe('/proc/self/fd/1');
  });

  it.each([
    ['record', ['-q', '-e', 'task-clock', '--', 'true'], 'PERFILE2'],
    ['export', ['--format', 'folded', '-i', 'open.data'], ''],
    ['flamegraph', ['-i', 'open.data'], '<!doctype html>'],
  ])('by the name of standard output, %s -o writes there', (command, args, begin) => {
    const { status, stdout, stderr } = run([command, '-o', '/proc/self/fd/1', ...args]);
    expect([status, stderr, stdout.slice(0, begin.length)]).toEqual([0, '', begin]);
  });
});

describe('the registry', () => {
  it('lets no other user in, and is refused where it is somebody else’s', () => {
    // A user that nobody is, so that nothing of theirs is there.
    const user = 61_234;
    const place = `/tmp/syswide-${user}`;
    const holder = ['stat', '-a', '-e', 'cpu-clock', '--', process.execPath, launcher, 'ps', '--json'];
    // While it runs, the command looks at the directory that lists it.
    const { stdout } = run(holder);
    expect(JSON.parse(stdout).length).toBeGreaterThan(0);
    expect(statSync('/run/syswide')).toMatchObject({ uid: 0 });
    expect(statSync('/run/syswide').mode & 0o777).toBe(0o700);
    chmodSync(root, 0o755);
    chmodSync(folder, 0o755);
    expect(lstatSync(place, { throwIfNoEntry: false })).toBeUndefined();
    for (const plant of [
      () => mkdirSync(place),
      () => symlinkSync(folder, place),
      () => fifo(place),
      () => writeFileSync(place, ''),
    ]) {
      plant();
      try {
        const { status, stderr } = run(['ps'], user);
        expect(status).not.toBe(null);
        expect(stderr).toContain('error[REGISTRY]');
        cases += 1;
      } finally {
        rmSync(place, { recursive: true, force: true });
      }
    }
    process.stdout.write(`torture planted files: ${cases} cases, all refused or replaced, none waited\n`);
  });
});

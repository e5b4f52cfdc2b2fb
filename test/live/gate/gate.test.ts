import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { needs } from '../needs';
import { compile, eventually, isRoot, launcher, start, syswide } from '../run';
import { CALLS, type Gate, gated, isValid } from './gated';

needs(isRoot, 'root');

const folder = mkdtempSync(join(tmpdir(), 'syswide-gate-'));
const work = compile('gate-work');
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  work.dispose();
});
const at = (name: string): string => join(folder, name);

/** Gates of a command by its system calls, which do not vary. */
const byCalls = (base: number, other: number, ...options: string[]) =>
  gated(['-e', CALLS, '--base', `${work.path} ${base}`, ...options, '--', work.path, String(other)]);

describe('syswide gate', () => {
  it('catches one more system call in 36, exactly, at the first look', () => {
    const { status, gate } = byCalls(36, 37);
    expect(status).toBe(1);
    expect(gate).toMatchObject({ verdict: 'REGRESSED', pairs: 10 });
    expect(gate.metrics[0]).toMatchObject({ name: CALLS, base: 36, new: 37, exact: true });
    expect(gate.metrics[0].changePercent).toBeCloseTo(100 / 36, 4);
  });

  it('counts events at functions', () => {
    const probe = `uprobe:${work.path}:main`;
    const args = ['-e', probe, '--metric', `${probe}+4`, '--pairs', '3', '--base', `${work.path} 5`];
    expect(gated([...args, '--', work.path, '5']).gate.metrics).toMatchObject([
      { name: `${probe}+4`, unit: '', base: 1, new: 1 },
      { name: probe, unit: '', base: 1, new: 1 },
    ]);
  });

  it('counts events with a clock in their names as events', () => {
    const sleeps = 'syscalls:sys_enter_clock_nanosleep';
    const { gate } = gated([
      '-e',
      sleeps,
      '--pairs',
      '3',
      '--base',
      'sleep 0.001',
      '--',
      'sh',
      '-c',
      'sleep 0; sleep 0',
    ]);
    expect(gate.metrics[0]).toMatchObject({ name: sleeps, base: 1, new: 2, unit: '', changePercent: 100 });
    const times = gated(['-e', 'cpu-clock/period=1000/', '--pairs', '3', '--base', 'true', '--', 'true']);
    expect(times.gate.metrics[0]).toMatchObject({ unit: 's' });
    expect(times.gate.metrics[0].base).toBeLessThan(1);
  });

  it('counts each of what stands for several events as itself, and what is named behind it', () => {
    const names = ({ metrics }: Gate) => metrics.map(({ name, base }) => [name, base]);
    const glob = ['-e', 'syscalls:sys_e[nx]*_getppid', '-e', 'syscalls:sys_exit_getpid'];
    const { gate } = gated([...glob, '--pairs', '3', '--base', `${work.path} 7`, '--', work.path, '7']);
    expect(names(gate)).toEqual([
      [CALLS, 7],
      ['syscalls:sys_exit_getppid', 7],
      ['syscalls:sys_exit_getpid', 0],
    ]);
    const list = ['--metric', `syscalls:sys_exit_getpid,${CALLS}`, '--metric', 'syscalls:sys_exit_getppid'];
    const other = gated([...list, '--pairs', '3', '--base', `${work.path} 7`, '--', work.path, '7']);
    expect(names(other.gate)).toEqual([
      ['syscalls:sys_exit_getpid', 0],
      [CALLS, 7],
      ['syscalls:sys_exit_getppid', 7],
    ]);
    const same = syswide(['gate', '-e', 'syscalls:sys_e*_getppid/name=x/', '--base', 'true', '--', 'true']);
    expect(same.stderr).toMatch(
      /^error\[USAGE\]: the metric .* — it stands for 2 events that have no names of their own/u,
    );
  });

  it.each([
    [36, 36, 'PASS'],
    [37, 36, 'IMPROVED'],
    [1000, 1001, 'PASS'],
  ])('passes what is the same, and tells of less: %i calls, then %i', (base, other, verdict) => {
    expect(byCalls(base, other, '--pairs', '8')).toMatchObject({ status: 0, document: { verdict } });
  });

  it.each([
    [2020, { status: 1, gate: { verdict: 'REGRESSED', pairs: 8 } }],
    [2000, { status: 0 }],
  ])('catches a hundredth more page faults than 2000 at 8 pairs: %i', (pages, result) => {
    const base = ['--base', `${work.path} 0 2000`];
    const args = ['--metric', 'page-faults:+1%', '--pairs', '8', ...base, '--', work.path, '0', `${pages}`];
    expect(gated(args)).toMatchObject(result);
  });

  it('takes times and memory, too, and says what it could have seen', () => {
    const metrics = ['time', 'user', 'sys', 'maxrss'].flatMap((name) => ['--metric', `${name}:+400%`]);
    const command = [work.path, '0', '200', '3000000'];
    const { status, stdout } = syswide([
      'gate',
      ...metrics,
      '--pairs',
      '8',
      '--base',
      command.join(' '),
      '--',
      ...command,
    ]);
    expect(status).toBeLessThanOrEqual(2);
    expect(stdout).toMatch(/^ *metric +base +new +change +interval +T +could see +verdict$/mu);
    for (const name of ['time', 'user', 'sys', 'maxrss'])
      expect(stdout).toMatch(new RegExp(`^ ${name} .* 400 % `, 'mu'));
  });

  it('says beforehand when a gate can never fail', () => {
    const { gate, stderr } = byCalls(36, 36, '--pairs', '5');
    expect(stderr).toMatch(/^# gate: 5 pairs are too few/u);
    expect(gate.notices.join()).toMatch(/5 pairs are too few to find a regression/u);
    expect(gate.metrics[0].exact).toBe(true);
  });

  it('runs the base elsewhere, and commands around', () => {
    mkdirSync(at('elsewhere'));
    writeFileSync(at('elsewhere/run.sh'), `echo base >> ${at('log')}`);
    writeFileSync(at('run.sh'), `echo new >> ${at('log')}`);
    const around = ['setup', 'prepare', 'cleanup'].flatMap((name) => [`--${name}`, `echo ${name} >> ${at('log')}`]);
    const args = ['--metric', 'maxrss:+900%', '--pairs', '3', '--cwd-base', at('elsewhere'), ...around];
    syswide(['gate', ...args, '--base', 'sh run.sh', '--', 'sh', 'run.sh'], { cwd: folder });
    const log = readFileSync(at('log'), 'utf8').trim().split('\n');
    expect(log.filter((line) => line === 'base').length).toBe(4);
    expect(log.filter((line) => line === 'new').length).toBe(4);
    expect([log[0], log.at(-1)]).toEqual(['setup', 'cleanup']);
    expect(log.filter((line) => line === 'prepare').length).toBe(8);
  });

  it('gives each run a file on standard input from its beginning, and nothing of a pipe', () => {
    writeFileSync(at('input'), 'needle\n');
    const gate = (base: string, other: string, redirected: string) => {
      const args = ['--metric', 'maxrss:+900%', '--pairs', '3', '--prepare', 'cat > /dev/null', '--base', base, '--'];
      const words = [process.execPath, launcher, 'gate', ...args, 'sh', '-c', other];
      return spawnSync('/bin/sh', ['-c', redirected, 'sh', ...words], { encoding: 'utf8', cwd: folder });
    };
    const found = gate('grep -q needle', 'grep -q needle && ! read more', '"$@" < input');
    expect([found.status, found.stderr]).toEqual([2, expect.not.stringContaining('error[')]);
    const piped = gate('sh -c "! read any"', '! read any', 'cat input | "$@"');
    expect([piped.status, piped.stderr]).toEqual([2, expect.not.stringContaining('error[')]);
    expect(gate('true', 'true', '"$@" <&-').status).toBe(2);
  });

  it('runs in a folder whose way there is closed to the user', () => {
    const inner = at('closed/inner');
    mkdirSync(inner, { recursive: true });
    chmodSync(inner, 0o777);
    chmodSync(at('closed'), 0o700);
    const args = ['gate', '--metric', 'maxrss:+900%', '--pairs', '3', '--cwd-base', '/'];
    const { status, stderr } = syswide([...args, '--base', 'test -e etc', '--', 'test', '!', '-e', 'etc'], {
      cwd: inner,
      unprivileged: true,
    });
    expect(stderr).not.toContain('error[');
    expect(status).toBe(2);
  });

  it('ends both at once on a signal, with its status', async () => {
    const gate = start(process.execPath, [launcher, 'gate', '--base', 'sleep 31.41', '--', 'sleep', '31.41']);
    await eventually(() => spawnSync('pgrep', ['-f', '^sleep 31.41']).status === 0, 'one of them runs');
    gate.process.kill('SIGTERM');
    expect((await gate.ended).status).toBe(143);
    expect(syswide(['stat', '-n', '--', 'pgrep', '-f', '[s]leep 31.41']).status).toBe(1);
  });
});

describe('a signal to all of a terminal', () => {
  it.each(['setup', 'prepare', 'cleanup'])(
    'ends it also while --%s runs, which is no failure of that',
    async (hook) => {
      // One process: a shell may start another one just when the signal comes, which that then does not reach.
      const script = `require('fs').writeFileSync('${at(hook)}', ''); setTimeout(() => {}, 31_420)`;
      const command = `exec ${process.execPath} -e "${script}"`;
      const args = ['--metric', 'maxrss', '--pairs', '3', '--base', 'true', `--${hook}`, command, '--', 'true'];
      const gate = start('setsid', ['-w', process.execPath, launcher, 'gate', ...args]);
      await vi.waitFor(() => expect(existsSync(at(hook))).toBe(true), { timeout: 10_000 });
      const group = -(gate.process.pid ?? 0);
      process.kill(group, 'SIGINT');
      const { status, stderr } = await gate.ended;
      expect({ status, stderr: stderr.replace(/^# .*\n/u, '') }).toEqual({ status: 130, stderr: '' });
      expect(() => process.kill(group, 0)).toThrow(/ESRCH/u);
    },
  );
});

describe('a result that one place cannot take', () => {
  it('is in the others', () => {
    const gate = ['-e', CALLS, '--pairs', '3', '--base', `${work.path} 3`];
    const args = [launcher, 'gate', ...gate, '--junit', at('whole.xml'), '--', work.path, '3'];
    const { status, stderr } = spawnSync('/bin/sh', ['-c', '"$@" > /dev/full', 'sh', process.execPath, ...args], {
      encoding: 'utf8',
    });
    expect(status).toBe(125);
    expect(stderr).toMatch(/^error\[OUTPUT_FAILED\]: cannot write standard output/mu);
    expect(readFileSync(at('whole.xml'), 'utf8')).toMatch(/<testsuite name="gate" tests="1" failures="0"/u);
    const full = syswide([
      'gate',
      ...gate,
      '--markdown',
      '/dev/full',
      '--html',
      at('whole.html'),
      '--',
      work.path,
      '3',
    ]);
    expect(full.status).toBe(125);
    expect(full.stdout).toMatch(/^gate: PASS/u);
    expect(readFileSync(at('whole.html'), 'utf8')).toMatch(/<\/html>\n$/u);
  });
});

describe('runs that fail', () => {
  /** Fails every so many runs. */
  const flaky = (every: number) =>
    `sh -c 'n=$(cat ${at('count')} 2>/dev/null || echo 0); echo $((n + 1)) > ${at('count')}; [ $((n % ${every})) -ne 3 ]'`;

  it('are named, and do not count', () => {
    rmSync(at('count'), { force: true });
    const { gate } = gated(['--metric', 'maxrss:+100%', '--base', flaky(1000), '--', 'true']);
    expect(gate.invalid).toEqual([{ pair: 3, command: 'base', failure: 'its exit status was 1' }]);
    expect(gate.pairs).toBeGreaterThanOrEqual(10);
  });

  it('leave no verdict when there are many, or the first one fails', () => {
    rmSync(at('count'), { force: true });
    const many = syswide(['gate', '--base', flaky(4), '--', 'true']);
    expect(many.status).toBe(125);
    expect(many.stderr).toMatch(
      /^error\[GATE_FAILED\]: gate: \d+ of \d+ pairs failed — pair 3, base: its exit status was 1/u,
    );
    const first = syswide(['gate', '--base', 'false', '--', 'true']);
    expect(first.status).toBe(125);
    expect(first.stderr).toMatch(/^error\[GATE_FAILED\]: the base command failed: false — its exit status was 1/u);
  });

  it.each([
    [['--base', 'true', '--metric', 'no-such-event', '--', 'true'], 'BAD_EVENT'],
    [['--base', 'no-such-command', '--', 'true'], 'COMMAND_NOT_FOUND'],
    [['--', 'true'], 'USAGE'],
    [
      ['--base', 'true', '--junit', '/dev/full', '--metric', 'maxrss:+900%', '--pairs', '3', '--', 'true'],
      'OUTPUT_FAILED',
    ],
    [['--baseline', '/dev/null', '--', 'true'], 'BAD_FILE'],
    [['--config', '/no/such/file'], 'USAGE'],
    [['--calibrate', '--save-base', '/no/such/file', '--', 'sleep', '20'], 'OUTPUT_FAILED'],
  ])('of its own: %j', (args, code) => {
    const { status, stderr } = syswide(['gate', ...args]);
    expect(status).toBe(125);
    expect(stderr).toMatch(new RegExp(`^error\\[${code}\\]: .+ — .+ — .+\n`, 'mu'));
  });
});

describe('the gates of a project', () => {
  const config = (text: string): void => writeFileSync(at('syswide.toml'), text);
  const entry = (name: string, other: number) =>
    `[[gate]]\nname = '${name}'\nbase = "${work.path} 36"\nnew = "${work.path} ${other}"\nevents = ["${CALLS}"]\npairs = 8\n`;

  it('are in syswide.toml, and all of them are told', () => {
    config(entry('same', 36) + entry('more <calls> & "such"', 37));
    const files = ['junit', 'markdown', 'html'].flatMap((name) => [`--${name}`, at(`result.${name}`)]);
    const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: at('summary') };
    const { status, stdout } = syswide(['gate', ...files], { cwd: folder, env });
    expect(status).toBe(1);
    expect(stdout).toMatch(/^same: PASS after 8/mu);
    expect(stdout).toMatch(/^::error title=syswide gate::more <calls> & "such": .* REGRESSED: \+2\.78 %25/mu);
    const junit = readFileSync(at('result.junit'), 'utf8');
    expect(junit).toContain('<testsuite name="more &lt;calls&gt; &amp; &quot;such&quot;" tests="1" failures="1"');
    expect(junit.match(/<failure/gu)?.length).toBe(1);
    const markdown = readFileSync(at('result.markdown'), 'utf8');
    expect(markdown).toMatch(/^### ❌ more \\<calls\\> & "such": REGRESSED$/mu);
    expect(readFileSync(at('summary'), 'utf8')).toBe(markdown);
    const html = readFileSync(at('result.html'), 'utf8');
    expect(html).toContain("content=\"default-src 'none'; style-src 'unsafe-inline'\"");
    expect(html).not.toMatch(/<script|https?:/u);
    expect(html).toContain('more &lt;calls&gt; &amp; &quot;such&quot;');
    expect(gated([], { cwd: folder }).document.gates.map(({ verdict }) => verdict)).toEqual(['PASS', 'REGRESSED']);
  });

  it('are refused when they make no sense', () => {
    config('');
    const { status, stderr } = syswide(['gate'], { cwd: folder });
    expect(status).toBe(125);
    expect(stderr).toContain('it has no [[gate]]');
  });

  it('are told as far as they came before one that has no verdict', () => {
    config(entry('first', 37) + entry('second', 36).replace(`new = "${work.path} 36"`, 'new = "false"'));
    const { status, stdout, stderr } = syswide(['gate', '--junit', at('half.xml')], { cwd: folder });
    expect(status).toBe(125);
    expect(stdout).toMatch(/^first: REGRESSED after 8 .* REGRESSED\n\n$/su);
    expect(stderr).toMatch(/^error\[GATE_FAILED\]: the new command failed: false/u);
    expect(existsSync(at('half.xml'))).toBe(false);
    expect(syswide(['gate', '--json'], { cwd: folder })).toMatchObject({ status: 125, stdout: '' });
  });

  it('are refused when another user wrote them', () => {
    config(entry('same', 36));
    chownSync(at('syswide.toml'), 12345, 12345);
    const { status, stderr } = syswide(['gate'], { cwd: folder });
    expect({ status, isTold: stderr.includes('it belongs to another user') }).toEqual({ status: 125, isTold: true });
  });
});

describe('a stored baseline', () => {
  it('is stored, and compared with, between what is to be run before and after all', () => {
    const [log, path] = [at('hooks.log'), at('hooks.json')];
    const hook = (name: string) => [`--${name}`, `echo ${name} >> ${log}`];
    const hooks = [...hook('setup'), ...hook('prepare'), ...hook('cleanup'), '--warmup', '0', '--pairs', '3'];
    for (const what of ['--save-base', '--baseline']) {
      const { stderr } = syswide(['gate', ...hooks, what, path, '-e', CALLS, '--', work.path, '10']);
      // Nothing is compared yet, and then no pairs.
      expect(stderr).toMatch(what === '--baseline' ? /^# gate: 3 runs beside 3 stored ones are too few/u : /^$/u);
      expect(readFileSync(log, 'utf8').trim().split('\n')).toEqual([
        'setup',
        'prepare',
        'prepare',
        'prepare',
        'cleanup',
      ]);
      rmSync(log);
    }
  });

  it('is compared with later, and told to be weaker; of another machine it decides nothing', () => {
    const [path, command] = [at('base.json'), [work.path, '36']];
    const saved = syswide(['gate', '--save-base', path, '-e', CALLS, '--pairs', '10', '--', ...command]);
    expect(saved).toMatchObject({ status: 0, stderr: '' });
    const stored = JSON.parse(readFileSync(path, 'utf8')) as { fingerprint: { kernel: string } };
    expect(isValid(stored), JSON.stringify(isValid.errors)).toBe(true);
    const against = (calls: string, ...options: string[]) =>
      gated(['--baseline', path, '-e', CALLS, ...options, '--', work.path, calls]);
    expect(against('37')).toMatchObject({ status: 1, gate: { verdict: 'REGRESSED' } });
    const same = against('36');
    expect(same).toMatchObject({ status: 0, gate: { verdict: 'PASS' } });
    expect(same.gate.notices.join()).toMatch(/the base was measured at another time/u);
    stored.fingerprint.kernel = '5.4';
    writeFileSync(path, JSON.stringify(stored));
    const { status, gate } = against('37');
    expect({ status, verdict: gate.verdict }).toEqual({ status: 2, verdict: 'INCONCLUSIVE' });
    expect(gate.notices.join()).toMatch(/another machine than the baseline is of: kernel: '5.4' then/u);
    expect(against('37', '--inconclusive', 'pass').status).toBe(0);
  });

  it('without a metric that is asked for is no baseline', () => {
    const path = at('time.json');
    syswide(['gate', '--save-base', path, '--pairs', '3', '--', 'true']);
    const { status, stderr } = syswide(['gate', '--baseline', path, '--metric', 'user', '--', 'true']);
    expect(status).toBe(125);
    expect(stderr).toMatch(/has no user — it was stored with time/u);
    expect(existsSync(path)).toBe(true);
  });

  it('of events that root counted decides nothing for a user who may count less of them', () => {
    const path = '/tmp/syswide-gate-of-all.json';
    const command = ['-e', 'page-faults,task-clock:u', '--pairs', '10', '--', work.path, '3'];
    const [byRoot, byUser] = [
      ['gate', '--save-base', path, ...command],
      ['gate', '--json', '--baseline', path, ...command],
    ];
    try {
      expect(syswide(byRoot).status).toBe(0);
      const stored = JSON.parse(readFileSync(path, 'utf8')) as { metrics: { event: string }[] };
      expect(isValid(stored), JSON.stringify(isValid.errors)).toBe(true);
      expect(stored.metrics.map(({ event }) => event)).toEqual(['page-faults', 'task-clock:u']);
      chmodSync(path, 0o644);
      const { status, stdout } = syswide(byUser, { unprivileged: true });
      const [gate] = (JSON.parse(stdout) as { gates: [Gate] }).gates;
      expect(status).toBe(2);
      expect(gate.pairs).toBe(0);
      expect(gate.notices[0]).toBe(
        "page-faults is counted otherwise than for the baseline: 'page-faults' then, 'page-faults:u' now",
      );
      expect(gate.notices.join()).toMatch(/counted in user space only \(:u\), as /u);
    } finally {
      rmSync(path, { force: true });
    }
  });

  it('names the runs that it is not made of', () => {
    const path = at('one-less.json');
    const failing = `n=$(cat ${at('less')} 2>/dev/null); echo x$n > ${at('less')}; [ "$n" != xx ]`;
    const args = ['--warmup', '0', '--pairs', '10', '--metric', 'maxrss', '--', 'sh', '-c', failing];
    const { status, stdout } = syswide(['gate', '--save-base', path, '--name', 'a\tb', ...args]);
    expect(status).toBe(0);
    expect(stdout).toBe(`a\\tb: 10 runs stored in ${path}\nrun 3 does not count: its exit status was 1\n`);
  });

  it('is calibrated where the new command runs, whatever the folder of the base', () => {
    mkdirSync(at('other-base'));
    writeFileSync(at('here.sh'), 'exit 0');
    const gate = `[[gate]]\nbase = "sh here.sh"\ncwd-base = "${at('other-base')}"\nnew = "sh here.sh"\n`;
    writeFileSync(at('calibrated.toml'), `${gate}metrics = ["maxrss:+100%"]\npairs = 3\n`);
    const { gate: found } = gated(['--calibrate', '--config', 'calibrated.toml'], { cwd: folder });
    expect(found.notices.join()).toMatch(/both commands are the same/u);
  });

  it('is not needed to see how far a machine varies', () => {
    const { gate } = gated(['--calibrate', '--pairs', '8', '-e', CALLS, '--', work.path, '36']);
    expect(gate.verdict).toBe('PASS');
    expect(gate.notices.join()).toMatch(/both commands are the same/u);
  });

  it('tells later how far a machine varied', () => {
    const path = at('calibrated.json');
    gated(['--calibrate', '--pairs', '8', '--save-base', path, '--metric', 'maxrss', '--', work.path, '36']);
    const stored: unknown = JSON.parse(readFileSync(path, 'utf8'));
    expect(isValid(stored), JSON.stringify(isValid.errors)).toBe(true);
    const later = gated(['--baseline', path, '--pairs', '8', '--metric', 'maxrss', '--', work.path, '36']);
    expect(later.gate.notices.join()).toMatch(
      /when it was calibrated, changes of maxrss from \d+\.\d\d % on could be seen/u,
    );
  });
});

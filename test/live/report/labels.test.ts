import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { hasPerf, isRoot, perf, syswide } from '../run';

needs(isRoot && hasPerf && process.arch === 'x64', 'root, perf and x86-64');

const folder = mkdtempSync(join(tmpdir(), 'syswide-labels-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Works for a while. */
const work = 'mov $200000000, %ecx\n1: dec %ecx\njnz 1b\nret\n';

/** Labels that other files see, and do not see, and in sections of other names. */
const source = `
.text
.globl _start
.type _start, @function
_start:
call seen
call unseen
call elsewhere
call named
mov $60, %eax
xor %edi, %edi
syscall
.size _start, . - _start
.globl seen
seen: ${work}
.globl unseen
.hidden unseen
unseen: ${work}
.section mine, "ax"
.type first, @function
first: nop
.size first, . - first
elsewhere: ${work}
.section my_data, "ax"
named: ${work}
`;

describe.runIf(isRoot && hasPerf && process.arch === 'x64')('labels of programs', () => {
  it.each([['-static', '-no-pie'], ['-pie']])('are names where perf takes them for names: %s', (...kind) => {
    const [program, path] = [join(folder, `labels${kind[0]}`), join(folder, `data${kind[0]}`)];
    execFileSync('cc', ['-nostdlib', ...kind, '-xassembler', '-', '-o', program], { input: source });
    perf(['record', '-q', '-o', path, '--', program]);
    const args = ['report', '-i', path, '-q', '-s', 'sym', '--percent-limit', '10'];
    const rows = (text: string) =>
      text
        .trim()
        .split('\n')
        .map((line) => line.trim())
        .sort();
    const [ours, theirs] = [syswide(args).stdout, perf([...args, '--stdio']).stdout].map(rows);
    expect(ours).toEqual(theirs);
    expect(ours?.join()).toContain('[.] named');
    expect(ours?.join()).not.toContain('elsewhere');
  });

  it('have no versions where they are C++ names', () => {
    const [library, program, path] = ['libversioned.so', 'versioned', 'versioned.data'].map((name) =>
      join(folder, name),
    );
    const versions = join(folder, 'versions');
    writeFileSync(versions, 'V_1 { global: *; };');
    const symbol = '__asm__(".symver im,_Z12spin_longestv@@V_1");';
    const code = `void im(void) { for (volatile long i = 0; i < 200000000; i++); } ${symbol}`;
    const build = ['-shared', '-fPIC', `-Wl,--version-script=${versions}`, '-xc', '-', '-o', `${library}`];
    execFileSync('cc', build, { input: code });
    const call = 'void f(void) __asm__("_Z12spin_longestv"); int main(void) { f(); }';
    execFileSync('cc', ['-xc', '-', '-xnone', `${library}`, '-o', `${program}`], { input: call });
    perf(['record', '-q', '-o', `${path}`, '--', `${program}`]);
    const args = ['report', '-i', `${path}`, '-q', '-s', 'sym', '--percent-limit', '50'];
    expect(syswide(args).stdout.trim()).toBe(perf([...args, '--stdio']).stdout.trim());
    expect(syswide(args).stdout).toMatch(/ spin_longest\n/u);
  });
});

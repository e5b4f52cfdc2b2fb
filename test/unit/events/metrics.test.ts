import { describe, expect, it } from 'vitest';
import { builtinMetrics } from '../../../src/events/builtin-metrics';
import { metricEvents } from '../../../src/events/metric-expression';
import { parseMetrics } from '../../../src/events/metric-spec';
import { knownSymbol } from '../../../src/events/symbols';
import { describeMetrics } from './describe-metrics';

const lone = (text: string) => describeMetrics(`m=${text}`).replace(/^m=/, '');

describe('a metric expression', () => {
  it.each([
    ['a+b*c', '(a + (b * c))'],
    ['a*b+c', '((a * b) + c)'],
    ['a - b - c', '((a - b) - c)'],
    ['a/b/c', '((a / b) / c)'],
    ['a*b%c/d', '(((a * b) % c) / d)'],
    ['-a*b', '((-a) * b)'],
    ['a - -b', '(a - (-b))'],
    ['--a', '(-(-a))'],
    ['a*(b+c)', '(a * (b + c))'],
    ['a+b<c*d', '((a + b) < (c * d))'],
    ['a<=b', '(a <= b)'],
    ['a>=b', '(a >= b)'],
    ['a==b', '(a == b)'],
    ['a!=b', '(a != b)'],
    ['(a<b)==(c>d)', '((a < b) == (c > d))'],
    ['a if b else c', '(a if b else c)'],
    ['a+1 if b<2 else c*3', '((a + 1) if (b < 2) else (c * 3))'],
    ['a if b else c if d else e', '(a if b else (c if d else e))'],
    ['(a if b else c) if d else e', '((a if b else c) if d else e)'],
    ['a if(b)else(c)', '(a if b else c)'],
    ['min(a,b,c) + max(a, b if c else d)', '(min(a, b, c) + max(a, (b if c else d)))'],
    ['abs(-a) - d_ratio (a,b)', '(abs((-a)) - d_ratio(a, b))'],
    [' \t1\n+ 2 ', '(1 + 2)'],
  ])('groups %s', (text, expected) => {
    expect(lone(text)).toBe(expected);
  });

  it.each([
    ['0', 0],
    ['100', 100],
    ['1.5', 1.5],
    ['.5', 0.5],
    ['2.', 2],
    ['1e9', 1e9],
    ['1.5E-3', 0.0015],
    ['2e+2', 200],
  ])('reads the number %s', (text, value) => {
    expect(parseMetrics(`m=${text}`)[0]?.expression).toEqual({ kind: 'number', value });
  });

  it.each([
    ['branch-misses/branches', ['branch-misses', 'branches']],
    ['cycles - instructions', ['cycles', 'instructions']],
    ['cycles -1', ['cycles']],
    ['1-cycles', ['cycles']],
    ['(cycles)-instructions', ['cycles', 'instructions']],
    ['cycles:u/cycles', ['cycles:u', 'cycles']],
    ['cycles/cycles:u/cycles', ['cycles', 'cycles:u']],
    ['sched:sched_switch*2', ['sched:sched_switch']],
    ['L1-dcache-load-misses + duration_time', ['L1-dcache-load-misses', 'duration_time']],
    ['r1a8 / iffy + elsewhere', ['r1a8', 'iffy', 'elsewhere']],
    ['min+max', ['min', 'max']],
    ['cpu@event\\=0x3c\\,umask\\=0x1@/cycles', ['cpu/event=0x3c,umask=0x1/', 'cycles']],
    ['cpu@event=0x3c,umask=0x1@:u', ['cpu/event=0x3c,umask=0x1/:u']],
    ['cpu@cache\\-misses@-cycles', ['cpu/cache-misses/', 'cycles']],
    ['a if b else c', ['a', 'b', 'c']],
    ['context\\-switches', ['context-switches']],
    ['mem:0x1000\\/8:w', ['mem:0x1000/8:w']],
    ["uprobe:\\/bin\\/true:main + cpu@name='a b'@", ['uprobe:/bin/true:main', "cpu/name='a b'/"]],
  ])('finds the events of %s', (text, events) => {
    const [spec] = parseMetrics(`m=${text}`);
    expect(spec && metricEvents(spec.expression)).toEqual(events);
  });
});

describe('a list of metrics', () => {
  it('has commas between metrics, those in calls and events aside', () => {
    expect(describeMetrics('a=min(x,y), b b = cpu@u=1,v=2@ ,ipc')).toBe(
      'a=min(x, y) | b b=cpu/u=1,v=2/ | ipc=(instructions / cycles)',
    );
  });

  it('keeps the expression as written, on one line', () => {
    expect(parseMetrics(' faults per ms = page-faults  /\n(task-clock/1) ')).toMatchObject([
      { name: 'faults per ms', text: 'page-faults  / (task-clock/1)' },
    ]);
  });

  it('takes names in any script, and those of built-in metrics', () => {
    expect(describeMetrics('Fehler/ms (größer)=a,ipc=b')).toBe('Fehler/ms (größer)=a | ipc=b');
  });
});

describe('a built-in metric', () => {
  it('is found in any case, with _ for -, and by its name in perf', () => {
    const specs = parseMetrics('IPC,Branch_Miss_Rate, cs_per_second');
    expect(specs).toMatchObject([
      { name: 'ipc', unit: 'insn per cycle', text: 'instructions / cycles' },
      { name: 'branch-miss-rate', unit: '%' },
      { name: 'context-switch-rate', unit: '/sec' },
    ]);
  });

  it.each(builtinMetrics.map((metric) => [metric.name, metric] as const))(
    '%s is made of known events',
    (name, metric) => {
      expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      const [spec] = parseMetrics(name);
      expect(spec).toMatchObject({ name, unit: metric.unit });
      const events = spec ? metricEvents(spec.expression) : [];
      expect(events.length).toBeGreaterThan(1);
      expect(events.filter((event) => knownSymbol(event) === undefined)).toEqual([]);
    },
  );

  it('has a name of its own', () => {
    const names = builtinMetrics.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('a wrong metric', () => {
  it('is told in one line, with its place', () => {
    expect(() => parseMetrics('ipc=instructions/')).toThrowError(
      "metric 'ipc=instructions/', column 18 — the text ends too early — " +
        'write an event, a number, or an expression in parentheses',
    );
  });

  it.each([
    ['', '@0 a metric is missing'],
    ['ipc,', '@4 a metric is missing'],
    ['ipc, ,cpi', '@5 a metric is missing'],
    ['ipx', "@0 'ipx' is not a known metric ~ ipc"],
    ['ipc, llc-mis-rate', "@5 'llc-mis-rate' is not a known metric ~ llc-miss-rate l1d-miss-rate l1i-miss-rate"],
    ['instructions/cycles', "@0 the expression 'instructions/cycles' has no name"],
    ['=cycles', '@0 the metric has no name'],
    ['a<=b', "@0 'a<' before '=' is not a name but an expression"],
    ['cpu@event\\=1@', "@0 'cpu@event\\' before '=' is not a name but an expression"],
    ['a\u001b[31m=1', '@0 the name has characters that cannot be shown'],
    ['a\u202eb=1', '@0 the name has characters that cannot be shown'],
    ['a\ud800=1', '@0 the name has characters that cannot be shown'],
    [`${'n'.repeat(129)}=1`, '@0 a name of 129 characters'],
    ['m=', '@2 the text ends too early'],
    ['m=a b', "@4 unexpected 'b'"],
    ['m=a,,n=b', '@4 a metric is missing'],
    ['m==a', "@2 unexpected '='"],
    ['m=a+', '@4 the text ends too early'],
    ['m=*a', "@2 unexpected '*'"],
    ['m=+a', "@2 unexpected '+'"],
    ['m=(a', '@4 the text ends too early'],
    ['m=a)', "@3 unexpected ')'"],
    ['m=()', "@3 unexpected ')'"],
    ['m=(a,b)', "@4 unexpected ','"],
    ['m=a<b<c', '@5 a comparison of a comparison'],
    ['m=a=b', "@3 unexpected '='"],
    ['m=a!b', "@3 unexpected '!'"],
    ['m=if', "@2 unexpected 'if'"],
    ['m=a if b', '@8 the text ends too early'],
    ['m=a else b', "@4 unexpected 'e'"],
    ['m=a\u0000', "@3 unexpected '\\x00'"],
    ['m=#num_cpus', "@2 unexpected '#'"],
    ['m=cpu/event=1/', "@11 unexpected '='"],
    ['m=cpu@event\\=1', "@5 unexpected '@'"],
    ['m=0x10', "@3 unexpected 'x'"],
    ['m=2cycles', "@3 unexpected 'c'"],
    ['m=1.2.3', "@5 unexpected '.'"],
    ['m=1e999', '@2 the number is too large'],
    ['m=foo(a)', "@2 'foo' is not a function"],
    ['m=mim(a,b)', "@2 'mim' is not a function ~ min"],
    ['m=min(a)', '@2 min has 1 argument'],
    ['m=abs(a, b)', '@2 abs has 2 arguments'],
    ['m=d_ratio(a,b,c)', '@2 d_ratio has 3 arguments'],
    ['m=min()', "@6 unexpected ')'"],
    ['m=1+cycles-instructions', "@4 'cycles-instructions' is read as the name of one event"],
    ['m=cycles-1', "@2 'cycles-1' is read as the name of one event"],
    ['m=1+a\\,b', "@4 'a,b' is more than one event"],
    ['m=\\{a\\,b\\}', "@2 '{a,b}' is more than one event"],
    ['m=cycles:y', "@2 'cycles:y' is no event: 'y' is not a modifier"],
  ])('%j', (text, expected) => {
    expect(describeMetrics(text)).toBe(`BAD_METRIC${expected}`);
  });

  it('says what a minus between names needs', () => {
    expect(() => parseMetrics('m=cycles-instructions')).toThrowError(/put spaces around the sign: cycles - instruct/);
    expect(() => parseMetrics('m=cycles:u-cycles:k')).toThrowError(/put spaces around - to subtract/);
  });

  it('says how a PMU event is written', () => {
    expect(() => parseMetrics('m=cpu/event=1/')).toThrowError(/a PMU event is pmu@event\\=0x3c@/);
  });
});

describe('bounds', () => {
  const deep = (levels: number) => [
    `m=${'('.repeat(levels)}a${')'.repeat(levels)}`,
    `m=${'-'.repeat(levels)}a`,
    `m=${'abs('.repeat(levels)}a${')'.repeat(levels)}`,
    `m=${'a if b else '.repeat(levels)}c`,
  ];

  it('takes 64 levels and no more', () => {
    for (const text of deep(64)) expect(() => parseMetrics(text)).not.toThrow();
    for (const text of deep(65)) expect(describeMetrics(text)).toMatch(/^BAD_METRIC@\d+ more than 64 levels/);
  });

  it('refuses a text past 4096 characters', () => {
    expect(describeMetrics('('.repeat(5000))).toBe('BAD_METRIC@4096 a text of 5000 characters');
  });

  it('takes a sum as long as the text may be', () => {
    const [sum] = parseMetrics(`m=${'a+'.repeat(2046)}b`);
    expect(sum && metricEvents(sum.expression)).toEqual(['a', 'b']);
  });
});

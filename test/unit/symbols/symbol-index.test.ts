import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { HostFiles } from '../../../src/host/host-files';
import { demangled, withoutParameters } from '../../../src/symbols/demangle';
import { readKernelIndex } from '../../../src/symbols/kernel-index';
import { SymbolIndex } from '../../../src/symbols/symbol-index';

const index = (symbols: readonly [start: number, size: number, name: string][], isBetter = () => true) =>
  SymbolIndex.of({
    starts: Float64Array.from(symbols, ([start]) => start),
    sizes: Float64Array.from(symbols, ([, size]) => size),
    isBetter,
    nameOf: (id) => symbols[id]?.[2] ?? '',
  });

const nameIn = (found: SymbolIndex, address: number): string | undefined => {
  const position = found.find(address);
  return position < 0 ? undefined : found.nameAt(position);
};

describe('an index of symbols', () => {
  it('finds the one that an address lies in, and none between them', () => {
    const found = index([
      [300, 10, 'c'],
      [100, 50, 'a'],
      [200, 10, 'b'],
    ]);
    expect([99, 100, 149, 150, 205, 299, 309, 310].map((address) => nameIn(found, address))).toEqual([
      ...[undefined, 'a', 'a', undefined, 'b', undefined, 'c', undefined],
    ]);
  });

  it('ends one without a size where the next begins, and the last behind its page', () => {
    const found = index([
      [4096, 0, 'a'],
      [5000, 0, 'b'],
    ]);
    expect([4999, 5000, 12287, 12288].map((address) => nameIn(found, address))).toEqual(['a', 'b', 'b', undefined]);
  });

  it('of several at one address leaves the one with a size, or the better one', () => {
    expect(
      nameIn(
        index([
          [8, 0, 'bare'],
          [8, 4, 'sized'],
          [20, 4, 'x'],
        ]),
        9,
      ),
    ).toBe('sized');
    expect(
      nameIn(
        index(
          [
            [8, 4, 'a'],
            [8, 4, 'b'],
          ],
          () => false,
        ),
        9,
      ),
    ).toBe('b');
  });

  it('takes a label within a function for a part of it', () => {
    const found = index([
      [100, 50, 'function'],
      [120, 0, 'label'],
      [200, 0, 'alone'],
    ]);
    expect([119, 120, 149, 150, 200].map((address) => nameIn(found, address))).toEqual([
      ...['function', 'function', 'function', 'label', 'alone'],
    ]);
  });

  it('finds what a search one by one finds', () => {
    const symbol = fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 10 }));
    fc.assert(
      fc.property(
        fc.uniqueArray(symbol, { selector: ([start]) => start, maxLength: 60 }),
        fc.nat(520),
        (all, address) => {
          // They do not reach into each other.
          const sorted = [...all].sort(([a], [b]) => a - b);
          const apart = sorted.map(([start, size], i): [number, number, string] => [
            start,
            Math.min(size, (sorted[i + 1]?.[0] ?? 1000) - start),
            String(start),
          ]);
          const expected = apart.find(([start, size]) => address >= start && address < start + size)?.[2];
          expect(nameIn(index(apart), address)).toBe(expected);
        },
      ),
    );
  });
});

describe("the kernel's symbols", () => {
  const folder = mkdtempSync(join(tmpdir(), 'syswide-kallsyms-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const read = (text: string) => {
    writeFileSync(join(folder, 'kallsyms'), text);
    return readKernelIndex(new HostFiles(folder), '/kallsyms');
  };

  it('are found by the lower 48 bits of addresses, modules among them', () => {
    const kernel = read(
      [
        ...['ffffffff81000000 T _text', 'ffffffff81000100 t do_it', 'ffffffff81000200 r not_code'],
        ...['ffffffff81000300 T last', 'ffffffffc0000000 t in_module\t[ext4]', ''],
      ].join('\n'),
    );
    const at = (address: number) => kernel?.index.find(address) ?? -1;
    expect(kernel?.index.nameAt(at(0xffff81000150))).toBe('do_it');
    expect(kernel?.index.nameAt(at(0xffff81000250))).toBe('do_it');
    expect(kernel?.startOf('_text')).toBe(0xffff81000000);
    expect(kernel?.moduleAt(at(0xffffc0000010))).toBe('[ext4]');
    expect(kernel?.moduleAt(at(0xffff81000150))).toBeUndefined();
    // What lies between the kernel and its modules is neither.
    expect(at(0xffffb0000000)).toBe(-1);
  });

  it('are none where they are hidden', () => {
    expect(read('0000000000000000 T _text\n0000000000000000 t do_it\n')).toBeUndefined();
    expect(readKernelIndex(new HostFiles(folder), '/missing')).toBeUndefined();
  });
});

describe('mangled names', () => {
  it.each([
    [
      '_ZN2v88internal12_GLOBAL__N_118IterateObjectCacheEPNS0_7IsolateE',
      'v8::internal::(anonymous namespace)::IterateObjectCache',
    ],
    ['_ZN4core3fmt9Formatter9write_str17h0123456789abcdefE', 'core::fmt::Formatter::write_str'],
    ['_RNvCskwGfYPst2Cb_3foo3bar', 'foo::bar'],
    ['_ZN3fooclEi', 'foo::operator()'],
    ['_Znwm@plt', 'operator new@plt'],
    ['_ZThn8_N1a1b1cEi', 'non-virtual thunk to a::b::c(int)'],
    ['main', 'main'],
    ['_Zbad', '_Zbad'],
    // Of Node and V8, as c++filt -p shows them.
    [
      '_ZN4node10StreamBase8JSMethodIXadL_ZNS0_6WritevERKN2v820FunctionCallbackInfoINS2_5ValueEEEEEEEvS7_',
      'node::StreamBase::JSMethod<&node::StreamBase::Writev>',
    ],
    [
      '_ZN4node12_GLOBAL__N_16Parser5ProxyIMS1_FivEXadL_ZNS1_15on_chunk_headerEvEEE3RawEP18llhttp__internal_s',
      'node::(anonymous namespace)::Parser::Proxy<int (node::(anonymous namespace)::Parser::*)(), ' +
        '&node::(anonymous namespace)::Parser::on_chunk_header>::Raw',
    ],
    [
      '_ZN2v88internal24SharedMacroAssemblerBase9AvxHelperINS0_11XMMRegisterEhJEE4emitIXadL_ZNS0_9Assembler6vpslldES3_S3_hEE' +
        'XadL_ZNS6_5pslldES3_hEEEEvS3_h',
      'v8::internal::SharedMacroAssemblerBase::AvxHelper<v8::internal::XMMRegister, unsigned char>::' +
        'emit<&v8::internal::Assembler::vpslld, &v8::internal::Assembler::pslld>',
    ],
    [
      '_ZNSt17_Function_handlerIFN2v88internal5TNodeINS1_6ObjectEEEvEZNS1_8compiler22JSCallReducerAssembler8CopyNodeEvE' +
        'UlvE_E9_M_invokeERKSt9_Any_data',
      'std::_Function_handler<v8::internal::TNode<v8::internal::Object> (), ' +
        'v8::internal::compiler::JSCallReducerAssembler::CopyNode()::{lambda()#1}>::_M_invoke',
    ],
    [
      '_ZNSt17_Function_handlerIFN2v810MaybeLocalINS0_5ValueEEERKN4node26StartExecutionCallbackInfoEEPS8_E9_M_invokeE' +
        'RKSt9_Any_dataS7_',
      'std::_Function_handler<v8::MaybeLocal<v8::Value> (node::StartExecutionCallbackInfo const&), ' +
        'v8::MaybeLocal<v8::Value> (*)(node::StartExecutionCallbackInfo const&)>::_M_invoke',
    ],
    ['_ZTv0_n24_N2v88internal8OFStreamD0Ev', 'virtual thunk to v8::internal::OFStream::~OFStream()'],
    [
      '_ZNSt15_Sp_counted_ptrIDnLN9__gnu_cxx12_Lock_policyE2EE10_M_disposeEv',
      'std::_Sp_counted_ptr<decltype(nullptr), (__gnu_cxx::_Lock_policy)2>::_M_dispose',
    ],
    ['_ZNSolsEi', 'std::basic_ostream<char, std::char_traits<char> >::operator<<'],
    ['_Z1fISsEvv', 'f<std::basic_string<char, std::char_traits<char>, std::allocator<char> > >'],
    [
      '_ZZN2v88internalL26EnumerateCompiledFunctionsEPNS0_4HeapEENKUlNS0_18SharedFunctionInfoENS0_12AbstractCodeEE0_clES3_S4_',
      'v8::internal::EnumerateCompiledFunctions(v8::internal::Heap*)::' +
        '{lambda(v8::internal::SharedFunctionInfo, v8::internal::AbstractCode)#2}::operator()',
    ],
    ['_ZNSoC1Ev', 'std::basic_ostream<char, std::char_traits<char> >::basic_ostream'],
    ['_ZGTtNSt11logic_errorD0Ev', 'transaction clone for std::logic_error::~logic_error()'],
    ['_Z12div_operatorP7rtx_def12machine_mode', 'div_operator'],
    ['_ZL10CURRENCIES', 'CURRENCIES'],
    ['_Znwm@@GLIBCXX_3.4', 'operator new'],
    ['_Znwm@plt', 'operator new@plt'],
    ['_Zwrong@@VERSION', '_Zwrong@@VERSION'],
    ['stdout@@GLIBC_2.2.5', 'stdout@@GLIBC_2.2.5'],
    ['_ZSt4cout@@GLIBCXX_3.4', 'std::cout'],
    ['_ZN2v88internal12_GLOBAL__N_15flagsE', 'v8::internal::(anonymous namespace)::flags'],
    ['_ZTVN6icu_7818CharStringByteSinkE', 'vtable for icu_78::CharStringByteSink'],
    ['_ZTVN12_GLOBAL__N_11AE', 'vtable for (anonymous namespace)::A'],
    ['_ZTT3abc', 'VTT for abc'],
  ])('%s is %s', (name, expected) => {
    expect(demangled(name)).toBe(expected);
  });

  it('lose their parameters', () => {
    expect(withoutParameters('a::b(int, c<d(e)>) const')).toBe('a::b');
    expect(withoutParameters('f(int) [clone .isra.0] [clone .cold]')).toBe('f');
    expect(withoutParameters('f(int)::local')).toBe('f(int)::local');
    expect(withoutParameters('a<(unsigned long)16, (bool)1>::f()')).toBe('a<16ul, true>::f');
    expect(withoutParameters('plain')).toBe('plain');
    expect(withoutParameters('odd)')).toBe('odd)');
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as bindings from 'gecko-profiler-demangle/index_bg.js';
import { withMemoryLimit } from './memory-limit';
import { gnuArguments, isName } from './template-arguments';

/** What C++ and Rust compilers make of names begins so; others are given back as they are. */
const mangled = /^(?:_Z|_R)/;

interface Exports {
  readonly __wbindgen_start: () => void;
  readonly memory: { readonly grow: (pages: number) => number };
}

/** What of it is used here: Node has it, and its types do not. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Exports };
}

let isReady: boolean | undefined;
let memory: Exports['memory'] | undefined;

/** Of 64 KiB: a name of 300 bytes can stand for gigabytes, and then has none. */
const MOST_PAGES = 64;

/** Each takes a tenth of a second. Programs with more of them are out to do harm: names stay as they are then. */
const MOST_EXHAUSTED = 8;
let exhausted = 0;

/** Makes the demangler ready, which takes a few milliseconds. @returns false where a part of it is missing */
function ready(): boolean {
  if (isReady !== undefined) return isReady;
  const path = [join(__dirname, 'demangle.wasm'), wasmOfPackage()].find((one) => one !== undefined && existsSync(one));
  isReady = path !== undefined;
  if (path === undefined) return false;
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;
  const { exports } = new Instance(new Module(withMemoryLimit(readFileSync(path), MOST_PAGES)), {
    './index_bg.js': bindings,
  });
  memory = exports.memory;
  bindings.__wbg_set_wasm(exports);
  exports.__wbindgen_start();
  return true;
}

/** Where it is when this runs from the sources. */
const wasmOfPackage = (): string | undefined =>
  __dirname.endsWith(join('src', 'symbols'))
    ? join(__dirname, '../../node_modules/gecko-profiler-demangle/index_bg.wasm')
    : undefined;

/** The name as it stands in the source, without the types of a function's parameters. */
export function demangled(name: string): string {
  if (!mangled.test(name) || !ready()) return name;
  // The stub of a call, as we and perf name it, or the version of a symbol, which perf leaves out.
  const at = name.indexOf('@');
  if (at >= 0) {
    const [head, rest] = [name.slice(0, at), name.slice(at)];
    const text = demangled(head);
    return text === head ? name : text + (rest === '@plt' ? rest : '');
  }
  const text = expanded(name);
  // What it does not understand comes back, on some machines without its first underscore.
  return text === name || text === name.slice(1) ? name : withoutParameters(text);
}

/** The same name where the demangler ran out of memory, and has to be made anew. */
function expanded(name: string): string {
  try {
    return bindings.demangle_any(name);
  } catch {
    exhausted += 1;
    // Takes it away from the bindings, which would write into it what they give to the next one.
    memory?.grow(0);
    isReady = exhausted < MOST_EXHAUSTED ? undefined : false;
    return name;
  }
}

/** What may stand behind the parameters of a function. */
const qualifiers = /^(?: const| volatile| &&?)*$/;

/** What GNU's demangler, which perf uses, writes otherwise: numbers of template arguments, stubs, names that have a short form. */
const numbers: readonly [RegExp, string][] = [
  [/\(unsigned long\)(\d+)/g, '$1ul'],
  [/\(unsigned int\)(\d+)/g, '$1u'],
  [/\(long\)(-?\d+)/g, '$1l'],
  [/\(bool\)0/g, 'false'],
  [/\(bool\)1/g, 'true'],
  [/^\{virtual override thunk\(\{offset\(-?\d+\)\}, (.*)\)\}$/g, 'non-virtual thunk to $1'],
  [/^\{virtual override thunk\(\{virtual offset\(-?\d+, -?\d+\)\}, (.*)\)\}$/g, 'virtual thunk to $1'],
  [/\bstd::nullptr_t\b/g, 'decltype(nullptr)'],
  [/\bstd::(io|i|o)stream\b/g, 'std::basic_$1stream<char, std::char_traits<char> >'],
  [/\bstd::string\b/g, 'std::basic_string<char, std::char_traits<char>, std::allocator<char> >'],
  [/<char> >(?=>)/g, '$& '],
  [/(<char> >::~?)(string|(?:io|i|o)stream)\b/g, '$1basic_$2'],
  [/^\{vtable\((.*)\)\}$/g, 'vtable for $1'],
  [/^\{vtt\((.*)\)\}$/g, 'VTT for $1'],
  [/\b_GLOBAL__N_\w*/g, '(anonymous namespace)'],
  // An empty pack of arguments leaves nothing behind.
  [/, (?=>)/g, ''],
];

const stub = /^(?:(?:non-)?virtual thunk to|transaction clone for) /;

/** `a::b(int, c<d>) const [clone .isra.0]` is `a::b`, as perf shows it. */
export function withoutParameters(text: string): string {
  const plain = text.replace(/(?: \[clone [^\]]*\])+$/, '');
  const name = gnuArguments(numbers.reduce((all, [from, to]) => all.replace(from, to), plain));
  // GNU's demangler leaves theirs.
  if (stub.test(name)) return name;
  const end = name.lastIndexOf(')');
  if (end < 0 || !qualifiers.test(name.slice(end + 1))) return name;
  let depth = 0;
  for (let i = end; i >= 0; i -= 1) {
    if (name[i] === ')') depth += 1;
    else if (name[i] === '(') depth -= 1;
    if (depth > 0) continue;
    const before = name.slice(0, i);
    return isName(before) ? name.slice(0, end + 1) : before;
  }
  return name;
}

import { describe, expect, it } from 'vitest';
import { FakeFiles, type FakeTree, temporaryFiles } from '../../fake-host';

const tree: FakeTree = {
  '/a/file': 'text\n',
  '/a/b/c': 'deep',
  '/a/empty/': '',
  '/a/link': { link: 'anon_inode:[perf_event]' },
};

describe.each([
  ['real', () => temporaryFiles(tree)],
  ['fake', () => Object.assign(new FakeFiles(tree), { [Symbol.dispose]: () => {} })],
])('%s files', (_kind, make) => {
  it('are read, listed and followed', () => {
    using files = make();
    expect(files.read('/a/file')).toBe('text\n');
    expect(files.read('/a/none')).toBeUndefined();
    expect(files.read('/a/b')).toBeUndefined();
    expect(files.list('/a')).toEqual(['b', 'empty', 'file', 'link']);
    expect(files.list('/a/file')).toEqual([]);
    expect(files.list('/a/empty')).toEqual([]);
    expect(files.directories('/a')).toEqual(['b', 'empty']);
    expect(files.directories('/none')).toEqual([]);
    expect(files.link('/a/link')).toBe('anon_inode:[perf_event]');
    expect(files.link('/a/file')).toBeUndefined();
  });

  it('tell a missing file from one that may not be opened', () => {
    using files = make();
    expect(files.refusal('/a/file')).toBeUndefined();
    expect(files.refusal('/a/b')).toBeUndefined();
    expect(files.refusal('/a/none')).toBe('missing');
    expect(files.refusal('/a/file/below')).toBe('missing');
  });
});

it('files of another user are denied', () => {
  using files = temporaryFiles({ '/secret': { denied: 'file' } });
  // Permissions do not bind root.
  expect(files.refusal('/secret')).toBe(process.geteuid?.() === 0 ? undefined : 'denied');
  expect(new FakeFiles({ '/secret': { denied: 'directory' } }).refusal('/secret/below')).toBe('denied');
});

import { expect, it } from 'vitest';
import { ownPlace, visiblePlaces } from '../../../../src/gang/registry/place';
import { FakeFiles } from '../../../fake-host';

const paths = (uid: number, runtimeDirectory?: string) =>
  visiblePlaces({ uid, runtimeDirectory }, new FakeFiles({ '/run/user/1000/syswide/a.json': '' })).map(
    ({ path, uid: owner }) => `${path} ${owner}`,
  );

it('a user looks wherever gangs of theirs may be, with and without XDG_RUNTIME_DIR', () => {
  expect(ownPlace({ uid: 1000, runtimeDirectory: undefined }).path).toBe('/tmp/syswide-1000');
  expect(paths(1000)).toEqual(['/tmp/syswide-1000 1000', '/run/user/1000/syswide 1000']);
  // It belongs to somebody else, or is not there.
  expect(paths(1000, '/nonexistent')).toEqual(paths(1000));
});

it('root looks into those of all', () => {
  expect(paths(0)).toEqual(['/run/syswide 0', '/run/user/1000/syswide 1000']);
});

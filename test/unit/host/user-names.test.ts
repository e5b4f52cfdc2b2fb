import { describe, expect, it } from 'vitest';
import { userNames } from '../../../src/host/user-names';
import { FakeFiles } from '../../fake-host';

const passwd =
  'root:x:0:0:root:/root:/bin/sh\n#off:x:5:5::/:\ntoor:x:0:0::/:\nbroken\n+::::::\nann:x:1000:1000:,,,:/home/ann:\n';

describe('user names', () => {
  it('come from the first entry of an id; others stay numbers', () => {
    const nameOf = userNames(new FakeFiles({ '/etc/passwd': passwd }));
    expect([0, 1000, 5, 65534].map(nameOf)).toEqual(['root', 'ann', '5', '65534']);
  });

  it('are numbers without a table', () => {
    expect(userNames(new FakeFiles({}))(0)).toBe('0');
  });
});

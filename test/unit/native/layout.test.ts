import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  commandLayout,
  controlCodes,
  exitLayout,
  openRequestLayout,
  SHIM_ABI_VERSION,
  STANDBY_IDLE,
  spanLayout,
  standbyLayout,
} from '../../../src/native/layout';

const header = readFileSync(new URL('../../../native-shim/src/shim.h', import.meta.url), 'utf8');

/** Offsets of a struct of the header, under the names of this side. Its fields have fixed widths, so C aligns to them. */
function layoutOf(struct: string): Record<string, number> {
  const body = new RegExp(`^struct ${struct} \\{(.*?)^\\}`, 'ms').exec(header)?.[1] ?? '';
  const layout: Record<string, number> = {};
  let end = 0;
  for (const [, bits, name = ''] of body.matchAll(/^\s*u?int(32|64)_t (\w+);/gm)) {
    const width = Number(bits) / 8;
    const offset = Math.ceil(end / width) * width;
    layout[name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())] = offset;
    end = offset + width;
  }
  return { size: end, ...layout };
}

test.each([
  ['sw_open_request', openRequestLayout],
  ['sw_span', spanLayout],
  ['sw_standby', standbyLayout],
  ['sw_command', commandLayout],
  ['sw_exit', exitLayout],
])('%s is laid out as in shim.h', (struct, layout) => {
  expect(layout).toEqual(layoutOf(struct));
  expect(header).toContain(`_Static_assert(sizeof(struct ${struct}) == ${layout.size},`);
});

test('the ABI version and the control codes are those of shim.h', () => {
  expect(header).toContain(`#define SW_ABI_VERSION ${SHIM_ABI_VERSION}\n`);
  expect(header).toContain(`SW_STANDBY_IDLE = ${STANDBY_IDLE} `);
  const { enable, disable, reset } = controlCodes;
  expect(header).toContain(`SW_ENABLE = ${enable}, SW_DISABLE = ${disable}, SW_RESET = ${reset} `);
});

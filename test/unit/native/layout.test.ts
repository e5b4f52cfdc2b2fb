import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { STEP_WORDS } from '../../../src/native/kernel';
import {
  addressLayout,
  BATCH,
  callNodeLayout,
  commandLayout,
  controlCodes,
  eventIdLayout,
  exitLayout,
  histogramFlags,
  histogramSelfLayout,
  keyFlags,
  momentsLayout,
  NOWHERE,
  openRequestLayout,
  otherRecordLayout,
  rangeLayout,
  SHIM_ABI_VERSION,
  STANDBY_IDLE,
  sampledThreadLayout,
  sampleLayout,
  sampleLayoutLayout,
  samplesReadLayout,
  spanLayout,
  standbyLayout,
  stepLayout,
  threadLayout,
  tickerPlanLayout,
  tickLayout,
  tickPartLayout,
  varintWays,
} from '../../../src/native/layout';

const header = readFileSync(new URL('../../../native-shim/src/shim.h', import.meta.url), 'utf8');

/** Offsets of a struct of the header, under the names of this side. Its fields have fixed widths, so C aligns to them. */
function layoutOf(struct: string): Record<string, number> {
  const body = new RegExp(`^struct ${struct} \\{(.*?)^\\}`, 'ms').exec(header)?.[1] ?? '';
  const layout: Record<string, number> = {};
  let end = 0;
  for (const [, bits = '64', name = '', items = '1'] of body.matchAll(
    /^\s*(?:u?int(32|64)_t|double) (\w+)(?:\[(\d+)\])?;/gm,
  )) {
    const width = Number(bits) / 8;
    const offset = Math.ceil(end / width) * width;
    layout[name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())] = offset;
    end = offset + width * Number(items);
  }
  return { size: end, ...layout };
}

test.each([
  ['sw_open_request', openRequestLayout],
  ['sw_span', spanLayout],
  ['sw_ticker_plan', tickerPlanLayout],
  ['sw_tick_part', tickPartLayout],
  ['sw_tick', tickLayout],
  ['sw_step', stepLayout],
  ['sw_standby', standbyLayout],
  ['sw_command', commandLayout],
  ['sw_exit', exitLayout],
  ['sw_sample', sampleLayout],
  ['sw_range', rangeLayout],
  ['sw_address', addressLayout],
  ['sw_sample_layout', sampleLayoutLayout],
  ['sw_event_id', eventIdLayout],
  ['sw_thread', threadLayout],
  ['sw_sampled_thread', sampledThreadLayout],
  ['sw_moments', momentsLayout],
  ['sw_other_record', otherRecordLayout],
  ['sw_samples_read', samplesReadLayout],
  ['sw_call_node', callNodeLayout],
  ['sw_histogram_self', histogramSelfLayout],
])('%s is laid out as in shim.h', (struct, layout) => {
  expect(layout).toEqual(layoutOf(struct));
  expect(header).toContain(`_Static_assert(sizeof(struct ${struct}) == ${layout.size},`);
});

test('the flags of a histogram are those of shim.h', () => {
  for (const [name, bit] of Object.entries(histogramFlags)) {
    expect(header).toMatch(new RegExp(`\\bSW_HISTOGRAM_${name.toUpperCase()} = ${bit},`));
  }
});

test('the ABI version and all codes are those of shim.h', () => {
  expect(header).toContain(`#define SW_ABI_VERSION ${SHIM_ABI_VERSION}\n`);
  expect(header).toContain(`SW_STANDBY_IDLE = ${STANDBY_IDLE} `);
  expect(header).toContain(`#define SW_NOWHERE (${NOWHERE})\n`);
  expect(header).toContain(`#define SW_BATCH ${BATCH}\n`);
  const { event, pid, tid, cpu } = keyFlags;
  expect(header).toContain(`SW_KEY_EVENT = ${event}, SW_KEY_PID = ${pid}, SW_KEY_TID = ${tid}, SW_KEY_CPU = ${cpu} `);
  const { plain, up, signed, delta, runs } = varintWays;
  expect(header).toContain(`SW_VARINT_PLAIN = ${plain}, SW_VARINT_UP = ${up}, SW_VARINT_SIGNED = ${signed}, `);
  expect(header).toContain(`SW_VARINT_DELTA = ${delta}, SW_VARINT_RUNS = ${runs} `);
  const { enable, disable, reset } = controlCodes;
  expect(header).toContain(`SW_ENABLE = ${enable}, SW_DISABLE = ${disable}, SW_RESET = ${reset} `);
});

test('what JavaScript is given of a step are the words of sw_step', () => {
  expect(STEP_WORDS * 8).toBe(stepLayout.size);
});

import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readdirSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SyswideError } from '../../../../src/base/error';
import { PerfControl, parsePerfControl } from '../../../../src/gang/registry/perf-control';
import { FakeGang, ownRegistry } from './fake-gang';

let registry: ReturnType<typeof ownRegistry>;
let gang: FakeGang;
let ctl: string;
let ack: string;
beforeEach(() => {
  registry = ownRegistry();
  gang = new FakeGang();
  [ctl, ack] = [join(registry.folder, 'ctl'), join(registry.folder, 'ack')];
  execFileSync('mkfifo', [ctl, ack]);
});
afterEach(() => registry.remove());

const { O_NONBLOCK, O_RDWR } = constants;

/** What the other side finds in the ack FIFO. */
function readAcks(fd: number): string {
  const bytes = Buffer.alloc(4096);
  try {
    return bytes.toString('latin1', 0, readSync(fd, bytes));
  } catch {
    return '';
  }
}

function conversation(spec: string) {
  const acks = openSync(ack, O_RDWR | O_NONBLOCK);
  const control = PerfControl.open(parsePerfControl(spec));
  const writer = openSync(ctl, O_RDWR | O_NONBLOCK);
  return {
    control,
    send: (text: string) => {
      writeSync(writer, text);
      return control.onReadable(gang);
    },
    acks: () => readAcks(acks),
    end: () => {
      control.close();
      closeSync(acks);
      closeSync(writer);
    },
  };
}

describe('the text of --control', () => {
  it.each([
    ['fd:5', { kind: 'fd', control: '5' }],
    ['fd:5,6', { kind: 'fd', control: '5', ack: '6' }],
    ['fifo:/tmp/c', { kind: 'fifo', control: '/tmp/c' }],
    ['fifo:c,a b', { kind: 'fifo', control: 'c', ack: 'a b' }],
    ['fifo:c,', { kind: 'fifo', control: 'c' }],
  ])('%s', (text, spec) => {
    expect(parsePerfControl(text)).toEqual(spec);
  });

  it.each(['', '5', 'fd:', 'fd:x', 'fd:5,x', 'fd:5,6,7', 'fd:-1', 'fifo:', 'fifo:,a', 'pipe:5'])(
    '%j is refused',
    (text) => {
      expect(() => parsePerfControl(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
    },
  );
});

describe('commands', () => {
  it('are done and acknowledged with the five bytes that perf writes', () => {
    const talk = conversation(`fifo:${ctl},${ack}`);
    expect(talk.send('ping\n')).toEqual([]);
    expect(talk.acks()).toBe('ack\n\0');
    talk.send('disable\nenable\nstop\n');
    expect(talk.acks()).toBe('ack\n\0'.repeat(3));
    expect(gang.asked).toEqual(['disable', 'enable', 'stop']);
    talk.end();
  });

  it('may come in pieces, and end in NUL', () => {
    const talk = conversation(`fifo:${ctl},${ack}`);
    talk.send('dis');
    talk.send('able');
    expect(gang.asked).toEqual([]);
    talk.send('\0');
    expect(gang.asked).toEqual(['disable']);
    talk.end();
  });

  it.each(['explode', 'snapshot', 'enable cycles', 'constructor', '', 'x'.repeat(3000)])(
    '%j is neither done nor acknowledged, and what follows is',
    (line) => {
      const talk = conversation(`fifo:${ctl},${ack}`);
      expect(talk.send(`${line}\nenable\n`)).toEqual([]);
      expect(gang.asked).toEqual(['enable']);
      expect(talk.acks()).toBe('ack\n\0');
      talk.end();
    },
  );

  it('that fail are told and not acknowledged', () => {
    const talk = conversation(`fifo:${ctl},${ack}`);
    gang.failure = new SyswideError('CONTROL_FAILED', { what: 'a', why: 'b', remedy: 'c' });
    expect(talk.send('enable\n')).toEqual([gang.failure]);
    expect(talk.acks()).toBe('');
    talk.end();
  });

  it('need nobody to read their acks', () => {
    const talk = conversation(`fifo:${ctl},${ack}`);
    for (let i = 0; i < 20_000; i++) talk.send('ping\n');
    expect(talk.acks()).toHaveLength(4096);
    talk.end();
  });

  it('come from inherited fds too, which stay open', () => {
    const [inherited, reply] = [openSync(ctl, O_RDWR), openSync(ack, O_RDWR)];
    const before = readdirSync('/proc/self/fd').length;
    const control = PerfControl.open(parsePerfControl(`fd:${inherited},${reply}`));
    expect(control.onReadable(gang)).toEqual([]);
    writeSync(inherited, 'disable\n');
    control.onReadable(gang);
    expect(gang.asked).toEqual(['disable']);
    expect(readAcks(reply)).toBe('ack\n\0');
    control.close();
    expect(readdirSync('/proc/self/fd').length).toBe(before);
    writeSync(inherited, 'x');
    closeSync(inherited);
    closeSync(reply);
  });

  it('end with what they come from', () => {
    const file = join(registry.folder, 'file');
    writeFileSync(file, 'disable\n');
    const control = PerfControl.open(parsePerfControl(`fifo:${file}`));
    control.onReadable(gang);
    expect(control.hasEnded).toBe(false);
    control.onReadable(gang);
    expect([gang.asked, control.hasEnded]).toEqual([['disable'], true]);
    control.close();
  });
});

it.each(['fd:4711', 'fifo:/no/such/fifo'])('%s that is not there leaves nothing open', (text) => {
  const before = readdirSync('/proc/self/fd').length;
  const open = () => PerfControl.open({ ...parsePerfControl(text) });
  expect(open).toThrow(expect.objectContaining({ code: 'USAGE' }));
  expect(() => PerfControl.open(parsePerfControl(`fifo:${ctl},/no/such/fifo`))).toThrow(/mkfifo/);
  expect(readdirSync('/proc/self/fd').length).toBe(before);
});

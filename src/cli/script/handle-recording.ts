import { visible } from '../../base/safe-text';
import { HostFiles } from '../../host/host-files';
import { LazyScriptEvent } from '../../profile/lazy-script-event';
import { Places } from '../../profile/places';
import { Programs } from '../../profile/programs';
import { Recording } from '../../profile/recording';
import type { SampleCursor } from '../../profile/sample-cursor';
import { sampleFilter } from '../../profile/sample-filter';
import { StackUnwinder } from '../../profile/stack-unwinder';
import type { ThreadState } from '../../profile/timeline';
import { CellTexts } from '../../report/profile/cell-text';
import { chainNotices } from '../chain-notice';
import { complain } from '../console';
import { accepting } from '../function-filter';
import { endOfRecording } from '../recording-end';
import { filterFor } from '../recording-filter';
import { inputName, withSpooledInput } from '../spooled-input';
import { HandlerFile } from './handler-file';
import type { ScriptOptions } from './script-options';

/**
 * `syswide script FILE`: calls a user's handlers for the samples of a recording, in the order of their time.
 * @returns the exit status
 * @throws SyswideError HANDLER_FAILED, BAD_FILE
 */
export async function handleRecording(file: string, options: ScriptOptions): Promise<number> {
  const { input, owner, symbols, functions } = options;
  const handlers = await HandlerFile.load(file);
  const recording = withSpooledInput(input, (path) => Recording.open(path, owner));
  try {
    const filter = filterFor(options.filter, recording);
    const { timeline, kernel, processes } = recording.readTasks();
    const programs = new Programs(new HostFiles(), recording.builds, symbols, processes);
    const places = new Places(programs, kernel, recording.dsos);
    const events = recording.events.all.map(({ name, config }) => ({
      name,
      format: recording.tracepoints.get(Number(config)),
      handler: handlers.of(name),
    }));
    const { comms, littleEndian } = recording;
    const eventOf = (sample: SampleCursor, { comm, memory }: ThreadState, view: DataView): LazyScriptEvent => {
      const { name = '', format } = events[sample.event] ?? {};
      const { cpu, pid, tid, period, rawAt, rawLength, words, chainAt, chainLength } = sample;
      const whole = (low: number, high: number) => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
      return new LazyScriptEvent({
        ...{ name, cpu, pid, tid, period, littleEndian, memory, places },
        time: whole(sample.timeLow, sample.timeHigh),
        comm: comms.textOf(comm),
        ip: whole(sample.ipLow, sample.ipHigh),
        addr: whole(sample.addrLow, sample.addrHigh),
        chain: words.slice(chainAt, chainAt + chainLength * 2),
        ...(format ? { format } : {}),
        ...(rawAt < 0 ? {} : { raw: copied(view, rawAt, rawLength) }),
      });
    };
    const unwinder = StackUnwinder.for(recording, programs);
    const wanted = sampleFilter(filter, comms);
    const isOfFunction = accepting(functions, new CellTexts(places.cells));
    await handlers.begin();
    recording.eachInOrder((sample, view) => {
      const handler = events[sample.event]?.handler;
      if (!handler) return;
      const state = timeline.stateAt(sample.pid, sample.tid, sample.time);
      if (wanted && !wanted(sample, state.comm)) return;
      const isFrom = () => isOfFunction?.(places.cellAt(sample.mode, state.memory, sample.ipLow, sample.ipHigh));
      if (isOfFunction && !isFrom()) return;
      unwinder?.unwind(sample, state.memory);
      handler(eventOf(sample, state, view));
    });
    await handlers.end();
    const recorded = new Set(events.map(({ name }) => name));
    const absent = handlers.events.filter((name) => !recorded.has(name));
    if (absent.length > 0) complain(`# ${visible(inputName(input))} has no samples of ${visible(absent.join(', '))}`);
    return endOfRecording(input, recording, [...programs.notices, ...chainNotices(recording.events.all)]);
  } finally {
    recording.close();
  }
}

/** Raw data that stay when the record has gone. */
const copied = (view: DataView, at: number, length: number): DataView =>
  new DataView(view.buffer.slice(view.byteOffset + at, view.byteOffset + at + length));

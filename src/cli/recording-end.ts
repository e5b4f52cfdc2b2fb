import { SyswideError } from '../base/error';
import type { Recording } from '../profile/recording';
import { complain, errorLine } from './console';
import { exitStatus } from './exit-status';
import { inputName } from './spooled-input';

/** What is said of a recording once it has been read. */
type Read = Pick<Recording, 'recovered' | 'unread' | 'malformed' | 'damaged'>;

/**
 * Tells a person what could not be read of a recording that was read to its end. What could be is shown all the same.
 * @param notices of those who looked up names
 * @param quiet tells nothing but errors
 * @returns the exit status: a script must not take a part for the whole
 */
export function endOfRecording(path: string, recording: Read, notices: readonly string[] = [], quiet = false): number {
  for (const notice of quiet ? [] : notices) complain(`# ${notice}`);
  if (!quiet && recording.recovered === 'the writer was killed') {
    complain('# the writer was killed: read up to the last whole record');
  }
  const lost = damageOf(recording);
  if (lost.length === 0) return exitStatus.success;
  const error = new SyswideError('BAD_FILE', {
    what: `cannot read all of ${inputName(path)}`,
    why: lost.join('; '),
    remedy: 'what is shown is the rest of it: record it again',
  });
  complain(errorLine(error));
  return exitStatus.failed;
}

function damageOf({ recovered, unread, malformed, damaged }: Read): string[] {
  return [
    ...(recovered === 'the file was cut off' ? ['it was cut off'] : []),
    ...(unread > 0 ? [`its last ${unread} bytes are no whole record`] : []),
    ...(malformed > 0 ? [`${malformed} of its records are malformed`] : []),
    ...(damaged.size > 0 ? [`damaged are ${[...damaged].join(', ')}`] : []),
  ];
}

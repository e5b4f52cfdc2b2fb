import type { Recording } from '../profile/recording';

/** What could not be read of a recording that was read to its end, for a person. */
export function recordingNotices({ recovered, unread }: Recording): string[] {
  return [
    ...(recovered ? [`${recovered}: read up to the last whole record`] : []),
    ...(unread > 0 ? [`the last ${unread} bytes could not be read`] : []),
  ];
}

import type { Owner } from '../perfdata/input-file';

/** The option value as commander hands it over. */
export interface RawForceOption {
  readonly force?: boolean;
}

/** Whose recordings are read. */
export const recordingOwner = ({ force }: RawForceOption): Owner => (force ? 'anybody' : 'trusted');

import { hitPrograms } from '../profile/hit-programs';
import type { Recording } from '../profile/recording';

/** As long as a build-id mostly is, in hexadecimal: shorter ones are filled up, and where none is known there is room for it. */
const WIDTH = 40;

/**
 * The programs of a recording with their build-ids, a line each. One that lists none has those in which samples were taken.
 * Source: perf_session__list_build_ids() in tools/perf/builtin-buildid-list.c, Linux 6.1.
 * @param isHit only those in which samples were taken
 */
export function buildList(recording: Recording, isHit: boolean): string[] {
  const hits = isHit || !recording.listsBuilds ? new Set(hitPrograms(recording)) : undefined;
  const { builds } = recording;
  const line = (id: string, path: string): string => `${id.padEnd(WIDTH)} ${path}`;
  const ids = new Map(builds.map(({ path, id }) => [path, id.toString('hex')]));
  if (!hits) return builds.map(({ path, id }) => line(id.toString('hex'), path));
  const listed = recording.listsBuilds ? [...ids.keys()].filter((path) => hits.has(path)) : [];
  return [...new Set([...listed, ...hits])].map((path) => line(ids.get(path) ?? '', path));
}

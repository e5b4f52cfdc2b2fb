import type { StackKeys } from './stack-collector';

/** What entries of a histogram can be told apart by. */
export const sortKeys = [
  'event',
  'comm',
  'pid',
  'tid',
  'cpu',
  'socket',
  'cgroup',
  'dso',
  'sym',
  'srcline',
  'parent',
] as const;
export type SortKey = (typeof sortKeys)[number];

/** What samples have to be told apart by for that. */
export const stackKeysFor = (keys: readonly SortKey[]): StackKeys => ({
  event: true,
  comm: true,
  pid: keys.includes('pid'),
  tid: keys.includes('tid'),
  cpu: keys.includes('cpu') || keys.includes('socket'),
  cgroup: keys.includes('cgroup'),
});

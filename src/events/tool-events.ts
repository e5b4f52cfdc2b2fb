/** Counted by syswide itself, not by the kernel's perf_event: wall time and the resource usage of the command. */
export const toolEvents = {
  duration_time: 'wall-clock time of the measurement, in ns',
  user_time: 'time the command and its children ran in user space, in ns',
  system_time: 'time the kernel ran for the command and its children, in ns',
} as const;

export type ToolEvent = keyof typeof toolEvents;

export const isToolEvent = (name: string): name is ToolEvent => Object.hasOwn(toolEvents, name);

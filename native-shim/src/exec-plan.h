/*
 * An exec(2) prepared so far that nothing but system calls is left for the forked child: after a fork in a process
 * with threads it must not allocate, nor take any lock.
 */
#ifndef SYSWIDE_EXEC_PLAN_H
#define SYSWIDE_EXEC_PLAN_H

#include <stdint.h>

struct exec_plan {
	char **argv;       /* NULL-terminated */
	char **shell_argv; /* the same behind "/bin/sh"; [1] is filled in when a candidate turns out to be a script */
	char **candidates; /* files to try, in order, NULL-terminated */
	void *memory;      /* holds all of the above */
};

/*
 * Prepares `argc` strings packed into `length` bytes, each NUL-terminated. Returns 0 or -errno.
 * The plan borrows `packed`, and is given back with exec_plan_free().
 */
int exec_plan_prepare(struct exec_plan *plan, const char *packed, uint32_t length, uint32_t argc);
void exec_plan_free(struct exec_plan *plan);

/* Replaces the process, as execvp(3) would; returns the errno of the failure. Async-signal-safe. */
int exec_plan_run(const struct exec_plan *plan);

#endif

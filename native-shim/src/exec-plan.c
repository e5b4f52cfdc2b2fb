/* Source: execvp(3) and its errors, as glibc's posix/execvpe.c treats them. */
#include "exec-plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHELL "/bin/sh"
/* What confstr(_CS_PATH) gives on Linux; used when PATH is not set at all. */
#define DEFAULT_PATH "/bin:/usr/bin"

static uint32_t count_strings(const char *packed, uint32_t length)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < length; i++)
		n += !packed[i];
	return n;
}

/* PATH, or "" when the name is a path itself and is tried as it stands. */
static const char *search_path(const char *name)
{
	const char *path = getenv("PATH");

	if (strchr(name, '/') || !*name)
		return "";
	return path ? path : DEFAULT_PATH;
}

static size_t count_directories(const char *path)
{
	size_t n = 1;

	for (; *path; path++)
		n += *path == ':';
	return n;
}

/* Writes directory/name and returns the byte after it. An empty directory means the current one. */
static char *write_candidate(char *to, const char *directory, size_t length, const char *name)
{
	if (!length) {
		directory = ".";
		length = 1;
	}
	to = mempcpy(to, directory, length);
	*to++ = '/';
	return stpcpy(to, name) + 1;
}

static void write_candidates(char **candidates, char *text, const char *path, char *name)
{
	if (strchr(name, '/') || !*name) {
		*candidates = name;
		return;
	}
	for (;;) {
		size_t length = strcspn(path, ":");

		*candidates++ = text;
		text = write_candidate(text, path, length, name);
		if (!path[length])
			return;
		path += length + 1;
	}
}

int exec_plan_prepare(struct exec_plan *plan, const char *packed, uint32_t length, uint32_t argc)
{
	const char *path;
	size_t directories, pointers, text;
	char **slots;

	memset(plan, 0, sizeof(*plan));
	if (!packed || !length || !argc || packed[length - 1] || count_strings(packed, length) != argc)
		return -EINVAL;
	path = search_path(packed);
	directories = count_directories(path);
	/* argv and its end; the shell, the script, the rest and its end; the candidates and their end. */
	pointers = ((size_t)argc + 1) + ((size_t)argc + 2) + (directories + 1);
	text = strlen(path) + directories * (strlen(packed) + sizeof("./"));
	plan->memory = calloc(1, pointers * sizeof(char *) + text);
	if (!plan->memory)
		return -ENOMEM;

	slots = plan->memory;
	plan->argv = slots;
	plan->shell_argv = plan->argv + argc + 1;
	plan->candidates = plan->shell_argv + argc + 2;
	for (uint32_t i = 0; i < argc; i++) {
		/* execve(2) takes char *const [] and does not write; the cast only meets its signature. */
		plan->argv[i] = (char *)packed;
		plan->shell_argv[i + 1] = (char *)packed;
		packed += strlen(packed) + 1;
	}
	plan->shell_argv[0] = (char *)SHELL;
	write_candidates(plan->candidates, (char *)(slots + pointers), path, plan->argv[0]);
	return 0;
}

void exec_plan_free(struct exec_plan *plan)
{
	free(plan->memory);
	memset(plan, 0, sizeof(*plan));
}

/* This candidate cannot be it, but a later one may. */
static int try_next(int error)
{
	return error == ENOENT || error == ENOTDIR || error == EACCES || error == ESTALE || error == ENODEV ||
	       error == ETIMEDOUT;
}

int exec_plan_run(const struct exec_plan *plan)
{
	int denied = 0;

	for (char **candidate = plan->candidates; *candidate; candidate++) {
		execve(*candidate, plan->argv, environ);
		if (errno == ENOEXEC) {
			plan->shell_argv[1] = *candidate;
			execve(SHELL, plan->shell_argv, environ);
		}
		if (!try_next(errno))
			return errno;
		denied |= errno == EACCES;
	}
	/* "Permission denied" tells more than "not found" of the directory tried last. */
	return denied ? EACCES : errno;
}

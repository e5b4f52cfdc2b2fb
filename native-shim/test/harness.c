#include "harness.h"

#include <dirent.h>

static const char *running;
static int skipped;

void check_true(int holds, const char *what, const char *file, int line)
{
	if (holds)
		return;
	fprintf(stderr, "%s:%d: %s: does not hold: %s\n", file, line, running, what);
	exit(1);
}

void check_equal(int64_t got, int64_t wanted, const char *what, const char *file, int line)
{
	if (got == wanted)
		return;
	fprintf(stderr, "%s:%d: %s: %s is %lld, not %lld\n", file, line, running, what, (long long)got,
		(long long)wanted);
	exit(1);
}

void skip(const char *reason)
{
	skipped++;
	printf("  skipped %s: %s\n", running, reason);
}

int run_tests(const char *program, const struct test *tests, size_t n)
{
	int passed;

	for (size_t i = 0; i < n; i++) {
		running = tests[i].name;
		tests[i].run();
	}
	passed = (int)n - skipped;
	if (skipped)
		printf("%s: %d passed, %d skipped\n", program, passed, skipped);
	else
		printf("%s: %d passed\n", program, passed);
	return 0;
}

int runs_in_valgrind(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload && strstr(preload, "vgpreload");
}

void *copy_of(const void *from, size_t size)
{
	void *memory = malloc(size);

	CHECK(memory);
	memcpy(memory, from, size);
	return memory;
}

int count_fds(void)
{
	DIR *directory = opendir("/proc/self/fd");
	int n = 0;

	CHECK(directory);
	while (readdir(directory))
		n++;
	closedir(directory);
	/* Less ".", ".." and the directory itself. */
	return n - 3;
}

/* A test program is a table of functions; each says what it found with CHECK and what it could not try with skip(). */
#ifndef SYSWIDE_TEST_HARNESS_H
#define SYSWIDE_TEST_HARNESS_H

#include "shim.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Ends the program when the condition does not hold. */
#define CHECK(condition) check_true(!!(condition), #condition, __FILE__, __LINE__)

/* The same for two integers, which it shows. */
#define CHECK_EQ(got, wanted) check_equal((int64_t)(got), (int64_t)(wanted), #got, __FILE__, __LINE__)

struct test {
	const char *name;
	void (*run)(void);
};
#define TEST(function) { #function, function }

void check_true(int holds, const char *what, const char *file, int line);
void check_equal(int64_t got, int64_t wanted, const char *what, const char *file, int line);

/* Marks the running test as skipped; it then returns. Printed, because a test that cannot run must be seen. */
void skip(const char *reason);

/* Whether valgrind runs this program. */
int runs_in_valgrind(void);

/* Runs them all and prints one line with their number. */
int run_tests(const char *program, const struct test *tests, size_t n);

/* Memory that ends where the copy does, so that the sanitizer sees who goes beyond; the caller frees it. */
void *copy_of(const void *from, size_t size);

/* How many file descriptors this process has open. */
int count_fds(void);

#endif

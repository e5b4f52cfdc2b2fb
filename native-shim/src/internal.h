/* What the shim's files share and JavaScript never sees. */
#ifndef SYSWIDE_INTERNAL_H
#define SYSWIDE_INTERNAL_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

/*
 * The largest batch: 8192 CPUs (NR_CPUS of the biggest distribution kernels) times 128 events. A larger `n` is a
 * mistake of the caller, and is refused before anything is read at that distance.
 */
#define SW_MAX_BATCH (1u << 20)

static inline uint64_t sw_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* A batch whose array is missing or whose size cannot be meant. */
static inline int sw_bad_batch(const void *array, uint32_t n)
{
	return n > SW_MAX_BATCH || (!array && n);
}

/* Strings that stand one behind the other, the last one ended too. */
static inline int sw_bad_texts(const char *texts, uint32_t length)
{
	return length && (!texts || texts[length - 1]);
}

/* Whether every offset is that of a text, or -1 for none. */
static inline int sw_bad_offsets(const int32_t *offsets, uint32_t n, uint32_t length)
{
	for (uint32_t i = 0; i < n; i++)
		if (offsets[i] < -1 || (offsets[i] >= 0 && (uint32_t)offsets[i] >= length))
			return 1;
	return 0;
}

/* Closes *fd unless it is -1, and makes it so. errno is kept: this runs on the way out of failures. */
static inline void sw_drop_fd(int32_t *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}

#endif

/* Waiting for many file descriptors, off the main thread. Source: ppoll(2), eventfd(2). */
#include "internal.h"
#include "shim.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>

int32_t sw_eventfd(void)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	return fd < 0 ? -errno : fd;
}

/* What is left until `deadline`, never negative. */
static struct timespec time_left(uint64_t deadline)
{
	uint64_t now = sw_now_ns();
	uint64_t left = deadline > now ? deadline - now : 0;

	return (struct timespec){ .tv_sec = (time_t)(left / 1000000000u), .tv_nsec = (long)(left % 1000000000u) };
}

static int32_t wait_until(struct pollfd *polls, uint32_t n, int32_t timeout_ms)
{
	uint64_t deadline = sw_now_ns() + (uint64_t)(timeout_ms < 0 ? 0 : timeout_ms) * 1000000u;

	for (;;) {
		struct timespec left = time_left(deadline);
		int ready = ppoll(polls, n, timeout_ms < 0 ? NULL : &left, NULL);

		if (ready >= 0)
			return ready;
		if (errno != EINTR)
			return -errno;
	}
}

int32_t sw_wait_many(const int32_t *fds, uint32_t n, int32_t timeout_ms, int32_t *ready, uint64_t *woken_ns)
{
	struct pollfd *polls;
	int32_t ret;

	if (!n || sw_bad_batch(fds, n) || sw_bad_batch(ready, n) || timeout_ms < -1)
		return -EINVAL;
	for (uint32_t i = 0; i < n; i++)
		if (fds[i] < 0)
			return -EINVAL;
	polls = calloc(n, sizeof(*polls));
	if (!polls)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		polls[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
	ret = wait_until(polls, n, timeout_ms);
	if (woken_ns)
		*woken_ns = sw_now_ns();
	for (uint32_t i = 0; i < n; i++)
		ready[i] = ret < 0 ? 0 : polls[i].revents;
	free(polls);
	return ret;
}

/* Events that every kernel has and every user may open: software events of the calling thread, user space only. */
#ifndef SYSWIDE_TEST_EVENTS_H
#define SYSWIDE_TEST_EVENTS_H

#include "harness.h"

#include <linux/perf_event.h>

static inline struct perf_event_attr software_event(uint64_t config)
{
	return (struct perf_event_attr){
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(struct perf_event_attr),
		.config = config,
		.disabled = 1,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};
}

static inline struct sw_open_request own_thread(int32_t attr)
{
	return (struct sw_open_request){ .attr = attr, .pid = 0, .cpu = -1, .leader = -1, .leader_fd = -1 };
}

/* sw_open_many() for attrs in an array of struct perf_event_attr. */
static inline int32_t open_events(const struct perf_event_attr *attrs, uint32_t n_attrs,
				  const struct sw_open_request *requests, uint32_t n, int32_t *fds, int32_t *failed)
{
	return sw_open_many((const uint8_t *)attrs, sizeof(*attrs), n_attrs, NULL, NULL, 0, requests, n, fds, failed);
}

static inline int32_t open_event(const struct perf_event_attr *attr)
{
	struct sw_open_request request = own_thread(0);
	int32_t fd, failed;

	CHECK_EQ(open_events(attr, 1, &request, 1, &fd, &failed), 0);
	return fd;
}

#endif

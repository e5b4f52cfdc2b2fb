/* Whether breakpoints are hit here. Virtual machines exist that let every debug register be set, and never report a hit. */
#include "internal.h"
#include "shim.h"

#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>

int32_t sw_breakpoint_hits(void)
{
	static volatile uint64_t watched;
	struct perf_event_attr attr = {
		.type = PERF_TYPE_BREAKPOINT,
		.size = PERF_ATTR_SIZE_VER1,
		.bp_type = HW_BREAKPOINT_W,
		.bp_addr = (uintptr_t)&watched,
		.bp_len = HW_BREAKPOINT_LEN_4,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};
	int32_t fd = (int32_t)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC), ret;
	uint64_t hits;

	if (fd < 0)
		return -errno;
	watched = 1;
	ret = read(fd, &hits, sizeof(hits)) == sizeof(hits) ? hits > 0 : -EIO;
	sw_drop_fd(&fd);
	return ret;
}

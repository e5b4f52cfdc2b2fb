#include "internal.h"
#include "shim.h"

int32_t sw_abi_version(void)
{
	return SW_ABI_VERSION;
}

int32_t sw_page_size(void)
{
	return (int32_t)sysconf(_SC_PAGESIZE);
}

int32_t sw_clock_ns(int32_t clock_id, uint64_t *ns)
{
	struct timespec now;

	if (!ns)
		return -EINVAL;
	if (clock_gettime(clock_id, &now) < 0)
		return -errno;
	*ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	return 0;
}

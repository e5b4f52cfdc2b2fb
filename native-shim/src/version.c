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

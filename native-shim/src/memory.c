#include "growth.h"
#include "shim.h"

#include <sys/random.h>

int32_t sw_random(uint8_t *bytes, uint32_t n)
{
	/* So many come whole. */
	if (n > 256 || (!bytes && n))
		return -EINVAL;
	return getrandom(bytes, n, 0) < 0 ? -errno : 0;
}

int32_t sw_use_whole(uint8_t *memory, uint32_t bytes)
{
	if (!memory && bytes)
		return -EINVAL;
	sw_hint_huge(memory, bytes);
	return 0;
}

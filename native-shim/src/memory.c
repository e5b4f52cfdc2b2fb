#include "growth.h"
#include "shim.h"

int32_t sw_use_whole(uint8_t *memory, uint32_t bytes)
{
	if (!memory && bytes)
		return -EINVAL;
	sw_hint_huge(memory, bytes);
	return 0;
}

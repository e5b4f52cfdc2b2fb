/*
 * The mmap'ed ring buffers. Source: struct perf_event_mmap_page in include/uapi/linux/perf_event.h, whose comments
 * give the barriers: data_head is read before the data it covers, data_tail is written after the data was read.
 */
#include "internal.h"
#include "shim.h"

#include <linux/perf_event.h>
#include <sys/mman.h>

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static int bad_address(uint64_t address)
{
	return !address || address % page_size();
}

static int bad_addresses(const uint64_t *bases, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (bad_address(bases[i]))
			return 1;
	return 0;
}

static struct perf_event_mmap_page *metadata(uint64_t base)
{
	return (struct perf_event_mmap_page *)(uintptr_t)base;
}

int32_t sw_ring_map(int32_t fd, uint32_t data_pages, uint32_t writable, uint64_t *base, uint64_t *length)
{
	int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
	size_t size;
	void *mapping;

	if (!base || !length)
		return -EINVAL;
	*base = 0;
	*length = 0;
	if (fd < 0 || writable > 1 || !data_pages || (data_pages & (data_pages - 1)) ||
	    data_pages >= SIZE_MAX / page_size())
		return -EINVAL;
	size = ((size_t)data_pages + 1) * page_size();
	mapping = mmap(NULL, size, protection, MAP_SHARED, fd, 0);
	if (mapping == MAP_FAILED)
		return -errno;
	*base = (uint64_t)(uintptr_t)mapping;
	*length = size;
	return 0;
}

int32_t sw_ring_unmap(const uint64_t *base, const uint64_t *length)
{
	if (!base || !length || bad_address(*base) || !*length || *length % page_size())
		return -EINVAL;
	return munmap((void *)(uintptr_t)*base, *length) < 0 ? -errno : 0;
}

int32_t sw_ring_heads(const uint64_t *bases, uint32_t n, uint64_t *heads)
{
	if (sw_bad_batch(bases, n) || sw_bad_batch(heads, n) || bad_addresses(bases, n))
		return -EINVAL;
	for (uint32_t i = 0; i < n; i++)
		heads[i] = __atomic_load_n(&metadata(bases[i])->data_head, __ATOMIC_ACQUIRE);
	return 0;
}

int32_t sw_ring_advance(const uint64_t *bases, uint32_t n, const uint64_t *tails)
{
	if (sw_bad_batch(bases, n) || sw_bad_batch(tails, n) || bad_addresses(bases, n))
		return -EINVAL;
	for (uint32_t i = 0; i < n; i++)
		__atomic_store_n(&metadata(bases[i])->data_tail, tails[i], __ATOMIC_RELEASE);
	return 0;
}

#include "events.h"

#include <sys/mman.h>

#define DATA_PAGES 2u

/* Causes n page faults in user space, each of which is one sample of the event under test. */
static void fault(size_t n)
{
	size_t page = (size_t)sw_page_size();
	uint8_t *memory = mmap(NULL, n * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(memory != MAP_FAILED);
	madvise(memory, n * page, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < n; i++)
		((volatile uint8_t *)memory)[i * page] = 1;
	munmap(memory, n * page);
}

static int32_t open_fault_event(int backward)
{
	struct perf_event_attr attr = software_event(PERF_COUNT_SW_PAGE_FAULTS);

	attr.sample_period = 1;
	attr.sample_type = PERF_SAMPLE_IP | PERF_SAMPLE_TIME;
	attr.write_backward = backward;
	return open_event(&attr);
}

/* False, and the test is skipped, when this user may not lock that much memory. */
static int map(int32_t fd, uint32_t writable, uint64_t *base, uint64_t *length)
{
	int32_t ret = sw_ring_map(fd, DATA_PAGES, writable, base, length);

	if (ret == -EPERM) {
		skip("locked-memory limit");
		sw_close_many(&fd, 1);
		return 0;
	}
	CHECK_EQ(ret, 0);
	CHECK_EQ(*length, (DATA_PAGES + 1) * (uint64_t)sw_page_size());
	return 1;
}

static struct perf_event_mmap_page *metadata(uint64_t base)
{
	return (struct perf_event_mmap_page *)(uintptr_t)base;
}

/* Walks the records from tail to head and returns how many samples there are. */
static unsigned int count_samples(uint64_t base, uint64_t tail, uint64_t head)
{
	const uint8_t *data = (const uint8_t *)(uintptr_t)base + metadata(base)->data_offset;
	uint64_t mask = metadata(base)->data_size - 1;
	unsigned int n = 0;

	while (tail < head) {
		struct perf_event_header header;

		/* A header is 8 bytes and aligned to them, so it never wraps. */
		memcpy(&header, data + (tail & mask), sizeof(header));
		CHECK(header.size >= sizeof(header) && header.size <= head - tail);
		n += header.type == PERF_RECORD_SAMPLE;
		tail += header.size;
	}
	CHECK_EQ(tail, head);
	return n;
}

static void drains(void)
{
	int32_t fd = open_fault_event(0), failed;
	uint64_t base, length, head, tail = 0;

	if (!map(fd, 1, &base, &length))
		return;
	CHECK_EQ(sw_ring_heads(&base, 1, &head), 0);
	CHECK_EQ(head, 0);
	CHECK_EQ(sw_control_many(&fd, 1, SW_ENABLE, NULL, &failed), 0);
	/* More than the ring holds in all, but read in time: it wraps and loses nothing. */
	for (int round = 0; round < 20; round++) {
		fault(100);
		CHECK_EQ(sw_ring_heads(&base, 1, &head), 0);
		CHECK(count_samples(base, tail, head) >= 100);
		tail = head;
		CHECK_EQ(sw_ring_advance(&base, 1, &tail), 0);
		CHECK_EQ(metadata(base)->data_tail, tail);
	}
	CHECK(head > metadata(base)->data_size);
	CHECK_EQ(sw_ring_unmap(&base, &length), 0);
	CHECK_EQ(sw_close_many(&fd, 1), 0);
}

static void stops_when_full(void)
{
	int32_t fd = open_fault_event(0), failed;
	uint64_t base, length, head;

	if (!map(fd, 1, &base, &length))
		return;
	CHECK_EQ(sw_control_many(&fd, 1, SW_ENABLE, NULL, &failed), 0);
	fault(1000);
	CHECK_EQ(sw_ring_heads(&base, 1, &head), 0);
	CHECK(head <= metadata(base)->data_size);
	CHECK_EQ(sw_ring_unmap(&base, &length), 0);
	CHECK_EQ(sw_close_many(&fd, 1), 0);
}

static void overwrites_when_read_only(void)
{
	int32_t fd = open_fault_event(1), failed;
	uint64_t base, length, head;

	if (!map(fd, 0, &base, &length))
		return;
	CHECK_EQ(sw_control_many(&fd, 1, SW_ENABLE, NULL, &failed), 0);
	fault(1000);
	CHECK_EQ(sw_ring_heads(&base, 1, &head), 0);
	/* Written backward: the head has gone down from 0. */
	CHECK(-head > metadata(base)->data_size);
	CHECK_EQ(sw_ring_unmap(&base, &length), 0);
	CHECK_EQ(sw_close_many(&fd, 1), 0);
}

static void stands_still_while_paused(void)
{
	int32_t fd = open_fault_event(1), failed;
	uint64_t base, length, before, after;

	if (!map(fd, 0, &base, &length))
		return;
	CHECK_EQ(sw_control_many(&fd, 1, SW_ENABLE, NULL, &failed), 0);
	fault(10);
	CHECK_EQ(sw_pause_output_many(&fd, 1, 1, &failed), 0);
	CHECK_EQ(sw_ring_heads(&base, 1, &before), 0);
	fault(10);
	CHECK_EQ(sw_ring_heads(&base, 1, &after), 0);
	CHECK_EQ(after, before);
	CHECK_EQ(sw_pause_output_many(&fd, 1, 0, &failed), 0);
	fault(10);
	CHECK_EQ(sw_ring_heads(&base, 1, &after), 0);
	CHECK(before - after >= 10 * 24);
	CHECK_EQ(sw_ring_unmap(&base, &length), 0);
	CHECK_EQ(sw_close_many(&fd, 1), 0);
}

static void maps_and_unmaps_repeatedly(void)
{
	int32_t fd = open_fault_event(0);
	uint64_t base, length;

	for (int i = 0; i < 50; i++) {
		if (!map(fd, 1, &base, &length))
			return;
		CHECK_EQ(sw_ring_unmap(&base, &length), 0);
	}
	CHECK_EQ(sw_close_many(&fd, 1), 0);
}

static void reports_the_kernels_refusal(void)
{
	uint64_t base = 1, length = 1;
	int32_t fd = sw_eventfd();

	CHECK_EQ(sw_ring_map(fd, 1, 1, &base, &length), -ENODEV);
	CHECK(base == 0 && length == 0);
	CHECK_EQ(sw_close_many(&fd, 1), 0);
}

int main(void)
{
	static const struct test tests[] = {
		TEST(drains),
		TEST(stops_when_full),
		TEST(overwrites_when_read_only),
		TEST(stands_still_while_paused),
		TEST(maps_and_unmaps_repeatedly),
		TEST(reports_the_kernels_refusal),
	};

	return run_tests("ring", tests, LENGTH(tests));
}

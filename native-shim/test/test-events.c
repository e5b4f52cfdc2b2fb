#include "events.h"

#include <fcntl.h>
#include <linux/hw_breakpoint.h>
#include <sys/mman.h>

#define MANY 24u

static void spend_time(void)
{
	for (volatile int i = 0; i < 200000; i++)
		;
}

static void close_all(const int32_t *fds, uint32_t n)
{
	CHECK_EQ(sw_close_many(fds, n), 0);
}

static void opens_in_order_and_close_on_exec(void)
{
	struct perf_event_attr attrs[] = { software_event(PERF_COUNT_SW_TASK_CLOCK),
					   software_event(PERF_COUNT_SW_PAGE_FAULTS) };
	struct sw_open_request requests[] = { own_thread(0), own_thread(1), own_thread(0) };
	int32_t fds[3], failed;
	int before = count_fds();

	CHECK_EQ(open_events(attrs, 2, requests, 3, fds, &failed), 0);
	CHECK_EQ(failed, -1);
	CHECK_EQ(count_fds(), before + 3);
	for (int i = 0; i < 3; i++)
		CHECK(fcntl(fds[i], F_GETFD) & FD_CLOEXEC);
	close_all(fds, 3);
	CHECK_EQ(count_fds(), before);
	CHECK_EQ(open_events(attrs, 2, requests, 0, fds, &failed), 0);
}

/* Whichever one is refused, nothing is left. */
static void rolls_back(void)
{
	struct perf_event_attr attrs[] = { software_event(PERF_COUNT_SW_TASK_CLOCK), software_event(0x7fffffff) };
	struct sw_open_request requests[MANY];
	int32_t fds[MANY], failed;
	int before = count_fds();

	for (uint32_t bad = 0; bad < MANY; bad++) {
		for (uint32_t i = 0; i < MANY; i++)
			requests[i] = own_thread(i == bad);
		CHECK_EQ(open_events(attrs, 2, requests, MANY, fds, &failed), -ENOENT);
		CHECK_EQ(failed, bad);
		CHECK_EQ(count_fds(), before);
		for (uint32_t i = 0; i < MANY; i++)
			CHECK_EQ(fds[i], -1);
	}
}

static void names_the_cpu_that_refused(void)
{
	struct perf_event_attr attr = software_event(PERF_COUNT_SW_TASK_CLOCK);
	struct sw_open_request requests[] = { own_thread(0), own_thread(0) };
	int32_t fds[2], failed;
	int before = count_fds();

	requests[1].cpu = 1 << 20;
	CHECK_EQ(open_events(&attr, 1, requests, 2, fds, &failed), -EINVAL);
	CHECK_EQ(failed, 1);
	CHECK_EQ(count_fds(), before);
}

/* The kernel writes the size it knows into an attr that is too big; ours must stay as the caller wrote it. */
static void leaves_attrs_alone(void)
{
	static _Alignas(8) uint8_t attr[4096];
	struct perf_event_attr known = software_event(PERF_COUNT_SW_TASK_CLOCK);
	struct sw_open_request request = own_thread(0);
	int32_t fd, failed;
	uint32_t size = sizeof(attr);

	known.size = size;
	memcpy(attr, &known, sizeof(known));
	attr[4095] = 1;
	CHECK_EQ(sw_open_many(attr, sizeof(attr), 1, NULL, NULL, 0, &request, 1, &fd, &failed), -E2BIG);
	CHECK_EQ(failed, 0);
	memcpy(&size, attr + offsetof(struct perf_event_attr, size), sizeof(size));
	CHECK_EQ(size, sizeof(attr));
	attr[4095] = 0;
	CHECK_EQ(sw_open_many(attr, sizeof(attr), 1, NULL, NULL, 0, &request, 1, &fd, &failed), 0);
	close_all(&fd, 1);
}

static void groups_by_index_and_by_fd(void)
{
	struct perf_event_attr attrs[2] = { software_event(PERF_COUNT_SW_TASK_CLOCK), software_event(PERF_COUNT_SW_TASK_CLOCK) };
	struct sw_open_request requests[] = { own_thread(0), own_thread(1), own_thread(1) };
	uint64_t group[1 + 3];
	int32_t fds[3], length, failed;

	attrs[0].read_format = PERF_FORMAT_GROUP;
	/* Members are off with their leader. */
	attrs[1].disabled = 0;
	requests[1].leader = 0;
	CHECK_EQ(open_events(attrs, 2, requests, 2, fds, &failed), 0);
	requests[2].leader_fd = fds[0];
	CHECK_EQ(open_events(attrs, 2, &requests[2], 1, &fds[2], &failed), 0);

	CHECK_EQ(sw_control_many(fds, 1, SW_ENABLE, NULL, &failed), 0);
	spend_time();
	CHECK_EQ(sw_control_many(fds, 1, SW_DISABLE, NULL, &failed), 0);
	CHECK_EQ(sw_read_many(fds, 1, (uint8_t *)group, sizeof(group), &length, NULL), 0);
	CHECK_EQ(length, sizeof(group));
	CHECK_EQ(group[0], 3);
	for (int i = 1; i <= 3; i++)
		CHECK(group[i] > 0);
	close_all(fds, 3);
}

static void controls_and_reads(void)
{
	struct perf_event_attr attr = software_event(PERF_COUNT_SW_TASK_CLOCK);
	struct sw_open_request requests[] = { own_thread(0), own_thread(0) };
	struct sw_span control, read;
	uint64_t values[2];
	int32_t fds[2], lengths[2], failed;

	CHECK_EQ(open_events(&attr, 1, requests, 2, fds, &failed), 0);
	CHECK_EQ(sw_control_many(fds, 2, SW_ENABLE, &control, &failed), 0);
	spend_time();
	CHECK_EQ(sw_read_many(fds, 2, (uint8_t *)values, sizeof(values[0]), lengths, &read), 0);
	CHECK(control.begin_ns > 0 && control.begin_ns <= control.end_ns && control.end_ns <= read.begin_ns &&
	      read.begin_ns <= read.end_ns);
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(lengths[i], 8);
		CHECK(values[i] > 0 && values[i] <= read.end_ns - control.begin_ns);
	}

	CHECK_EQ(sw_control_many(fds, 2, SW_DISABLE, NULL, &failed), 0);
	CHECK_EQ(sw_control_many(fds, 2, SW_RESET, NULL, &failed), 0);
	CHECK_EQ(sw_read_many(fds, 2, (uint8_t *)values, sizeof(values[0]), lengths, NULL), 0);
	CHECK(values[0] == 0 && values[1] == 0);
	close_all(fds, 2);
}

static void tells_which_member_failed(void)
{
	struct perf_event_attr attr = software_event(PERF_COUNT_SW_TASK_CLOCK);
	int32_t fds[] = { open_event(&attr), open_event(&attr), open_event(&attr) };
	uint64_t ids[3], values[3], period = 1000;
	int32_t lengths[3], failed, lost = fds[1];

	fds[1] = -1;
	CHECK_EQ(sw_control_many(fds, 3, SW_ENABLE, NULL, &failed), -EBADF);
	CHECK_EQ(failed, 1);
	CHECK_EQ(sw_id_many(fds, 3, ids, &failed), -EBADF);
	CHECK_EQ(failed, 1);
	CHECK_EQ(sw_set_period_many(fds, 3, &period, &failed), -EINVAL);
	CHECK_EQ(failed, 0);
	CHECK_EQ(sw_set_filter_many(fds, 3, "x > 1", &failed), -EINVAL);
	CHECK_EQ(failed, 0);
	CHECK_EQ(sw_read_many(fds, 3, (uint8_t *)values, 8, lengths, NULL), 0);
	CHECK(lengths[0] == 8 && lengths[1] == -EBADF && lengths[2] == 8);
	CHECK_EQ(sw_read_many(fds, 3, (uint8_t *)values, 4, lengths, NULL), 0);
	CHECK_EQ(lengths[0], -ENOSPC);

	CHECK_EQ(sw_close_many(fds, 3), 0);
	fds[1] = lost;
	CHECK_EQ(sw_close_many(fds, 3), -EBADF);
	CHECK(fcntl(lost, F_GETFD) < 0);
}

static void gives_ids(void)
{
	struct perf_event_attr attr = software_event(PERF_COUNT_SW_TASK_CLOCK);
	int32_t fds[] = { open_event(&attr), open_event(&attr) }, failed;
	uint64_t ids[2];

	CHECK_EQ(sw_id_many(fds, 2, ids, &failed), 0);
	CHECK(ids[0] && ids[1] && ids[0] != ids[1]);
	close_all(fds, 2);
}

static void changes_the_period(void)
{
	struct perf_event_attr attr = software_event(PERF_COUNT_SW_TASK_CLOCK);
	uint64_t period = 2000000;
	int32_t fd, failed;

	attr.sample_period = 1000000;
	fd = open_event(&attr);
	CHECK_EQ(sw_set_period_many(&fd, 1, &period, &failed), 0);
	CHECK_EQ(failed, -1);
	close_all(&fd, 1);
}

static void modifies_a_breakpoint(void)
{
	static volatile uint64_t watched[2];
	struct perf_event_attr attr = software_event(0);
	struct sw_open_request request = own_thread(0);
	int32_t fd, failed, length, ret;
	uint64_t hits;

	attr.type = PERF_TYPE_BREAKPOINT;
	attr.bp_type = HW_BREAKPOINT_W;
	attr.bp_addr = (uintptr_t)&watched[0];
	attr.bp_len = HW_BREAKPOINT_LEN_8;
	ret = open_events(&attr, 1, &request, 1, &fd, &failed);
	if (ret < 0) {
		skip(strerror(-ret));
		return;
	}
	if (sw_breakpoint_hits() == 0) {
		close_all(&fd, 1);
		skip("no hit of a breakpoint is reported here");
		return;
	}
	attr.bp_addr = (uintptr_t)&watched[1];
	attr.disabled = 0;
	CHECK_EQ(sw_modify_many(&fd, 1, (const uint8_t *)&attr, sizeof(attr), &failed), 0);
	watched[0] = 1;
	watched[1] = 1;
	watched[1] = 2;
	CHECK_EQ(sw_read_many(&fd, 1, (uint8_t *)&hits, 8, &length, NULL), 0);
	CHECK_EQ(hits, 2);
	attr.size = sizeof(attr) + 8;
	CHECK_EQ(sw_modify_many(&fd, 1, (const uint8_t *)&attr, sizeof(attr), &failed), -EINVAL);
	close_all(&fd, 1);
}

static void tells_whether_breakpoints_are_hit(void)
{
	static volatile uint64_t watched;
	struct perf_event_attr attr = software_event(0);
	struct sw_open_request request = own_thread(0);
	int32_t fds[16], failed, before = count_fds(), n = 0, hits = sw_breakpoint_hits();
	uint64_t count;

	CHECK_EQ(count_fds(), before);
	if (hits < 0) {
		skip(strerror(-hits));
		return;
	}
	attr.type = PERF_TYPE_BREAKPOINT;
	attr.disabled = 0;
	attr.bp_type = HW_BREAKPOINT_W;
	attr.bp_addr = (uintptr_t)&watched;
	attr.bp_len = HW_BREAKPOINT_LEN_8;
	while (n < 16 && open_events(&attr, 1, &request, 1, &fds[n], &failed) == 0)
		n++;
	CHECK(n > 0);
	watched = 1;
	CHECK_EQ(read(fds[0], &count, sizeof(count)), sizeof(count));
	CHECK_EQ(count, (uint64_t)hits);
	/* All registers of this thread are taken now. */
	if (n < 16)
		CHECK_EQ(sw_breakpoint_hits(), -ENOSPC);
	close_all(fds, (uint32_t)n);
	CHECK_EQ(sw_breakpoint_hits(), hits);
}

static void redirects_output(void)
{
	struct perf_event_attr attr = software_event(PERF_COUNT_SW_PAGE_FAULTS);
	uint64_t base, length;
	int32_t fds[2], targets[] = { 0, 0 }, failed;

	attr.sample_period = 1;
	fds[0] = open_event(&attr);
	fds[1] = open_event(&attr);
	if (sw_ring_map(fds[0], 1, 1, &base, &length) == -EPERM) {
		close_all(fds, 2);
		skip("locked-memory limit");
		return;
	}
	targets[0] = fds[0];
	CHECK_EQ(sw_set_output_many(&fds[1], targets, 1, &failed), 0);
	targets[0] = -1;
	CHECK_EQ(sw_set_output_many(&fds[1], targets, 1, &failed), 0);
	/* An event that has a ring of its own cannot be redirected. */
	targets[0] = fds[0];
	targets[1] = fds[1];
	CHECK_EQ(sw_set_output_many(&(int32_t[]){ fds[1], fds[0] }[0], targets, 2, &failed), -EINVAL);
	CHECK_EQ(failed, 1);
	CHECK_EQ(sw_ring_unmap(&base, &length), 0);
	close_all(fds, 2);
}

static void counts_every_cpu(void)
{
	struct perf_event_attr attr = software_event(PERF_COUNT_SW_CPU_CLOCK);
	struct sw_open_request request = { .attr = 0, .pid = -1, .cpu = 0, .leader = -1, .leader_fd = -1 };
	int32_t fd, failed, ret;

	attr.exclude_kernel = 0;
	ret = open_events(&attr, 1, &request, 1, &fd, &failed);
	if (ret == -EACCES || ret == -EPERM) {
		skip("needs CAP_PERFMON or perf_event_paranoid below 1");
		return;
	}
	CHECK_EQ(ret, 0);
	close_all(&fd, 1);
}

static __attribute__((noinline)) void probed(void)
{
	__asm__ volatile("");
}

/* Where a function of this program lies in its file. */
static uint64_t file_offset(uint64_t address)
{
	unsigned long long begin, end, offset, found = 0;
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];

	CHECK(maps != NULL);
	while (fgets(line, sizeof(line), maps))
		if (sscanf(line, "%llx-%llx %*s %llx", &begin, &end, &offset) == 3 && address >= begin && address < end)
			found = address - begin + offset;
	fclose(maps);
	CHECK(found);
	return found;
}

/* 0 where this kernel has no uprobes, or they are not for this user. */
static uint32_t uprobe_type(void)
{
	FILE *file = geteuid() ? NULL : fopen("/sys/bus/event_source/devices/uprobe/type", "re");
	uint32_t type = 0;

	if (file && fscanf(file, "%u", &type) != 1)
		type = 0;
	if (file)
		fclose(file);
	return type;
}

static void points_config1_at_a_text(void)
{
	struct perf_event_attr attrs[] = { software_event(PERF_COUNT_SW_TASK_CLOCK), { 0 } };
	struct sw_open_request requests[] = { own_thread(0), own_thread(1) };
	int32_t fds[2], failed, offsets[] = { -1, 2 };
	char texts[512] = "x";
	uint64_t count;
	ssize_t length = readlink("/proc/self/exe", texts + 2, sizeof(texts) - 3);

	if (runs_in_valgrind()) {
		skip("valgrind takes the trap of a uprobe for the program's own");
		return;
	}
	CHECK(length > 0);
	attrs[1] = (struct perf_event_attr){ .type = uprobe_type(), .size = sizeof(attrs[1]) };
	attrs[1].config2 = file_offset((uintptr_t)probed);
	if (!attrs[1].type) {
		skip("needs root and a kernel with uprobes");
		return;
	}
	CHECK_EQ(sw_open_many((const uint8_t *)attrs, sizeof(attrs[0]), 2, offsets, texts, (uint32_t)length + 3, requests, 2,
			      fds, &failed),
		 0);
	for (int i = 0; i < 1000; i++)
		probed();
	CHECK_EQ(read(fds[1], &count, sizeof(count)), sizeof(count));
	CHECK_EQ(count, 1000);
	CHECK_EQ(attrs[1].config1, 0);
	close_all(fds, 2);
}

int main(void)
{
	static const struct test tests[] = {
		TEST(opens_in_order_and_close_on_exec),
		TEST(rolls_back),
		TEST(names_the_cpu_that_refused),
		TEST(leaves_attrs_alone),
		TEST(groups_by_index_and_by_fd),
		TEST(controls_and_reads),
		TEST(tells_which_member_failed),
		TEST(gives_ids),
		TEST(changes_the_period),
		TEST(modifies_a_breakpoint),
		TEST(tells_whether_breakpoints_are_hit),
		TEST(redirects_output),
		TEST(counts_every_cpu),
		TEST(points_config1_at_a_text),
	};

	return run_tests("events", tests, LENGTH(tests));
}

/* Arguments as a bug in JavaScript could make them: every function refuses them and touches nothing. */
#include "events.h"

#include <limits.h>

#define HUGE_BATCH ((1u << 20) + 1)

static const struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(attr), .disabled = 1 };
static const uint8_t *const attrs = (const uint8_t *)&attr;
static int32_t fd_array[1] = { -1 };
static int32_t failed;
static uint64_t words[2];
static uint8_t bytes[16];

static int32_t open_with(struct sw_open_request request)
{
	int32_t fd = 77, ret;

	failed = 77;
	ret = sw_open_many(attrs, sizeof(attr), 1, NULL, NULL, 0, &request, 1, &fd, &failed);
	CHECK(failed == -1 && fd == -1);
	return ret;
}

static void opening(void)
{
	struct sw_open_request good = own_thread(0), bad;
	uint32_t stride = sizeof(attr);

	CHECK_EQ(sw_open_many(NULL, stride, 1, NULL, NULL, 0, &good, 1, fd_array, &failed), -EINVAL);
	CHECK_EQ(sw_open_many(attrs, stride, 1, NULL, NULL, 0, NULL, 1, fd_array, &failed), -EINVAL);
	CHECK_EQ(sw_open_many(attrs, stride, 1, NULL, NULL, 0, &good, 1, NULL, &failed), -EINVAL);
	CHECK_EQ(sw_open_many(attrs, stride, 1, NULL, NULL, 0, &good, 1, fd_array, NULL), -EINVAL);
	CHECK_EQ(sw_open_many(attrs, stride, 1, NULL, NULL, 0, &good, HUGE_BATCH, fd_array, &failed), -EINVAL);
	CHECK_EQ(sw_open_many(attrs, stride, HUGE_BATCH, NULL, NULL, 0, &good, 1, fd_array, &failed), -EINVAL);
	CHECK_EQ(sw_open_many(attrs, stride, UINT32_MAX, NULL, NULL, 0, &good, UINT32_MAX, fd_array, &failed), -EINVAL);
	CHECK_EQ(sw_open_many(attrs, 0, 1, NULL, NULL, 0, &good, 1, fd_array, &failed), -EINVAL);
	CHECK_EQ(sw_open_many(attrs, 63, 1, NULL, NULL, 0, &good, 1, fd_array, &failed), -EINVAL);
	CHECK_EQ(sw_open_many(attrs, stride - 8, 1, NULL, NULL, 0, &good, 1, fd_array, &failed), -EINVAL);
	CHECK_EQ(sw_open_many(attrs, UINT32_MAX, 1, NULL, NULL, 0, &good, 1, fd_array, &failed), -EINVAL);
	CHECK_EQ(sw_open_many(attrs, stride, 0, NULL, NULL, 0, &good, 1, fd_array, &failed), -EINVAL);

	bad = good, bad.attr = 1;
	CHECK_EQ(open_with(bad), -EINVAL);
	bad = good, bad.attr = INT_MIN;
	CHECK_EQ(open_with(bad), -EINVAL);
	bad = good, bad.pid = -2;
	CHECK_EQ(open_with(bad), -EINVAL);
	bad = good, bad.cpu = -2;
	CHECK_EQ(open_with(bad), -EINVAL);
	/* A leader stands before its members. */
	bad = good, bad.leader = 0;
	CHECK_EQ(open_with(bad), -EINVAL);
	bad = good, bad.leader = INT_MAX;
	CHECK_EQ(open_with(bad), -EINVAL);
	bad = good, bad.leader = -2;
	CHECK_EQ(open_with(bad), -EINVAL);
	bad = good, bad.leader_fd = -2;
	CHECK_EQ(open_with(bad), -EINVAL);
}

static void opening_with_texts(void)
{
	struct sw_open_request good = own_thread(0);
	int32_t offset = 0, fd;
	struct {
		int32_t offset;
		const char *texts;
		uint32_t length;
	} bad[] = { { 0, NULL, 0 }, { 0, NULL, 4 }, { 4, "abc", 4 }, { -2, "abc", 4 }, { INT_MAX, "abc", 4 }, { 0, "abc", 3 } };

	for (uint32_t i = 0; i < LENGTH(bad); i++)
		CHECK_EQ(sw_open_many(attrs, sizeof(attr), 1, &bad[i].offset, bad[i].texts, bad[i].length, &good, 1, &fd,
				      &failed),
			 -EINVAL);
	/* Texts that nobody points at have to end all the same. */
	CHECK_EQ(sw_open_many(attrs, sizeof(attr), 1, NULL, "abc", 3, &good, 1, &fd, &failed), -EINVAL);
	CHECK_EQ(sw_open_many(attrs, sizeof(attr), 1, &offset, "abc", 4, &good, 1, &fd, &failed), 0);
	CHECK_EQ(sw_close_many(&fd, 1), 0);
}

static void standby(void)
{
	struct sw_open_request good = own_thread(0);
	struct sw_standby cpu;
	int32_t stdin_fd = 0, ready, none = -1, opened, past = 4, opening;

#define STANDBY(attrs, offsets, texts, length, requests, per_cpu, filters, n_cpus) \
	sw_wait_standby(&stdin_fd, 1, 1, 0, &ready, attrs, sizeof(attr), 1, offsets, texts, length, requests, per_cpu, \
			filters, &none, 0, &cpu, n_cpus, &opened, &opening)
	CHECK_EQ(STANDBY(NULL, &none, "abc", 4, &good, 1, &none, 1), -EINVAL);
	CHECK_EQ(STANDBY(attrs, &none, "abc", 3, &good, 1, &none, 1), -EINVAL);
	CHECK_EQ(STANDBY(attrs, &none, NULL, 4, &good, 1, &none, 1), -EINVAL);
	CHECK_EQ(STANDBY(attrs, &none, "abc", 4, NULL, 1, &none, 1), -EINVAL);
	CHECK_EQ(STANDBY(attrs, &none, "abc", 4, &good, 0, &none, 1), -EINVAL);
	CHECK_EQ(STANDBY(attrs, &none, "abc", 4, &good, SW_MAX_PER_CPU + 1, &none, 1), -EINVAL);
	CHECK_EQ(STANDBY(attrs, &none, "abc", 4, &good, 1, NULL, 1), -EINVAL);
	CHECK_EQ(STANDBY(attrs, &none, "abc", 4, &good, 1, &past, 1), -EINVAL);
	CHECK_EQ(STANDBY(attrs, &none, "abc", 4, &good, 1, &none, UINT32_MAX), -EINVAL);
#undef STANDBY
}

static void leader_given_twice(void)
{
	struct sw_open_request requests[] = { own_thread(0), own_thread(0) };
	int32_t fds[2];
	int before = count_fds();

	requests[1].leader = 0;
	requests[1].leader_fd = 0;
	CHECK_EQ(sw_open_many(attrs, sizeof(attr), 1, NULL, NULL, 0, requests, 2, fds, &failed), -EINVAL);
	CHECK_EQ(failed, -1);
	CHECK_EQ(count_fds(), before);
}

static void closing_and_controlling(void)
{
	CHECK_EQ(sw_close_many(NULL, 1), -EINVAL);
	CHECK_EQ(sw_close_many(fd_array, HUGE_BATCH), -EINVAL);
	CHECK_EQ(sw_close_many(NULL, 0), 0);

	CHECK_EQ(sw_control_many(NULL, 1, SW_ENABLE, NULL, &failed), -EINVAL);
	CHECK_EQ(sw_control_many(fd_array, HUGE_BATCH, SW_ENABLE, NULL, &failed), -EINVAL);
	CHECK_EQ(sw_control_many(fd_array, 1, SW_ENABLE, NULL, NULL), -EINVAL);
	CHECK_EQ(sw_control_many(fd_array, 1, 3, NULL, &failed), -EINVAL);
	CHECK_EQ(sw_control_many(fd_array, 1, UINT32_MAX, NULL, &failed), -EINVAL);
}

static void reading(void)
{
	int32_t length;

	CHECK_EQ(sw_read_many(NULL, 1, bytes, 8, &length, NULL), -EINVAL);
	CHECK_EQ(sw_read_many(fd_array, 1, NULL, 8, &length, NULL), -EINVAL);
	CHECK_EQ(sw_read_many(fd_array, 1, bytes, 8, NULL, NULL), -EINVAL);
	CHECK_EQ(sw_read_many(fd_array, HUGE_BATCH, bytes, 8, &length, NULL), -EINVAL);
	CHECK_EQ(sw_read_many(fd_array, 1, bytes, 0, &length, NULL), -EINVAL);
	CHECK_EQ(sw_read_many(fd_array, 1, bytes, UINT32_MAX, &length, NULL), -EINVAL);
}

static void changing(void)
{
	int32_t targets[] = { -2 };

	CHECK_EQ(sw_id_many(NULL, 1, words, &failed), -EINVAL);
	CHECK_EQ(sw_id_many(fd_array, 1, NULL, &failed), -EINVAL);
	CHECK_EQ(sw_id_many(fd_array, 1, words, NULL), -EINVAL);
	CHECK_EQ(sw_id_many(fd_array, HUGE_BATCH, words, &failed), -EINVAL);
	CHECK_EQ(sw_set_period_many(NULL, 1, words, &failed), -EINVAL);
	CHECK_EQ(sw_set_period_many(fd_array, 1, NULL, &failed), -EINVAL);
	CHECK_EQ(sw_set_period_many(fd_array, 1, words, NULL), -EINVAL);
	CHECK_EQ(sw_set_filter_many(NULL, 1, "x", &failed), -EINVAL);
	CHECK_EQ(sw_set_filter_many(fd_array, 1, NULL, &failed), -EINVAL);
	CHECK_EQ(sw_set_filter_many(fd_array, 1, "x", NULL), -EINVAL);
	CHECK_EQ(sw_modify_many(NULL, 1, attrs, sizeof(attr), &failed), -EINVAL);
	CHECK_EQ(sw_modify_many(fd_array, 1, NULL, sizeof(attr), &failed), -EINVAL);
	CHECK_EQ(sw_modify_many(fd_array, 1, attrs, sizeof(attr) - 8, &failed), -EINVAL);
	CHECK_EQ(sw_modify_many(fd_array, 1, attrs, UINT32_MAX, &failed), -EINVAL);
	CHECK_EQ(sw_modify_many(fd_array, 1, attrs, 0, &failed), -EINVAL);
	CHECK_EQ(sw_modify_many(fd_array, 1, attrs, sizeof(attr), NULL), -EINVAL);
	CHECK_EQ(sw_clock_ns(1, NULL), -EINVAL);
	CHECK_EQ(sw_pause_output_many(NULL, 1, 1, &failed), -EINVAL);
	CHECK_EQ(sw_pause_output_many(fd_array, 1, 2, &failed), -EINVAL);
	CHECK_EQ(sw_pause_output_many(fd_array, 1, 1, NULL), -EINVAL);
	CHECK_EQ(sw_set_output_many(NULL, fd_array, 1, &failed), -EINVAL);
	CHECK_EQ(sw_set_output_many(fd_array, NULL, 1, &failed), -EINVAL);
	CHECK_EQ(sw_set_output_many(fd_array, targets, 1, &failed), -EINVAL);
	CHECK_EQ(sw_set_output_many(fd_array, fd_array, 1, NULL), -EINVAL);
}

static void rings(void)
{
	uint64_t odd = 4097, null = 0, page = (uint64_t)sw_page_size(), length;

	CHECK_EQ(sw_ring_map(0, 1, 1, NULL, &length), -EINVAL);
	CHECK_EQ(sw_ring_map(0, 1, 1, words, NULL), -EINVAL);
	CHECK_EQ(sw_ring_map(-1, 1, 1, words, &length), -EINVAL);
	CHECK_EQ(sw_ring_map(0, 0, 1, words, &length), -EINVAL);
	CHECK_EQ(sw_ring_map(0, 3, 1, words, &length), -EINVAL);
	CHECK_EQ(sw_ring_map(0, UINT32_MAX, 1, words, &length), -EINVAL);
	CHECK_EQ(sw_ring_map(0, 1, 2, words, &length), -EINVAL);

	CHECK_EQ(sw_ring_unmap(NULL, &page), -EINVAL);
	CHECK_EQ(sw_ring_unmap(&page, NULL), -EINVAL);
	CHECK_EQ(sw_ring_unmap(&null, &page), -EINVAL);
	CHECK_EQ(sw_ring_unmap(&odd, &page), -EINVAL);
	CHECK_EQ(sw_ring_unmap(&page, &null), -EINVAL);
	CHECK_EQ(sw_ring_unmap(&page, &odd), -EINVAL);

	CHECK_EQ(sw_ring_heads(NULL, 1, words), -EINVAL);
	CHECK_EQ(sw_ring_heads(&page, 1, NULL), -EINVAL);
	CHECK_EQ(sw_ring_heads(&page, HUGE_BATCH, words), -EINVAL);
	CHECK_EQ(sw_ring_heads(&null, 1, words), -EINVAL);
	CHECK_EQ(sw_ring_heads(&odd, 1, words), -EINVAL);
	CHECK_EQ(sw_ring_advance(NULL, 1, words), -EINVAL);
	CHECK_EQ(sw_ring_advance(&page, 1, NULL), -EINVAL);
	CHECK_EQ(sw_ring_advance(&page, HUGE_BATCH, words), -EINVAL);
	CHECK_EQ(sw_ring_advance(&null, 1, words), -EINVAL);
	CHECK_EQ(sw_ring_advance(&odd, 1, words), -EINVAL);
}

static void waiting(void)
{
	int32_t ready, stdin_fd[] = { 0 };

	CHECK_EQ(sw_wait_many(NULL, 1, 0, &ready, NULL), -EINVAL);
	CHECK_EQ(sw_wait_many(stdin_fd, 1, 0, NULL, NULL), -EINVAL);
	CHECK_EQ(sw_wait_many(stdin_fd, 0, -1, &ready, NULL), -EINVAL);
	CHECK_EQ(sw_wait_many(stdin_fd, HUGE_BATCH, 0, &ready, NULL), -EINVAL);
	CHECK_EQ(sw_wait_many(stdin_fd, 1, -2, &ready, NULL), -EINVAL);
	/* poll(2) passes over negative fds, and would never return. */
	CHECK_EQ(sw_wait_many(fd_array, 1, -1, &ready, NULL), -EINVAL);
}

static void commands(void)
{
	struct sw_command gone = { -1, -1, -1, -1 }, zero = { 0, -1, -1, -1 };
	struct sw_exit exit;

	CHECK_EQ(sw_command_start("true", 5, 1, NULL, -1, 0, NULL), -EINVAL);
	CHECK_EQ(sw_command_release(NULL, words), -EINVAL);
	CHECK_EQ(sw_command_release(&gone, NULL), -EINVAL);
	CHECK_EQ(sw_command_release(&gone, words), -EINVAL);
	CHECK_EQ(sw_command_release_to_exec(NULL), -EINVAL);
	CHECK_EQ(sw_command_release_to_exec(&gone), -EINVAL);
	CHECK_EQ(sw_command_resume(NULL, words), -EINVAL);
	CHECK_EQ(sw_command_resume(&gone, words), -EINVAL);
	CHECK_EQ(sw_command_resume(&zero, NULL), -EINVAL);
	CHECK_EQ(sw_command_abandon(NULL), -EINVAL);
	CHECK_EQ(sw_command_abandon(&gone), 0);
	/* kill(0) and kill(-1) reach whole groups. */
	CHECK_EQ(sw_command_abandon(&zero), 0);
	CHECK_EQ(sw_command_reap(NULL, &exit), -EINVAL);
	CHECK_EQ(sw_command_reap(&gone, NULL), -EINVAL);
	CHECK_EQ(sw_command_reap(&gone, &exit), -ECHILD);
	CHECK_EQ(sw_pidfd_open(0), -EINVAL);
	CHECK_EQ(sw_pidfd_open(-1), -EINVAL);
}

static void host(void)
{
	CHECK_EQ(sw_lock(-1, 1), -EINVAL);
	CHECK_EQ(sw_lock(0, 2), -EINVAL);
	CHECK_EQ(sw_unlock(-1), -EINVAL);
	CHECK_EQ(sw_uevent_receive(-1, bytes, sizeof(bytes)), -EINVAL);
	CHECK_EQ(sw_uevent_receive(0, NULL, sizeof(bytes)), -EINVAL);
	CHECK_EQ(sw_uevent_receive(0, bytes, 0), -EINVAL);
	CHECK_EQ(sw_uevent_receive(0, bytes, UINT32_MAX), -EINVAL);
	CHECK_EQ(sw_abi_version(), SW_ABI_VERSION);
	CHECK_EQ(sw_page_size(), sysconf(_SC_PAGESIZE));
}

int main(void)
{
	static const struct test tests[] = {
		TEST(opening), TEST(opening_with_texts), TEST(standby), TEST(leader_given_twice), TEST(closing_and_controlling), TEST(reading), TEST(changing),
		TEST(rings),   TEST(waiting),		 TEST(commands),		TEST(host),
	};

	return run_tests("arguments", tests, LENGTH(tests));
}

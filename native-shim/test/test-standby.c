#include "events.h"

#include <linux/perf_event.h>
#include <pthread.h>
#include <sched.h>
#include <time.h>

enum { PER_CPU = 2, N_CPUS = 2 };

/* Arguments of a wait, filled with ones that are right: a group of two software events of this thread on each "CPU". */
struct wait {
	int32_t fds[2];
	uint32_t n;
	uint32_t n_watched;
	int32_t timeout_ms;
	int32_t ready[2];
	struct perf_event_attr attrs[2];
	struct sw_open_request requests[N_CPUS * PER_CPU];
	uint32_t per_cpu;
	int32_t config1_offsets[2];
	int32_t filter_offsets[PER_CPU];
	int32_t outputs[N_CPUS * PER_CPU];
	const char *texts;
	uint32_t texts_length;
	uint32_t enable;
	struct sw_standby cpus[N_CPUS];
	uint32_t n_cpus;
	int32_t opened[N_CPUS * PER_CPU];
	int32_t opening;
};

static struct wait right_wait(void)
{
	struct wait wait = {
		.fds = { sw_eventfd(), sw_eventfd() },
		.n = 2,
		.n_watched = 1,
		.timeout_ms = 1000,
		.attrs = { software_event(PERF_COUNT_SW_TASK_CLOCK), software_event(PERF_COUNT_SW_PAGE_FAULTS) },
		.per_cpu = PER_CPU,
		.config1_offsets = { -1, -1 },
		.filter_offsets = { -1, -1 },
		.enable = 1,
		.n_cpus = N_CPUS,
	};

	wait.attrs[1].disabled = 0;
	for (int i = 0; i < N_CPUS * PER_CPU; i++) {
		wait.requests[i] = own_thread(i % PER_CPU);
		wait.requests[i].leader = i % PER_CPU - 1;
		wait.outputs[i] = -1;
		wait.opened[i] = 77;
	}
	return wait;
}

static int32_t run(struct wait *wait)
{
	return sw_wait_standby(wait->fds, wait->n, wait->n_watched, wait->timeout_ms, wait->ready,
			       (const uint8_t *)wait->attrs, sizeof(wait->attrs[0]), LENGTH(wait->attrs),
			       wait->config1_offsets, wait->texts, wait->texts_length, wait->requests, wait->per_cpu,
			       wait->filter_offsets, wait->outputs, wait->enable, wait->cpus, wait->n_cpus, wait->opened,
			       &wait->opening);
}

static void signal_fd(int32_t fd)
{
	CHECK_EQ(write(fd, &(uint64_t){ 1 }, 8), 8);
}

/* Closes what is open and sees that nothing else is. */
static void end(struct wait *wait, int before)
{
	CHECK_EQ(sw_close_many(wait->opened, N_CPUS * PER_CPU), 0);
	CHECK_EQ(sw_close_many(wait->fds, 2), 0);
	CHECK_EQ(count_fds(), before);
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void expect_idle(const struct wait *wait)
{
	for (int i = 0; i < N_CPUS; i++)
		CHECK_EQ(wait->cpus[i].outcome, SW_STANDBY_IDLE);
	for (int i = 0; i < N_CPUS * PER_CPU; i++)
		CHECK_EQ(wait->opened[i], -1);
	CHECK_EQ(wait->opening, 0);
}

static void opens_when_a_watched_fd_is_ready(void)
{
	int before = count_fds();
	struct wait wait = right_wait();
	uint64_t begin = now();

	signal_fd(wait.fds[0]);
	CHECK_EQ(run(&wait), 1);
	CHECK(wait.ready[0] && !wait.ready[1]);
	for (int i = 0; i < N_CPUS; i++) {
		uint64_t values[3];

		CHECK_EQ(wait.cpus[i].outcome, 0);
		CHECK(begin <= wait.cpus[i].begin_ns && wait.cpus[i].begin_ns <= wait.cpus[i].end_ns);
		CHECK(wait.cpus[i].end_ns <= now());
		/* Enabled: the task clock of this thread goes on. */
		CHECK(read(wait.opened[i * PER_CPU], values, 8) == 8 && values[0] > 0);
	}
	CHECK_EQ(wait.opening, 1);
	end(&wait, before);
}

static void leaves_them_disabled_if_not_told_to_enable(void)
{
	int before = count_fds();
	struct wait wait = right_wait();
	uint64_t value;

	wait.enable = 0;
	signal_fd(wait.fds[0]);
	CHECK_EQ(run(&wait), 1);
	CHECK_EQ(wait.cpus[0].outcome, 0);
	CHECK(read(wait.opened[0], &value, 8) == 8 && value == 0);
	end(&wait, before);
}

static void opens_nothing_for_other_fds_or_a_time_out(void)
{
	int before = count_fds();
	struct wait wait = right_wait();

	signal_fd(wait.fds[1]);
	CHECK_EQ(run(&wait), 1);
	CHECK(!wait.ready[0] && wait.ready[1]);
	expect_idle(&wait);
	wait.n = 1;
	wait.timeout_ms = 20;
	CHECK_EQ(run(&wait), 0);
	expect_idle(&wait);
	end(&wait, before);
}

/* One CPU that refuses leaves nothing open of its own, and does not hold up the others. */
static void is_all_or_nothing_per_cpu(void)
{
	int before = count_fds();
	struct wait wait = right_wait();

	wait.requests[1].pid = 0x7ffffff;
	signal_fd(wait.fds[0]);
	CHECK_EQ(run(&wait), 1);
	CHECK_EQ(wait.cpus[0].outcome, -ESRCH);
	CHECK(wait.opened[0] == -1 && wait.opened[1] == -1);
	CHECK_EQ(wait.cpus[1].outcome, 0);
	CHECK(wait.opened[2] >= 0 && wait.opened[3] >= 0);
	end(&wait, before);
}

static void tells_cpus_that_cannot_be_had(void)
{
	int before = count_fds();
	struct wait wait = right_wait();

	for (int i = 0; i < PER_CPU; i++)
		wait.requests[i].cpu = 1 << 20;
	signal_fd(wait.fds[0]);
	CHECK_EQ(run(&wait), 1);
	CHECK_EQ(wait.cpus[0].outcome, -EINVAL);
	CHECK_EQ(wait.cpus[1].outcome, 0);
	end(&wait, before);
}

/* A software event takes no filter: the kernel refuses, and all of the CPU's events are closed again. */
static void drops_what_cannot_have_its_filter(void)
{
	static const char filters[] = "x == 1";
	int before = count_fds();
	struct wait wait = right_wait();

	wait.filter_offsets[1] = 0;
	wait.texts = filters;
	wait.texts_length = sizeof(filters);
	signal_fd(wait.fds[0]);
	CHECK_EQ(run(&wait), 1);
	for (int i = 0; i < N_CPUS; i++)
		CHECK(wait.cpus[i].outcome < 0);
	for (int i = 0; i < N_CPUS * PER_CPU; i++)
		CHECK_EQ(wait.opened[i], -1);
	CHECK_EQ(wait.opening, 0);
	end(&wait, before);
}

/* What the clones of a CPU sample goes to the ring that it has, from the first sample on. */
static void has_them_write_into_rings(void)
{
	int before = count_fds();
	struct perf_event_attr dummy = software_event(PERF_COUNT_SW_DUMMY);
	struct wait wait = right_wait();
	int32_t holder = open_event(&dummy);
	uint64_t base, length, head;

	CHECK_EQ(sw_ring_map(holder, 1, 1, &base, &length), 0);
	wait.attrs[0].sample_period = 1000;
	wait.attrs[0].sample_type = PERF_SAMPLE_TIME;
	wait.outputs[0] = holder;
	wait.outputs[PER_CPU] = 1 << 20;
	signal_fd(wait.fds[0]);
	CHECK_EQ(run(&wait), 1);
	CHECK_EQ(wait.cpus[0].outcome, 0);
	for (uint64_t begin = now(); now() - begin < 50000000u;)
		;
	CHECK_EQ(sw_ring_heads(&base, 1, &head), 0);
	CHECK(head > 0);
	/* No such event: all of that CPU's are closed again. */
	CHECK_EQ(wait.cpus[1].outcome, -EBADF);
	CHECK(wait.opened[PER_CPU] == -1 && wait.opened[PER_CPU + 1] == -1);
	CHECK_EQ(wait.opening, 1);
	CHECK_EQ(sw_ring_unmap(&base, &length), 0);
	close(holder);
	end(&wait, before);
}

/* A wait on a thread of its own, as JavaScript has it: which fd is ready, and the policy of that thread behind it. */
struct elsewhere {
	int ready;
	int policy;
};

static void *wait_elsewhere(void *argument)
{
	static const struct sched_param none = { 0 };
	struct elsewhere *elsewhere = argument;
	struct wait wait = right_wait();

	CHECK_EQ(sched_setscheduler(0, SCHED_OTHER, &none), 0);
	wait.timeout_ms = 10;
	wait.n_cpus = 0;
	wait.per_cpu = 0;
	if (elsewhere->ready >= 0)
		signal_fd(wait.fds[elsewhere->ready]);
	CHECK_EQ(run(&wait), elsewhere->ready >= 0);
	elsewhere->policy = sched_getscheduler(0);
	sw_close_many(wait.fds, 2);
	return NULL;
}

/* @returns the policy of the first thread behind it */
static int policy_after(int ready)
{
	struct elsewhere elsewhere = { .ready = ready };
	pthread_t thread;

	CHECK_EQ(pthread_create(&thread, NULL, wait_elsewhere, &elsewhere), 0);
	pthread_join(thread, NULL);
	CHECK_EQ(elsewhere.policy, SCHED_OTHER);
	return sched_getscheduler(0);
}

static int may_hurry(void)
{
	static const struct sched_param first = { .sched_priority = 1 };
	static const struct sched_param none = { 0 };

	return sched_setscheduler(0, SCHED_FIFO, &first) == 0 && sched_setscheduler(0, SCHED_OTHER, &none) == 0;
}

static void hurries_the_first_thread_until_it_is_done(void)
{
	int hurried = may_hurry() ? SCHED_FIFO | SCHED_RESET_ON_FORK : SCHED_OTHER;

	CHECK_EQ(policy_after(0), hurried);
	CHECK_EQ(sw_standby_done(), 0);
	CHECK_EQ(sched_getscheduler(0), SCHED_OTHER);
	CHECK_EQ(sw_standby_done(), 0);
}

/* A CPU that goes again is noticed while what followed its coming is being done: that it is done is not to slow the other. */
static void hurries_the_first_thread_until_all_is_done(void)
{
	int hurried = may_hurry() ? SCHED_FIFO | SCHED_RESET_ON_FORK : SCHED_OTHER;

	CHECK_EQ(policy_after(0), hurried);
	CHECK_EQ(policy_after(0), hurried);
	CHECK_EQ(sw_standby_done(), 0);
	CHECK_EQ(sched_getscheduler(0), hurried);
	CHECK_EQ(sw_standby_done(), 0);
	CHECK_EQ(sched_getscheduler(0), SCHED_OTHER);
	CHECK_EQ(policy_after(0), hurried);
	CHECK_EQ(sw_standby_done(), 0);
	CHECK_EQ(sched_getscheduler(0), SCHED_OTHER);
}

static void hurries_nobody_for_other_fds_or_a_time_out(void)
{
	CHECK_EQ(policy_after(1), SCHED_OTHER);
	CHECK_EQ(policy_after(-1), SCHED_OTHER);
}

/* Who was given another policy by its user keeps it. */
static void leaves_another_policy_alone(void)
{
	static const struct sched_param none = { 0 };

	CHECK_EQ(sched_setscheduler(0, SCHED_BATCH, &none), 0);
	CHECK_EQ(policy_after(0), SCHED_BATCH);
	CHECK_EQ(sw_standby_done(), 0);
	CHECK_EQ(sched_getscheduler(0), SCHED_BATCH);
	CHECK_EQ(sched_setscheduler(0, SCHED_OTHER, &none), 0);
}

static void expect_refused(void (*spoil)(struct wait *))
{
	int before = count_fds();
	struct wait wait = right_wait();

	signal_fd(wait.fds[0]);
	spoil(&wait);
	CHECK_EQ(run(&wait), -EINVAL);
	CHECK_EQ(sw_close_many(wait.fds, 2), 0);
	CHECK_EQ(count_fds(), before);
}

static void more_watched_than_there_are(struct wait *wait)
{
	wait->n_watched = 3;
}

static void no_events(struct wait *wait)
{
	wait->per_cpu = 0;
}

static void too_many_events(struct wait *wait)
{
	wait->per_cpu = SW_MAX_PER_CPU + 1;
}

static void too_many_cpus(struct wait *wait)
{
	wait->n_cpus = 0xffffffffu;
}

static void filter_outside(struct wait *wait)
{
	wait->filter_offsets[0] = 4;
	wait->texts = "abc";
	wait->texts_length = 4;
}

static void filter_without_end(struct wait *wait)
{
	wait->filter_offsets[0] = 0;
	wait->texts = "abc";
	wait->texts_length = 3;
}

static void filters_without_text(struct wait *wait)
{
	wait->texts_length = 3;
}

static void filter_where_there_is_none(struct wait *wait)
{
	wait->filter_offsets[1] = 0;
}

static void refuses_bad_arguments(void)
{
	expect_refused(more_watched_than_there_are);
	expect_refused(no_events);
	expect_refused(too_many_events);
	expect_refused(too_many_cpus);
	expect_refused(filter_outside);
	expect_refused(filter_without_end);
	expect_refused(filters_without_text);
	expect_refused(filter_where_there_is_none);
}

int main(void)
{
	static const struct test tests[] = {
		TEST(opens_when_a_watched_fd_is_ready),
		TEST(leaves_them_disabled_if_not_told_to_enable),
		TEST(opens_nothing_for_other_fds_or_a_time_out),
		TEST(is_all_or_nothing_per_cpu),
		TEST(tells_cpus_that_cannot_be_had),
		TEST(drops_what_cannot_have_its_filter),
		TEST(has_them_write_into_rings),
		TEST(hurries_the_first_thread_until_it_is_done),
		TEST(hurries_the_first_thread_until_all_is_done),
		TEST(hurries_nobody_for_other_fds_or_a_time_out),
		TEST(leaves_another_policy_alone),
		TEST(refuses_bad_arguments),
	};

	return run_tests("standby", tests, LENGTH(tests));
}

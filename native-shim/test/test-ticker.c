#include "harness.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

enum { STRIDE = 8 * 7, N_EVENTS = 3, ROOM = 8 };

/* What a read of an event on its own gives, and of a group of two. */
struct single {
	uint64_t value, enabled, running, id;
};
struct group {
	uint64_t nr, enabled, running, value_a, id_a, value_b, id_b;
};

/*
 * An event on its own, twice, as if on two CPUs, and a group of two. Behind each fd is a pipe that keeps packets apart: a
 * read gives the next one, as the test wants it.
 */
struct machine {
	int32_t fds[3];
	int32_t writers[3];
	uint32_t members[3];
	struct sw_tick_part parts[4];
	struct sw_ticker_plan plan;
};

static uint64_t now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static struct machine new_machine(void)
{
	struct machine machine = {
		.members = { 0, 2, 0 },
		.parts = { { .event = 0 }, { .id = 71, .event = 1 }, { .id = 72, .event = 2 }, { .event = 0 } },
		.plan = { .first_ns = now(), .every_ns = 1000000, .room = ROOM, .stride = STRIDE, .n_events = N_EVENTS },
	};

	for (int i = 0; i < 3; i++) {
		int ends[2];

		CHECK_EQ(pipe2(ends, O_DIRECT | O_NONBLOCK | O_CLOEXEC), 0);
		machine.fds[i] = ends[0];
		machine.writers[i] = ends[1];
	}
	return machine;
}

static void drop(struct machine *machine)
{
	CHECK_EQ(sw_close_many(machine->fds, 3), 0);
	CHECK_EQ(sw_close_many(machine->writers, 3), 0);
}

static int32_t start(const struct machine *machine)
{
	return sw_ticker_start(machine->fds, machine->members, 3, machine->parts, 4, &machine->plan);
}

static void give(const struct machine *machine, int which, const void *packet, size_t size)
{
	CHECK_EQ(write(machine->writers[which], packet, size), size);
}

/* What all three give at the next tick: the first event, twice, and the two of the group. */
static void give_all(const struct machine *machine, uint64_t first, uint64_t a, uint64_t b, uint64_t time)
{
	give(machine, 0, &(struct single){ first, time, time, 7 }, sizeof(struct single));
	give(machine, 1, &(struct group){ 2, time, time, a, 71, b, 72 }, sizeof(struct group));
	give(machine, 2, &(struct single){ 10 * first, time, time, 8 }, sizeof(struct single));
}

/* What was taken, of ROOM ticks at most. */
struct taken {
	int32_t n;
	uint8_t bytes[ROOM][3][STRIDE];
	int32_t lengths[ROOM][3];
	struct sw_tick ticks[ROOM];
	struct sw_step steps[ROOM][N_EVENTS];
};

static void take(int32_t ticker, uint32_t room, struct taken *taken)
{
	taken->n = sw_ticker_take(ticker, room, taken->bytes[0][0], taken->lengths[0], taken->ticks, taken->steps[0]);
}

/* Waits for so many ticks, and ends the ticker. */
static void take_and_free(int32_t ticker, int32_t n, struct taken *taken)
{
	struct taken more;
	int32_t had = 0;

	CHECK(ticker >= 0);
	while (had < n) {
		take(ticker, 1, &more);
		if (more.n == 0) {
			usleep(200);
			continue;
		}
		memcpy(taken->bytes[had], more.bytes[0], sizeof(more.bytes[0]));
		memcpy(taken->lengths[had], more.lengths[0], sizeof(more.lengths[0]));
		memcpy(taken->steps[had], more.steps[0], sizeof(more.steps[0]));
		taken->ticks[had++] = more.ticks[0];
	}
	CHECK_EQ(sw_ticker_free(ticker), 0);
}

static void check_step(const struct sw_step *step, uint64_t value, uint64_t time)
{
	CHECK_EQ(step->value, value);
	CHECK_EQ(step->enabled, time);
	CHECK_EQ(step->running, time);
}

static void sums_up_what_came_in_between(void)
{
	struct machine machine = new_machine();
	struct taken taken;
	struct group group;

	give_all(&machine, 5, 100, 200, 1000);
	give_all(&machine, 6, 101, 300, 1500);
	give_all(&machine, 6, UINT64_MAX, 300, 1600);
	take_and_free(start(&machine), 3, &taken);
	CHECK(!taken.ticks[0].has_steps && taken.ticks[1].has_steps && taken.ticks[2].has_steps);
	/* One and ten more, at two places, each of which was on for 500. */
	check_step(&taken.steps[1][0], 11, 1000);
	check_step(&taken.steps[1][1], 1, 500);
	check_step(&taken.steps[1][2], 100, 500);
	check_step(&taken.steps[2][0], 0, 200);
	check_step(&taken.steps[2][1], UINT64_MAX - 101, 100);
	CHECK_EQ(taken.lengths[1][0], sizeof(struct single));
	CHECK_EQ(taken.lengths[1][1], sizeof(struct group));
	memcpy(&group, taken.bytes[1][1], sizeof(group));
	CHECK_EQ(group.value_b, 300);
	drop(&machine);
}

/* Has one read of the second of four ticks give that, and looks which of the four have steps: `+`. */
static void check_wrong(const void *packet, size_t size, int which, const char *expected)
{
	struct machine machine = new_machine();
	struct single single = { 60, 1500, 1500, 7 };
	struct group group = { 2, 1500, 1500, 101, 71, 300, 72 };
	struct taken taken;

	give_all(&machine, 5, 100, 200, 1000);
	for (int i = 0; i < 3; i++)
		if (i == which)
			give(&machine, i, packet, size);
		else
			give(&machine, i, i == 1 ? (void *)&group : (void *)&single, i == 1 ? sizeof(group) : sizeof(single));
	give_all(&machine, 70, 110, 400, 2000);
	give_all(&machine, 80, 120, 500, 2500);
	take_and_free(start(&machine), 4, &taken);
	for (int i = 0; i < 4; i++)
		CHECK_EQ(taken.ticks[i].has_steps, expected[i] == '+');
	drop(&machine);
}

static void has_no_steps_where_something_is_not_exact_or_not_there(void)
{
	struct single right = { 60, 1500, 1500, 7 };
	struct single shared = { 60, 1500, 1400, 7 };
	struct single standing = { 5, 1000, 1000, 7 };
	struct single less = { 4, 1500, 1500, 7 };
	struct group turned = { 2, 1500, 1500, 300, 72, 101, 71 };
	struct group other = { 2, 1500, 1500, 101, 71, 300, 99 };
	struct group torn = { 1, 1500, 1500, 101, 71, 0, 0 };

	check_wrong(&right, sizeof(right), 0, "-+++");
	/* The next one makes up for what it was not on before, which is not exact either. */
	check_wrong(&shared, sizeof(shared), 0, "---+");
	check_wrong(&standing, sizeof(standing), 0, "--++");
	check_wrong(&less, sizeof(less), 0, "--++");
	/* The members change places, and back. */
	check_wrong(&turned, sizeof(turned), 1, "---+");
	/* Not known at this one, these are of no use for the next. */
	check_wrong(&other, sizeof(other), 1, "---+");
	check_wrong(&torn, sizeof(torn), 1, "---+");
	check_wrong(&torn, 5 * 8, 1, "---+");
	check_wrong(&right, 3 * 8, 0, "---+");
}

static void keeps_time(void)
{
	struct machine machine = new_machine();
	struct taken taken;
	uint64_t due = machine.plan.first_ns;

	machine.plan.every_ns = 2000000;
	take_and_free(start(&machine), 5, &taken);
	for (int i = 0; i < 5; i++) {
		CHECK(taken.ticks[i].expirations >= 1);
		due += (taken.ticks[i].expirations - 1) * machine.plan.every_ns;
		CHECK(taken.ticks[i].begin_ns >= due && taken.ticks[i].end_ns >= taken.ticks[i].begin_ns);
		CHECK(taken.ticks[i].begin_ns < due + machine.plan.every_ns + 1000000000);
		due += machine.plan.every_ns;
		CHECK_EQ(taken.lengths[i][0], -EAGAIN);
		CHECK(!taken.ticks[i].has_steps);
	}
	drop(&machine);
}

static void skips_ticks_for_which_there_is_no_room(void)
{
	struct machine machine = new_machine();
	struct taken taken;
	uint64_t expirations = 0;
	int32_t ticker;

	machine.plan.room = 2;
	ticker = start(&machine);
	usleep(20000);
	take(ticker, ROOM, &taken);
	CHECK_EQ(taken.n, 2);
	for (int i = 0; i < 2; i++)
		expirations += taken.ticks[i].expirations;
	do {
		take(ticker, 1, &taken);
	} while (!taken.n);
	/* The one behind them is so long. */
	CHECK(taken.ticks[0].expirations > 10);
	CHECK(taken.ticks[0].begin_ns >=
	      machine.plan.first_ns + (expirations + taken.ticks[0].expirations - 1) * machine.plan.every_ns);
	CHECK_EQ(sw_ticker_free(ticker), 0);
	drop(&machine);
}

static void reads_nothing_more_once_it_is_stopped(void)
{
	struct machine machine = new_machine();
	struct taken taken;
	int32_t ticker = start(&machine);

	usleep(4000);
	CHECK_EQ(sw_ticker_stop(ticker), 0);
	drop(&machine);
	usleep(4000);
	CHECK_EQ(sw_ticker_stop(ticker), 0);
	take(ticker, ROOM, &taken);
	CHECK(taken.n >= 1);
	for (int32_t i = 0; i < taken.n; i++)
		CHECK_EQ(taken.lengths[i][2], -EAGAIN);
	take(ticker, ROOM, &taken);
	CHECK_EQ(taken.n, 0);
	CHECK_EQ(sw_ticker_free(ticker), 0);
	CHECK_EQ(sw_ticker_free(ticker), -EINVAL);
}

/* Far from its first tick, it is not waited for. */
static void ends_at_once(void)
{
	struct machine machine = new_machine();
	uint64_t before = now();

	machine.plan.first_ns += 3600000000000;
	CHECK_EQ(sw_ticker_free(start(&machine)), 0);
	CHECK(now() - before < 1000000000);
	drop(&machine);
}

static int signals;

static void count_signal(int signal)
{
	(void)signal;
	signals++;
}

/* They are handled in the thread that has them not blocked. */
static void leaves_signals_to_others(void)
{
	struct machine machine = new_machine();
	struct sigaction counting = { .sa_handler = count_signal }, before;
	sigset_t usr1, old;
	int32_t ticker;

	sigaction(SIGUSR1, &counting, &before);
	ticker = start(&machine);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &usr1, &old);
	kill(getpid(), SIGUSR1);
	usleep(5000);
	CHECK_EQ(signals, 0);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	CHECK_EQ(signals, 1);
	sigaction(SIGUSR1, &before, NULL);
	CHECK_EQ(sw_ticker_free(ticker), 0);
	drop(&machine);
}

static void reads_nothing_where_there_is_nothing(void)
{
	struct machine machine = new_machine();
	struct taken taken;

	machine.plan.n_events = 0;
	take_and_free(sw_ticker_start(NULL, NULL, 0, NULL, 0, &machine.plan), 2, &taken);
	CHECK(!taken.ticks[0].has_steps && taken.ticks[1].has_steps);
	drop(&machine);
}

static int32_t with(struct machine machine, struct sw_ticker_plan plan)
{
	machine.plan = plan;
	return start(&machine);
}

static void refuses_what_makes_no_sense(void)
{
	struct machine machine = new_machine();
	struct sw_ticker_plan plan = machine.plan, bad;
	struct machine other;
	struct taken taken;

	bad = plan, bad.every_ns = 0;
	CHECK_EQ(with(machine, bad), -EINVAL);
	bad = plan, bad.every_ns = UINT64_MAX;
	CHECK_EQ(with(machine, bad), -EINVAL);
	bad = plan, bad.first_ns = UINT64_MAX;
	CHECK_EQ(with(machine, bad), -EINVAL);
	bad = plan, bad.room = 0;
	CHECK_EQ(with(machine, bad), -EINVAL);
	bad = plan, bad.room = 4097;
	CHECK_EQ(with(machine, bad), -EINVAL);
	bad = plan, bad.stride = 0;
	CHECK_EQ(with(machine, bad), -EINVAL);
	bad = plan, bad.stride = STRIDE + 4;
	CHECK_EQ(with(machine, bad), -EINVAL);
	/* No room for the group. */
	bad = plan, bad.stride = STRIDE - 8;
	CHECK_EQ(with(machine, bad), -EINVAL);
	bad = plan, bad.stride = UINT32_MAX & ~7u;
	CHECK_EQ(with(machine, bad), -EINVAL);
	bad = plan, bad.n_events = 2;
	CHECK_EQ(with(machine, bad), -EINVAL);
	bad = plan, bad.n_events = UINT32_MAX;
	CHECK_EQ(with(machine, bad), -EINVAL);
	other = machine, other.members[0] = 1;
	other.members[1] = UINT32_MAX;
	CHECK_EQ(start(&other), -EINVAL);
	other = machine, other.members[1] = 3;
	CHECK_EQ(start(&other), -EINVAL);
	other = machine, other.parts[3].event = UINT32_MAX;
	CHECK_EQ(start(&other), -EINVAL);
	CHECK_EQ(sw_ticker_start(NULL, machine.members, 3, machine.parts, 4, &plan), -EINVAL);
	CHECK_EQ(sw_ticker_start(machine.fds, NULL, 3, machine.parts, 4, &plan), -EINVAL);
	CHECK_EQ(sw_ticker_start(machine.fds, machine.members, 3, NULL, 4, &plan), -EINVAL);
	CHECK_EQ(sw_ticker_start(machine.fds, machine.members, 3, machine.parts, 4, NULL), -EINVAL);
	CHECK_EQ(sw_ticker_start(machine.fds, machine.members, UINT32_MAX, machine.parts, 4, &plan), -EINVAL);
	for (int32_t wrong = -1; wrong <= 64; wrong += 65) {
		take(wrong, ROOM, &taken);
		CHECK_EQ(taken.n, -EINVAL);
		CHECK_EQ(sw_ticker_stop(wrong), -EINVAL);
		CHECK_EQ(sw_ticker_free(wrong), -EINVAL);
	}
	drop(&machine);
}

static void there_are_64_at_most(void)
{
	struct machine machine = new_machine();
	int32_t tickers[64];

	machine.plan.first_ns += 3600000000000;
	for (int i = 0; i < 64; i++)
		CHECK((tickers[i] = start(&machine)) >= 0);
	CHECK_EQ(start(&machine), -EMFILE);
	for (int i = 0; i < 64; i++)
		CHECK_EQ(sw_ticker_free(tickers[i]), 0);
	drop(&machine);
}

int main(void)
{
	static const struct test tests[] = {
		TEST(sums_up_what_came_in_between),
		TEST(has_no_steps_where_something_is_not_exact_or_not_there),
		TEST(keeps_time),
		TEST(skips_ticks_for_which_there_is_no_room),
		TEST(reads_nothing_more_once_it_is_stopped),
		TEST(ends_at_once),
		TEST(leaves_signals_to_others),
		TEST(reads_nothing_where_there_is_nothing),
		TEST(refuses_what_makes_no_sense),
		TEST(there_are_64_at_most),
	};

	return run_tests("ticker", tests, LENGTH(tests));
}

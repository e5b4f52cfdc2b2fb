#include "harness.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void signal_fd(int32_t fd)
{
	CHECK_EQ(write(fd, &(uint64_t){ 1 }, 8), 8);
}

static void *signal_later(void *fd)
{
	usleep(20000);
	signal_fd(*(int32_t *)fd);
	return NULL;
}

static void makes_eventfds(void)
{
	int32_t fd = sw_eventfd();
	uint64_t value;

	CHECK(fd >= 0);
	CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	CHECK(read(fd, &value, 8) < 0 && errno == EAGAIN);
	CHECK_EQ(sw_close_many(&fd, 1), 0);
}

static void is_ended_by_an_eventfd(void)
{
	int32_t fds[] = { sw_eventfd(), sw_eventfd(), sw_eventfd() }, ready[3] = { 9, 9, 9 };
	pthread_t thread;

	CHECK_EQ(pthread_create(&thread, NULL, signal_later, &fds[1]), 0);
	CHECK_EQ(sw_wait_many(fds, 3, -1, ready, NULL), 1);
	CHECK(ready[0] == 0 && ready[1] == POLLIN && ready[2] == 0);
	pthread_join(thread, NULL);
	signal_fd(fds[0]);
	CHECK_EQ(sw_wait_many(fds, 3, 0, ready, NULL), 2);
	CHECK(ready[0] == POLLIN && ready[1] == POLLIN && ready[2] == 0);
	CHECK_EQ(sw_close_many(fds, 3), 0);
}

static void times_out(void)
{
	int32_t fd = sw_eventfd(), ready = 9;
	int64_t before = now_ms();

	CHECK_EQ(sw_wait_many(&fd, 1, 30, &ready, NULL), 0);
	CHECK_EQ(ready, 0);
	CHECK(now_ms() - before >= 30 && now_ms() - before < 5000);
	CHECK_EQ(sw_close_many(&fd, 1), 0);
}

static void on_alarm(int signal)
{
	(void)signal;
}

/* Signals neither end the wait nor prolong it. */
static void outlasts_signals(void)
{
	struct sigaction action = { .sa_handler = on_alarm }, before;
	struct itimerval often = { { 0, 3000 }, { 0, 3000 } }, never = { 0 };
	int32_t fd = sw_eventfd(), ready;
	int64_t begin;

	CHECK_EQ(sigaction(SIGALRM, &action, &before), 0);
	CHECK_EQ(setitimer(ITIMER_REAL, &often, NULL), 0);
	begin = now_ms();
	CHECK_EQ(sw_wait_many(&fd, 1, 40, &ready, NULL), 0);
	CHECK(now_ms() - begin >= 40 && now_ms() - begin < 5000);
	CHECK_EQ(setitimer(ITIMER_REAL, &never, NULL), 0);
	/* The last one may still be on its way, as under valgrind: ignoring it throws it away. */
	action.sa_handler = SIG_IGN;
	CHECK_EQ(sigaction(SIGALRM, &action, NULL), 0);
	CHECK_EQ(sigaction(SIGALRM, &before, NULL), 0);
	CHECK_EQ(sw_close_many(&fd, 1), 0);
}

static void tells_hang_up_and_closed_fds(void)
{
	int32_t ends[2], ready;

	CHECK_EQ(pipe(ends), 0);
	CHECK_EQ(sw_close_many(&ends[1], 1), 0);
	CHECK_EQ(sw_wait_many(ends, 1, -1, &ready, NULL), 1);
	CHECK_EQ(ready, POLLHUP);
	CHECK_EQ(sw_close_many(ends, 1), 0);
	CHECK_EQ(sw_wait_many(ends, 1, -1, &ready, NULL), 1);
	CHECK_EQ(ready, POLLNVAL);
}

int main(void)
{
	static const struct test tests[] = {
		TEST(makes_eventfds),
		TEST(is_ended_by_an_eventfd),
		TEST(times_out),
		TEST(outlasts_signals),
		TEST(tells_hang_up_and_closed_fds),
	};

	return run_tests("wait", tests, LENGTH(tests));
}

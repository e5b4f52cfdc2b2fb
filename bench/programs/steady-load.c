/*
 * steady-load CPU: a background load of a known rate on one CPU, until stdin is closed. Each millisecond it makes
 * CALLS getppid system calls, touches PAGES fresh pages and passes a byte to a second process and back SWITCHES times.
 * It says "ready" when it runs. The schedule is absolute: a millisecond that was late is caught up.
 *
 * The rates are high so that what the two measured tools cause themselves, and the other does not see as it is not
 * yet counting, is little against them.
 */
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CALLS 200
#define PAGES 250
#define SWITCHES 20
#define TICK_NS 1000000

static long page_size;

static void echo(int in, int out)
{
	char byte;

	while (read(in, &byte, 1) == 1 && write(out, &byte, 1) == 1)
		;
	_exit(0);
}

static void work(char *pages, int to, int from)
{
	char byte = 0;

	for (int i = 0; i < CALLS; i++)
		syscall(SYS_getppid);
	for (int i = 0; i < PAGES; i++)
		pages[i * page_size] = 1;
	if (madvise(pages, PAGES * page_size, MADV_DONTNEED) < 0)
		_exit(1);
	for (int i = 0; i < SWITCHES; i++)
		if (write(to, &byte, 1) != 1 || read(from, &byte, 1) != 1)
			_exit(1);
}

int main(int argc, char **argv)
{
	struct pollfd input = { .fd = 0, .events = POLLIN };
	struct timespec next;
	cpu_set_t cpus;
	int there[2], back[2];
	char *pages;

	CPU_ZERO(&cpus);
	if (argc == 2)
		CPU_SET(atoi(argv[1]), &cpus);
	page_size = sysconf(_SC_PAGESIZE);
	pages = mmap(NULL, PAGES * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	/* A huge page would be one fault for all of them. */
	if (argc != 2 || sched_setaffinity(0, sizeof cpus, &cpus) < 0 || pages == MAP_FAILED ||
	    madvise(pages, PAGES * page_size, MADV_NOHUGEPAGE) < 0 || pipe(there) < 0 || pipe(back) < 0) {
		perror("usage: steady-load CPU");
		return 2;
	}
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(there[1]);
		echo(there[0], back[1]);
	}
	if (write(1, "ready\n", 6) != 6)
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &next);
	while (poll(&input, 1, 0) == 0) {
		work(pages, there[1], back[0]);
		next.tv_nsec += TICK_NS;
		if (next.tv_nsec >= 1000000000) {
			next.tv_nsec -= 1000000000;
			next.tv_sec++;
		}
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
	/* So that its CPU time is known to whoever waits for this process. */
	close(there[1]);
	wait(NULL);
	return 0;
}

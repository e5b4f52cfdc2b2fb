/*
 * getppid CPU N: on that CPU alone, says "ready" on stdout, waits for a byte on stdin, makes exactly N getppid system
 * calls and exits. Counted from while it waits, that is N calls and the one that ends it, exit_group: the read has
 * been entered before, and nothing else is called in between.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	cpu_set_t cpus;
	char go;
	long calls = argc == 3 ? atol(argv[2]) : -1;

	CPU_ZERO(&cpus);
	if (calls >= 0)
		CPU_SET(atoi(argv[1]), &cpus);
	if (calls < 0 || sched_setaffinity(0, sizeof cpus, &cpus) < 0) {
		fprintf(stderr, "usage: getppid CPU N\n");
		return 2;
	}
	if (write(1, "ready\n", 6) != 6 || read(0, &go, 1) != 1)
		return 1;
	for (long i = 0; i < calls; i++)
		syscall(SYS_getppid);
	_exit(0);
}

/*
 * stamp: writes the monotonic time at which it began, in ns, to stdout. As the command of `stat`, it tells when
 * everything had been opened and armed: `stat` starts its command right after.
 */
#include <stdio.h>
#include <time.h>

int main(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	printf("%lld\n", now.tv_sec * 1000000000LL + now.tv_nsec);
	return 0;
}

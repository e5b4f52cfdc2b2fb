/*
 * syscall(2) for tests that valgrind runs: version 3.19 does not know pidfd_open(2), which every command begins with. Another
 * program, PASSER, which valgrind does not run, opens the pidfd, so that the shim is tested with a real one. Linked with
 * --wrap=syscall.
 */
#include <errno.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

static int received(int from)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr header;
	} control = { 0 };
	int error = EIO;
	struct iovec told = { .iov_base = &error, .iov_len = sizeof(error) };
	struct msghdr message = {
		.msg_iov = &told,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	int fd;

	if (recvmsg(from, &message, MSG_CMSG_CLOEXEC) != (ssize_t)sizeof(error) || error) {
		errno = error;
		return -1;
	}
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	return fd;
}

static int passed_pidfd(int pid, unsigned int flags)
{
	char texts[3][16];
	char *argv[] = { PASSER, texts[0], texts[1], texts[2], NULL };
	int ends[2], fd = -1, error;
	pid_t passer;

	/* Without SOCK_CLOEXEC on the passer's end: it is named to it by its number. */
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) < 0)
		return -1;
	snprintf(texts[0], sizeof(texts[0]), "%d", pid);
	snprintf(texts[1], sizeof(texts[1]), "%u", flags);
	snprintf(texts[2], sizeof(texts[2]), "%d", ends[1]);
	error = posix_spawn(&passer, PASSER, NULL, NULL, argv, NULL);
	if (!error) {
		close(ends[1]);
		ends[1] = -1;
		fd = received(ends[0]);
		error = fd < 0 ? errno : 0;
		waitpid(passer, NULL, 0);
	}
	if (ends[1] >= 0)
		close(ends[1]);
	close(ends[0]);
	errno = error;
	return fd;
}

long __wrap_syscall(long number, ...)
{
	long arguments[6];
	va_list list;

	va_start(list, number);
	for (int i = 0; i < 6; i++)
		arguments[i] = va_arg(list, long);
	va_end(list);
	if (number == SYS_pidfd_open)
		return passed_pidfd((int)arguments[0], (unsigned int)arguments[1]);
	return __real_syscall(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
}

/*
 * Opens a pidfd and sends it: pidfd-passer PID FLAGS SOCKET. For `syscall-wrap.c`, whose process may be run by a valgrind
 * that does not know pidfd_open(2); this one, which it starts, is not.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr header;
	} control = { 0 };
	int error = 0;
	struct iovec told = { .iov_base = &error, .iov_len = sizeof(error) };
	struct msghdr message = { .msg_iov = &told, .msg_iovlen = 1 };
	int fd;

	if (argc != 4)
		return 2;
	fd = (int)syscall(SYS_pidfd_open, atoi(argv[1]), (unsigned int)atoi(argv[2]));
	if (fd < 0) {
		error = errno;
	} else {
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof(control.bytes);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	}
	return sendmsg(atoi(argv[3]), &message, 0) != (ssize_t)sizeof(error);
}

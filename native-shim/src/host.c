/* The host around the events: tracefs, locks, the kernel's uevents. */
#include "internal.h"
#include "shim.h"

#include <linux/netlink.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/syscall.h>

/* From include/uapi/linux/mount.h (Linux 5.2); glibc before 2.36 and older UAPI headers lack them. */
#define SW_FSOPEN_CLOEXEC 1u
#define SW_FSCONFIG_CMD_CREATE 6u
#define SW_FSMOUNT_CLOEXEC 1u
#define SW_MOUNT_ATTR_NOSUID 2u
#define SW_MOUNT_ATTR_NODEV 4u
#define SW_MOUNT_ATTR_NOEXEC 8u
#ifndef SYS_fsopen
#define SYS_fsopen 430
#define SYS_fsconfig 431
#define SYS_fsmount 432
#endif

/* Room for a few thousand uevents: onlining many CPUs sends them in bursts. */
#define UEVENT_QUEUE_BYTES (4 << 20)
#define UEVENT_GROUP_KERNEL 1u

int32_t sw_tracefs_open(void)
{
	int32_t context = (int32_t)syscall(SYS_fsopen, "tracefs", SW_FSOPEN_CLOEXEC);
	int32_t mount = -1;

	if (context < 0)
		return -errno;
	if (!syscall(SYS_fsconfig, context, SW_FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		mount = (int32_t)syscall(SYS_fsmount, context, SW_FSMOUNT_CLOEXEC,
					 SW_MOUNT_ATTR_NOSUID | SW_MOUNT_ATTR_NODEV | SW_MOUNT_ATTR_NOEXEC);
	sw_drop_fd(&context);
	return mount < 0 ? -errno : mount;
}

static int32_t lock(int32_t fd, int operation)
{
	int ret;

	if (fd < 0)
		return -EINVAL;
	do {
		ret = flock(fd, operation);
	} while (ret < 0 && errno == EINTR);
	return ret < 0 ? -errno : 0;
}

int32_t sw_lock(int32_t fd, uint32_t exclusive)
{
	return exclusive > 1 ? -EINVAL : lock(fd, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB);
}

int32_t sw_unlock(int32_t fd)
{
	return lock(fd, LOCK_UN);
}

int32_t sw_sync(void)
{
	sync();
	return 0;
}

int32_t sw_uevent_open(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = UEVENT_GROUP_KERNEL };
	int32_t fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
	int bytes = UEVENT_QUEUE_BYTES;

	if (fd < 0)
		return -errno;
	/* A longer queue is a comfort, not a need: without the privilege for it, as much as the system allows. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		sw_drop_fd(&fd);
		return -errno;
	}
	return fd;
}

int32_t sw_uevent_receive(int32_t fd, uint8_t *out, uint32_t size)
{
	struct sockaddr_nl sender;
	struct iovec buffer = { .iov_base = out, .iov_len = size };
	struct msghdr message = { .msg_name = &sender, .msg_iov = &buffer, .msg_iovlen = 1 };
	ssize_t got;

	if (fd < 0 || !out || !size || size > INT32_MAX)
		return -EINVAL;
	for (;;) {
		message.msg_namelen = sizeof(sender);
		got = recvmsg(fd, &message, MSG_DONTWAIT);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		/* Anybody with CAP_NET_ADMIN may send to this group (udev does); only the kernel's port is 0. */
		if (message.msg_namelen != sizeof(sender) || sender.nl_family != AF_NETLINK || sender.nl_pid != 0)
			continue;
		return message.msg_flags & MSG_TRUNC ? -EMSGSIZE : (int32_t)got;
	}
}

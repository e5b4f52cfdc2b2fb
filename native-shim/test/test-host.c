#include "harness.h"

#include <signal.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define UEVENT_TRIGGER "/sys/class/mem/null/uevent"

static char *mounts(void)
{
	static char text[1 << 16];
	FILE *file = fopen("/proc/self/mountinfo", "r");
	size_t n;

	CHECK(file);
	n = fread(text, 1, sizeof(text) - 1, file);
	text[n] = 0;
	fclose(file);
	return text;
}

static void opens_tracefs_without_a_mount(void)
{
	char *before = strdup(mounts()), path[64];
	int32_t fd = sw_tracefs_open();
	struct stat file;

	if (fd == -EPERM || fd == -ENODEV || fd == -ENOSYS) {
		skip(fd == -EPERM ? "needs CAP_SYS_ADMIN" : "this kernel has no tracefs or no fsopen(2)");
		free(before);
		return;
	}
	CHECK(fd >= 0);
	CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d/events/header_page", fd);
	CHECK_EQ(stat(path, &file), 0);
	CHECK(!strcmp(before, mounts()));
	CHECK_EQ(sw_close_many(&fd, 1), 0);
	CHECK(stat(path, &file) < 0);
	free(before);
}

static void locks_exclude_each_other(void)
{
	char path[] = "/tmp/syswide-lock-XXXXXX";
	int32_t fds[2];

	fds[0] = mkstemp(path);
	fds[1] = open(path, O_RDWR | O_CLOEXEC);
	CHECK(fds[0] >= 0 && fds[1] >= 0);
	CHECK_EQ(sw_lock(fds[0], 1), 0);
	CHECK_EQ(sw_lock(fds[0], 1), 0);
	CHECK_EQ(sw_lock(fds[1], 1), -EWOULDBLOCK);
	CHECK_EQ(sw_lock(fds[1], 0), -EWOULDBLOCK);
	CHECK_EQ(sw_unlock(fds[0]), 0);
	CHECK_EQ(sw_lock(fds[1], 0), 0);
	CHECK_EQ(sw_lock(fds[0], 0), 0);
	CHECK_EQ(sw_lock(fds[0], 1), -EWOULDBLOCK);
	/* Whoever dies, or closes, lets go. */
	CHECK_EQ(sw_close_many(&fds[1], 1), 0);
	CHECK_EQ(sw_lock(fds[0], 1), 0);
	CHECK_EQ(sw_close_many(fds, 1), 0);
	CHECK_EQ(unlink(path), 0);
}

static int trigger_uevent(void)
{
	int fd = open(UEVENT_TRIGGER, O_WRONLY | O_CLOEXEC);
	int written;

	if (fd < 0)
		return 0;
	written = write(fd, "change", 6) == 6;
	close(fd);
	return written;
}

/* The next uevent that starts with `text`; -EAGAIN when there is none such. */
static int32_t receive(int32_t fd, const char *text)
{
	uint8_t event[8192];
	int32_t got;

	do {
		got = sw_uevent_receive(fd, event, sizeof(event));
	} while (got > 0 && strncmp((char *)event, text, strlen(text)));
	return got;
}

static void receives_uevents(void)
{
	int32_t fd = sw_uevent_open();
	uint8_t byte;

	CHECK(fd >= 0);
	CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	CHECK_EQ(receive(fd, "change@/devices/virtual/mem/null"), -EAGAIN);
	if (!trigger_uevent()) {
		skip("cannot write " UEVENT_TRIGGER);
	} else {
		CHECK(receive(fd, "change@/devices/virtual/mem/null") > 0);
		CHECK(trigger_uevent());
		CHECK_EQ(sw_uevent_receive(fd, &byte, 1), -EMSGSIZE);
	}
	CHECK_EQ(sw_close_many(&fd, 1), 0);
}

/* Something that is not the kernel says that a CPU came online. */
static void passes_over_forged_uevents(void)
{
	static const char forged[] = "online@/devices/system/cpu/cpu0";
	struct sockaddr_nl target = { 0 };
	socklen_t length = sizeof(target);
	int32_t fd = sw_uevent_open();
	int forger = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);
	ssize_t sent;

	CHECK(fd >= 0 && forger >= 0);
	CHECK_EQ(getsockname(fd, (struct sockaddr *)&target, &length), 0);
	target.nl_groups = 0;
	sent = sendto(forger, forged, sizeof(forged), 0, (struct sockaddr *)&target, sizeof(target));
	if (sent < 0)
		skip("needs CAP_NET_ADMIN to forge one");
	else
		CHECK_EQ(receive(fd, "online@"), -EAGAIN);
	close(forger);
	CHECK_EQ(sw_close_many(&fd, 1), 0);
}

static void tells_of_lost_uevents(void)
{
	int32_t fd = sw_uevent_open(), got = 0;
	int small = 1;

	CHECK(fd >= 0);
	CHECK_EQ(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
	if (!trigger_uevent()) {
		skip("cannot write " UEVENT_TRIGGER);
	} else {
		for (int i = 0; i < 20; i++)
			trigger_uevent();
		while (got >= 0 && got != -EAGAIN)
			got = receive(fd, "change@");
		CHECK_EQ(got, -ENOBUFS);
	}
	CHECK_EQ(sw_close_many(&fd, 1), 0);
}

static volatile int heard;

static void hear(int signal)
{
	heard = signal;
}

static void hears_of_pipes_from_others_only(void)
{
	int ends[2];
	pid_t child;

	CHECK_EQ(sw_pipe_signal(0), 0);
	CHECK_EQ(sw_pipe_signal(1), -EINVAL);
	signal(SIGPIPE, hear);
	CHECK_EQ(sw_pipe_signal(1), 0);
	CHECK_EQ(pipe(ends), 0);
	close(ends[0]);
	CHECK_EQ(write(ends[1], "x", 1), -1);
	CHECK_EQ(errno, EPIPE);
	CHECK_EQ(heard, 0);
	child = fork();
	if (!child)
		_exit(kill(getppid(), SIGPIPE));
	CHECK_EQ(waitpid(child, NULL, 0), child);
	CHECK_EQ(heard, SIGPIPE);
	CHECK_EQ(sw_pipe_signal(0), 0);
	CHECK_EQ(write(ends[1], "x", 1), -1);
	close(ends[1]);
}

int main(void)
{
	static const struct test tests[] = {
		TEST(opens_tracefs_without_a_mount),
		TEST(locks_exclude_each_other),
		TEST(receives_uevents),
		TEST(passes_over_forged_uevents),
		TEST(tells_of_lost_uevents),
		TEST(hears_of_pipes_from_others_only),
	};

	return run_tests("host", tests, LENGTH(tests));
}

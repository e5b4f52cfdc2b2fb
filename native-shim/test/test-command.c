#include "harness.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define PACKED(text) text, sizeof(text)

static char scratch[] = "/tmp/syswide-command-XXXXXX";

/* ---- helpers ---- */

static int is_gone(const struct sw_command *command)
{
	return command->pid == -1 && command->pidfd == -1 && command->gate_fd == -1 && command->exec_fd == -1;
}

static int no_child_left(void)
{
	return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD;
}

static int32_t start(const char *packed, uint32_t length, struct sw_command *command)
{
	uint32_t argc = 0;

	for (uint32_t i = 0; i < length; i++)
		argc += !packed[i];
	return sw_command_start(packed, length, argc, NULL, -1, 0, command);
}

static void await_end(int32_t pidfd)
{
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };

	CHECK_EQ(poll(&poll_fd, 1, 10000), 1);
}

static struct sw_exit finish(struct sw_command *command)
{
	struct sw_exit exit;

	await_end(command->pidfd);
	CHECK_EQ(sw_command_reap(command, &exit), 0);
	CHECK(is_gone(command));
	return exit;
}

/* Runs it to its end and returns the wait status. */
static int run(const char *packed, uint32_t length)
{
	struct sw_command command;
	uint64_t start_ns;

	CHECK_EQ(start(packed, length, &command), 0);
	CHECK_EQ(sw_command_release(&command, &start_ns), 0);
	return finish(&command).status;
}

/* What `release` says about a command that cannot be exec'ed. */
static int32_t exec_failure(const char *packed, uint32_t length)
{
	struct sw_command command;
	uint64_t start_ns;
	int before = count_fds();
	int32_t ret;

	CHECK_EQ(start(packed, length, &command), 0);
	ret = sw_command_release(&command, &start_ns);
	CHECK(is_gone(&command));
	CHECK(no_child_left());
	CHECK_EQ(count_fds(), before);
	return ret;
}

/* Runs it with stdout, as Node would leave it, into `text`; `flags` are set on the pipe. */
static void capture(const char *packed, uint32_t length, const uint64_t *nofile, int flags, char *text, size_t size)
{
	struct sw_command command;
	uint64_t start_ns;
	uint32_t argc = 0;
	size_t used = 0;
	int ends[2], stdout_fd = fcntl(1, F_DUPFD_CLOEXEC, 3);
	ssize_t got;

	for (uint32_t i = 0; i < length; i++)
		argc += !packed[i];
	fflush(stdout);
	CHECK_EQ(pipe2(ends, O_CLOEXEC), 0);
	CHECK(fcntl(ends[1], F_SETFL, flags) == 0);
	CHECK_EQ(dup3(ends[1], 1, O_CLOEXEC), 1);
	CHECK_EQ(sw_command_start(packed, length, argc, nofile, -1, 0, &command), 0);
	CHECK_EQ(dup2(stdout_fd, 1), 1);
	close(stdout_fd);
	close(ends[1]);
	CHECK_EQ(sw_command_release(&command, &start_ns), 0);
	while ((got = read(ends[0], text + used, size - 1 - used)) > 0)
		used += (size_t)got;
	text[used] = 0;
	close(ends[0]);
	CHECK_EQ(finish(&command).status, 0);
}

static void writes_where_it_is_told_to(void)
{
	struct sw_command command;
	uint64_t start_ns;
	char text[8] = "";
	int ends[2];

	CHECK_EQ(pipe2(ends, O_CLOEXEC), 0);
	CHECK_EQ(sw_command_start(PACKED("sh\0-c\0echo here"), 3, NULL, ends[1], 0, &command), 0);
	close(ends[1]);
	CHECK_EQ(sw_command_release(&command, &start_ns), 0);
	CHECK_EQ(finish(&command).status, 0);
	CHECK_EQ(read(ends[0], text, sizeof(text)), 5);
	CHECK(!strncmp(text, "here\n", 5));
	close(ends[0]);
}

static void write_file(const char *name, const char *text, mode_t mode)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", scratch, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	CHECK(fd >= 0);
	CHECK_EQ(write(fd, text, strlen(text)), strlen(text));
	CHECK_EQ(fchmod(fd, mode), 0);
	close(fd);
}

/* ---- how it ends ---- */

static void tells_the_exit_status(void)
{
	CHECK_EQ(run(PACKED("true")), 0);
	CHECK_EQ(WEXITSTATUS(run(PACKED("sh\0-c\0exit 3"))), 3);
	CHECK_EQ(WEXITSTATUS(run(PACKED("sh\0-c\0[ \"$1\" = '' ] && exit $#\0sh\0\0a b"))), 2);
}

static void tells_the_killing_signal(void)
{
	int status = run(PACKED("sh\0-c\0kill -9 $$"));

	CHECK(WIFSIGNALED(status));
	CHECK_EQ(WTERMSIG(status), SIGKILL);
}

static void measures_what_it_used(void)
{
	struct sw_command command;
	struct sw_exit exit;
	uint64_t start_ns;

	CHECK_EQ(start(PACKED("sh\0-c\0i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done"), &command), 0);
	CHECK_EQ(sw_command_reap(&command, &exit), -EAGAIN);
	CHECK_EQ(sw_command_release(&command, &start_ns), 0);
	exit = finish(&command);
	CHECK(exit.user_ns > 0 && exit.max_rss_kib > 0 && exit.minor_faults > 0);
	CHECK(start_ns > 0 && exit.end_ns > start_ns);
	CHECK_EQ(sw_command_reap(&command, &exit), -ECHILD);
}

/* ---- how it starts ---- */

static void comm_of(int32_t pid, char *name, int size)
{
	char path[64];
	FILE *comm;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	comm = fopen(path, "r");
	CHECK(comm && fgets(name, size, comm));
	fclose(comm);
}

static void waits_at_the_gate(void)
{
	struct sw_command command;
	struct sw_exit exit;
	char name[32], own[32];
	uint64_t start_ns;

	CHECK_EQ(start(PACKED("true"), &command), 0);
	usleep(20000);
	comm_of(command.pid, name, sizeof(name));
	/* Under valgrind it is valgrind's. */
	comm_of(getpid(), own, sizeof(own));
	CHECK(!strcmp(name, own));
	CHECK_EQ(sw_command_reap(&command, &exit), -EAGAIN);
	CHECK_EQ(sw_command_release(&command, &start_ns), 0);
	CHECK(command.gate_fd == -1 && command.exec_fd == -1 && command.pidfd >= 0);
	CHECK_EQ(sw_command_release(&command, &start_ns), -EINVAL);
	CHECK_EQ(finish(&command).status, 0);
}

static void brings_the_errno_of_a_failed_exec(void)
{
	write_file("plain", "text", 0644);
	CHECK_EQ(chdir(scratch), 0);
	CHECK_EQ(exec_failure(PACKED("syswide-there-is-no-such-command")), -ENOENT);
	CHECK_EQ(exec_failure(PACKED("/there/is/no/such/file")), -ENOENT);
	CHECK_EQ(exec_failure(PACKED("./plain/within")), -ENOTDIR);
	CHECK_EQ(exec_failure(PACKED("./plain")), -EACCES);
	CHECK_EQ(exec_failure(PACKED("/tmp")), -EACCES);
	CHECK_EQ(exec_failure(PACKED("")), -ENOENT);
	CHECK_EQ(chdir("/"), 0);
}

static void searches_path_as_execvp_does(void)
{
	char *path = strdup(getenv("PATH")), both[256];

	write_file("denied", "exit 5\n", 0644);
	write_file("script", "exit $(($# + 7))\n", 0755);
	CHECK_EQ(setenv("PATH", scratch, 1), 0);
	CHECK_EQ(exec_failure(PACKED("denied")), -EACCES);
	/* Without a #! line it is the shell's. */
	CHECK_EQ(WEXITSTATUS(run(PACKED("script\0one\0two"))), 9);

	/* A file that may not be executed does not hide one further on. */
	write_file("true", "exit 5\n", 0644);
	snprintf(both, sizeof(both), "/nonexistent:%s:/bin:/usr/bin", scratch);
	CHECK_EQ(setenv("PATH", both, 1), 0);
	CHECK_EQ(run(PACKED("true")), 0);
	CHECK_EQ(exec_failure(PACKED("denied")), -EACCES);

	/* An empty entry is the current directory. */
	CHECK_EQ(setenv("PATH", "/nonexistent:", 1), 0);
	CHECK_EQ(chdir(scratch), 0);
	CHECK_EQ(WEXITSTATUS(run(PACKED("script"))), 7);
	CHECK_EQ(chdir("/"), 0);

	CHECK_EQ(unsetenv("PATH"), 0);
	CHECK_EQ(run(PACKED("true")), 0);
	CHECK_EQ(setenv("PATH", path, 1), 0);
	free(path);
}

/* ---- what it inherits ---- */

static void inherits_only_what_is_meant_for_it(void)
{
	static const char list[] = "sh\0-c\0for f in 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do "
				   "[ -e /proc/$$/fd/$f ] && echo $f; done; true";
	int ours = fcntl(0, F_DUPFD_CLOEXEC, 14), theirs = fcntl(0, F_DUPFD, 17);
	char text[256];

	CHECK(ours == 14 && theirs == 17);
	capture(list, sizeof(list), NULL, 0, text, sizeof(text));
	CHECK(!strcmp(text, "17\n"));
	close(ours);
	close(theirs);
}

static uint64_t status_mask(const char *status, const char *name)
{
	const char *line = strstr(status, name);

	CHECK(line);
	return strtoull(line + strlen(name), NULL, 16);
}

static void has_default_signals(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t mask, before;
	char text[8192];

	CHECK_EQ(sigaction(SIGPIPE, &ignore, NULL), 0);
	CHECK_EQ(sigaction(SIGRTMAX, &ignore, NULL), 0);
	sigfillset(&mask);
	CHECK_EQ(sigprocmask(SIG_BLOCK, &mask, &before), 0);
	capture(PACKED("cat\0/proc/self/status"), NULL, 0, text, sizeof(text));
	CHECK_EQ(status_mask(text, "SigIgn:"), 0);
	CHECK_EQ(status_mask(text, "SigBlk:"), 0);
	CHECK_EQ(status_mask(text, "SigCgt:"), 0);
	/* Our own mask is as it was. */
	CHECK_EQ(sigprocmask(SIG_SETMASK, &before, &mask), 0);
	CHECK(sigismember(&mask, SIGUSR1));
	ignore.sa_handler = SIG_DFL;
	CHECK_EQ(sigaction(SIGPIPE, &ignore, NULL), 0);
	CHECK_EQ(sigaction(SIGRTMAX, &ignore, NULL), 0);
}

static void ignores_hangup_where_it_is_told_to(void)
{
	struct sw_command command;
	uint64_t start_ns;

	CHECK_EQ(sw_command_start(PACKED("sh\0-c\0kill -HUP $$; exit 3"), 3, NULL, -1, 1, &command), 0);
	CHECK_EQ(sw_command_release(&command, &start_ns), 0);
	CHECK_EQ(finish(&command).status, 3 << 8);
}

static void gets_the_file_limit_it_is_given(void)
{
	struct rlimit limit;
	uint64_t nofile = 77;
	char text[64];

	if (runs_in_valgrind()) {
		skip("valgrind keeps the file limit to itself");
		return;
	}
	capture(PACKED("sh\0-c\0ulimit -Sn"), &nofile, 0, text, sizeof(text));
	CHECK_EQ(atoi(text), 77);
	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
	CHECK(limit.rlim_cur != 77);
	/* More than the hard limit becomes the hard limit. */
	nofile = UINT64_MAX;
	capture(PACKED("sh\0-c\0[ $(ulimit -Sn) = $(ulimit -Hn) ] && echo 1"), &nofile, 0, text, sizeof(text));
	CHECK_EQ(atoi(text), 1);
}

static void gets_a_blocking_stdout(void)
{
	char text[256];

	capture(PACKED("sh\0-c\0cat /proc/$$/fdinfo/1"), NULL, O_NONBLOCK, text, sizeof(text));
	CHECK(strstr(text, "flags:"));
	CHECK(!(strtoul(strstr(text, "flags:") + 6, NULL, 8) & O_NONBLOCK));
}

/* ---- when it is not wanted, or its parent is gone ---- */

static void abandons_without_a_trace(void)
{
	struct sw_command command;
	uint64_t start_ns;
	int before = count_fds();

	CHECK_EQ(start(PACKED("true"), &command), 0);
	CHECK_EQ(sw_command_abandon(&command), 0);
	CHECK(is_gone(&command));
	CHECK(no_child_left());
	CHECK_EQ(sw_command_abandon(&command), 0);

	CHECK_EQ(start(PACKED("sleep\0" "100"), &command), 0);
	CHECK_EQ(sw_command_release(&command, &start_ns), 0);
	CHECK_EQ(sw_command_abandon(&command), 0);
	CHECK(no_child_left());
	CHECK_EQ(count_fds(), before);
}

static void never_kills_a_stranger(void)
{
	struct sw_command command = { .pid = getppid(), .pidfd = -1, .gate_fd = -1, .exec_fd = -1 };

	CHECK_EQ(sw_command_abandon(&command), 0);
	CHECK(kill(getppid(), 0) == 0 || errno == EPERM);
	command.pid = getpid();
	CHECK_EQ(sw_command_abandon(&command), 0);
}

static void exits_in_silence_when_the_gate_closes(void)
{
	struct sw_command command;

	CHECK_EQ(start(PACKED("sh\0-c\0echo must not be seen"), &command), 0);
	close(command.gate_fd);
	command.gate_fd = -1;
	CHECK_EQ(WEXITSTATUS(finish(&command).status), 127);
}

static void notices_a_child_killed_at_the_gate(void)
{
	struct sw_command command;
	uint64_t start_ns;

	CHECK_EQ(start(PACKED("true"), &command), 0);
	CHECK_EQ(kill(command.pid, SIGKILL), 0);
	await_end(command.pidfd);
	CHECK_EQ(sw_command_release(&command, &start_ns), -ESRCH);
	CHECK(is_gone(&command));
	CHECK(no_child_left());
}

/* A process starts a command and is killed; what becomes of the command is returned. */
static int status_after_parent_died(int released)
{
	struct sw_command command;
	uint64_t start_ns;
	int ends[2], status;
	pid_t parent, pid = -1;

	CHECK_EQ(pipe2(ends, O_CLOEXEC), 0);
	parent = fork();
	if (!parent) {
		if (start(PACKED("sleep\0" "100"), &command) < 0 ||
		    (released && sw_command_release(&command, &start_ns) < 0) ||
		    write(ends[1], &command.pid, sizeof(command.pid)) < 0)
			_exit(1);
		kill(getpid(), SIGKILL);
	}
	CHECK_EQ(read(ends[0], &pid, sizeof(pid)), sizeof(pid));
	CHECK_EQ(waitpid(parent, &status, 0), parent);
	/* This process is the reaper of orphans. */
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	close(ends[0]);
	close(ends[1]);
	return status;
}

static void dies_with_its_parent(void)
{
	int status;

	CHECK_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	CHECK_EQ(WTERMSIG(status_after_parent_died(1)), SIGKILL);
	/* At the gate both the signal and the closing gate end it; whichever it notices first. */
	status = status_after_parent_died(0);
	CHECK(WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : WEXITSTATUS(status) == 127);
	CHECK_EQ(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
}

static void opens_pidfds(void)
{
	struct sw_command command;
	uint64_t start_ns;
	int32_t fd, pid;

	CHECK_EQ(start(PACKED("true"), &command), 0);
	pid = command.pid;
	fd = sw_pidfd_open(pid);
	CHECK(fd >= 0);
	CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	CHECK_EQ(sw_command_release(&command, &start_ns), 0);
	await_end(fd);
	finish(&command);
	CHECK_EQ(sw_pidfd_open(pid), -ESRCH);
	CHECK_EQ(sw_close_many(&fd, 1), 0);
}

static void refuses_bad_argv(void)
{
	struct sw_command command;

	CHECK_EQ(sw_command_start(NULL, 4, 1, NULL, -1, 0, &command), -EINVAL);
	CHECK_EQ(sw_command_start("true", 0, 1, NULL, -1, 0, &command), -EINVAL);
	CHECK_EQ(sw_command_start("true", 5, 0, NULL, -1, 0, &command), -EINVAL);
	CHECK_EQ(sw_command_start("true", 4, 1, NULL, -1, 0, &command), -EINVAL);
	CHECK_EQ(sw_command_start("true", 5, 2, NULL, -1, 0, &command), -EINVAL);
	CHECK_EQ(sw_command_start("true", 5, UINT32_MAX, NULL, -1, 0, &command), -EINVAL);
	CHECK_EQ(sw_command_start("true\0x", 7, 1, NULL, -1, 0, &command), -EINVAL);
	CHECK(is_gone(&command));
	CHECK(no_child_left());
}

/* make and shells hand fds on that the tests would count. */
static void keep_to_ourselves(void)
{
	for (int fd = 3; fd < 64; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
}

int main(void)
{
	static const struct test tests[] = {
		TEST(writes_where_it_is_told_to),
		TEST(tells_the_exit_status),
		TEST(tells_the_killing_signal),
		TEST(measures_what_it_used),
		TEST(waits_at_the_gate),
		TEST(brings_the_errno_of_a_failed_exec),
		TEST(searches_path_as_execvp_does),
		TEST(inherits_only_what_is_meant_for_it),
		TEST(has_default_signals),
		TEST(ignores_hangup_where_it_is_told_to),
		TEST(gets_the_file_limit_it_is_given),
		TEST(gets_a_blocking_stdout),
		TEST(abandons_without_a_trace),
		TEST(never_kills_a_stranger),
		TEST(exits_in_silence_when_the_gate_closes),
		TEST(notices_a_child_killed_at_the_gate),
		TEST(dies_with_its_parent),
		TEST(opens_pidfds),
		TEST(refuses_bad_argv),
	};
	static const char *const files[] = { "plain", "denied", "script", "true" };
	char path[256];
	int ret;

	keep_to_ourselves();
	/* Where a directory on it cannot be searched, a command that is nowhere gives EACCES. */
	CHECK_EQ(setenv("PATH", "/bin:/usr/bin", 1), 0);
	CHECK(mkdtemp(scratch));
	ret = run_tests("command", tests, LENGTH(tests));
	for (size_t i = 0; i < LENGTH(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", scratch, files[i]);
		unlink(path);
	}
	rmdir(scratch);
	return ret;
}

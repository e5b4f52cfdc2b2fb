/* A command that stops right after its exec. Skipped where ptrace(2) is not allowed. */
#include "harness.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define PACKED(text) text, sizeof(text)

static int is_gone(const struct sw_command *command)
{
	return command->pid == -1 && command->pidfd == -1 && command->gate_fd == -1 && command->exec_fd == -1;
}

static int no_child_left(void)
{
	return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD;
}

static void start(const char *packed, uint32_t length, struct sw_command *command)
{
	uint32_t argc = 0;

	for (uint32_t i = 0; i < length; i++)
		argc += !packed[i];
	CHECK_EQ(sw_command_start(packed, length, argc, NULL, -1, 0, command), 0);
}

/* Skips the test where it may not trace its own child. */
static int stops(struct sw_command *command)
{
	int32_t ret = sw_command_release_to_exec(command);

	if (ret == -EPERM) {
		skip("needs ptrace(2)");
		return 0;
	}
	CHECK_EQ(ret, 0);
	CHECK(command->gate_fd == -1 && command->exec_fd == -1 && command->pidfd >= 0);
	return 1;
}

static int finish(struct sw_command *command)
{
	struct pollfd poll_fd = { .fd = command->pidfd, .events = POLLIN };
	struct sw_exit exit;

	CHECK_EQ(poll(&poll_fd, 1, 10000), 1);
	CHECK_EQ(sw_command_reap(command, &exit), 0);
	CHECK(is_gone(command));
	return exit.status;
}

static void read_proc(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	size_t length;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	file = fopen(path, "re");
	CHECK(file != NULL);
	length = fread(text, 1, size - 1, file);
	text[length] = 0;
	fclose(file);
}

static void stands_behind_its_exec(void)
{
	struct sw_command command;
	struct sw_exit exit;
	uint64_t start_ns;
	char text[8192];

	start(PACKED("sh\0-c\0exit 3"), &command);
	if (!stops(&command))
		return;
	read_proc(command.pid, "comm", text, sizeof(text));
	CHECK(!strcmp(text, "sh\n"));
	read_proc(command.pid, "maps", text, sizeof(text));
	CHECK(strstr(text, "sh\n"));
	/* The dynamic linker has not run yet. */
	CHECK(!strstr(text, "libc"));
	CHECK_EQ(sw_command_reap(&command, &exit), -EAGAIN);
	CHECK_EQ(sw_command_release(&command, &start_ns), -EINVAL);
	CHECK_EQ(sw_command_release_to_exec(&command), -EINVAL);
	CHECK_EQ(sw_command_resume(&command, &start_ns), 0);
	CHECK(start_ns > 0);
	CHECK_EQ(WEXITSTATUS(finish(&command)), 3);
	CHECK(no_child_left());
}

static void is_traced_no_longer(void)
{
	struct sw_command command;
	uint64_t start_ns;

	/* A traced process would stop at each exec and signal. */
	start(PACKED("sh\0-c\0grep -q '^TracerPid:.0$' /proc/$$/status || exit 9; exec sh -c 'kill -TERM $$'"), &command);
	if (!stops(&command))
		return;
	CHECK_EQ(sw_command_resume(&command, &start_ns), 0);
	CHECK_EQ(WTERMSIG(finish(&command)), SIGTERM);
}

static int32_t failure(const char *packed, uint32_t length)
{
	struct sw_command command;
	int before = count_fds();
	int32_t ret;

	start(packed, length, &command);
	ret = sw_command_release_to_exec(&command);
	CHECK(is_gone(&command));
	CHECK(no_child_left());
	CHECK_EQ(count_fds(), before);
	return ret;
}

static void brings_the_errno_of_a_failed_exec(void)
{
	int32_t ret = failure(PACKED("syswide-there-is-no-such-command"));

	if (ret == -EPERM) {
		skip("needs ptrace(2)");
		return;
	}
	CHECK_EQ(ret, -ENOENT);
	CHECK_EQ(failure(PACKED("/tmp")), -EACCES);
}

static void passes_signals_on(void)
{
	struct sw_command command;
	uint64_t start_ns;

	/* Before the exec: it ends of it there, as it would untraced. */
	start(PACKED("true"), &command);
	CHECK_EQ(kill(command.pid, SIGTERM), 0);
	CHECK_EQ(sw_command_release_to_exec(&command), -ESRCH);
	CHECK(is_gone(&command));

	/* While it stands there: once it goes on. */
	start(PACKED("sleep\0" "100"), &command);
	if (!stops(&command))
		return;
	CHECK_EQ(kill(command.pid, SIGTERM), 0);
	CHECK_EQ(sw_command_resume(&command, &start_ns), 0);
	CHECK_EQ(WTERMSIG(finish(&command)), SIGTERM);

	/* Killed there. */
	start(PACKED("sleep\0" "100"), &command);
	if (!stops(&command))
		return;
	CHECK_EQ(kill(command.pid, SIGKILL), 0);
	CHECK_EQ(sw_command_resume(&command, &start_ns), 0);
	CHECK_EQ(WTERMSIG(finish(&command)), SIGKILL);
	CHECK(no_child_left());
}

static void abandons_without_a_trace(void)
{
	struct sw_command command;
	int before = count_fds();

	start(PACKED("sleep\0" "100"), &command);
	if (!stops(&command))
		return;
	CHECK_EQ(sw_command_abandon(&command), 0);
	CHECK(is_gone(&command));
	CHECK(no_child_left());
	CHECK_EQ(count_fds(), before);
}

static void dies_with_its_tracer(void)
{
	struct sw_command command;
	int ends[2], status;
	pid_t parent, pid = -1;

	CHECK_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	CHECK_EQ(pipe2(ends, O_CLOEXEC), 0);
	parent = fork();
	if (!parent) {
		start(PACKED("sleep\0" "100"), &command);
		if (sw_command_release_to_exec(&command) < 0 ||
		    write(ends[1], &command.pid, sizeof(command.pid)) != sizeof(command.pid))
			_exit(1);
		kill(getpid(), SIGKILL);
	}
	close(ends[1]);
	CHECK_EQ(waitpid(parent, &status, 0), parent);
	if (read(ends[0], &pid, sizeof(pid)) == sizeof(pid)) {
		CHECK_EQ(waitpid(pid, &status, 0), pid);
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	} else {
		skip("needs ptrace(2)");
	}
	close(ends[0]);
	CHECK_EQ(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
}

int main(void)
{
	static const struct test tests[] = {
		TEST(stands_behind_its_exec), TEST(is_traced_no_longer),      TEST(brings_the_errno_of_a_failed_exec),
		TEST(passes_signals_on),      TEST(abandons_without_a_trace), TEST(dies_with_its_tracer),
	};

	for (int fd = 3; fd < 64; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	return run_tests("exec-stop", tests, LENGTH(tests));
}

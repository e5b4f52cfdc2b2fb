/*
 * A command that waits at a gate.
 *
 *   parent                              child
 *   ------                              -----
 *   start:   fork ───────────────────▶  own its signals and its death, then read the gate
 *            (open events on its pid)
 *   release: one byte into the gate ─▶  exec, which closes exec_fd
 *            EOF or an errno ◀────────  (or writes the errno there and exits)
 *   reap:    wait4 ◀──────────────────  ends
 *
 * exec-stop.c has the other way from the gate to the running command, with a stop after its exec.
 */
#include "command-internal.h"
#include "exec-plan.h"
#include "internal.h"
#include "shim.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#ifndef PIDFD_THREAD
#define PIDFD_THREAD ((unsigned int)O_EXCL)
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

/* Of a command that execvp(3) could not start, as shells have it; nobody sees it, the errno goes through exec_fd. */
#define NOT_STARTED 127

struct gate {
	int32_t ours, theirs;          /* a stream: one byte opens the gate, EOF ends the child */
	int32_t exec_read, exec_write; /* a pipe: brings the errno of a failed exec */
	pid_t parent;
	uint64_t nofile_soft;
	int32_t output_fd;
	uint32_t ignore_hangup;
};

void sw_command_forget(struct sw_command *command)
{
	*command = (struct sw_command){ .pid = -1, .pidfd = -1, .gate_fd = -1, .exec_fd = -1 };
}

static void close_fds(struct sw_command *command)
{
	sw_drop_fd(&command->gate_fd);
	sw_drop_fd(&command->exec_fd);
	sw_drop_fd(&command->pidfd);
}

/* ---- the child: async-signal-safe calls only ---- */

/* By the raw call: glibc hides the two signals it keeps for itself. All-zero is SIG_DFL without flags on every machine. */
static void default_signals(int ignore_hangup)
{
	static const uint64_t default_action[8];
	sigset_t none;

	for (int signal = 1; signal <= 64; signal++)
		syscall(SYS_rt_sigaction, signal, default_action, NULL, (size_t)8);
	if (ignore_hangup)
		signal(SIGHUP, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * Standard input, output and error as a program expects them: Node makes every fd it inherits close-on-exec at its
 * start, and terminals and pipes non-blocking.
 */
static void plain_stdio(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		int flags = fcntl(fd, F_GETFL);

		if (flags < 0)
			continue;
		if (flags & O_NONBLOCK)
			fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
		fcntl(fd, F_SETFD, 0);
	}
}

static void limit_files(uint64_t soft)
{
	struct rlimit limit;

	if (!soft || getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = soft < limit.rlim_max ? soft : limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int gate_opens(int fd)
{
	char byte;
	ssize_t got;

	do {
		got = read(fd, &byte, 1);
	} while (got < 0 && errno == EINTR);
	return got == 1;
}

static void report(int fd, int32_t error)
{
	ssize_t put;

	do {
		put = write(fd, &error, sizeof(error));
	} while (put < 0 && errno == EINTR);
}

static _Noreturn void run_child(const struct gate *gate, const struct exec_plan *plan)
{
	/* Its own copy of the parent's end would keep it from ever seeing the gate close. */
	close(gate->ours);
	close(gate->exec_read);
	/* The parent may have died before the request to die with it was made. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != gate->parent)
		_exit(NOT_STARTED);
	default_signals(gate->ignore_hangup != 0);
	if (!gate_opens(gate->theirs))
		_exit(NOT_STARTED);
	if (gate->output_fd >= 0 && dup2(gate->output_fd, STDOUT_FILENO) < 0) {
		report(gate->exec_write, errno);
		_exit(NOT_STARTED);
	}
	plain_stdio();
	limit_files(gate->nofile_soft);
	report(gate->exec_write, exec_plan_run(plan));
	_exit(NOT_STARTED);
}

/* ---- the parent ---- */

/*
 * Forks with every signal blocked, so that no handler of this process runs in the child: libuv's would write into the
 * pipe it shares with the parent.
 */
static pid_t fork_quietly(const struct gate *gate, const struct exec_plan *plan)
{
	sigset_t all, before;
	pid_t pid;
	int saved;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (!pid)
		run_child(gate, plan);
	saved = errno;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = saved;
	return pid;
}

static int open_gate(struct gate *gate)
{
	int ends[2];

	/* A socket rather than a pipe, for MSG_NOSIGNAL: a child killed at the gate must not cost us a SIGPIPE. */
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	gate->ours = ends[0];
	gate->theirs = ends[1];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	gate->exec_read = ends[0];
	gate->exec_write = ends[1];
	return 0;
}

static int32_t start(struct gate *gate, const struct exec_plan *plan, struct sw_command *command)
{
	int32_t ret = open_gate(gate);

	if (ret < 0)
		return ret;
	command->pid = fork_quietly(gate, plan);
	if (command->pid < 0)
		return -errno;
	command->gate_fd = gate->ours;
	command->exec_fd = gate->exec_read;
	gate->ours = gate->exec_read = -1;
	command->pidfd = sw_pidfd_open(command->pid);
	return command->pidfd < 0 ? command->pidfd : 0;
}

int32_t sw_command_start(const char *argv, uint32_t length, uint32_t argc, const uint64_t *nofile_soft,
			 int32_t output_fd, uint32_t ignore_hangup, struct sw_command *command)
{
	struct gate gate = { -1, -1, -1, -1, getpid(), nofile_soft ? *nofile_soft : 0, output_fd, ignore_hangup };
	struct exec_plan plan;
	int32_t ret;

	if (!command)
		return -EINVAL;
	sw_command_forget(command);
	ret = exec_plan_prepare(&plan, argv, length, argc);
	if (ret < 0)
		return ret;
	ret = start(&gate, &plan, command);
	sw_drop_fd(&gate.ours);
	sw_drop_fd(&gate.theirs);
	sw_drop_fd(&gate.exec_read);
	sw_drop_fd(&gate.exec_write);
	exec_plan_free(&plan);
	if (ret < 0)
		sw_command_abandon(command);
	return ret;
}

int sw_command_open_gate(const struct sw_command *command)
{
	/* Into an empty buffer of a blocking socket: fails only when nobody is left to read. */
	return send(command->gate_fd, "", 1, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

int32_t sw_command_exec_error(const struct sw_command *command)
{
	int32_t error = 0;
	ssize_t got;

	do {
		got = read(command->exec_fd, &error, sizeof(error));
	} while (got < 0 && errno == EINTR);
	return got == (ssize_t)sizeof(error) ? error : 0;
}

int32_t sw_command_release(struct sw_command *command, uint64_t *start_ns)
{
	int32_t error;

	if (!command || !start_ns || command->pid <= 0 || command->gate_fd < 0 || command->exec_fd < 0)
		return -EINVAL;
	*start_ns = sw_now_ns();
	error = sw_command_open_gate(command) ? ESRCH : sw_command_exec_error(command);
	if (error) {
		sw_command_abandon(command);
		return -error;
	}
	sw_drop_fd(&command->gate_fd);
	sw_drop_fd(&command->exec_fd);
	return 0;
}

/* Stops, which only one that is traced reports, are passed over. */
static int32_t await_end(pid_t pid, int options)
{
	int status;
	pid_t got;

	do {
		got = wait4(pid, &status, options, NULL);
	} while ((got < 0 && errno == EINTR) || (got > 0 && WIFSTOPPED(status)));
	return got < 0 ? -errno : got > 0;
}

int32_t sw_command_abandon(struct sw_command *command)
{
	int32_t ret = 0;

	if (!command)
		return -EINVAL;
	close_fds(command);
	/* Only a child not yet reaped is killed: any other number may by now belong to a stranger. */
	if (command->pid > 0 && !await_end(command->pid, WNOHANG)) {
		kill(command->pid, SIGKILL);
		ret = await_end(command->pid, 0);
		ret = ret < 0 ? ret : 0;
	}
	sw_command_forget(command);
	return ret;
}

static uint64_t timeval_ns(struct timeval time)
{
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_usec * 1000u;
}

int32_t sw_command_reap(struct sw_command *command, struct sw_exit *exit)
{
	struct rusage usage;
	int status;
	pid_t pid;

	if (!command || !exit)
		return -EINVAL;
	if (command->pid <= 0)
		return -ECHILD;
	do {
		pid = wait4(command->pid, &status, WNOHANG, &usage);
	} while (pid < 0 && errno == EINTR);
	if (pid <= 0)
		return pid < 0 ? -errno : -EAGAIN;
	*exit = (struct sw_exit){
		.status = status,
		.user_ns = timeval_ns(usage.ru_utime),
		.system_ns = timeval_ns(usage.ru_stime),
		.max_rss_kib = (uint64_t)usage.ru_maxrss,
		.minor_faults = (uint64_t)usage.ru_minflt,
		.major_faults = (uint64_t)usage.ru_majflt,
		.voluntary_switches = (uint64_t)usage.ru_nvcsw,
		.involuntary_switches = (uint64_t)usage.ru_nivcsw,
		.end_ns = sw_now_ns(),
	};
	close_fds(command);
	sw_command_forget(command);
	return 0;
}

int32_t sw_pidfd_open(int32_t pid)
{
	long fd;

	if (pid <= 0)
		return -EINVAL;
	fd = syscall(SYS_pidfd_open, pid, 0u);
	/* A thread that does not lead its process wants a flag, which kernels before 6.9 do not know. */
	if (fd < 0 && (errno == EINVAL || errno == ENOENT))
		fd = syscall(SYS_pidfd_open, pid, PIDFD_THREAD);
	return fd < 0 ? -errno : (int32_t)fd;
}

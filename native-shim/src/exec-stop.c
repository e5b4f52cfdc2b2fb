/*
 * A command that stops once more, right after its exec: for what has to know where the program was loaded before it
 * runs its first instruction. It is traced from the gate to there and not longer.
 *
 *   parent                                   child
 *   ------                                   -----
 *   release_to_exec: seize, open the gate ─▶ exec; the kernel stops it
 *                    waitpid ◀─────────────
 *                    (read its maps, open events on it)
 *   resume:          detach ──────────────▶  first instruction
 *
 * Source: ptrace(2), PTRACE_SEIZE and PTRACE_EVENT_EXEC.
 */
#include "command-internal.h"
#include "internal.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

static int32_t trace(int request, pid_t pid, long data)
{
	return ptrace(request, pid, NULL, data) < 0 ? -errno : 0;
}

/* What a status says that is no end of the process: the event of its stop, 0 for a signal on its way to it. */
static int stop_event(int status)
{
	return (status >> 16) & 0xff;
}

/* Lets it go on after a stop that is not the one waited for, as if nobody had looked. */
static int32_t pass_over(pid_t pid, int status)
{
	/* It was told to stop, as by Ctrl-Z: it stays stopped until it is told to continue. */
	if (stop_event(status) == PTRACE_EVENT_STOP)
		return trace(WSTOPSIG(status) == SIGTRAP ? PTRACE_CONT : PTRACE_LISTEN, pid, 0);
	return trace(PTRACE_CONT, pid, stop_event(status) ? 0 : WSTOPSIG(status));
}

/* 0 once it stands behind its exec; -ESRCH when it has ended instead, and is reaped. */
static int32_t await_exec(pid_t pid)
{
	for (;;) {
		int status;
		int32_t ret;

		if (waitpid(pid, &status, __WALL) < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		if (!WIFSTOPPED(status))
			return -ESRCH;
		if (stop_event(status) == PTRACE_EVENT_EXEC)
			return 0;
		ret = pass_over(pid, status);
		/* Killed in between: the next status says so. */
		if (ret < 0 && ret != -ESRCH)
			return ret;
	}
}

static int has_ended(pid_t pid)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

static int32_t stop_behind_exec(struct sw_command *command)
{
	int32_t ret = trace(PTRACE_SEIZE, command->pid, PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL), error;

	/* One that has ended is refused with EPERM too. */
	if (ret < 0)
		return has_ended(command->pid) ? -ESRCH : ret;
	if (sw_command_open_gate(command) < 0)
		return -ESRCH;
	ret = await_exec(command->pid);
	if (ret != -ESRCH)
		return ret;
	/* It has ended, so its side of the pipe is closed, and reading from ours cannot wait. */
	error = sw_command_exec_error(command);
	command->pid = -1;
	return error ? -error : -ESRCH;
}

int32_t sw_command_release_to_exec(struct sw_command *command)
{
	int32_t ret;

	if (!command || command->pid <= 0 || command->gate_fd < 0 || command->exec_fd < 0)
		return -EINVAL;
	ret = stop_behind_exec(command);
	if (ret < 0) {
		sw_command_abandon(command);
		return ret;
	}
	sw_drop_fd(&command->gate_fd);
	sw_drop_fd(&command->exec_fd);
	return 0;
}

int32_t sw_command_resume(struct sw_command *command, uint64_t *start_ns)
{
	int32_t ret;

	if (!command || !start_ns || command->pid <= 0)
		return -EINVAL;
	*start_ns = sw_now_ns();
	ret = trace(PTRACE_DETACH, command->pid, 0);
	/* It was killed meanwhile, which its end will tell. */
	return ret == -ESRCH && !kill(command->pid, 0) ? 0 : ret;
}

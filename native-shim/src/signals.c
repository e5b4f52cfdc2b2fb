/* Signals that others send, apart from those that this process causes itself. */
#include "internal.h"
#include "shim.h"

#include <signal.h>

/* Who is told of the others: the handler that stood there before. */
static void (*volatile pass_on)(int);

static void hear_pipe(int signal, siginfo_t *info, void *context)
{
	(void)context;
	/* A write to a pipe that nobody reads signs its signal with the writer's pid; errno tells of it all the same. */
	if (info->si_pid != getpid())
		pass_on(signal);
}

int32_t sw_pipe_signal(uint32_t heard)
{
	struct sigaction action = { .sa_handler = SIG_IGN }, current;

	if (heard) {
		if (sigaction(SIGPIPE, NULL, &current) < 0)
			return -errno;
		if (current.sa_flags & SA_SIGINFO || current.sa_handler == SIG_DFL || current.sa_handler == SIG_IGN)
			return -EINVAL;
		pass_on = current.sa_handler;
		action = current;
		action.sa_sigaction = hear_pipe;
		action.sa_flags |= SA_SIGINFO;
	}
	return sigaction(SIGPIPE, &action, NULL) < 0 ? -errno : 0;
}

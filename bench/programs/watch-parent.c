/*
 * watch-parent SECONDS: what all threads of the parent process do meanwhile, written to stdout as
 *
 *     context_switches cpu_ns threads
 *
 * Run as the command of `stat`, it sees the span that counts but for its very beginning, which is its own start: `stat`
 * starts its command when it has armed the events and reads them when the command has ended. The kernel brings a running thread's time up to date at its
 * next tick or switch, so the first look may miss what the parent has just used; that is then counted as use while
 * waiting, never the other way round.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MAX_THREADS 256

struct thread {
	int tid;
	long long switches, cpu_ns;
};

struct look {
	struct thread threads[MAX_THREADS];
	int count;
};

static FILE *open_of(pid_t process, int tid, const char *name)
{
	char path[96];

	snprintf(path, sizeof path, "/proc/%d/task/%d/%s", (int)process, tid, name);
	return fopen(path, "re");
}

/* 0, or -1 for a thread that has ended in between. */
static int look_at(pid_t process, struct thread *thread)
{
	char line[256];
	long long switches;
	FILE *file = open_of(process, thread->tid, "schedstat");
	int fields = file ? fscanf(file, "%lld", &thread->cpu_ns) : 0;

	if (file)
		fclose(file);
	file = fields == 1 ? open_of(process, thread->tid, "status") : NULL;
	if (!file)
		return -1;
	thread->switches = 0;
	while (fgets(line, sizeof line, file)) {
		if (sscanf(line, "voluntary_ctxt_switches: %lld", &switches) == 1 ||
		    sscanf(line, "nonvoluntary_ctxt_switches: %lld", &switches) == 1)
			thread->switches += switches;
	}
	fclose(file);
	return 0;
}

static void look_around(pid_t process, struct look *look)
{
	char path[64];
	struct dirent *entry;
	DIR *directory;

	look->count = 0;
	snprintf(path, sizeof path, "/proc/%d/task", (int)process);
	directory = opendir(path);
	if (!directory)
		return;
	while ((entry = readdir(directory)) && look->count < MAX_THREADS) {
		struct thread *thread = &look->threads[look->count];

		thread->tid = atoi(entry->d_name);
		if (thread->tid > 0 && look_at(process, thread) == 0)
			look->count++;
	}
	closedir(directory);
}

int main(int argc, char **argv)
{
	static struct look before, after;
	double seconds = argc == 2 ? atof(argv[1]) : 0;
	struct timespec span = { .tv_sec = (time_t)seconds, .tv_nsec = (long)((seconds - (time_t)seconds) * 1e9) };
	long long switches = 0, cpu_ns = 0;
	pid_t parent = getppid();

	look_around(parent, &before);
	if (seconds <= 0 || before.count == 0) {
		fprintf(stderr, "usage: watch-parent SECONDS\n");
		return 2;
	}
	nanosleep(&span, NULL);
	look_around(parent, &after);
	for (int i = 0; i < after.count; i++) {
		switches += after.threads[i].switches;
		cpu_ns += after.threads[i].cpu_ns;
		for (int j = 0; j < before.count; j++) {
			if (before.threads[j].tid != after.threads[i].tid)
				continue;
			switches -= before.threads[j].switches;
			cpu_ns -= before.threads[j].cpu_ns;
		}
	}
	printf("%lld %lld %d\n", switches, cpu_ns, after.count);
	return 0;
}

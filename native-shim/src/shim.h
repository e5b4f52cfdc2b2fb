/*
 * syswide's native shim: what needs many system calls at once, a fork, or memory ordering, or would wait for memory most of
 * the time.
 *
 * Conventions, for every function:
 *   - returns 0 or a count on success and -errno on failure; errno itself is never part of the contract
 *     (calls may run on another thread than the one that asks);
 *   - arguments come from JavaScript and are checked: a bad index or size gives -EINVAL, never a wild access;
 *   - 64-bit values travel through memory, in host byte order, because the FFI layer hands numbers above
 *     2^53 over as strings;
 *   - every file descriptor it makes is close-on-exec;
 *   - it allocates nothing that outlives the call, except what the caller then owns: mappings, the command, and what has
 *     numbers, of which at most 64 are there at a time (-EMFILE) and a number of nothing gives -EINVAL;
 *   - what has a number is used by one thread.
 */
#ifndef SYSWIDE_SHIM_H
#define SYSWIDE_SHIM_H

#include <stdint.h>

/* Bumped whenever a signature or a struct below changes; the JavaScript side refuses any other. */
#define SW_ABI_VERSION 20

#define SW_EXPORT __attribute__((visibility("default")))

/* One perf_event_open(2) of a batch. */
struct sw_open_request {
	int32_t attr;      /* index into the batch's array of attrs */
	int32_t pid;       /* thread id, 0 = caller, -1 = every task; a cgroup fd with PERF_FLAG_PID_CGROUP */
	int32_t cpu;       /* CPU number, or -1 = wherever the task runs */
	int32_t leader;    /* index of the group leader's request in this batch, or -1 */
	int32_t leader_fd; /* group leader opened earlier, or -1; not together with `leader` */
	uint32_t flags;    /* PERF_FLAG_*; PERF_FLAG_FD_CLOEXEC is always added */
};
_Static_assert(sizeof(struct sw_open_request) == 24, "mirrored in src/native/layout.ts");

/* Reading of CLOCK_MONOTONIC, ns, just before the first and just after the last call of a batch. */
struct sw_span {
	uint64_t begin_ns;
	uint64_t end_ns;
};
_Static_assert(sizeof(struct sw_span) == 16, "mirrored in src/native/layout.ts");

/* A command that stands at the gate: forked, not yet exec'ed. */
struct sw_command {
	int32_t pid;
	int32_t pidfd;   /* readable once the command has ended */
	int32_t gate_fd; /* sw_command_release() writes here; closing it unreleased ends the child */
	int32_t exec_fd; /* brings the errno of a failed exec, EOF of a successful one */
};
_Static_assert(sizeof(struct sw_command) == 16, "mirrored in src/native/layout.ts");

/* How a command ended. Times in ns, memory in KiB, as wait4(2) tells them. */
struct sw_exit {
	int32_t status; /* wait(2) status word */
	int32_t pad;
	uint64_t user_ns;
	uint64_t system_ns;
	uint64_t max_rss_kib;
	uint64_t minor_faults;
	uint64_t major_faults;
	uint64_t voluntary_switches;
	uint64_t involuntary_switches;
	uint64_t end_ns; /* CLOCK_MONOTONIC when it was reaped */
};
_Static_assert(sizeof(struct sw_exit) == 72, "mirrored in src/native/layout.ts");

/* A node of a call tree: a function, called from nowhere else than from its parent. */
struct sw_call_node {
	double total; /* period of the chains that go through it */
	double samples;
	double self; /* period of those that end there */
	double self_samples;
	int32_t cell;        /* number of its function; -1 for the root */
	int32_t children;    /* how many functions follow */
	int32_t kept;        /* how many of them have nodes: side by side from first_child on, as they first came */
	int32_t first_child;
};
_Static_assert(sizeof(struct sw_call_node) == 48, "mirrored in src/native/layout.ts");

/* ---- version.c: what the shim and the machine are ---- */

/* SW_ABI_VERSION of the built library. */
SW_EXPORT int32_t sw_abi_version(void);

/* Bytes in a memory page. */
SW_EXPORT int32_t sw_page_size(void);

/* What the clock CLOCK_* shows, in ns: two clocks at nearly one moment can be compared. */
SW_EXPORT int32_t sw_clock_ns(int32_t clock_id, uint64_t *ns);

/* ---- events.c: gangs of perf events ---- */

/*
 * Opens requests[0..n) in order. `attrs` holds n_attrs attrs, attr_stride bytes apart, each with its own `size`.
 * config1_offsets[i] is where in `texts` (texts_length bytes of NUL-terminated strings) the string begins whose address
 * goes into config1 of attrs[i]: the path of a uprobe, the function of a kprobe; -1 leaves config1 as it is. The array
 * may be NULL.
 * On failure every fd opened by this call is closed again, *failed is the index of the request that was refused
 * (-1: the arguments were), fds[] is filled with -1, and -errno is returned.
 */
SW_EXPORT int32_t sw_open_many(const uint8_t *attrs, uint32_t attr_stride, uint32_t n_attrs,
			       const int32_t *config1_offsets, const char *texts, uint32_t texts_length,
			       const struct sw_open_request *requests, uint32_t n, int32_t *fds, int32_t *failed);

/* Closes them all, whatever happens on the way; returns the first error. Negative fds are passed over. */
SW_EXPORT int32_t sw_close_many(const int32_t *fds, uint32_t n);

enum sw_control { SW_ENABLE = 0, SW_DISABLE = 1, SW_RESET = 2 };

/*
 * Enables, disables or resets fds[0..n) in order. Of a group that is the leader: members go with it as long as they are not off
 * themselves, and never with PERF_IOC_FLAG_GROUP. That turns each member off, and on again after the leader: the kernel then
 * puts only those of the leader's own PMU back on, so that tracepoints and clocks in a group of software events stand still
 * (ctx_resched() in kernel/events/core.c, seen in Linux 6.18).
 * Stops at the first failure, *failed is its index. `span` (may be NULL) brackets the batch.
 */
SW_EXPORT int32_t sw_control_many(const int32_t *fds, uint32_t n, uint32_t control, struct sw_span *span,
				  int32_t *failed);

/*
 * Reads each fd into out + i * stride, at most stride bytes. lengths[i] is the number of bytes, 0 for a pinned
 * event that lost its place, or -errno. `span` as above. Returns 0 unless the arguments are bad.
 */
SW_EXPORT int32_t sw_read_many(const int32_t *fds, uint32_t n, uint8_t *out, uint32_t stride, int32_t *lengths,
			       struct sw_span *span);

/* How a ticker reads. */
struct sw_ticker_plan {
	uint64_t first_ns; /* CLOCK_MONOTONIC of the first tick */
	uint64_t every_ns;
	uint32_t room;     /* ticks that wait to be taken at most, up to 4096; while there is none, ticks are skipped */
	uint32_t stride;   /* bytes to read of each fd at most, a multiple of 8 */
	uint32_t n_events;
	uint32_t pad;
};
_Static_assert(sizeof(struct sw_ticker_plan) == 32, "mirrored in src/native/layout.ts");

/* An event whose count is in what reading an fd gives. */
struct sw_tick_part {
	uint64_t id;    /* PERF_EVENT_IOC_ID; of an event on its own it is not looked at */
	uint32_t event; /* index below n_events: the same event has a part on each CPU */
	uint32_t pad;
};
_Static_assert(sizeof(struct sw_tick_part) == 16, "mirrored in src/native/layout.ts");

/* One tick: when its reads began and ended. */
struct sw_tick {
	uint64_t begin_ns;
	uint64_t end_ns;
	uint64_t expirations; /* ticks since the last one that was read: more than one if this one came too late */
	uint32_t has_steps;
	uint32_t pad;
};
_Static_assert(sizeof(struct sw_tick) == 32, "mirrored in src/native/layout.ts");

/* What an event counted since the tick before, all parts of it taken together. Times in ns. */
struct sw_step {
	uint64_t value;
	uint64_t enabled;
	uint64_t running;
};
_Static_assert(sizeof(struct sw_step) == 24, "mirrored in src/native/layout.ts");

/*
 * Reads fds[0..n_fds) as sw_read_many() does at every tick, on a thread of its own, until it is stopped: they must stay open as
 * long. Reading fds[i] gives a group of members[i] events (format: group, id, both times), or for 0 an event on its own (id, both
 * times); parts[] has those of each fd, one fd's behind the other's, in any order.
 *
 * A tick has steps if all that was read at it and at the tick before is whole, and every event at every place was enabled and
 * on its counter all the time in between: then there is nothing to scale.
 * Returns a number, to be given to sw_ticker_free(). For the main thread alone, as are the others.
 */
SW_EXPORT int32_t sw_ticker_start(const int32_t *fds, const uint32_t *members, uint32_t n_fds,
				  const struct sw_tick_part *parts, uint32_t n_parts, const struct sw_ticker_plan *plan);

/*
 * Takes the oldest ticks, `room` at most: for each of them n_fds * stride bytes, n_fds lengths, the tick, and n_events steps,
 * which mean something if it has them. Returns how many.
 */
SW_EXPORT int32_t sw_ticker_take(int32_t ticker, uint32_t room, uint8_t *bytes, int32_t *lengths, struct sw_tick *ticks,
				 struct sw_step *steps);

/* When it returns, nothing is read any more, and what was can still be taken. Harmless when repeated. */
SW_EXPORT int32_t sw_ticker_stop(int32_t ticker);
SW_EXPORT int32_t sw_ticker_free(int32_t ticker);

/* PERF_EVENT_IOC_ID of each fd. *failed as above. */
SW_EXPORT int32_t sw_id_many(const int32_t *fds, uint32_t n, uint64_t *ids, int32_t *failed);

/* PERF_EVENT_IOC_PERIOD: sets every fd's period (or frequency) to *period. *failed as above. */
SW_EXPORT int32_t sw_set_period_many(const int32_t *fds, uint32_t n, const uint64_t *period, int32_t *failed);

/* PERF_EVENT_IOC_SET_FILTER with the NUL-terminated `filter`. *failed as above. */
SW_EXPORT int32_t sw_set_filter_many(const int32_t *fds, uint32_t n, const char *filter, int32_t *failed);

/* PERF_EVENT_IOC_MODIFY_ATTRIBUTES with one attr, of attr_length bytes, for all. *failed as above. */
SW_EXPORT int32_t sw_modify_many(const int32_t *fds, uint32_t n, const uint8_t *attr, uint32_t attr_length,
				 int32_t *failed);

/* PERF_EVENT_IOC_SET_OUTPUT: the records of fds[i] go to the ring of targets[i]; -1 detaches. *failed as above. */
SW_EXPORT int32_t sw_set_output_many(const int32_t *fds, const int32_t *targets, uint32_t n, int32_t *failed);

/*
 * Stops (paused = 1) or lets go on (0) what is written into the ring that each fd's records go to: an overwrite ring must
 * stand still to be read. Source: PERF_EVENT_IOC_PAUSE_OUTPUT.
 */
SW_EXPORT int32_t sw_pause_output_many(const int32_t *fds, uint32_t n, uint32_t paused, int32_t *failed);

/* ---- breakpoint.c ---- */

/*
 * Whether breakpoints are hit here: 1, or 0 where the kernel opens them and tells of no hit. Takes a debug register of this
 * thread for some 20 us; -ENOSPC where none is free, -EACCES where this user may have none.
 */
SW_EXPORT int32_t sw_breakpoint_hits(void);

/* ---- ring.c: mmap'ed ring buffers ---- */

/*
 * Maps the metadata page and data_pages (a power of two) of fd. `writable` = 0 maps read-only, which makes the
 * kernel overwrite old records. *base and *length receive the mapping, which the caller must unmap.
 */
SW_EXPORT int32_t sw_ring_map(int32_t fd, uint32_t data_pages, uint32_t writable, uint64_t *base, uint64_t *length);
SW_EXPORT int32_t sw_ring_unmap(const uint64_t *base, const uint64_t *length);

/* data_head of each mapping, loaded with acquire order: what lies before it may be read. */
SW_EXPORT int32_t sw_ring_heads(const uint64_t *bases, uint32_t n, uint64_t *heads);

/*
 * Stores data_tail of each mapping with release order: what lies before it may be overwritten. The mappings must be
 * writable: a store into a read-only one is a SIGSEGV.
 */
SW_EXPORT int32_t sw_ring_advance(const uint64_t *bases, uint32_t n, const uint64_t *tails);

/* ---- wait.c ---- */

/* An eventfd, close-on-exec, non-blocking. */
SW_EXPORT int32_t sw_eventfd(void);

/*
 * Blocks until one of fds[0..n) is ready for reading (or hung up), or timeout_ms has passed (-1: no limit, 0: only
 * looks). ready[i] receives poll's revents, POLLNVAL for one that is not open. Returns how many are not 0; -EINTR is
 * not returned, the wait goes on. An empty set is refused.
 * Meant to be called on a worker thread, with an eventfd among the fds that can end it.
 */
SW_EXPORT int32_t sw_wait_many(const int32_t *fds, uint32_t n, int32_t timeout_ms, int32_t *ready, uint64_t *woken_ns);

/* ---- standby.c: clones for CPUs that come online ---- */

/* A CPU on which clones are to be opened as soon as it can have them. */
struct sw_standby {
	int32_t outcome; /* 0: they stand; -errno, -ENODEV while it is offline; SW_STANDBY_IDLE: nothing was tried */
	int32_t pad;
	uint64_t begin_ns; /* CLOCK_MONOTONIC before opening them, and after enabling them */
	uint64_t end_ns;
};
_Static_assert(sizeof(struct sw_standby) == 24, "mirrored in src/native/layout.ts");

enum { SW_STANDBY_IDLE = 1 };

/* Events that one CPU can be given like this. */
#define SW_MAX_PER_CPU 4096u

/*
 * Waits as sw_wait_many() does. When one of the first n_watched fds is what became ready, opens on each of cpus[0..n_cpus)
 * what is prepared for it: requests[i * per_cpu .. (i + 1) * per_cpu), whose `leader` counts within that slice; sets the
 * filters (filter_offsets[k] into `texts`, -1 for none, for the k-th request of every slice); has each write into the ring
 * of the event outputs[i * per_cpu + k], -1 for none; and enables them if `enable`. `config1_offsets` and `texts` as for
 * sw_open_many(). All or nothing per CPU. opened[] receives the fds, -1 where there are none. *opening is 1 from before any
 * of them can count, and stays so if any stands: until the caller knows them, it had better not read what they write.
 * Runs at real-time priority where it may, because it is asleep but for this; and has given the process's first thread the
 * same when it returns because of one of the first n_watched, until a sw_standby_done() of its own: on a machine that is
 * busy it would be late to prepare for the next CPU.
 * With n_cpus = 0 that is all.
 */
SW_EXPORT int32_t sw_wait_standby(const int32_t *fds, uint32_t n, uint32_t n_watched, int32_t timeout_ms,
				  int32_t *ready, const uint8_t *attrs, uint32_t attr_stride, uint32_t n_attrs,
				  const int32_t *config1_offsets, const char *texts, uint32_t texts_length,
				  const struct sw_open_request *requests, uint32_t per_cpu,
				  const int32_t *filter_offsets, const int32_t *outputs, uint32_t enable,
				  struct sw_standby *cpus, uint32_t n_cpus, int32_t *opened, int32_t *opening);

/* The first thread has done what there was to do after one such wait; after all of them it runs as it did before. */
SW_EXPORT int32_t sw_standby_done(void);

/* ---- command.c: a command that waits at a gate ---- */

/*
 * Forks a child that will exec argv (packed: argc strings, each NUL-terminated, `length` bytes in all) found through
 * PATH as execvp(3) does it, a file without a #! line through /bin/sh. The child has default signal dispositions, an
 * empty signal mask, this process's stdin, stdout and stderr, made blocking (Node marks them non-blocking and
 * close-on-exec), after its exec no other fd but those not close-on-exec (Node marks what it inherits as fd 3 to 15
 * too), and waits at the gate until released; when the gate is closed instead, it exits in silence.
 * `nofile_soft`: soft RLIMIT_NOFILE to give it, 0 or NULL = leave (Node raises its own at start).
 * `output_fd`: what its stdout is to be, -1 = this process's.
 * `ignore_hangup`: whether it ignores SIGHUP, as under nohup(1).
 * The child gets SIGKILL when the thread that called this dies, so call it on the main thread. The kernel drops that
 * again when the command is set-user-ID or has capabilities: prctl(2), PR_SET_PDEATHSIG.
 * On failure *command holds -1 throughout and no child is left.
 */
SW_EXPORT int32_t sw_command_start(const char *argv, uint32_t length, uint32_t argc, const uint64_t *nofile_soft,
				   int32_t output_fd, uint32_t ignore_hangup, struct sw_command *command);

/*
 * Opens the gate and waits until the exec has happened or failed (its -errno is returned; the child is then gone and
 * reaped, and *command holds -1 throughout). -ESRCH: somebody killed the child at the gate. Closes gate_fd and exec_fd
 * and sets them to -1. *start_ns: CLOCK_MONOTONIC just before the gate opened.
 */
SW_EXPORT int32_t sw_command_release(struct sw_command *command, uint64_t *start_ns);

/*
 * The same, but the command is stopped right after its exec, before its first instruction: its memory is laid out, and
 * whoever reads /proc/PID/maps finds its program there. Only by the thread that called sw_command_start(); needs what
 * ptrace(2) needs (-EPERM). Set-user-ID programs do not gain rights on this way unless the caller has CAP_SYS_PTRACE.
 */
SW_EXPORT int32_t sw_command_release_to_exec(struct sw_command *command);

/* Lets a command stopped like that run on, without ptrace. *start_ns: CLOCK_MONOTONIC just before. Same thread. */
SW_EXPORT int32_t sw_command_resume(struct sw_command *command, uint64_t *start_ns);

/* Ends the child, released or not: closes the gate, kills, reaps, closes the fds. Harmless when repeated. */
SW_EXPORT int32_t sw_command_abandon(struct sw_command *command);

/*
 * wait4(2) for the command. -EAGAIN while it still runs (never blocks). Once reaped, closes what is open and sets all of
 * *command to -1; -ECHILD after that.
 */
SW_EXPORT int32_t sw_command_reap(struct sw_command *command, struct sw_exit *exit);

/* A pidfd for another process, to wait for its end; -ESRCH when it is gone. */
SW_EXPORT int32_t sw_pidfd_open(int32_t pid);

/* ---- host.c ---- */

/*
 * A tracefs instance that is mounted nowhere: its files are reached through /proc/self/fd/<fd>/, and it goes when the
 * fd is closed. For hosts where nobody has mounted tracefs; changes nothing that others can see.
 */
SW_EXPORT int32_t sw_tracefs_open(void);

/* flock(2) without blocking: exclusive, or shared; -EWOULDBLOCK when another holds it. */
SW_EXPORT int32_t sw_lock(int32_t fd, uint32_t exclusive);
SW_EXPORT int32_t sw_unlock(int32_t fd);

/* sync(2): what is written is on its disk afterwards. */
SW_EXPORT int32_t sw_sync(void);

/* A netlink socket subscribed to the kernel's uevents (NETLINK_KOBJECT_UEVENT, group 1), non-blocking. */
SW_EXPORT int32_t sw_uevent_open(void);

/*
 * Receives one uevent: bytes copied (NUL-separated strings), -EAGAIN when there is none, -ENOBUFS when some were lost.
 * Messages that the kernel did not send itself are passed over. -EMSGSIZE: one did not fit and is gone.
 */
SW_EXPORT int32_t sw_uevent_receive(int32_t fd, uint8_t *out, uint32_t size);

/* ---- sample-stacks.c: samples with equal stacks, put together ---- */

/*
 * A sample of a batch. Its call chain is of addresses in two halves each, the lower one first, among which are those of
 * PERF_CONTEXT_* that say what follows.
 */
struct sw_sample {
	int32_t keys[5]; /* what stacks are told apart by besides their functions; the second is that of the thread */
	uint32_t thread; /* index of what is known of its thread */
	int32_t mode;    /* PERF_RECORD_MISC_*: where it was taken */
	int32_t low;     /* there */
	int32_t high;
	uint32_t chain;  /* index of the chain's first word */
	uint32_t length; /* addresses in the chain; 0: it is of where the sample was taken */
	int32_t pad;
	double period;
};
_Static_assert(sizeof(struct sw_sample) == 56, "mirrored in src/native/layout.ts");

/* What is known of a thread. */
struct sw_thread {
	int32_t comm;     /* number of its name: the second key of its samples */
	int32_t space;    /* of its addresses in user space; greater than 0 */
	uint32_t ranges;  /* the first of what is mapped into that */
	int32_t n_ranges; /* how many there are; -1: it is not told */
};
_Static_assert(sizeof(struct sw_thread) == 16, "mirrored in src/native/layout.ts");

/* What is mapped into a space: by ascending address, one not into the other. Bytes, whole numbers up to 2^53. */
struct sw_range {
	double start;
	double end;
	double shift; /* to be added to an address: where it is in the file */
	int32_t dso;  /* number of the file */
	int32_t pad;
};
_Static_assert(sizeof(struct sw_range) == 32, "mirrored in src/native/layout.ts");
#define SW_MOST_DSOS (1 << 30)

/* Instead of a space: nothing is mapped there. */
#define SW_NOWHERE (-16)

/*
 * An address that has no function yet. Its space is greater than 0 where it is not told what is mapped there; in a file, where
 * the address is an offset, SW_NOWHERE - 1 - dso; otherwise the negative of PERF_RECORD_MISC_*: 0 and -1, -3 and so on.
 */
struct sw_address {
	int32_t space;
	int32_t low;
	int32_t high;
};
_Static_assert(sizeof(struct sw_address) == 12, "mirrored in src/native/layout.ts");

/*
 * What puts samples with equal stacks together: a number, which sw_stacks_free() takes back.
 * @param seed the caller's secret: nobody is to know which of a file's stacks are looked for at one place
 * @param is_nowhere_one whether all addresses are one at which nothing is mapped: at 0
 */
SW_EXPORT int32_t sw_stacks_new(const uint64_t *seed, int32_t is_nowhere_one);
SW_EXPORT int32_t sw_stacks_free(int32_t stacks);

/*
 * Takes a batch of samples, and tells which of their addresses have not been asked for yet: there is room for one of each
 * sample, and those of all chains. From a chain with a context that is none, only where the sample was taken is kept.
 * Returns how many there are. The next call is sw_stacks_count().
 */
SW_EXPORT int32_t sw_stacks_take(int32_t stacks, const struct sw_sample *samples, uint32_t n, const struct sw_thread *threads,
				 uint32_t n_threads, const struct sw_range *ranges, uint32_t n_ranges, const int32_t *words,
				 uint32_t words_length, struct sw_address *unknown, uint32_t room);

/*
 * Counts the samples of the batch that was taken last.
 * @param cells the functions of its unknown addresses, as many as there were
 * @param ids written: the number of each sample's stack, from 0 on as they come
 */
SW_EXPORT int32_t sw_stacks_count(int32_t stacks, const int32_t *cells, uint32_t n_cells, int32_t *ids, uint32_t room);

/*
 * What was counted, three numbers: how many stacks there are, how many kernel stacks, and how many words all have. A stack has its
 * keys, and then its functions from the innermost on; a kernel stack has those in the kernel alone, where only user space
 * follows, and is of all stacks that have these and their keys in common.
 */
SW_EXPORT int32_t sw_stacks_size(int32_t stacks, uint32_t *sizes);

/*
 * Copies them, kernel stacks behind the stacks: their words, and of each where they begin, how many functions it has, its
 * samples, and their periods; of each stack the number of its kernel stack, or -1. Sizes as sw_stacks_size() told them.
 */
SW_EXPORT int32_t sw_stacks_read(int32_t stacks, int32_t *words, uint32_t words_length, int32_t *starts, int32_t *depths,
				 double *counts, double *periods, uint32_t both, int32_t *kernel_stacks, uint32_t size);

/* ---- sample-records.c: the samples of a file ---- */

/* Where the fields of an event's samples are, in bytes from the beginning of a record's body; -1 for those it does not take. */
struct sw_sample_layout {
	int32_t ip;
	int32_t tid;
	int32_t time;
	int32_t cpu;
	int32_t period;
	int32_t id;           /* of all events alike: that of the first one is looked at */
	uint32_t variable;    /* where those of no fixed length begin */
	uint32_t has_counts;  /* PERF_SAMPLE_READ: they come first */
	uint32_t read_format; /* PERF_FORMAT_* of them */
	uint32_t has_chain;   /* PERF_SAMPLE_CALLCHAIN */
	double sample_period; /* of samples that do not tell */
};
_Static_assert(sizeof(struct sw_sample_layout) == 48, "mirrored in src/native/layout.ts");

/* Whose samples have that id. */
struct sw_event_id {
	uint64_t id;
	uint32_t event; /* index of its layout */
	uint32_t pad;
};
_Static_assert(sizeof(struct sw_event_id) == 16, "mirrored in src/native/layout.ts");

/* A thread that samples are of. */
struct sw_sampled_thread {
	int32_t pid;
	int32_t tid;
	double begin; /* ns of the recording's clock, the earliest of its samples and the latest */
	double end;
};
_Static_assert(sizeof(struct sw_sampled_thread) == 24, "mirrored in src/native/layout.ts");

/* Samples that are read at once, at most. */
#define SW_BATCH 1024

/* When and where each was taken, how many events it stands for, and of which event it is. */
struct sw_moments {
	double time[1024]; /* ns of the recording's clock */
	double period[1024];
	int32_t cpu[1024];
	int32_t event[1024]; /* index of its layout; -1: of none that is known */
};
_Static_assert(sizeof(struct sw_moments) == 24576, "mirrored in src/native/layout.ts");

/* A record that is no sample. */
struct sw_other_record {
	uint32_t at;      /* where it begins, in bytes */
	uint32_t samples; /* that were read before it */
};
_Static_assert(sizeof(struct sw_other_record) == 8, "mirrored in src/native/layout.ts");

/* What came of a reading. */
struct sw_samples_read {
	uint32_t bytes; /* records that are done */
	uint32_t samples;
	uint32_t threads;
	uint32_t others;
	uint32_t wrong; /* samples of no event that is known, and those that are shorter than their fields, which are left out */
};
_Static_assert(sizeof(struct sw_samples_read) == 20, "mirrored in src/native/layout.ts");

/* Which keys samples get; 0 takes the place of the others. The second one only the caller knows. */
enum sw_key { SW_KEY_EVENT = 1, SW_KEY_PID = 2, SW_KEY_TID = 4, SW_KEY_CPU = 8 };

/*
 * Reads the samples among records of our byte order, one behind the other, until there is no room, or a record cannot be read: it
 * is not whole, or a sample is at an address that is no multiple of 4. Their chains are in `bytes`.
 * @param ids by ascending id
 * @param moments written: of each sample
 * @param threads written: those that samples are of, as they first come
 * @param room of samples and threads: SW_BATCH at most
 * @param others written: where there is room for any, all records that are no samples, and it ends when there is no more
 */
SW_EXPORT int32_t sw_samples_read(const uint8_t *bytes, uint32_t length, const struct sw_sample_layout *layouts,
				  uint32_t n_layouts, const struct sw_event_id *ids, uint32_t n_ids, uint32_t keys,
				  struct sw_sample *samples, struct sw_moments *moments,
				  struct sw_sampled_thread *threads, uint32_t room,
				  struct sw_other_record *others, uint32_t others_room,
				  struct sw_samples_read *done);

/* ---- call-tree.c: call chains, put together ---- */

/*
 * Makes the call tree of chains[0..n), each a stack and a position in it: of what is called from there (`callee` = 0; position
 * 0: the whole stack, from its outermost function on), or of its callers (1). nodes[0] is the root. Nodes whose total is less
 * than *least are left out, and what follows them; they are counted as children of their parent.
 * Stack i has its functions, the innermost first, in words[starts[i] + 5 .. + depths[i]), counts[i] samples, and a period of
 * periods[i]. functions[cell] is the function of a cell; without any (n_cells = 0) each cell is one of its own. `places` is
 * scratch, an entry for each function, which may hold anything.
 * Returns how many nodes there are; -ENOSPC when that is more than `capacity`, -ERANGE when there is a function of n_places
 * or more: repeat it with more room. What `nodes` hold is of no use then.
 */
SW_EXPORT int32_t sw_call_tree(const int32_t *words, uint32_t n_words, const int32_t *starts, const int32_t *depths,
			       const double *counts, const double *periods, uint32_t n_stacks, const int32_t *chains,
			       uint32_t n, uint32_t callee, const int32_t *functions, uint32_t n_cells, int32_t *places,
			       uint32_t n_places, const double *least, struct sw_call_node *nodes, uint32_t capacity);

/* ---- stack-tree.c: stacks as a tree ---- */

/*
 * The tree of stacks: a node is a function and whom it was called by, which is a node too. parents[0], its own, is the root, of
 * frame -1; the others are numbered as they come, stack after stack, each from its outermost function on, so that a node comes
 * after its parent. nodes[i] is where stack i ends. Stacks, `functions` and n_cells as of sw_call_tree(); there are n_functions
 * functions, from 0 on. Returns how many nodes there are; -ENOSPC when that is more than `capacity`, which 1 + all depths is
 * not. What was written is of no use then.
 */
SW_EXPORT int32_t sw_stack_tree(const int32_t *words, uint32_t n_words, const int32_t *starts, const int32_t *depths,
				uint32_t n_stacks, const int32_t *functions, uint32_t n_cells, uint32_t n_functions,
				int32_t *parents, int32_t *frames, uint32_t capacity, int32_t *nodes);

/* ---- signals.c ---- */

/*
 * Once a handler for SIGPIPE stands (-EINVAL otherwise): has it hear of those that others send only, and not of those that
 * writes to a pipe without a reader cause. 0 ignores the signal again, which Node itself does and its removing of a
 * handler undoes.
 */
SW_EXPORT int32_t sw_pipe_signal(uint32_t heard);

/* ---- histogram.c: how much of the samples is of what ---- */

/* What was sampled in an entry itself, of a member. */
struct sw_histogram_self {
	double period;
	double samples;
	double kernel; /* of the period, what was sampled in the kernel */
};
_Static_assert(sizeof(struct sw_histogram_self) == 24, "mirrored in src/native/layout.ts");

enum sw_histogram_flag {
	SW_HISTOGRAM_CHILDREN = 1, /* callers have a share of what they call */
	SW_HISTOGRAM_CALLERS = 2,  /* entries show the callers of their outermost function, or what the innermost called */
	SW_HISTOGRAM_SHARED = 4,   /* kernel stacks are counted once for all stacks that have them; only with CALLERS */
	SW_HISTOGRAM_RELATIVE = 8, /* the whole is only what was sampled in functions that are in entries */
};

/*
 * Stacks come as the arrays that src/profile/stacks.ts tells of: n_stacks of them and behind them n_all - n_stacks kernel
 * stacks, each with a start, a depth, a count and a period; words[0..n_words) has five words of each (event, comm, pid, tid,
 * cpu) and then its functions; kernel_stacks[0..n_stacks) is the kernel stack of each, -1 for one without. None of it is kept
 * after a call.
 *
 * An entry has the samples of one group of stacks and one part of functions. A group are stacks with equal values of the keys:
 * the words with bits set in `key_words`, and n_given (4 at most) values of each stack and kernel stack that come with it.
 * parts[i] is the part of function i, below n_cells; -1: it is in no entry. is_kernel[i] is 0 or 1. Of `seed` see pair-map.h.
 * Returns a number, to be given to sw_histogram_free(): 64 may be there at one time, -EMFILE for one more. The functions with
 * such a number are for the main thread alone.
 */
SW_EXPORT int32_t sw_histogram_new(uint32_t flags, uint32_t members, uint32_t key_words, uint32_t n_given,
				   const int32_t *parts, const uint8_t *is_kernel, uint32_t n_cells,
				   const uint64_t *seed);

/*
 * Counts the stacks of an event, as one of the members. n_given_values: n_all * n_given. whole[0] is raised by their period
 * and whole[1] by their samples. Unless n_marks is 0, a mark is written for each function that is gone through: the number + 1
 * of the entry that it was counted for, 0 for none; there are never more than words. Returns how many; -EINVAL: there is no
 * room for all. On failure what was counted is of no use.
 */
SW_EXPORT int32_t sw_histogram_add(int32_t number, const int32_t *words, uint32_t n_words, const int32_t *starts,
				   const int32_t *depths, const double *counts, const double *periods, uint32_t n_all,
				   const int32_t *kernel_stacks, uint32_t n_stacks, const int32_t *given,
				   uint32_t n_given_values, int32_t event, uint32_t member, double *whole, int32_t *marks,
				   uint32_t n_marks);

/* How many entries there are, numbered in the order in which they came; and how many of them have something sampled in them. */
SW_EXPORT int32_t sw_histogram_size(int32_t number);
SW_EXPORT int32_t sw_histogram_selves(int32_t number);

/*
 * What there is of each of `size` entries, which must be all: a function of it, the length of the longest call chain that it
 * shows, how many marks it has, and which one it is of those that have something sampled in them (-1: of none); the values of
 * its keys, n_keys in all; the period of it and what it called, by member, n_totals in all; and what was sampled in it, by
 * member, n_sums in all.
 */
SW_EXPORT int32_t sw_histogram_read(int32_t number, uint32_t size, int32_t *cells, int32_t *depths, int32_t *places,
				    int32_t *selves, int32_t *keys, uint32_t n_keys, double *totals, uint32_t n_totals,
				    struct sw_histogram_self *sums, uint32_t n_sums);
SW_EXPORT int32_t sw_histogram_free(int32_t number);

/*
 * The places in call chains that entries are of, from the marks of an event, of which there may be more: at
 * chains[next[entry]] the stack and the position in it, and so on; next[entry], -1 for an entry that is not wanted, is moved
 * on. `flags` as for the histogram. Returns how many marks were those of the event.
 */
SW_EXPORT int32_t sw_histogram_chains(uint32_t flags, const int32_t *words, uint32_t n_words, const int32_t *starts,
				      const int32_t *depths, uint32_t n_all, const int32_t *kernel_stacks,
				      uint32_t n_stacks, int32_t event, const int32_t *marks, uint32_t n_marks,
				      int32_t *next, uint32_t n_entries, int32_t *chains, uint32_t length);

/* ---- varints.c: columns of numbers, in few bytes ---- */

/*
 * What is written of a number: itself, how far it is below its place in the column, itself with a sign, its difference; or of equal
 * ones, one behind the other, itself and how many follow.
 */
enum sw_varint_way { SW_VARINT_PLAIN = 0, SW_VARINT_UP = 1, SW_VARINT_SIGNED = 2, SW_VARINT_DELTA = 3, SW_VARINT_RUNS = 4 };

/*
 * Writes n whole numbers, doubles or of 32 bits, each in as few bytes as it needs: 7 bits in a byte, the lower ones first, 128 added
 * where more follow. What may be below 0 is zigzag: twice the number, or twice its opposite - 1.
 * Returns how many bytes those are; -ENOSPC where there is not room for the longest number, 10 bytes, before each, and for two of them
 * before a run; -ERANGE where what is to be written is not from 0 to 2^70.
 */
SW_EXPORT int32_t sw_varints(const void *numbers, uint32_t n, int32_t are_doubles, int32_t how, uint8_t *bytes, uint32_t room);

/* ---- kallsyms.c: the kernel's symbols ---- */

/*
 * Reads an open file from its beginning, /proc/kallsyms or a copy of it, and finds functions and data in it: of each the lower 48 bits
 * of its address, where in texts[] its name begins, and how it is bound: 2 for a capital letter, 1 for a small one, 0 for W or w. What
 * is at 0 is left out. Behind a name, a tab and the name of its module may follow, and a newline does. The text as a whole is
 * never in memory: the kernel makes 4 KB of it at a time, and getting memory for it would take as long as that.
 * Returns how many there are, and *used bytes of texts[] are theirs; -ENOSPC where there are more, or of more, than there is room for.
 */
SW_EXPORT int32_t sw_kallsyms(int32_t fd, uint8_t *texts, uint32_t texts_room, double *starts, uint32_t *names,
			      uint8_t *bindings, uint32_t room, uint32_t *used);

/* ---- elf-symbols.c: the symbols of programs ---- */

/* A stretch of a program: addresses from `from` up to `to`, of which the file has those below file_end, at address + shift. */
struct sw_elf_place {
	double from;
	double file_end;
	double to;
	double shift;
};
_Static_assert(sizeof(struct sw_elf_place) == 32, "mirrored in src/native/elf-symbols.ts");

/*
 * Finds what may be code in an ELF symbol table of little-endian entries of entry_bytes each: of each symbol where it is in
 * the file, its size, where its name begins in names[0..names_length), and its st_info, in the order of the table. A symbol
 * is in the first of places[0..n_places) that has its address, and left out where none has, or where it is behind what the
 * file has of it while something else is there. Bare labels are left out where other files cannot see them, or where
 * has_labels[] is 0 for their section: with n_sections = 0 all are taken. The upper halves of addresses and sizes are
 * looked at through the mask `upper`.
 * Returns how many there are, -ENOSPC where that is more than `room`.
 */
SW_EXPORT int32_t sw_elf_symbols(const uint8_t *symbols, uint32_t length, uint32_t entry_bytes, int32_t is_64,
				 const uint8_t *names, uint32_t names_length, const struct sw_elf_place *places, uint32_t n_places,
				 const uint8_t *has_labels, uint32_t n_sections, uint32_t upper, double *starts, double *sizes,
				 uint32_t *names_at, uint8_t *infos, uint32_t room);

/* ---- memory.c: what the kernel gives to all ---- */

/*
 * Tells the kernel that memory will be used from end to end: it may come in huge pages, where there is much of it. What is in it
 * stays.
 */
SW_EXPORT int32_t sw_use_whole(uint8_t *memory, uint32_t bytes);

/* Fills up to 256 bytes with what nobody can guess. */
SW_EXPORT int32_t sw_random(uint8_t *bytes, uint32_t n);

/* ---- order.c: numbers in order ---- */

/*
 * Sorts numbers[0..n), none of them negative: order[i] is the place of the i-th, equal ones as they were, and sorted[i] is
 * that number itself. -ERANGE where one is negative, or none.
 */
SW_EXPORT int32_t sw_order(const double *numbers, uint32_t n, uint32_t *order, double *sorted);

#endif

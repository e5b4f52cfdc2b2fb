/*
 * Reading at equal intervals, on a thread of its own. A JavaScript engine that wakes up for each of them costs three times
 * what reading does, as it finds nothing in the caches that it left there: so it only takes now and then what was read.
 */
#include "growth.h"
#include "internal.h"
#include "shim.h"

#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>

#define MOST_ROOM 4096u

/* Words that a read of an event on its own gives at least, and a read of a group before its members. */
#define SINGLE_WORDS 4u
#define GROUP_WORDS 3u

struct times {
	uint64_t enabled;
	uint64_t running;
};

struct ticker {
	struct sw_ticker_plan plan;
	uint32_t n_fds;
	int32_t *fds;
	uint32_t *members;
	struct sw_tick_part *parts;
	/* At the last tick, by fd and by part; of no use unless `knows_last`. */
	struct times *times;
	uint64_t *values;
	int knows_last;
	/* `room` ticks, of which the one with number i is at i % room. */
	uint8_t *bytes;
	int32_t *lengths;
	struct sw_tick *ticks;
	struct sw_step *steps;
	/* How many there were: the thread raises the one, who takes them the other. */
	_Atomic uint64_t written;
	_Atomic uint64_t taken;
	uint64_t skipped;
	pthread_t thread;
	int is_running;
	/* 1 when nothing is to be read any more: a futex, which the thread sleeps on. */
	_Atomic uint32_t is_ended;
};

static struct sw_owned tickers;

/* Puts the parts into the order in which the kernel gives them. @returns whether they were; -1: these are other ones */
static int sort_parts(struct sw_tick_part *parts, uint32_t n, const uint64_t *members)
{
	int were = 1;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t found = i;
		struct sw_tick_part part;

		while (found < n && parts[found].id != members[2 * i + 1])
			found++;
		if (found == n)
			return -1;
		if (found == i)
			continue;
		part = parts[i], parts[i] = parts[found], parts[found] = part;
		were = 0;
	}
	return were;
}

/* Adds what one event counted since the last tick. @returns whether its counter was never taken from it meanwhile */
static int add_step(struct sw_step *step, uint64_t value, uint64_t *last, struct times since)
{
	int is_exact = value >= *last;

	step->value += value - *last;
	step->enabled += since.enabled;
	step->running += since.running;
	*last = value;
	return is_exact;
}

/* What came of a read: WRONG leaves what is known of the last tick as it was, so that it is of no use for the next one. */
enum outcome { EXACT, INEXACT, WRONG };

static enum outcome add_read(struct ticker *ticker, uint32_t fd, uint32_t first_part, const uint64_t *words, int32_t length,
			     struct sw_step *steps)
{
	uint32_t members = ticker->members[fd];
	struct sw_tick_part *parts = ticker->parts + first_part;
	uint64_t *values = ticker->values + first_part;
	uint32_t least = members ? GROUP_WORDS + 2 * members : SINGLE_WORDS;
	struct times now, since;
	int are_sorted = 1, is_exact = 1;

	if (length < 0 || (uint32_t)length < 8 * least || (members && words[0] != members))
		return WRONG;
	if (members)
		are_sorted = sort_parts(parts, members, words + GROUP_WORDS);
	if (are_sorted < 0)
		return WRONG;
	now = (struct times){ words[1], words[2] };
	since = (struct times){ now.enabled - ticker->times[fd].enabled, now.running - ticker->times[fd].running };
	ticker->times[fd] = now;
	if (!members)
		is_exact = add_step(&steps[parts->event], words[0], values, since);
	for (uint32_t i = 0; i < members; i++)
		is_exact &= add_step(&steps[parts[i].event], words[GROUP_WORDS + 2 * i], &values[i], since);
	/* Nothing is known of an event that was not enabled, which is not 0. */
	if (since.enabled != since.running || since.enabled == 0 || since.enabled > now.enabled)
		is_exact = 0;
	return is_exact && are_sorted ? EXACT : INEXACT;
}

static void add_up(struct ticker *ticker, const uint8_t *bytes, const int32_t *lengths, struct sw_tick *tick,
		   struct sw_step *steps)
{
	uint32_t part = 0;
	enum outcome worst = EXACT;

	memset(steps, 0, ticker->plan.n_events * sizeof(*steps));
	for (uint32_t i = 0; i < ticker->n_fds; i++) {
		const uint64_t *words = (const uint64_t *)(const void *)(bytes + (size_t)i * ticker->plan.stride);
		enum outcome outcome = add_read(ticker, i, part, words, lengths[i], steps);

		if (outcome > worst)
			worst = outcome;
		part += ticker->members[i] ? ticker->members[i] : 1;
	}
	tick->has_steps = worst == EXACT && ticker->knows_last;
	ticker->knows_last = worst != WRONG;
}

static void read_tick(struct ticker *ticker, uint64_t expirations)
{
	uint64_t written = ticker->written;
	size_t at = written % ticker->plan.room;
	uint8_t *bytes = ticker->bytes + at * ticker->n_fds * ticker->plan.stride;
	int32_t *lengths = ticker->lengths + at * ticker->n_fds;
	struct sw_tick *tick = &ticker->ticks[at];
	struct sw_span span;

	/* Nobody has come to take them: the next one will be longer. */
	if (written - ticker->taken == ticker->plan.room) {
		ticker->skipped += expirations;
		return;
	}
	sw_read_many(ticker->fds, ticker->n_fds, bytes, ticker->plan.stride, lengths, &span);
	*tick = (struct sw_tick){ .begin_ns = span.begin_ns,
				  .end_ns = span.end_ns,
				  .expirations = ticker->skipped + expirations };
	ticker->skipped = 0;
	add_up(ticker, bytes, lengths, tick, ticker->steps + at * ticker->plan.n_events);
	ticker->written = written + 1;
}

/* @returns whether there is to be another tick */
static int sleep_until(struct ticker *ticker, uint64_t due)
{
	struct timespec until = { .tv_sec = (time_t)(due / 1000000000u), .tv_nsec = (long)(due % 1000000000u) };

	while (!ticker->is_ended && sw_now_ns() < due)
		syscall(SYS_futex, &ticker->is_ended, FUTEX_WAIT_BITSET_PRIVATE, 0, &until, NULL, FUTEX_BITSET_MATCH_ANY);
	return !ticker->is_ended;
}

static void *run(void *argument)
{
	struct ticker *ticker = argument;
	uint64_t due = ticker->plan.first_ns;

	while (sleep_until(ticker, due)) {
		uint64_t expirations = 1 + (sw_now_ns() - due) / ticker->plan.every_ns;

		due += expirations * ticker->plan.every_ns;
		read_tick(ticker, expirations);
	}
	return NULL;
}

/* Signals are for the threads of JavaScript. @returns 0, or -errno */
static int start_thread(struct ticker *ticker)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	error = pthread_create(&ticker->thread, NULL, run, ticker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	ticker->is_running = !error;
	return -error;
}

static void free_memory(struct ticker *ticker)
{
	free(ticker->fds);
	free(ticker->members);
	free(ticker->parts);
	free(ticker->times);
	free(ticker->values);
	free(ticker->bytes);
	free(ticker->lengths);
	free(ticker->ticks);
	free(ticker->steps);
	free(ticker);
}

/* An array of its own in *array, with what is in `from`, or of zeros where that is NULL. Never of none. @returns 0, or -ENOMEM */
static int new_array(void *array, const void *from, size_t n, size_t size)
{
	void **own = array;

	*own = calloc(n + 1, size);
	if (!*own)
		return -ENOMEM;
	if (n && from)
		memcpy(*own, from, n * size);
	return 0;
}

static struct ticker *new_ticker(const int32_t *fds, const uint32_t *members, uint32_t n_fds,
				 const struct sw_tick_part *parts, uint32_t n_parts, const struct sw_ticker_plan *plan)
{
	struct ticker *ticker = calloc(1, sizeof(*ticker));
	size_t room = plan->room;

	if (!ticker)
		return NULL;
	ticker->plan = *plan;
	ticker->n_fds = n_fds;
	if (new_array(&ticker->fds, fds, n_fds, sizeof(*fds)) < 0 ||
	    new_array(&ticker->members, members, n_fds, sizeof(*members)) < 0 ||
	    new_array(&ticker->parts, parts, n_parts, sizeof(*parts)) < 0 ||
	    new_array(&ticker->times, NULL, n_fds, sizeof(*ticker->times)) < 0 ||
	    new_array(&ticker->values, NULL, n_parts, sizeof(*ticker->values)) < 0 ||
	    new_array(&ticker->bytes, NULL, room * n_fds, plan->stride) < 0 ||
	    new_array(&ticker->lengths, NULL, room * n_fds, sizeof(*ticker->lengths)) < 0 ||
	    new_array(&ticker->ticks, NULL, room, sizeof(*ticker->ticks)) < 0 ||
	    new_array(&ticker->steps, NULL, room * plan->n_events, sizeof(*ticker->steps)) < 0) {
		free_memory(ticker);
		return NULL;
	}
	return ticker;
}

static int is_bad_plan(const struct sw_ticker_plan *plan, uint32_t n_fds)
{
	return !plan || !plan->every_ns || plan->every_ns > INT64_MAX || plan->first_ns > INT64_MAX || !plan->room ||
	       plan->room > MOST_ROOM || plan->n_events > SW_MAX_BATCH || plan->stride % 8 ||
	       plan->stride < 8 * SINGLE_WORDS || (uint64_t)plan->stride * n_fds > INT32_MAX;
}

/* Whether every event is one of the plan, and what an fd gives has room for all its parts. */
static int are_bad_parts(const uint32_t *members, uint32_t n_fds, const struct sw_tick_part *parts, uint32_t n_parts,
			 const struct sw_ticker_plan *plan)
{
	uint64_t wanted = 0;

	for (uint32_t i = 0; i < n_fds; i++) {
		if (members[i] && 8 * (GROUP_WORDS + 2 * (uint64_t)members[i]) > plan->stride)
			return 1;
		wanted += members[i] ? members[i] : 1;
	}
	for (uint32_t i = 0; i < n_parts; i++)
		if (parts[i].event >= plan->n_events)
			return 1;
	return wanted != n_parts;
}

int32_t sw_ticker_start(const int32_t *fds, const uint32_t *members, uint32_t n_fds, const struct sw_tick_part *parts,
			uint32_t n_parts, const struct sw_ticker_plan *plan)
{
	struct ticker *ticker;
	int32_t number;
	int error;

	if (sw_bad_batch(fds, n_fds) || sw_bad_batch(members, n_fds) || sw_bad_batch(parts, n_parts) ||
	    is_bad_plan(plan, n_fds) || are_bad_parts(members, n_fds, parts, n_parts, plan))
		return -EINVAL;
	ticker = new_ticker(fds, members, n_fds, parts, n_parts, plan);
	if (!ticker)
		return -ENOMEM;
	number = sw_own(&tickers, ticker);
	if (number < 0) {
		free_memory(ticker);
		return number;
	}
	error = start_thread(ticker);
	if (error < 0)
		sw_ticker_free(number);
	return error < 0 ? error : number;
}

int32_t sw_ticker_take(int32_t number, uint32_t room, uint8_t *bytes, int32_t *lengths, struct sw_tick *ticks,
		       struct sw_step *steps)
{
	struct ticker *ticker = sw_owned_at(&tickers, number);
	uint64_t taken;
	uint32_t n = 0;

	if (!ticker || sw_bad_batch(ticks, room) || !bytes || !lengths || !steps)
		return -EINVAL;
	for (taken = ticker->taken; n < room && taken < ticker->written; n++, taken++) {
		size_t at = taken % ticker->plan.room;
		size_t size = (size_t)ticker->n_fds * ticker->plan.stride;

		memcpy(bytes + n * size, ticker->bytes + at * size, size);
		memcpy(lengths + (size_t)n * ticker->n_fds, ticker->lengths + at * ticker->n_fds,
		       ticker->n_fds * sizeof(*lengths));
		memcpy(steps + (size_t)n * ticker->plan.n_events, ticker->steps + at * ticker->plan.n_events,
		       ticker->plan.n_events * sizeof(*steps));
		ticks[n] = ticker->ticks[at];
	}
	ticker->taken = taken;
	return (int32_t)n;
}

int32_t sw_ticker_stop(int32_t number)
{
	struct ticker *ticker = sw_owned_at(&tickers, number);

	if (!ticker)
		return -EINVAL;
	if (!ticker->is_running)
		return 0;
	ticker->is_ended = 1;
	syscall(SYS_futex, &ticker->is_ended, FUTEX_WAKE_PRIVATE, 1);
	pthread_join(ticker->thread, NULL);
	ticker->is_running = 0;
	return 0;
}

int32_t sw_ticker_free(int32_t number)
{
	struct ticker *ticker = sw_owned_at(&tickers, number);

	if (!ticker)
		return -EINVAL;
	sw_ticker_stop(number);
	free_memory(ticker);
	tickers.of[number] = NULL;
	return 0;
}

/*
 * Call chains as samples have them: which of their addresses are a part of the kernel that is looked up as a whole, and which ones
 * by themselves, in what memory.
 */
#include "sample-stacks.h"

#include "internal.h"
#include "shim.h"

#include <linux/perf_event.h>
#include <string.h>

static int is_context(int32_t low, int32_t high)
{
	return high == -1 && low < 0 && low >= (int32_t)PERF_CONTEXT_MAX;
}

/* The mode of what follows a context; -1 for one that is none. */
static int32_t mode_of(int32_t low)
{
	switch (low) {
	case (int32_t)PERF_CONTEXT_KERNEL:
		return PERF_RECORD_MISC_KERNEL;
	case (int32_t)PERF_CONTEXT_USER:
		return PERF_RECORD_MISC_USER;
	case (int32_t)PERF_CONTEXT_HV:
		return PERF_RECORD_MISC_HYPERVISOR;
	default:
		return -1;
	}
}

/* Which of them ends behind an address, and begins before it; NULL if there is none. */
static const struct sw_range *range_at(const struct sw_range *ranges, uint32_t n, double address)
{
	uint32_t low = 0, high = n;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (ranges[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n && ranges[low].start <= address ? &ranges[low] : NULL;
}

/* An address of user space: where it is in what was mapped there, if that is told. */
static void push_user(struct stacks *stacks, const struct sw_thread *thread, const struct sw_range *ranges, uint32_t low,
		      uint32_t high)
{
	double address = (double)((uint64_t)high << 32 | low);
	const struct sw_range *range;
	uint64_t offset;

	if (thread->n_ranges < 0) {
		sw_push_item(stacks, thread->space, low, high);
		return;
	}
	range = high < 1u << 21 ? range_at(ranges + thread->ranges, (uint32_t)thread->n_ranges, address) : NULL;
	if (!range) {
		sw_push_item(stacks, SW_NOWHERE, stacks->is_nowhere_one ? 0 : low, stacks->is_nowhere_one ? 0 : high);
		return;
	}
	offset = (uint64_t)(int64_t)(address + range->shift);
	sw_push_item(stacks, SW_NOWHERE - 1 - range->dso, (uint32_t)offset, (uint32_t)(offset >> 32));
}

static void push_in(struct stacks *stacks, int32_t mode, const struct sw_thread *thread, const struct sw_range *ranges,
		    int32_t low, int32_t high)
{
	if (mode == PERF_RECORD_MISC_USER)
		push_user(stacks, thread, ranges, (uint32_t)low, (uint32_t)high);
	else
		sw_push_item(stacks, -mode, (uint32_t)low, (uint32_t)high);
}

/*
 * Where the kernel's part of a chain ends, as an index of its words: 0 where it has none. The part begins where the sample was
 * taken, and nothing but user space follows.
 */
static uint32_t end_of_path(const struct sw_sample *sample, const int32_t *chain)
{
	uint32_t at = 2, end = sample->length * 2;

	if (sample->mode != PERF_RECORD_MISC_KERNEL || sample->length < 2 || chain[2] != sample->low || chain[3] != sample->high ||
	    chain[0] != (int32_t)PERF_CONTEXT_KERNEL || chain[1] != -1)
		return 0;
	while (at < end && !is_context(chain[at], chain[at + 1]))
		at += 2;
	/* A sample that was taken at what looks like a context has none. */
	return at == 2 || (at < end && chain[at] != (int32_t)PERF_CONTEXT_USER) ? 0 : at;
}

/*
 * Whether a chain begins with who called into the kernel, as without its kernel part (exclude_callchain_kernel) it does of a
 * sample that was taken there.
 */
static int is_of_callers(const struct sw_sample *sample, const int32_t *chain)
{
	return sample->mode == PERF_RECORD_MISC_KERNEL && sample->length > 0 && chain[0] == (int32_t)PERF_CONTEXT_USER &&
	       chain[1] == -1;
}

/* Whether it is a context. @param mode made that of what follows, -1 behind one that is none */
static int takes_mode(const int32_t *at, int32_t *mode)
{
	if (!is_context(at[0], at[1]))
		return 0;
	*mode = mode_of(at[0]);
	return 1;
}

/* How many addresses at the ends of two chains are the same: `most` at most. */
static uint32_t same_at_end(const int32_t *end, const int32_t *other, uint32_t most)
{
	uint32_t n = 0;

	for (; n < most; n++) {
		end -= 2;
		other -= 2;
		if (end[0] != other[0] || end[1] != other[1])
			break;
	}
	return n;
}

/*
 * The addresses of a chain from `at` on. Those at its end that the sample before of its thread has, too, are not looked up again:
 * it most often was called from where that was, and it is in the same memory. @returns whether all contexts in it are some
 */
static int push_rest(struct stacks *stacks, struct taken *taken, const struct sw_thread *thread, const struct sw_range *ranges,
		     const int32_t *at, int is_first)
{
	const struct taken *before = taken->before;
	const int32_t *end = taken->end;
	int32_t mode = PERF_RECORD_MISC_USER;
	uint32_t left, shared = 0;

	for (; is_first && at < end && mode >= 0; at += 2)
		is_first = takes_mode(at, &mode);
	left = (uint32_t)(end - at) / 2;
	if (before)
		shared = same_at_end(end, before->end, left < before->last ? left : before->last);
	for (; at < end && mode >= 0; at += 2) {
		if (shared && at == end - shared * 2 && mode == before->last_mode) {
			taken->shared = shared;
			taken->last += shared;
			break;
		}
		if (takes_mode(at, &mode)) {
			taken->last = 0;
			continue;
		}
		push_in(stacks, mode, thread, ranges, at[0], at[1]);
		taken->last++;
	}
	taken->last_mode = mode;
	return mode >= 0;
}

void sw_take_sample(struct stacks *stacks, const struct sw_sample *sample, const struct sw_thread *threads,
		    const struct sw_range *ranges, const int32_t *words)
{
	const struct sw_thread *thread = &threads[sample->thread];
	struct taken *taken = &stacks->taken[stacks->n_taken++];
	const int32_t *chain = words + sample->chain;
	uint32_t end = end_of_path(sample, chain);

	*taken = (struct taken){
		.chain = sample->chain,
		.first = (uint32_t)stacks->n_items,
		.period = sample->period,
		.before = stacks->last_of[sample->thread],
		.end = chain + sample->length * 2,
	};
	memcpy(taken->keys, sample->keys, sizeof(taken->keys));
	taken->keys[COMM] = thread->comm;
	stacks->last_of[sample->thread] = taken;
	if (!end)
		push_in(stacks, sample->mode, thread, ranges, sample->low, sample->high);
	/* The first address is where the sample was taken: that is known, unless it is a part of the path. */
	if (!push_rest(stacks, taken, thread, ranges, chain + end, !end && !is_of_callers(sample, chain))) {
		/* perf takes nothing from a chain with a context that nobody knows. */
		stacks->n_items = taken->first;
		end = 0;
		push_in(stacks, sample->mode, thread, ranges, sample->low, sample->high);
	}
	taken->items = (uint32_t)stacks->n_items - taken->first;
	taken->part_words = end;
	if (!end)
		return;
	taken->hash = sw_words_hash(&stacks->parts, (const uint32_t *)chain, end);
	sw_words_fetch_slot(&stacks->parts, taken->hash);
}

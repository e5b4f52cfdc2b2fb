/*
 * Puts samples with equal stacks together. Of a million samples nearly all time goes into waiting for memory: addresses,
 * paths through the kernel and stacks are each looked up for a whole batch, those to come being fetched meanwhile.
 */
#include "sample-stacks.h"

#include "internal.h"
#include "shim.h"

#include <linux/perf_event.h>
#include <string.h>

/* How far ahead memory is fetched, in look-ups. */
#define AHEAD 16

static struct sw_owned owned;

struct stacks *sw_stacks_at(int32_t number)
{
	return sw_owned_at(&owned, number);
}

static void drop(struct stacks *stacks)
{
	sw_addresses_free(&stacks->addresses);
	sw_words_free(&stacks->parts);
	sw_words_free(&stacks->paths);
	sw_words_free(&stacks->entries);
	sw_words_free(&stacks->groups);
	free(stacks->cells);
	free(stacks->kernel_stacks);
	free(stacks->items);
	free(stacks->taken);
	free(stacks->last_of);
	free(stacks->words);
	free(stacks->new_parts);
	free(stacks->path_of);
	free(stacks);
}

int32_t sw_stacks_new(const uint64_t *seed, int32_t is_nowhere_one)
{
	struct stacks *stacks;
	int32_t number;

	if (!seed)
		return -EINVAL;
	stacks = calloc(1, sizeof(*stacks));
	if (!stacks)
		return -ENOMEM;
	stacks->is_nowhere_one = is_nowhere_one;
	number = sw_addresses_init(&stacks->addresses, *seed) < 0 || sw_words_init(&stacks->parts, *seed) < 0 ||
				 sw_words_init(&stacks->paths, *seed) < 0 || sw_words_init(&stacks->entries, *seed) < 0 ?
			 -ENOMEM :
			 sw_own(&owned, stacks);
	if (number < 0)
		drop(stacks);
	return number;
}

int32_t sw_stacks_free(int32_t number)
{
	struct stacks *stacks = sw_stacks_at(number);

	if (!stacks)
		return -EINVAL;
	owned.of[number] = NULL;
	drop(stacks);
	return 0;
}

/* ---- chains ---- */

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

static void push(struct stacks *stacks, int32_t space, uint32_t low, uint32_t high)
{
	struct item *item = &stacks->items[stacks->n_items++];

	*item = (struct item){ low, high, space, sw_address_hash(&stacks->addresses, space, low, high) };
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
		push(stacks, thread->space, low, high);
		return;
	}
	range = high < 1u << 21 ? range_at(ranges + thread->ranges, (uint32_t)thread->n_ranges, address) : NULL;
	if (!range) {
		push(stacks, SW_NOWHERE, stacks->is_nowhere_one ? 0 : low, stacks->is_nowhere_one ? 0 : high);
		return;
	}
	offset = (uint64_t)(int64_t)(address + range->shift);
	push(stacks, SW_NOWHERE - 1 - range->dso, (uint32_t)offset, (uint32_t)(offset >> 32));
}

static void push_in(struct stacks *stacks, int32_t mode, const struct sw_thread *thread, const struct sw_range *ranges,
		    int32_t low, int32_t high)
{
	if (mode == PERF_RECORD_MISC_USER)
		push_user(stacks, thread, ranges, (uint32_t)low, (uint32_t)high);
	else
		push(stacks, -mode, (uint32_t)low, (uint32_t)high);
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

static void take(struct stacks *stacks, const struct sw_sample *sample, const struct sw_thread *threads,
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

/* Numbers the kernel's parts of the chains; those that are new have their addresses looked up. @returns 0, or -ENOMEM */
static int number_parts(struct stacks *stacks, const int32_t *words)
{
	for (size_t i = 0; i < stacks->n_taken; i++)
		if (stacks->taken[i].part_words)
			sw_words_fetch(&stacks->parts, stacks->taken[i].hash);
	for (size_t i = 0; i < stacks->n_taken; i++) {
		struct taken *taken = &stacks->taken[i];
		const uint32_t *part = (const uint32_t *)words + taken->chain;
		size_t known = stacks->parts.size;
		uint32_t place;

		if (!taken->part_words)
			continue;
		place = sw_words_place(&stacks->parts, taken->hash, part, taken->part_words);
		if (!place)
			return -ENOMEM;
		taken->part = sw_words_at(&stacks->parts, place)->id;
		if (taken->part < known)
			continue;
		stacks->new_parts[stacks->n_new_parts++] =
			(struct new_part){ taken->part, (uint32_t)stacks->n_items, taken->part_words / 2 - 1 };
		/* The context comes first. */
		for (uint32_t at = 2; at < taken->part_words; at += 2)
			push(stacks, -PERF_RECORD_MISC_KERNEL, part[at], part[at + 1]);
	}
	return 0;
}

/* ---- addresses ---- */

/* Gives every item the number of its address, in place of its lower half. @returns 0, or -ENOMEM */
static int number_items(struct stacks *stacks, struct sw_address *unknown)
{
	struct sw_address_table *table = &stacks->addresses;

	for (size_t i = 0; i < stacks->n_items; i++) {
		struct item *item = &stacks->items[i];
		int is_new = 0;
		int64_t number;

		if (i + AHEAD < stacks->n_items)
			__builtin_prefetch(&table->entries[stacks->items[i + AHEAD].hash & table->mask]);
		number = sw_address_number(table, item->hash, item->space, item->low, item->high, &is_new);
		if (number < 0)
			return -ENOMEM;
		if (is_new)
			unknown[stacks->unknown++] = (struct sw_address){ item->space, (int32_t)item->low, (int32_t)item->high };
		item->low = (uint32_t)number;
	}
	return 0;
}

static int bad_samples(const struct sw_sample *samples, uint32_t n, uint32_t n_threads, uint32_t words_length)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct sw_sample *sample = &samples[i];

		if (sample->thread >= n_threads || sample->chain > words_length ||
		    sample->length > (words_length - sample->chain) / 2 || sample->mode < 0 ||
		    sample->mode > PERF_RECORD_MISC_CPUMODE_MASK)
			return 1;
	}
	return 0;
}

static int bad_threads(const struct sw_thread *threads, uint32_t n, uint32_t n_ranges)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct sw_thread *thread = &threads[i];

		if (thread->space <= 0 || thread->n_ranges < -1 ||
		    (thread->n_ranges >= 0 &&
		     (thread->ranges > n_ranges || (uint32_t)thread->n_ranges > n_ranges - thread->ranges)))
			return 1;
	}
	return 0;
}

/* Numbers that a file cannot have: what is reckoned with them has to fit. */
static int bad_ranges(const struct sw_range *ranges, uint32_t n)
{
	const double most = 0x1p53;

	for (uint32_t i = 0; i < n; i++)
		if (!(ranges[i].start >= 0 && ranges[i].end <= most && ranges[i].start + ranges[i].shift >= 0 &&
		      ranges[i].shift <= most && ranges[i].dso >= 0 && ranges[i].dso < SW_MOST_DSOS))
			return 1;
	return 0;
}

int32_t sw_stacks_take(int32_t number, const struct sw_sample *samples, uint32_t n, const struct sw_thread *threads,
		       uint32_t n_threads, const struct sw_range *ranges, uint32_t n_ranges, const int32_t *words,
		       uint32_t words_length, struct sw_address *unknown, uint32_t room)
{
	struct stacks *stacks = sw_stacks_at(number);
	size_t items = n;

	if (!stacks || stacks->is_broken || stacks->n_taken || sw_bad_batch(samples, n) || sw_bad_batch(threads, n_threads) ||
	    sw_bad_batch(ranges, n_ranges) || (!words && words_length) || !unknown || bad_ranges(ranges, n_ranges) ||
	    bad_threads(threads, n_threads, n_ranges) || bad_samples(samples, n, n_threads, words_length))
		return -EINVAL;
	for (uint32_t i = 0; i < n; i++)
		items += samples[i].length;
	if (items > room)
		return -EINVAL;
	if (sw_grow(&stacks->items, &stacks->items_room, items, sizeof(*stacks->items)) < 0 ||
	    sw_grow(&stacks->taken, &stacks->taken_room, n, sizeof(*stacks->taken)) < 0 ||
	    sw_grow(&stacks->last_of, &stacks->last_of_room, n_threads, sizeof(*stacks->last_of)) < 0 ||
	    sw_grow(&stacks->new_parts, &stacks->new_parts_room, n, sizeof(*stacks->new_parts)) < 0 ||
	    sw_grow(&stacks->words, &stacks->words_room, items + (size_t)n * REST, sizeof(*stacks->words)) < 0)
		return -ENOMEM;
	stacks->n_items = 0;
	stacks->n_new_parts = 0;
	stacks->unknown = 0;
	for (uint32_t i = 0; i < n_threads; i++)
		stacks->last_of[i] = NULL;
	for (uint32_t i = 0; i < n; i++)
		take(stacks, &samples[i], threads, ranges, words);
	if (number_parts(stacks, words) < 0 || number_items(stacks, unknown) < 0) {
		stacks->is_broken = 1;
		return -ENOMEM;
	}
	return (int32_t)stacks->unknown;
}

/* ---- stacks ---- */

/* Finds the paths of the parts that are new. @returns 0, or -ENOMEM */
static int find_paths(struct stacks *stacks)
{
	if (sw_grow(&stacks->path_of, &stacks->path_of_room, stacks->parts.size, sizeof(*stacks->path_of)) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < stacks->n_new_parts; i++) {
		const struct new_part *part = &stacks->new_parts[i];
		uint32_t *path = stacks->words;
		uint32_t place;

		for (uint32_t at = 0; at < part->items; at++)
			path[at] = (uint32_t)stacks->cells[stacks->items[part->first + at].low];
		place = sw_words_place(&stacks->paths, sw_words_hash(&stacks->paths, path, part->items), path, part->items);
		if (!place)
			return -ENOMEM;
		stacks->path_of[part->number] = sw_words_at(&stacks->paths, place)->id;
	}
	return 0;
}

static void write_entries(struct stacks *stacks)
{
	uint32_t *entry = stacks->words;

	for (size_t i = 0; i < stacks->n_taken; i++) {
		struct taken *taken = &stacks->taken[i];
		const struct taken *before = taken->before;
		const struct item *items = &stacks->items[taken->first];
		uint32_t *rest = entry + REST;

		memcpy(entry, taken->keys, sizeof(taken->keys));
		entry[PATH] = taken->part_words ? stacks->path_of[taken->part] + 1 : 0;
		for (uint32_t at = 0; at < taken->items; at++)
			*rest++ = (uint32_t)stacks->cells[items[at].low];
		if (taken->shared) {
			memcpy(rest, before->entry_end - taken->shared, taken->shared * sizeof(*rest));
			rest += taken->shared;
		}
		taken->entry_end = rest;
		taken->hash = sw_words_hash(&stacks->entries, entry, (uint32_t)(rest - entry));
		sw_words_fetch_slot(&stacks->entries, taken->hash);
		entry = rest;
	}
}

/* @returns 0, or -ENOMEM */
static int count_entries(struct stacks *stacks, int32_t *ids)
{
	const uint32_t *entry = stacks->words;

	for (size_t i = 0; i < stacks->n_taken; i++)
		sw_words_fetch(&stacks->entries, stacks->taken[i].hash);
	for (size_t i = 0; i < stacks->n_taken; i++) {
		const struct taken *taken = &stacks->taken[i];
		uint32_t place = sw_words_place(&stacks->entries, taken->hash, entry, (uint32_t)(taken->entry_end - entry));
		struct sw_sequence *sequence;

		if (!place)
			return -ENOMEM;
		sequence = sw_words_at(&stacks->entries, place);
		sequence->count += 1;
		sequence->period += taken->period;
		ids[i] = (int32_t)sequence->id;
		entry = taken->entry_end;
	}
	return 0;
}

int32_t sw_stacks_count(int32_t number, const int32_t *cells, uint32_t n_cells, int32_t *ids, uint32_t room)
{
	struct stacks *stacks = sw_stacks_at(number);
	size_t known;

	if (!stacks || (!cells && n_cells) || (!ids && room) || stacks->is_broken || n_cells != stacks->unknown ||
	    room < stacks->n_taken)
		return -EINVAL;
	known = stacks->addresses.size - n_cells;
	stacks->is_broken = 1;
	if (sw_grow(&stacks->cells, &stacks->cells_room, stacks->addresses.size, sizeof(*stacks->cells)) < 0)
		return -ENOMEM;
	if (n_cells)
		memcpy(stacks->cells + known, cells, n_cells * sizeof(*cells));
	if (find_paths(stacks) < 0)
		return -ENOMEM;
	write_entries(stacks);
	if (count_entries(stacks, ids) < 0)
		return -ENOMEM;
	stacks->is_broken = 0;
	stacks->unknown = 0;
	stacks->n_taken = 0;
	return 0;
}

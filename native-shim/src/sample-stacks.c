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

/* ---- parts ---- */

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
			sw_push_item(stacks, -PERF_RECORD_MISC_KERNEL, part[at], part[at + 1]);
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
		sw_take_sample(stacks, &samples[i], threads, ranges, words);
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

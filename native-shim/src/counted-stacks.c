/* What was counted of samples with equal stacks, for who asks for it: see sample-stacks.c. */
#include "sample-stacks.h"

#include "shim.h"

#include <string.h>

/* Puts stacks with equal keys and paths together. @returns 0, or -ENOMEM */
static int group(struct stacks *stacks)
{
	const struct sw_word_table *entries = &stacks->entries;

	if (stacks->grouped == entries->size)
		return 0;
	sw_words_free(&stacks->groups);
	if (sw_words_init(&stacks->groups, entries->seed) < 0 ||
	    sw_grow(&stacks->kernel_stacks, &stacks->kernel_stacks_room, entries->size, sizeof(*stacks->kernel_stacks)) < 0)
		return -ENOMEM;
	for (size_t id = 0; id < entries->size; id++) {
		const uint32_t *entry = entries->words + entries->starts[id];
		uint32_t place;

		stacks->kernel_stacks[id] = -1;
		if (!entry[PATH])
			continue;
		place = sw_words_place(&stacks->groups, sw_words_hash(&stacks->groups, entry, REST), entry, REST);
		if (!place)
			return -ENOMEM;
		stacks->kernel_stacks[id] = (int32_t)(entries->size + sw_words_at(&stacks->groups, place)->id);
	}
	stacks->grouped = entries->size;
	return 0;
}

/* Words of an entry with the functions of its path. */
static size_t expanded_length(const struct stacks *stacks, const struct sw_word_table *from, size_t id)
{
	uint32_t start = from->starts[id];
	uint32_t path = from->words[start + PATH];

	return sw_words_at(from, start)->length - 1 +
	       (path ? sw_words_at(&stacks->paths, stacks->paths.starts[path - 1])->length : 0);
}

static size_t all_lengths(const struct stacks *stacks, const struct sw_word_table *from)
{
	size_t length = 0;

	for (size_t id = 0; id < from->size; id++)
		length += expanded_length(stacks, from, id);
	return length;
}

int32_t sw_stacks_size(int32_t number, uint32_t *sizes)
{
	struct stacks *stacks = sw_stacks_at(number);
	size_t length;

	if (!stacks || !sizes || stacks->is_broken || stacks->n_taken)
		return -EINVAL;
	if (group(stacks) < 0)
		return -ENOMEM;
	length = all_lengths(stacks, &stacks->entries) + all_lengths(stacks, &stacks->groups);
	if (length > INT32_MAX)
		return -ENOMEM;
	sizes[0] = (uint32_t)stacks->entries.size;
	sizes[1] = (uint32_t)stacks->groups.size;
	sizes[2] = (uint32_t)length;
	return 0;
}

/* Writes an entry with the functions of its path. @returns where it ends */
static uint32_t *expand(const struct stacks *stacks, const struct sw_word_table *from, size_t id, uint32_t *to)
{
	const uint32_t *entry = from->words + from->starts[id];
	uint32_t length = sw_words_at(from, from->starts[id])->length;

	memcpy(to, entry, PATH * sizeof(*to));
	to += PATH;
	if (entry[PATH]) {
		uint32_t start = stacks->paths.starts[entry[PATH] - 1];
		uint32_t depth = sw_words_at(&stacks->paths, start)->length;

		memcpy(to, stacks->paths.words + start, depth * sizeof(*to));
		to += depth;
	}
	memcpy(to, entry + REST, (length - REST) * sizeof(*to));
	return to + length - REST;
}

int32_t sw_stacks_read(int32_t number, int32_t *words, uint32_t words_length, int32_t *starts, int32_t *depths, double *counts,
		       double *periods, uint32_t both, int32_t *kernel_stacks, uint32_t size)
{
	struct stacks *stacks = sw_stacks_at(number);
	uint32_t *to = (uint32_t *)words;
	uint32_t sizes[3];
	int32_t ret = sw_stacks_size(number, sizes);

	if (ret < 0)
		return ret;
	if (size != sizes[0] || both != sizes[0] + sizes[1] || words_length != sizes[2] ||
	    (both && (!words || !starts || !depths || !counts || !periods)) || (size && !kernel_stacks))
		return -EINVAL;
	sw_hint_huge(words, words_length * sizeof(*words));
	for (uint32_t id = 0; id < both; id++) {
		const struct sw_word_table *from = id < size ? &stacks->entries : &stacks->groups;
		uint32_t *end = expand(stacks, from, id < size ? id : id - size, to);

		starts[id] = (int32_t)(to - (uint32_t *)words);
		depths[id] = (int32_t)(end - to - KEYS);
		counts[id] = 0;
		periods[id] = 0;
		to = end;
	}
	for (uint32_t id = 0; id < size; id++) {
		const struct sw_sequence *sequence = sw_words_at(&stacks->entries, stacks->entries.starts[id]);
		int32_t kernel_stack = stacks->kernel_stacks[id];

		counts[id] = sequence->count;
		periods[id] = sequence->period;
		kernel_stacks[id] = kernel_stack;
		if (kernel_stack < 0)
			continue;
		counts[kernel_stack] += sequence->count;
		periods[kernel_stack] += sequence->period;
	}
	return 0;
}

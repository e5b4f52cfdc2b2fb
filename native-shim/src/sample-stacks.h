/*
 * Samples with equal stacks, put together: what takes their chains apart (sample-chains.c), counts them (sample-stacks.c), and
 * tells them (counted-stacks.c) share this.
 */
#ifndef SYSWIDE_SAMPLE_STACKS_H
#define SYSWIDE_SAMPLE_STACKS_H

#include "address-table.h"
#include "shim.h"
#include "word-table.h"

#define KEYS 5
#define COMM 1

/* Words of an entry: its keys, its path through the kernel + 1 or 0, then the rest of its functions. */
#define PATH KEYS
#define REST (KEYS + 1)

/* An address of the batch. */
struct item {
	uint32_t low;
	uint32_t high;
	int32_t space;
	uint32_t hash;
};

/* A part of a call chain in the kernel that came first in this batch. */
struct new_part {
	uint32_t number;
	uint32_t first; /* item */
	uint32_t items;
};

/* A sample of the batch. */
struct taken {
	int32_t keys[KEYS];
	uint32_t chain; /* where its words begin, and how many of them are the kernel's part; 0: it has none */
	uint32_t part_words;
	uint32_t part; /* number of the part */
	uint32_t first; /* item of the others */
	uint32_t items;
	uint32_t hash; /* of what is looked up next: its part, then its entry */
	double period;
	/* The sample before of its thread, NULL for none: the last `shared` functions are the same. */
	const struct taken *before;
	uint32_t shared;
	/* The end of its chain, how many addresses there are behind its last context, and in which mode; -1 if that is none. */
	const int32_t *end;
	uint32_t last;
	int32_t last_mode;
	const uint32_t *entry_end; /* of its words in `words` */
};

struct stacks {
	int32_t is_nowhere_one;
	struct sw_address_table addresses;
	int32_t *cells; /* by number of an address */
	size_t cells_room;
	/* Parts as they stand in chains, and of each the number of its path; parts with equal functions have one. */
	struct sw_word_table parts;
	uint32_t *path_of;
	size_t path_of_room;
	struct sw_word_table paths, entries, groups;
	int32_t *kernel_stacks; /* of the first `grouped` stacks; -1 for none */
	size_t grouped, kernel_stacks_room;
	/* The batch. */
	struct item *items;
	size_t n_items, items_room;
	struct taken *taken;
	size_t n_taken, taken_room;
	const struct taken **last_of; /* the last one of each thread */
	size_t last_of_room;
	struct new_part *new_parts;
	size_t n_new_parts, new_parts_room;
	uint32_t *words; /* of the batch's entries, one behind the other */
	size_t words_room;
	uint32_t unknown; /* addresses of the batch that wait for their functions */
	int is_broken;    /* there was no memory: what it holds is not whole */
};

/* What has that number; NULL if nothing has. */
struct stacks *sw_stacks_at(int32_t number);

/* An address of a batch that is to be numbered. */
static inline void sw_push_item(struct stacks *stacks, int32_t space, uint32_t low, uint32_t high)
{
	struct item *item = &stacks->items[stacks->n_items++];

	*item = (struct item){ low, high, space, sw_address_hash(&stacks->addresses, space, low, high) };
}

/* Takes the chain of a sample of the batch apart (sample-chains.c). There is room for its addresses, and its thread is known. */
void sw_take_sample(struct stacks *stacks, const struct sw_sample *sample, const struct sw_thread *threads,
		    const struct sw_range *ranges, const int32_t *words);

#endif

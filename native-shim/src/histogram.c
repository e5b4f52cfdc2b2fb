/*
 * Histograms of stacks. What takes the time is waiting for memory, as there are hundreds of thousands of functions and of
 * entries: what is needed for each function of a call chain is 16 bytes of the function and 24 of its entry. Stacks are looked
 * at block by block, so that the functions of a block are asked for at once; asking for their entries too was not faster.
 */
#include "growth.h"
#include "internal.h"
#include "pair-map.h"
#include "shim.h"
#include "stack-plan.h"

#include <string.h>

#define MOST_GIVEN 4u
#define MOST_KEYS (SW_WORDS_BEFORE_CHAIN + MOST_GIVEN)

/* Stacks that are looked at together. What they need has to stay in the first cache until they are counted. */
#define BLOCK 16u

/*
 * Of a function: its part of an entry's key, -1 for one that is in no entry; and the group and the entry that it had last, as
 * stacks of one command often follow each other.
 */
struct cell {
	int32_t part;
	int32_t is_kernel;
	int32_t group;
	int32_t entry; /* -1: none */
};

/* The first entry of a part. Most have no other: only others are in the map. */
struct home {
	int32_t group;
	int32_t entry; /* -1: none */
};

struct entry {
	double total; /* of the member that is added to */
	int32_t last; /* the stack that it was counted for last */
	int32_t depth;
	int32_t places;
	int32_t selves; /* where its sums are, -1: nothing was sampled in it, as in most */
};

struct histogram {
	uint32_t flags;
	uint32_t members;
	uint32_t key_words;
	uint32_t n_given;
	uint32_t n_keys;
	uint32_t member;
	struct cell *cells;
	uint32_t n_cells;
	struct home *homes;
	struct sw_pair_map others; /* part and group to entry */
	struct sw_pair_map groups; /* of keys with several values: of the first two, of these and the third, and so on */
	int32_t keys[MOST_KEYS];   /* the values that came last, and their group */
	int32_t group;
	int32_t has_group;
	uint32_t size;
	struct entry *entries;
	size_t entries_room;
	int32_t *entry_cells;
	size_t cells_room;
	int32_t *entry_keys;
	size_t keys_room;
	double *totals; /* by entry and member, where there are several members; not yet of the one that is added to */
	size_t totals_room;
	struct sw_histogram_self *selves; /* of those that have them, by member */
	size_t selves_room;
	uint32_t n_selves;
};

static struct sw_owned histograms;

/* Checks the functions that are counted, and has what is known of them fetched. @returns 0, or -EINVAL */
static int fetch_cells(const struct histogram *h, const int32_t *words, const struct sw_stack_plan *plan)
{
	int32_t i = 0;

	while (i < plan->depth) {
		uint32_t cell = (uint32_t)words[plan->chain + (uint32_t)i];

		if (cell >= h->n_cells)
			return -EINVAL;
		__builtin_prefetch(&h->cells[cell], 1);
		i = i == 0 && !plan->counts_kernel ? plan->kernel_depth : i + 1;
	}
	return 0;
}

/* Numbers values from the second on together with what those before came to. @returns the number, or -ENOMEM */
static int32_t intern_group(struct histogram *h)
{
	int32_t group = h->keys[0];

	for (uint32_t k = 1; k < h->n_keys; k++) {
		uint32_t a = (uint32_t)group, b = (uint32_t)h->keys[k];
		uint32_t hash = sw_pair_hash(&h->groups, a, b);
		struct sw_pair *at = sw_pair_find(&h->groups, hash, a, b);

		group = at->value - 1;
		if (group >= 0)
			continue;
		group = (int32_t)h->groups.size;
		if (sw_pair_set(&h->groups, at, hash, a, b, group) < 0)
			return -ENOMEM;
	}
	return group;
}

/* Makes `keys` and `group` those of a stack. A single value is its own group. @returns 0, or -ENOMEM */
static int take_group(struct histogram *h, const int32_t *words, uint32_t chain, const int32_t *given, int32_t stack)
{
	uint32_t n = 0;
	int32_t differs = !h->has_group;
	int32_t group;

	for (uint32_t word = 0; word < SW_WORDS_BEFORE_CHAIN; word++) {
		int32_t value = words[chain - SW_WORDS_BEFORE_CHAIN + word];

		if (!(h->key_words & 1u << word))
			continue;
		differs |= h->keys[n] ^ value;
		h->keys[n++] = value;
	}
	for (uint32_t k = 0; k < h->n_given; k++) {
		int32_t value = given[(size_t)stack * h->n_given + k];

		differs |= h->keys[n] ^ value;
		h->keys[n++] = value;
	}
	if (!differs)
		return 0;
	h->has_group = 0;
	group = n > 1 ? intern_group(h) : h->keys[0];
	if (n > 1 && group < 0)
		return -ENOMEM;
	h->group = group;
	h->has_group = 1;
	return 0;
}

/* @returns the number of a new entry, with the keys that were taken last; or -ENOMEM */
static int32_t begin(struct histogram *h, int32_t cell)
{
	size_t n = (size_t)h->size + 1;

	if (n > INT32_MAX || sw_grow(&h->entries, &h->entries_room, n, sizeof(*h->entries)) < 0 ||
	    sw_grow(&h->entry_cells, &h->cells_room, n, sizeof(*h->entry_cells)) < 0 ||
	    (h->n_keys && sw_grow(&h->entry_keys, &h->keys_room, n * h->n_keys, sizeof(*h->entry_keys)) < 0) ||
	    (h->members > 1 && sw_grow(&h->totals, &h->totals_room, n * h->members, sizeof(*h->totals)) < 0))
		return -ENOMEM;
	h->entries[h->size] = (struct entry){ .last = -1, .selves = -1 };
	h->entry_cells[h->size] = cell;
	if (h->members > 1)
		memset(&h->totals[(size_t)h->size * h->members], 0, h->members * sizeof(*h->totals));
	for (uint32_t k = 0; k < h->n_keys; k++)
		h->entry_keys[(size_t)h->size * h->n_keys + k] = h->keys[k];
	return (int32_t)h->size++;
}

/* The entry of a function and the group that was taken last. @returns its number, or -ENOMEM */
static int32_t look_up(struct histogram *h, int32_t part, int32_t cell)
{
	struct home *home = &h->homes[part];
	uint32_t a = (uint32_t)part, b = (uint32_t)h->group, hash;
	struct sw_pair *at;
	int32_t entry;

	if (home->entry >= 0 && home->group == h->group)
		return home->entry;
	if (home->entry < 0) {
		entry = begin(h, cell);
		*home = (struct home){ .group = h->group, .entry = entry < 0 ? -1 : entry };
		return entry;
	}
	hash = sw_pair_hash(&h->others, a, b);
	at = sw_pair_find(&h->others, hash, a, b);
	if (at->value)
		return at->value - 1;
	entry = begin(h, cell);
	if (entry >= 0 && sw_pair_set(&h->others, at, hash, a, b, entry) < 0)
		return -ENOMEM;
	return entry;
}

/* @returns the entry of a function, -1 for one that is in none, or -ENOMEM */
static inline int32_t entry_of(struct histogram *h, int32_t number)
{
	struct cell *cell = &h->cells[number];
	int32_t entry;

	if (cell->part < 0)
		return -1;
	if (cell->entry >= 0 && cell->group == h->group)
		return cell->entry;
	entry = look_up(h, cell->part, number);
	if (entry >= 0) {
		cell->group = h->group;
		cell->entry = entry;
	}
	return entry;
}

/* What has all of a stack's functions in common, or all of those of its kernel stack. */
struct visit {
	int32_t stack;
	double period;
	int32_t *mark; /* of the function that comes next, or NULL */
};

/* @param length of the call chain that the entry shows. @returns as of entry_of() */
static inline int32_t count_position(struct histogram *h, struct visit *visit, int32_t cell, int32_t length)
{
	int32_t number = entry_of(h, cell);
	int32_t *mark = visit->mark;
	struct entry *entry;

	if (mark)
		*visit->mark++ = 0;
	if (number < 0)
		return number;
	entry = &h->entries[number];
	/* What calls itself has no more of it than once. */
	if (entry->last == visit->stack)
		return number;
	entry->last = visit->stack;
	entry->total += visit->period;
	if (entry->depth < length)
		entry->depth = length;
	if (mark) {
		*mark = number + 1;
		entry->places++;
	}
	return number;
}

/* Counts functions from the outermost on, where entries show who called. @returns 0, or -ENOMEM */
static int count_callers(struct histogram *h, struct visit *visit, const int32_t *cells, int32_t from, int32_t depth)
{
	for (int32_t i = depth - 1; i >= from; i--)
		if (count_position(h, visit, cells[i], i + 1) < -1)
			return -ENOMEM;
	return 0;
}

/* The same from the innermost on, where they show what was called. */
static int count_callees(struct histogram *h, struct visit *visit, const int32_t *cells, const struct sw_stack_plan *plan)
{
	for (int32_t i = 1; i < plan->depth; i++)
		if (count_position(h, visit, cells[i], plan->whole - i) < -1)
			return -ENOMEM;
	return 0;
}

/* @returns 0, or -ENOMEM */
static int add_self(struct histogram *h, struct entry *entry, double period, double count, int is_kernel)
{
	struct sw_histogram_self *self;

	if (entry->selves < 0) {
		size_t from = (size_t)h->n_selves * h->members;

		if (sw_grow(&h->selves, &h->selves_room, from + h->members, sizeof(*h->selves)) < 0)
			return -ENOMEM;
		memset(&h->selves[from], 0, h->members * sizeof(*h->selves));
		entry->selves = (int32_t)h->n_selves++;
	}
	self = &h->selves[(size_t)entry->selves * h->members + h->member];
	self->period += period;
	self->samples += count;
	if (is_kernel)
		self->kernel += period;
	return 0;
}

/* Where marks are written: see sw_histogram_add(). */
struct marks {
	int32_t *next; /* NULL: nowhere */
	uint32_t left;
};

/* @returns 0, -ENOMEM, or -EINVAL where there is no room for its marks */
static int count_stack(struct histogram *h, const struct sw_stack_arrays *a, const int32_t *given, int32_t *mark,
		       const struct sw_stack_plan *plan)
{
	const int32_t *cells = &a->words[plan->chain];
	struct visit visit = {
		.stack = plan->stack,
		.period = a->periods[plan->stack],
		.mark = mark,
	};
	int32_t entry;

	if (take_group(h, a->words, plan->chain, given, plan->stack) < 0)
		return -ENOMEM;
	/* Where it was sampled comes first. */
	entry = count_position(h, &visit, cells[0], plan->whole);
	if (entry < -1)
		return -ENOMEM;
	if (entry >= 0 && add_self(h, &h->entries[entry], visit.period, a->counts[plan->stack], h->cells[cells[0]].is_kernel) < 0)
		return -ENOMEM;
	if (!(h->flags & SW_HISTOGRAM_CALLERS))
		return count_callees(h, &visit, cells, plan);
	if (count_callers(h, &visit, cells, plan->kernel_depth, plan->depth) < 0)
		return -ENOMEM;
	if (!plan->counts_kernel)
		return 0;
	/* What is called from within the kernel is counted with the first of the stacks that have it in common. */
	visit.period = a->periods[plan->kernel_stack];
	if (take_group(h, a->words, plan->kernel_chain, given, plan->kernel_stack) < 0)
		return -ENOMEM;
	return count_callers(h, &visit, cells, 1, plan->kernel_depth);
}

/* Has the entries' totals be those of a member; and none was counted for a stack yet. */
static void turn_to(struct histogram *h, uint32_t member)
{
	for (uint32_t i = 0; i < h->size; i++) {
		double *totals;

		h->entries[i].last = -1;
		if (h->members == 1)
			continue;
		totals = &h->totals[(size_t)i * h->members];
		totals[h->member] = h->entries[i].total;
		h->entries[i].total = totals[member];
	}
	h->member = member;
}

static void count_whole(const struct histogram *h, const struct sw_stack_arrays *a, const struct sw_stack_plan *plan, double *whole)
{
	if ((h->flags & SW_HISTOGRAM_RELATIVE) && h->cells[a->words[plan->chain]].part < 0)
		return;
	whole[0] += a->periods[plan->stack];
	whole[1] += a->counts[plan->stack];
}

static int count_block(struct histogram *h, const struct sw_stack_arrays *a, const int32_t *given, struct marks *marks,
		       const struct sw_stack_plan *plans, uint32_t n, double *whole)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t length = sw_functions_counted(&plans[i]);

		if (marks->next && marks->left < length)
			return -EINVAL;
		count_whole(h, a, &plans[i], whole);
		if (count_stack(h, a, given, marks->next, &plans[i]) < 0)
			return -ENOMEM;
		if (!marks->next)
			continue;
		marks->next += length;
		marks->left -= length;
	}
	return 0;
}

static int count_event(struct histogram *h, const struct sw_stack_arrays *a, const int32_t *given, struct marks *marks,
		       int32_t event, double *whole)
{
	struct sw_stack_plan plans[BLOCK];
	int32_t last_kernel_stack = -1;
	uint32_t n = 0;

	for (uint32_t stack = 0; stack < a->n_stacks; stack++) {
		int is_of = sw_plan_stack(a, h->flags, stack, event, &last_kernel_stack, &plans[n]);
		int ret;

		if (is_of < 0 || (is_of && fetch_cells(h, a->words, &plans[n]) < 0))
			return -EINVAL;
		n += (uint32_t)is_of;
		if (n < BLOCK)
			continue;
		ret = count_block(h, a, given, marks, plans, n, whole);
		if (ret < 0)
			return ret;
		n = 0;
	}
	return count_block(h, a, given, marks, plans, n, whole);
}

static void drop(struct histogram *h)
{
	free(h->cells);
	free(h->homes);
	sw_pair_free(&h->others);
	sw_pair_free(&h->groups);
	free(h->entries);
	free(h->entry_cells);
	free(h->entry_keys);
	free(h->totals);
	free(h->selves);
	free(h);
}

/* @returns 0, -EINVAL for a part that there is not, or -ENOMEM */
static int take_cells(struct histogram *h, const int32_t *parts, const uint8_t *is_kernel, uint32_t n_cells)
{
	h->cells = malloc(((size_t)n_cells + 1) * sizeof(*h->cells));
	h->homes = malloc(((size_t)n_cells + 1) * sizeof(*h->homes));
	if (!h->cells || !h->homes)
		return -ENOMEM;
	for (uint32_t i = 0; i < n_cells; i++) {
		if (parts[i] < -1 || (parts[i] >= 0 && (uint32_t)parts[i] >= n_cells))
			return -EINVAL;
		h->cells[i] = (struct cell){ .part = parts[i], .is_kernel = is_kernel[i], .entry = -1 };
		h->homes[i].entry = -1;
	}
	h->n_cells = n_cells;
	return 0;
}

int32_t sw_histogram_new(uint32_t flags, uint32_t members, uint32_t key_words, uint32_t n_given, const int32_t *parts,
			 const uint8_t *is_kernel, uint32_t n_cells, const uint64_t *seed)
{
	struct histogram *h;
	int32_t ret;

	if (sw_bad_histogram_flags(flags) || !members || members > SW_MAX_BATCH || key_words >= 1u << SW_WORDS_BEFORE_CHAIN ||
	    n_given > MOST_GIVEN || !seed || n_cells > INT32_MAX || (n_cells && (!parts || !is_kernel)))
		return -EINVAL;
	h = calloc(1, sizeof(*h));
	if (!h)
		return -ENOMEM;
	h->flags = flags;
	h->members = members;
	h->key_words = key_words;
	h->n_given = n_given;
	h->n_keys = (uint32_t)__builtin_popcount(key_words) + n_given;
	ret = take_cells(h, parts, is_kernel, n_cells);
	if (!ret)
		ret = sw_pair_init(&h->others, *seed);
	if (!ret)
		ret = sw_pair_init(&h->groups, *seed);
	if (!ret)
		ret = sw_own(&histograms, h);
	if (ret < 0)
		drop(h);
	return ret;
}

int32_t sw_histogram_add(int32_t number, const int32_t *words, uint32_t n_words, const int32_t *starts, const int32_t *depths,
			 const double *counts, const double *periods, uint32_t n_all, const int32_t *kernel_stacks,
			 uint32_t n_stacks, const int32_t *given, uint32_t n_given_values, int32_t event, uint32_t member,
			 double *whole, int32_t *marks, uint32_t n_marks)
{
	struct histogram *h = sw_owned_at(&histograms, number);
	struct sw_stack_arrays a = { words, n_words, starts, depths, counts, periods, n_all, kernel_stacks, n_stacks };
	struct marks written = { n_marks ? marks : NULL, n_marks };
	int ret;

	if (!h || sw_bad_stack_arrays(&a) || (n_all && (!counts || !periods)) || member >= h->members || !whole ||
	    n_given_values != (uint64_t)n_all * h->n_given || (n_given_values && !given) ||
	    n_marks > INT32_MAX || (n_marks && !marks))
		return -EINVAL;
	turn_to(h, member);
	ret = count_event(h, &a, given, &written, event, whole);
	return ret < 0 ? ret : (int32_t)(n_marks - written.left);
}

int32_t sw_histogram_size(int32_t number)
{
	const struct histogram *h = sw_owned_at(&histograms, number);

	return h ? (int32_t)h->size : -EINVAL;
}

int32_t sw_histogram_selves(int32_t number)
{
	const struct histogram *h = sw_owned_at(&histograms, number);

	return h ? (int32_t)h->n_selves : -EINVAL;
}

int32_t sw_histogram_read(int32_t number, uint32_t size, int32_t *cells, int32_t *depths, int32_t *places, int32_t *selves,
			  int32_t *keys, uint32_t n_keys, double *totals, uint32_t n_totals, struct sw_histogram_self *sums,
			  uint32_t n_sums)
{
	struct histogram *h = sw_owned_at(&histograms, number);

	if (!h || size != h->size || n_keys != (uint64_t)size * h->n_keys || n_totals != (uint64_t)size * h->members ||
	    n_sums != (uint64_t)h->n_selves * h->members || (size && (!cells || !depths || !places || !selves || !totals)) ||
	    (n_keys && !keys) || (n_sums && !sums))
		return -EINVAL;
	turn_to(h, h->member);
	for (uint32_t i = 0; i < size; i++) {
		depths[i] = h->entries[i].depth;
		places[i] = h->entries[i].places;
		selves[i] = h->entries[i].selves;
		if (h->members == 1)
			totals[i] = h->entries[i].total;
	}
	if (size)
		memcpy(cells, h->entry_cells, size * sizeof(*cells));
	if (n_keys)
		memcpy(keys, h->entry_keys, n_keys * sizeof(*keys));
	if (size && h->members > 1)
		memcpy(totals, h->totals, n_totals * sizeof(*totals));
	if (n_sums)
		memcpy(sums, h->selves, n_sums * sizeof(*sums));
	return 0;
}

int32_t sw_histogram_free(int32_t number)
{
	struct histogram *h = sw_owned_at(&histograms, number);

	if (!h)
		return -EINVAL;
	histograms.of[number] = NULL;
	drop(h);
	return 0;
}

/*
 * The tree of stacks, its nodes numbered as if each stack had been put in from its outermost function on, one after the other. No
 * node is looked up by its parent for that: of all stacks that begin alike, the first one has made the nodes for what they have in
 * common. So they are dealt out, as call-tree.c does, only to learn where each goes apart from those before it.
 */
#include "internal.h"
#include "shim.h"

#include <stdlib.h>

/* For what lies elsewhere in memory is asked so many stacks ahead. */
#define AHEAD 16

/* Words before the functions of a stack: StackWord in src/profile/stacks.ts. */
#define HEAD 5

#define NONE UINT32_MAX

/* A stack: where in the words its outermost function is, and how many it has. */
struct walker {
	uint32_t stack;
	uint32_t begin;
	uint32_t length;
};

/* Walkers side by side, in the order of their stacks, whose first `depth` functions are the same: two at least. */
struct range {
	uint32_t from;
	uint32_t count;
	uint32_t depth;
	uint32_t side;
};

/* What the function that comes next makes of the range at hand. */
struct child {
	uint32_t function;
	uint32_t count;
	uint32_t from;
};

/* From which depth on the nodes of a stack are its own, and the number of the first; the one above is another stack's. */
struct branch {
	uint32_t depth;
	uint32_t of;
	uint32_t node;
};

struct tree {
	const int32_t *words;
	const int32_t *functions;
	uint32_t n_cells;
	uint32_t n_functions;
	/* By function its index among the children at hand, if it is there: so it may hold anything. */
	uint32_t *places;
	/* The walkers of a range are on one side, and are dealt out to the same place on the other. */
	struct walker *sides[2];
	struct child *children;
	uint32_t n_children;
	/* To which child of the range at hand a walker goes; NONE: it has ended. */
	uint32_t *to;
	struct range *ranges;
	uint32_t waiting;
	struct branch *branches;
};

/* @returns the function of a word, NONE for one that is of none */
static inline uint32_t function_of(const struct tree *tree, int32_t cell)
{
	if (tree->n_cells) {
		if ((uint32_t)cell >= tree->n_cells)
			return NONE;
		cell = tree->functions[cell];
	}
	return (uint32_t)cell < tree->n_functions ? (uint32_t)cell : NONE;
}

static inline const int32_t *next_word(const struct tree *tree, const struct walker *walker, uint32_t depth)
{
	return &tree->words[walker->begin - depth];
}

/* The child of the range at hand that a stack goes to, which leaves the first one of the range there if it is new. */
static uint32_t child_of(struct tree *tree, const struct range *range, uint32_t owner, uint32_t stack, uint32_t function)
{
	uint32_t known = tree->places[function];

	if (known < tree->n_children && tree->children[known].function == function)
		return known;
	if (stack != owner)
		tree->branches[stack] = (struct branch){ .depth = range->depth, .of = owner };
	tree->places[function] = tree->n_children;
	tree->children[tree->n_children] = (struct child){ .function = function };
	return tree->n_children++;
}

/* Counts the walkers of a range where they go. @returns 0, or -EINVAL */
static int count(struct tree *tree, const struct range *range)
{
	const struct walker *walkers = &tree->sides[range->side][range->from];
	uint32_t owner = walkers[0].stack;

	tree->n_children = 0;
	for (uint32_t i = 0; i < range->count; i++) {
		const struct walker *walker = &walkers[i];
		uint32_t function;

		if (i + AHEAD < range->count)
			__builtin_prefetch(next_word(tree, &walkers[i + AHEAD], range->depth));
		tree->to[i] = NONE;
		if (walker->length == range->depth) {
			/* All its nodes are those of another one, unless it was the first. */
			if (walker->stack != owner)
				tree->branches[walker->stack] = (struct branch){ .depth = range->depth, .of = owner };
			continue;
		}
		function = function_of(tree, *next_word(tree, walker, range->depth));
		if (function == NONE)
			return -EINVAL;
		tree->to[i] = child_of(tree, range, owner, walker->stack, function);
		tree->children[tree->to[i]].count++;
	}
	return 0;
}

/* Puts the walkers of children side by side, in their order. Whoever is alone has no others to go apart from. */
static void deal_out(struct tree *tree, const struct range *range)
{
	const struct walker *walkers = &tree->sides[range->side][range->from];
	uint32_t from = range->from;

	for (uint32_t i = 0; i < tree->n_children; i++) {
		struct child *child = &tree->children[i];

		child->from = from;
		if (child->count < 2)
			continue;
		tree->ranges[tree->waiting++] =
			(struct range){ .from = from, .count = child->count, .depth = range->depth + 1, .side = !range->side };
		from += child->count;
	}
	for (uint32_t i = 0; i < range->count; i++) {
		struct child *child = tree->to[i] == NONE ? NULL : &tree->children[tree->to[i]];

		if (child && child->count > 1)
			tree->sides[!range->side][child->from++] = walkers[i];
	}
}

/* Finds where stacks go apart. @returns 0, or -EINVAL */
static int part(struct tree *tree, uint32_t n)
{
	if (n > 1)
		tree->ranges[tree->waiting++] = (struct range){ .count = n };
	while (tree->waiting) {
		struct range range = tree->ranges[--tree->waiting];

		if (count(tree, &range) < 0)
			return -EINVAL;
		if (tree->n_children != 1 || tree->children[0].count != range.count) {
			deal_out(tree, &range);
			continue;
		}
		range.depth++;
		tree->ranges[tree->waiting++] = range;
	}
	return 0;
}

/* The tree as the caller has it. */
struct made {
	int32_t *parents;
	int32_t *frames;
	uint32_t capacity;
	uint32_t size;
};

/* Writes the nodes that a stack has of its own. @returns the node it ends at, or -errno */
static int32_t write_stack(struct tree *tree, struct made *made, uint32_t stack, uint32_t begin, uint32_t length)
{
	struct branch *own = &tree->branches[stack];
	const struct branch *of = &tree->branches[own->of];
	uint32_t node = own->depth ? of->node + (own->depth - 1 - of->depth) : 0;

	own->node = made->size;
	if (length - own->depth > made->capacity - made->size)
		return -ENOSPC;
	for (uint32_t depth = own->depth; depth < length; depth++) {
		uint32_t function = function_of(tree, tree->words[begin - depth]);

		if (function == NONE)
			return -EINVAL;
		made->parents[made->size] = (int32_t)node;
		made->frames[made->size] = (int32_t)function;
		node = made->size++;
	}
	return (int32_t)node;
}

/* Memory for n stacks: one piece, which begins with the places. @returns 0, or -ENOMEM */
static int make_room(struct tree *tree, uint32_t n)
{
	size_t each = 2 * sizeof(struct walker) + sizeof(struct child) + sizeof(struct range) + sizeof(struct branch) +
		      sizeof(*tree->to);
	uint32_t *memory = malloc(tree->n_functions * sizeof(*tree->places) + (size_t)n * each + 1);

	if (!memory)
		return -ENOMEM;
	tree->places = memory;
	tree->sides[0] = (struct walker *)(memory + tree->n_functions);
	tree->sides[1] = tree->sides[0] + n;
	tree->children = (struct child *)(tree->sides[1] + n);
	tree->ranges = (struct range *)(tree->children + n);
	tree->branches = (struct branch *)(tree->ranges + n);
	tree->to = (uint32_t *)(tree->branches + n);
	/* A first stack goes apart from none: all its nodes are its own. */
	for (uint32_t i = 0; i < n; i++)
		tree->branches[i] = (struct branch){ 0 };
	for (uint32_t i = 0; i < tree->n_functions; i++)
		tree->places[i] = NONE;
	return 0;
}

static int take_stacks(struct tree *tree, uint32_t n_words, const int32_t *starts, const int32_t *depths, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		int32_t start = starts[i], depth = depths[i];

		if (start < 0 || depth < 0 || (int64_t)start + HEAD + depth > n_words)
			return -EINVAL;
		tree->sides[0][i] = (struct walker){
			.stack = i,
			/* One without functions has no word that is asked for. */
			.begin = (uint32_t)start + HEAD + (uint32_t)(depth ? depth - 1 : 0),
			.length = (uint32_t)depth,
		};
	}
	return 0;
}

/* @returns how many nodes there are, or -errno */
static int32_t make(struct tree *tree, struct made *made, uint32_t n_words, const int32_t *starts, const int32_t *depths,
		    uint32_t n, int32_t *nodes)
{
	if (take_stacks(tree, n_words, starts, depths, n) < 0 || part(tree, n) < 0)
		return -EINVAL;
	made->parents[0] = 0;
	made->frames[0] = -1;
	made->size = 1;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t begin = (uint32_t)starts[i] + HEAD + (uint32_t)(depths[i] ? depths[i] - 1 : 0);

		nodes[i] = write_stack(tree, made, i, begin, (uint32_t)depths[i]);
		if (nodes[i] < 0)
			return nodes[i];
	}
	return (int32_t)made->size;
}

int32_t sw_stack_tree(const int32_t *words, uint32_t n_words, const int32_t *starts, const int32_t *depths, uint32_t n_stacks,
		      const int32_t *functions, uint32_t n_cells, uint32_t n_functions, int32_t *parents, int32_t *frames,
		      uint32_t capacity, int32_t *nodes)
{
	struct tree tree = {
		.words = words,
		.functions = functions,
		.n_cells = n_cells,
		.n_functions = n_functions,
	};
	struct made made = { .parents = parents, .frames = frames, .capacity = capacity };
	int32_t ret;

	if ((!words && n_words) || ((!starts || !depths || !nodes) && n_stacks) || (!functions && n_cells) || !parents || !frames ||
	    !capacity || n_stacks > INT32_MAX || n_functions > INT32_MAX || capacity > INT32_MAX)
		return -EINVAL;
	ret = make_room(&tree, n_stacks);
	if (ret < 0)
		return ret;
	ret = make(&tree, &made, n_words, starts, depths, n_stacks, nodes);
	free(tree.places);
	return ret;
}

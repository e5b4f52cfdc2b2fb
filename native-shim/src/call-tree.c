/*
 * Call trees. Of a node all chains that come to it stand side by side, and are dealt out to its children before one of those
 * is gone into: a radix sort, from the outermost digit on. So what chains need next lies together or is asked for ahead, and
 * no child has to be looked up by its parent.
 */
#include "internal.h"
#include "shim.h"

#include <stdlib.h>

/* For what lies elsewhere in memory is asked so many chains ahead. */
#define AHEAD 16

/* Words before the functions of a stack: StackWord in src/profile/stacks.ts. */
#define HEAD 5

#define NONE (-1)

/* A chain: where in the words of stacks its first function is, and how many it has. */
struct walker {
	uint32_t begin;
	uint32_t length;
	double period;
	double samples;
};

/* Walkers that have come to a node, side by side: they are to go on from their function number `depth`. */
struct range {
	uint32_t from;
	uint32_t count;
	uint32_t filled; /* how many of them have been put there */
	uint32_t depth;
	int32_t node; /* NONE: too small to be gone into */
	uint32_t side;
};

struct tree {
	const int32_t *words;
	int64_t step; /* in `words` to the next function */
	const int32_t *functions;
	uint32_t n_cells;
	int32_t *places;
	uint32_t n_places;
	double least;
	struct sw_call_node *nodes;
	uint32_t capacity;
	uint32_t size;
	/* The walkers of a range are on one side, and are dealt out to the same place on the other. */
	struct walker *sides[2];
	/* To which child of the node at hand a walker goes, counted from its first; NONE: to none. */
	int32_t *to;
	/* Nodes that are to be gone into, the next one last. No two share a walker, so there is never one more than walkers. */
	struct range *ranges;
	size_t waiting;
};

static const int32_t *next_word(const struct tree *tree, const struct walker *walker, uint32_t depth)
{
	return &tree->words[walker->begin + tree->step * depth];
}

/* @returns the new node, or -ENOSPC */
static int32_t add_node(struct tree *tree, int32_t cell)
{
	if (tree->size == tree->capacity)
		return -ENOSPC;
	tree->nodes[tree->size] = (struct sw_call_node){ .cell = cell };
	return (int32_t)tree->size++;
}

/*
 * The child of the node at hand for a function, counted from its first. Where a function was put last tells its place, if it
 * was among these children: so the places need not be cleared, and may hold anything.
 * @returns it, or -errno
 */
static int32_t child_of(struct tree *tree, const struct range *parent, uint32_t first, int32_t cell)
{
	uint32_t known, child;
	int32_t added;

	if (tree->n_cells) {
		if ((uint32_t)cell >= tree->n_cells)
			return -EINVAL;
		cell = tree->functions[cell];
	}
	if (cell < 0)
		return -EINVAL;
	if ((uint32_t)cell >= tree->n_places)
		return -ERANGE;
	known = (uint32_t)tree->places[cell];
	if (known >= first && known < tree->size && tree->nodes[known].cell == cell)
		return (int32_t)(known - first);
	added = add_node(tree, cell);
	if (added < 0)
		return added;
	tree->places[cell] = added;
	child = (uint32_t)added - first;
	tree->ranges[tree->waiting + child] = (struct range){ .depth = parent->depth + 1, .side = !parent->side };
	return (int32_t)child;
}

/* Counts the walkers of a node where they go, those that are over at itself. @returns 0, or -errno */
static int count(struct tree *tree, const struct range *range)
{
	const struct walker *walkers = &tree->sides[range->side][range->from];
	struct sw_call_node *node = &tree->nodes[range->node];
	uint32_t first = tree->size;

	for (uint32_t i = 0; i < range->count; i++) {
		const struct walker *walker = &walkers[i];
		struct sw_call_node *child;

		if (i + AHEAD < range->count)
			__builtin_prefetch(next_word(tree, &walkers[i + AHEAD], range->depth));
		tree->to[i] = NONE;
		if (walker->length == range->depth) {
			node->self += walker->period;
			node->self_samples += walker->samples;
			continue;
		}
		tree->to[i] = child_of(tree, range, first, *next_word(tree, walker, range->depth));
		if (tree->to[i] < 0)
			return tree->to[i];
		child = &tree->nodes[first + (uint32_t)tree->to[i]];
		child->total += walker->period;
		child->samples += walker->samples;
		tree->ranges[tree->waiting + (uint32_t)tree->to[i]].count++;
	}
	return 0;
}

/* Drops the children that are too small, and gives each of the others its part of the range. */
static void keep(struct tree *tree, const struct range *range, uint32_t first)
{
	struct sw_call_node *node = &tree->nodes[range->node];
	uint32_t from = range->from, size = first;

	node->first_child = (int32_t)first;
	node->children = (int32_t)(tree->size - first);
	for (uint32_t child = first; child < tree->size; child++) {
		struct range *own = &tree->ranges[tree->waiting + child - first];

		own->node = NONE;
		if (tree->nodes[child].total < tree->least)
			continue;
		own->node = (int32_t)size;
		own->from = from;
		from += own->count;
		tree->nodes[size++] = tree->nodes[child];
	}
	node->kept = (int32_t)(size - first);
	tree->size = size;
}

/* Puts the walkers of a range where those of their child stand, in their order. */
static void deal_out(struct tree *tree, const struct range *range)
{
	const struct walker *walkers = &tree->sides[range->side][range->from];
	struct range *children = &tree->ranges[tree->waiting];

	for (uint32_t i = 0; i < range->count; i++) {
		struct range *child = &children[tree->to[i]];

		if (tree->to[i] == NONE || child->node == NONE)
			continue;
		tree->sides[child->side][child->from + child->filled++] = walkers[i];
	}
}

/* Goes into a node: makes its children, each of which is to be gone into. @returns 0, or -errno */
static int go_into(struct tree *tree, const struct range *range)
{
	struct range *children = &tree->ranges[tree->waiting];
	uint32_t first = tree->size, made, most = 0;
	int err = count(tree, range);

	if (err < 0)
		return err;
	made = tree->size - first;
	keep(tree, range, first);
	for (uint32_t i = 0; i < made; i++) {
		/* The walkers of a child alone may stay on their side, and if they are all there are, where they are. */
		if (tree->nodes[range->node].kept == 1)
			children[i].side = range->side;
		if (children[i].count > most)
			most = children[i].count;
	}
	if (most < range->count)
		deal_out(tree, range);
	for (uint32_t i = 0; i < made; i++)
		if (children[i].node != NONE)
			tree->ranges[tree->waiting++] = children[i];
	return 0;
}

/* Memory for n chains: one piece, which begins with the sides. @returns 0, or -ENOMEM */
static int make_room(struct tree *tree, uint32_t n)
{
	size_t each = 2 * sizeof(struct walker) + sizeof(struct range) + sizeof(int32_t);
	uint8_t *memory = malloc((size_t)n * each);

	if (!memory)
		return -ENOMEM;
	tree->sides[0] = (struct walker *)memory;
	tree->sides[1] = tree->sides[0] + n;
	tree->ranges = (struct range *)(tree->sides[1] + n);
	tree->to = (int32_t *)(tree->ranges + n);
	return 0;
}

struct stacks {
	uint32_t n_words;
	const int32_t *starts;
	const int32_t *depths;
	const double *counts;
	const double *periods;
	uint32_t n;
};

/* The chain of a stack from a position on: what is called from there (callers), or what called it. @returns 0, or -EINVAL */
static int walker_of(struct walker *walker, const struct stacks *stacks, int32_t stack, int32_t position, uint32_t callee)
{
	int32_t start, depth, outer;

	if (stack < 0 || (uint32_t)stack >= stacks->n)
		return -EINVAL;
	start = stacks->starts[stack];
	depth = stacks->depths[stack];
	if (start < 0 || depth < 0 || (int64_t)start + HEAD + depth > stacks->n_words)
		return -EINVAL;
	if (position < 0 || (position && position >= depth))
		return -EINVAL;
	outer = position || !depth ? position : depth - 1;
	*walker = (struct walker){
		.begin = (uint32_t)start + HEAD + (uint32_t)(callee ? position : outer),
		.length = (uint32_t)(callee || !position ? depth - position : position + 1),
		.period = stacks->periods[stack],
		.samples = stacks->counts[stack],
	};
	return 0;
}

/* @returns 0, or -errno */
static int grow_tree(struct tree *tree, const struct stacks *stacks, const int32_t *chains, uint32_t n, uint32_t callee)
{
	int err = 0;

	for (uint32_t i = 0; i < n && !err; i++)
		err = walker_of(&tree->sides[0][i], stacks, chains[i * (size_t)2], chains[i * (size_t)2 + 1], callee);
	tree->ranges[tree->waiting++] = (struct range){ .count = n };
	while (tree->waiting && !err) {
		struct range range = tree->ranges[--tree->waiting];

		err = go_into(tree, &range);
	}
	return err;
}

int32_t sw_call_tree(const int32_t *words, uint32_t n_words, const int32_t *starts, const int32_t *depths,
		     const double *counts, const double *periods, uint32_t n_stacks, const int32_t *chains, uint32_t n,
		     uint32_t callee, const int32_t *functions, uint32_t n_cells, int32_t *places, uint32_t n_places,
		     const double *least, struct sw_call_node *nodes, uint32_t capacity)
{
	struct stacks stacks = { n_words, starts, depths, counts, periods, n_stacks };
	struct tree tree = {
		.words = words,
		.step = callee ? 1 : -1,
		.functions = functions,
		.n_cells = n_cells,
		.places = places,
		.n_places = n_places,
		.nodes = nodes,
		.capacity = capacity,
	};
	int err;

	if ((!words && n_words) || ((!starts || !depths || !counts || !periods) && n_stacks) || (!chains && n) || n > INT32_MAX ||
	    callee > 1 || (!functions && n_cells) || (!places && n_places) || !least || (!nodes && capacity) ||
	    capacity > INT32_MAX)
		return -EINVAL;
	tree.least = *least;
	err = add_node(&tree, NONE);
	if (err < 0 || !n)
		return err < 0 ? err : (int32_t)tree.size;
	err = make_room(&tree, n);
	if (err < 0)
		return err;
	err = grow_tree(&tree, &stacks, chains, n, callee);
	free(tree.sides[0]);
	return err < 0 ? err : (int32_t)tree.size;
}

#include "harness.h"

#include <limits.h>

#define ROOM 16
#define FUNCTIONS 8

/* What sw_call_tree() is given; each array as long as is said and no longer, so that the sanitizer sees what goes beyond. */
struct given {
	int32_t *words;
	uint32_t n_words;
	int32_t *starts;
	int32_t *depths;
	double *counts;
	double *periods;
	uint32_t n_stacks;
	int32_t *chains;
	uint32_t n;
	uint32_t callee;
	int32_t *functions;
	uint32_t n_cells;
	int32_t *places;
	uint32_t n_places;
	double *least;
	struct sw_call_node *nodes;
	uint32_t capacity;
};

/* Three stacks, the innermost function first: 3 2 1, 4 2 1 and 2 1. */
static struct given three_stacks(void)
{
	static const int32_t words[] = { 0, 0, 0, 0, 0, 3, 2, 1, 0, 0, 0, 0, 0, 4, 2, 1, 0, 0, 0, 0, 0, 2, 1 };
	static const int32_t starts[] = { 0, 8, 16 }, depths[] = { 3, 3, 2 }, chains[] = { 0, 0, 1, 0, 2, 0 };
	static const double counts[] = { 1, 1, 1 }, periods[] = { 30, 20, 10 }, least = 0;
	static int32_t places[FUNCTIONS];
	static struct sw_call_node nodes[ROOM];

	/* The scratch may hold anything, numbers of nodes too. */
	for (int i = 0; i < FUNCTIONS; i++)
		places[i] = i % 3 ? i : INT_MIN + i;
	return (struct given){
		.words = copy_of(words, sizeof(words)),
		.n_words = LENGTH(words),
		.starts = copy_of(starts, sizeof(starts)),
		.depths = copy_of(depths, sizeof(depths)),
		.counts = copy_of(counts, sizeof(counts)),
		.periods = copy_of(periods, sizeof(periods)),
		.n_stacks = LENGTH(starts),
		.chains = copy_of(chains, sizeof(chains)),
		.n = LENGTH(chains) / 2,
		.places = copy_of(places, sizeof(places)),
		.n_places = FUNCTIONS,
		.least = copy_of(&least, sizeof(least)),
		.nodes = copy_of(nodes, sizeof(nodes)),
		.capacity = ROOM,
	};
}

static void drop(struct given *g)
{
	void *memory[] = { g->words, g->starts, g->depths, g->counts, g->periods, g->chains, g->functions, g->places, g->least,
			   g->nodes };

	for (size_t i = 0; i < LENGTH(memory); i++)
		free(memory[i]);
}

static int32_t tree_of(const struct given *g)
{
	return sw_call_tree(g->words, g->n_words, g->starts, g->depths, g->counts, g->periods, g->n_stacks, g->chains, g->n,
			    g->callee, g->functions, g->n_cells, g->places, g->n_places, g->least, g->nodes, g->capacity);
}

/* The node for a function below another; NULL: there is none. */
static const struct sw_call_node *below(const struct given *g, const struct sw_call_node *parent, int32_t cell)
{
	for (int32_t i = 0; i < parent->kept; i++)
		if (g->nodes[parent->first_child + i].cell == cell)
			return &g->nodes[parent->first_child + i];
	return NULL;
}

static void from_callers_to_callees(void)
{
	struct given g = three_stacks();
	const struct sw_call_node *node;

	CHECK_EQ(tree_of(&g), 5);
	CHECK_EQ(g.nodes[0].cell, -1);
	node = below(&g, &g.nodes[0], 1);
	CHECK(node && node->total == 60 && node->samples == 3 && node->self == 0 && node->children == 1);
	node = below(&g, node, 2);
	CHECK(node && node->total == 60 && node->self == 10 && node->self_samples == 1);
	CHECK(node->children == 2 && node->kept == 2);
	/* In the order in which they came. */
	CHECK_EQ(g.nodes[node->first_child].cell, 3);
	CHECK(g.nodes[node->first_child].self == 30 && g.nodes[node->first_child].kept == 0);
	CHECK_EQ(g.nodes[node->first_child + 1].cell, 4);
	drop(&g);
}

static void from_callees_to_callers(void)
{
	struct given g = three_stacks();

	g.callee = 1;
	CHECK_EQ(tree_of(&g), 9);
	CHECK_EQ(g.nodes[0].kept, 3);
	CHECK(below(&g, &g.nodes[0], 3)->total == 30);
	CHECK(below(&g, below(&g, below(&g, &g.nodes[0], 3), 2), 1)->self == 30);
	/* From the second function of a stack on. */
	g.chains[1] = 1;
	CHECK_EQ(tree_of(&g), 6);
	CHECK(below(&g, &g.nodes[0], 2)->total == 40);
	drop(&g);
}

static void without_what_is_too_small(void)
{
	struct given g = three_stacks();
	const struct sw_call_node *node;

	*g.least = 25;
	CHECK_EQ(tree_of(&g), 4);
	node = below(&g, below(&g, &g.nodes[0], 1), 2);
	CHECK(node->children == 2 && node->kept == 1 && below(&g, node, 3));
	*g.least = 61;
	CHECK_EQ(tree_of(&g), 1);
	CHECK(g.nodes[0].children == 1 && g.nodes[0].kept == 0);
	g.n = 0;
	CHECK_EQ(tree_of(&g), 1);
	CHECK_EQ(g.nodes[0].children, 0);
	drop(&g);
}

static void of_functions_that_have_several_cells(void)
{
	static const int32_t functions[] = { 0, 1, 2, 7, 7 };
	struct given g = three_stacks();
	const struct sw_call_node *node;

	g.functions = copy_of(functions, sizeof(functions));
	g.n_cells = LENGTH(functions);
	CHECK_EQ(tree_of(&g), 4);
	node = below(&g, below(&g, &g.nodes[0], 1), 2);
	CHECK(below(&g, node, 7)->total == 50 && node->children == 1);
	g.n_cells = 4;
	CHECK_EQ(tree_of(&g), -EINVAL);
	g.n_cells = 5;
	g.functions[4] = -1;
	CHECK_EQ(tree_of(&g), -EINVAL);
	g.functions[4] = FUNCTIONS;
	CHECK_EQ(tree_of(&g), -ERANGE);
	drop(&g);
}

static void with_too_little_room(void)
{
	struct given g = three_stacks();

	for (g.capacity = 0; g.capacity < 5; g.capacity++)
		CHECK_EQ(tree_of(&g), -ENOSPC);
	CHECK_EQ(tree_of(&g), 5);
	for (g.n_places = 0; g.n_places < 5; g.n_places++)
		CHECK_EQ(tree_of(&g), -ERANGE);
	CHECK_EQ(tree_of(&g), 5);
	g.words[5] = INT_MAX;
	CHECK_EQ(tree_of(&g), -ERANGE);
	drop(&g);
}

/* A stack without functions ends at the root; chains may be the same. */
static void of_odd_stacks(void)
{
	struct given g = three_stacks();

	g.depths[0] = 0;
	g.chains[4] = 1;
	CHECK_EQ(tree_of(&g), 4);
	CHECK(g.nodes[0].self == 30 && below(&g, &g.nodes[0], 1)->total == 40);
	g.callee = 1;
	CHECK_EQ(tree_of(&g), 4);
	CHECK(g.nodes[0].self == 30 && below(&g, &g.nodes[0], 4)->samples == 2);
	drop(&g);
}

/* One argument after the other is missing, then too large. */
static void refuses_arguments(void)
{
	const struct given good = three_stacks();
	struct given bad;

#define REFUSED(field, value) (bad = good, bad.field = (value), CHECK_EQ(tree_of(&bad), -EINVAL))
	REFUSED(words, NULL);
	REFUSED(starts, NULL);
	REFUSED(depths, NULL);
	REFUSED(counts, NULL);
	REFUSED(periods, NULL);
	REFUSED(chains, NULL);
	REFUSED(places, NULL);
	REFUSED(least, NULL);
	REFUSED(nodes, NULL);
	REFUSED(callee, 2);
	REFUSED(n_cells, 1);
	REFUSED(n, (uint32_t)INT_MAX + 1);
	REFUSED(capacity, (uint32_t)INT_MAX + 1);
	REFUSED(n_words, good.n_words - 1);
	REFUSED(n_words, 0);
	REFUSED(n_stacks, 2);
	REFUSED(n_stacks, 0);
	bad = good;
	drop(&bad);
}

static void refuses_numbers_in_arrays(void)
{
	static const int32_t bad[] = { -1, INT_MIN, INT_MAX, 1 << 20 };
	struct given g = three_stacks();

	for (g.callee = 0; g.callee < 2; g.callee++) {
		for (size_t i = 0; i < LENGTH(bad); i++) {
			int32_t *fields[] = { &g.starts[2], &g.depths[2], &g.chains[4], &g.chains[5] };

			for (size_t k = 0; k < LENGTH(fields); k++) {
				int32_t good = *fields[k];

				*fields[k] = bad[i];
				CHECK_EQ(tree_of(&g), -EINVAL);
				*fields[k] = good;
			}
		}
		/* One beyond the end of what there is. */
		g.starts[2]++;
		CHECK_EQ(tree_of(&g), -EINVAL);
		g.starts[2]--;
		g.chains[5] = 2;
		CHECK_EQ(tree_of(&g), -EINVAL);
		g.chains[5] = 0;
		g.words[22] = -1;
		CHECK_EQ(tree_of(&g), -EINVAL);
		g.words[22] = 1;
	}
	g.callee = 0;
	CHECK_EQ(tree_of(&g), 5);
	drop(&g);
}

int main(void)
{
	static const struct test tests[] = {
		TEST(from_callers_to_callees),
		TEST(from_callees_to_callers),
		TEST(without_what_is_too_small),
		TEST(of_functions_that_have_several_cells),
		TEST(with_too_little_room),
		TEST(of_odd_stacks),
		TEST(refuses_arguments),
		TEST(refuses_numbers_in_arrays),
	};

	return run_tests("call-tree", tests, LENGTH(tests));
}

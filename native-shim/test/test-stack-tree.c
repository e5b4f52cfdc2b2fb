#include "harness.h"

#include <limits.h>

#define ROOM 16
#define FUNCTIONS 8

/* What sw_stack_tree() is given; each array as long as is said and no longer, so that the sanitizer sees what goes beyond. */
struct given {
	int32_t *words;
	uint32_t n_words;
	int32_t *starts;
	int32_t *depths;
	uint32_t n_stacks;
	int32_t *functions;
	uint32_t n_cells;
	uint32_t n_functions;
	int32_t *parents;
	int32_t *frames;
	uint32_t capacity;
	int32_t *nodes;
};

/* Four stacks, the innermost function first: 3 2 1, 2 1, 4 2 1, 3 2 1 5. */
static struct given four_stacks(void)
{
	static const int32_t words[] = { 0, 0, 0, 0, 0, 3, 2, 1, 0, 0, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 4, 2, 1, 0, 0, 0, 0, 0, 3, 2, 1, 5 };
	static const int32_t starts[] = { 0, 8, 15, 23 }, depths[] = { 3, 2, 3, 4 };
	static int32_t out[ROOM];

	return (struct given){
		.words = copy_of(words, sizeof(words)),
		.n_words = LENGTH(words),
		.starts = copy_of(starts, sizeof(starts)),
		.depths = copy_of(depths, sizeof(depths)),
		.n_stacks = LENGTH(starts),
		.n_functions = FUNCTIONS,
		.parents = copy_of(out, sizeof(out)),
		.frames = copy_of(out, sizeof(out)),
		.capacity = ROOM,
		.nodes = copy_of(out, sizeof(starts)),
	};
}

static void drop(struct given *g)
{
	void *memory[] = { g->words, g->starts, g->depths, g->functions, g->parents, g->frames, g->nodes };

	for (size_t i = 0; i < LENGTH(memory); i++)
		free(memory[i]);
}

static int32_t tree_of(const struct given *g)
{
	return sw_stack_tree(g->words, g->n_words, g->starts, g->depths, g->n_stacks, g->functions, g->n_cells, g->n_functions,
			     g->parents, g->frames, g->capacity, g->nodes);
}

static void check_tree(const struct given *g, const int32_t *parents, const int32_t *frames, int32_t size, const int32_t *nodes)
{
	CHECK_EQ(tree_of(g), size);
	for (int32_t i = 0; i < size; i++) {
		CHECK_EQ(g->parents[i], parents[i]);
		CHECK_EQ(g->frames[i], frames[i]);
	}
	for (uint32_t i = 0; i < g->n_stacks; i++)
		CHECK_EQ(g->nodes[i], nodes[i]);
}

static void numbers_nodes_as_they_come(void)
{
	static const int32_t parents[] = { 0, 0, 1, 2, 2, 0, 5, 6, 7 }, frames[] = { -1, 1, 2, 3, 4, 5, 1, 2, 3 };
	static const int32_t nodes[] = { 3, 2, 4, 8 };
	struct given g = four_stacks();

	check_tree(&g, parents, frames, LENGTH(parents), nodes);
	drop(&g);
}

/* The first stack is the one that ends where others go on. */
static void of_stacks_that_go_on(void)
{
	static const int32_t parents[] = { 0, 0, 1, 0, 3, 4, 5, 2 }, frames[] = { -1, 1, 2, 5, 1, 2, 3, 4 };
	static const int32_t nodes[] = { 2, 2, 6, 7 };
	struct given g = four_stacks();

	g.starts[0] = g.starts[1];
	g.depths[0] = 2;
	g.starts[2] = 23;
	g.depths[2] = 4;
	g.starts[3] = 15;
	g.depths[3] = 3;
	check_tree(&g, parents, frames, LENGTH(parents), nodes);
	drop(&g);
}

static void of_functions_that_have_several_cells(void)
{
	static const int32_t functions[] = { 0, 1, 2, 7, 7, 0 };
	static const int32_t parents[] = { 0, 0, 1, 2, 0, 4, 5, 6 }, frames[] = { -1, 1, 2, 7, 0, 1, 2, 7 };
	static const int32_t nodes[] = { 3, 2, 3, 7 };
	struct given g = four_stacks();

	g.functions = copy_of(functions, sizeof(functions));
	g.n_cells = LENGTH(functions);
	check_tree(&g, parents, frames, LENGTH(parents), nodes);
	g.n_cells = 5;
	CHECK_EQ(tree_of(&g), -EINVAL);
	g.n_cells = 6;
	g.functions[5] = -1;
	CHECK_EQ(tree_of(&g), -EINVAL);
	g.functions[5] = FUNCTIONS;
	CHECK_EQ(tree_of(&g), -EINVAL);
	drop(&g);
}

static void of_odd_stacks(void)
{
	static const int32_t parents[] = { 0, 0, 1, 2 }, frames[] = { -1, 1, 2, 4 }, nodes[] = { 0, 2, 3, 0 };
	struct given g = four_stacks();

	g.depths[0] = 0;
	g.depths[3] = 0;
	check_tree(&g, parents, frames, LENGTH(parents), nodes);
	g.n_stacks = 1;
	CHECK_EQ(tree_of(&g), 1);
	g.n_stacks = 0;
	CHECK_EQ(tree_of(&g), 1);
	CHECK(g.parents[0] == 0 && g.frames[0] == -1);
	drop(&g);
}

static void with_too_little_room(void)
{
	struct given g = four_stacks();

	for (g.capacity = 1; g.capacity < 9; g.capacity++)
		CHECK_EQ(tree_of(&g), -ENOSPC);
	CHECK_EQ(tree_of(&g), 9);
	for (g.n_functions = 0; g.n_functions < 6; g.n_functions++)
		CHECK_EQ(tree_of(&g), -EINVAL);
	CHECK_EQ(tree_of(&g), 9);
	drop(&g);
}

/* One argument after the other is missing, then too large. */
static void refuses_arguments(void)
{
	const struct given good = four_stacks();
	struct given bad;

#define REFUSED(field, value) (bad = good, bad.field = (value), CHECK_EQ(tree_of(&bad), -EINVAL))
	REFUSED(words, NULL);
	REFUSED(starts, NULL);
	REFUSED(depths, NULL);
	REFUSED(parents, NULL);
	REFUSED(frames, NULL);
	REFUSED(nodes, NULL);
	REFUSED(n_cells, 1);
	REFUSED(capacity, 0);
	REFUSED(capacity, (uint32_t)INT_MAX + 1);
	REFUSED(n_stacks, (uint32_t)INT_MAX + 1);
	REFUSED(n_functions, (uint32_t)INT_MAX + 1);
	REFUSED(n_words, good.n_words - 1);
	REFUSED(n_words, 0);
	bad = good;
	drop(&bad);
}

static void refuses_numbers_in_arrays(void)
{
	static const int32_t bad[] = { -1, INT_MIN, INT_MAX, 1 << 20 };
	struct given g = four_stacks();
	int32_t *fields[] = { &g.starts[3], &g.depths[3], &g.words[28], &g.words[31], &g.words[13] };

	for (size_t i = 0; i < LENGTH(bad); i++) {
		for (size_t k = 0; k < LENGTH(fields); k++) {
			int32_t good = *fields[k];

			*fields[k] = bad[i];
			CHECK_EQ(tree_of(&g), -EINVAL);
			*fields[k] = good;
		}
	}
	/* One beyond the end of what there is. */
	g.starts[3]++;
	CHECK_EQ(tree_of(&g), -EINVAL);
	g.starts[3]--;
	CHECK_EQ(tree_of(&g), 9);
	drop(&g);
}

int main(void)
{
	static const struct test tests[] = {
		TEST(numbers_nodes_as_they_come),
		TEST(of_stacks_that_go_on),
		TEST(of_functions_that_have_several_cells),
		TEST(of_odd_stacks),
		TEST(with_too_little_room),
		TEST(refuses_arguments),
		TEST(refuses_numbers_in_arrays),
	};

	return run_tests("stack-tree", tests, LENGTH(tests));
}

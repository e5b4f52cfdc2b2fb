/* Histograms of stacks: what they count, and what they refuse. Counting at random is test/property/profile/histogram.test.ts. */
#include "harness.h"

#include <limits.h>

#define CHILDREN SW_HISTOGRAM_CHILDREN
#define CALLERS SW_HISTOGRAM_CALLERS
#define SHARED SW_HISTOGRAM_SHARED
#define COMM_KEY 2u

/* Functions 0 and 1 are the kernel's, 2 and 3 a program's. */
#define N_CELLS 4u
static const int32_t parts[N_CELLS] = { 0, 1, 2, 3 };
static const uint8_t is_kernel[N_CELLS] = { 1, 1, 0, 0 };
static const uint64_t seed = 0x0123456789abcdef;

#define N_STACKS 3u
#define N_ALL 4u
#define N_WORDS 31u

/* What is handed over of stacks, so that a test can spoil any of it. */
struct stacks {
	int32_t words[N_WORDS];
	uint32_t n_words;
	int32_t starts[N_ALL];
	int32_t depths[N_ALL];
	double counts[N_ALL];
	double periods[N_ALL];
	uint32_t n_all;
	int32_t kernel_stacks[N_STACKS];
	uint32_t n_stacks;
	int32_t given[N_ALL];
	uint32_t n_given;
	int32_t marks[N_WORDS];
	uint32_t n_marks;
	double whole[2];
};

/* Two stacks of command 7 that have the same kernel stack, and one of command 8 in which function 2 calls itself. */
static const struct stacks good = {
	.words = {
		0, 7, 0, 0, 0, 0, 1, 2,
		0, 7, 0, 0, 0, 0, 1, 3,
		0, 8, 0, 0, 0, 2, 3, 2,
		0, 7, 0, 0, 0, 0, 1,
	},
	.n_words = N_WORDS,
	.starts = { 0, 8, 16, 24 },
	.depths = { 3, 3, 3, 2 },
	.counts = { 1, 2, 4, 3 },
	.periods = { 10, 20, 40, 30 },
	.n_all = N_ALL,
	.kernel_stacks = { 3, 3, -1 },
	.n_stacks = N_STACKS,
	.n_marks = N_WORDS,
};

static int32_t new_histogram(uint32_t flags, uint32_t members)
{
	return sw_histogram_new(flags, members, COMM_KEY, 0, parts, is_kernel, N_CELLS, &seed);
}

static int32_t add(int32_t number, struct stacks *s, uint32_t member)
{
	return sw_histogram_add(number, s->words, s->n_words, s->starts, s->depths, s->counts, s->periods, s->n_all,
				s->kernel_stacks, s->n_stacks, s->given, s->n_given, 0, member, s->whole, s->marks,
				s->n_marks);
}

static int32_t chains_of(uint32_t flags, const struct stacks *s, int32_t *next, uint32_t n, int32_t *chains, uint32_t length)
{
	return sw_histogram_chains(flags, s->words, s->n_words, s->starts, s->depths, s->n_all, s->kernel_stacks,
				   s->n_stacks, 0, s->marks, s->n_marks, next, n, chains, length);
}

#define MOST 8u

static struct {
	int32_t cells[MOST], depths[MOST], places[MOST], selves[MOST], keys[MOST];
	double totals[MOST];
	struct sw_histogram_self sums[MOST];
} found;

static void read_all(int32_t number, uint32_t size, uint32_t n_selves)
{
	CHECK_EQ(sw_histogram_size(number), size);
	CHECK_EQ(sw_histogram_selves(number), n_selves);
	CHECK_EQ(sw_histogram_read(number, size, found.cells, found.depths, found.places, found.selves, found.keys, size,
				   found.totals, size, found.sums, n_selves),
		 0);
}

static void check_array(const int32_t *got, const int32_t *wanted, size_t n)
{
	for (size_t i = 0; i < n; i++)
		CHECK_EQ(got[i], wanted[i]);
}

static void counts_callers_with_kernel_stacks_once(void)
{
	static const int32_t cells[] = { 0, 2, 1, 3, 2, 3 }, keys[] = { 7, 7, 7, 7, 8, 8 };
	static const int32_t depths[] = { 1, 3, 2, 3, 3, 2 }, places[] = { 2, 1, 1, 1, 1, 1 };
	static const int32_t totals[] = { 30, 10, 30, 20, 40, 40 }, selves[] = { 0, -1, -1, -1, 1, -1 };
	static const int32_t marks[] = { 1, 2, 3, 1, 4, 5, 0, 6 };
	static const int32_t chains[] = { 0, 0, 1, 0, 3, 1 };
	uint32_t flags = CHILDREN | CALLERS | SHARED;
	int32_t number = new_histogram(flags, 1), next[6] = { 0, -1, 4, -1, -1, -1 }, out[6];
	struct stacks s = good;

	/* The depth of where it was sampled is that of the whole stack. */
	CHECK_EQ(add(number, &s, 0), LENGTH(marks));
	read_all(number, 6, 2);
	check_array(found.cells, cells, 6);
	check_array(found.keys, keys, 6);
	check_array(found.depths + 1, depths + 1, 5);
	CHECK_EQ(found.depths[0], 3);
	check_array(found.places, places, 6);
	check_array(found.selves, selves, 6);
	check_array(s.marks, marks, LENGTH(marks));
	for (int i = 0; i < 6; i++)
		CHECK_EQ(found.totals[i], totals[i]);
	CHECK(found.sums[0].period == 30 && found.sums[0].samples == 3 && found.sums[0].kernel == 30);
	CHECK(found.sums[1].period == 40 && found.sums[1].samples == 4 && found.sums[1].kernel == 0);
	CHECK(s.whole[0] == 70 && s.whole[1] == 7);
	CHECK_EQ(chains_of(flags, &s, next, 6, out, 6), LENGTH(marks));
	check_array(out, chains, 6);
	CHECK(next[0] == 4 && next[2] == 6);
	CHECK_EQ(sw_histogram_free(number), 0);
}

static void counts_members_apart(void)
{
	int32_t number = new_histogram(0, 2);
	struct stacks s = good;

	s.n_marks = 0;
	CHECK_EQ(add(number, &s, 0), 0);
	CHECK_EQ(add(number, &s, 1), 0);
	CHECK_EQ(add(number, &s, 1), 0);
	CHECK_EQ(sw_histogram_size(number), 2);
	CHECK_EQ(sw_histogram_read(number, 2, found.cells, found.depths, found.places, found.selves, found.keys, 2,
				   found.totals, 4, found.sums, 4),
		 0);
	CHECK(found.totals[0] == 30 && found.totals[1] == 60 && found.totals[2] == 40 && found.totals[3] == 80);
	CHECK(found.sums[1].samples == 6 && found.sums[2].samples == 4 && found.sums[1].kernel == 60);
	CHECK_EQ(sw_histogram_free(number), 0);
}

/* More entries than there is room for at first, of groups of two values each. */
static void grows(void)
{
	enum { N = 5000 };
	static int32_t words[N * 7], starts[N], depths[N], kernel_stacks[N];
	static int32_t cells[N * 2], out_depths[N * 2], places[N * 2], selves[N * 2], keys[N * 4];
	static double counts[N], periods[N], totals[N * 2];
	static struct sw_histogram_self sums[N];
	double whole[2] = { 0, 0 };
	int32_t number = sw_histogram_new(CHILDREN, 1, 0x0c, 0, parts, is_kernel, N_CELLS, &seed);

	for (int32_t i = 0; i < N; i++) {
		const int32_t stack[7] = { 0, 0, i / 50, i % 50, 0, 2, 3 };

		memcpy(&words[i * 7], stack, sizeof(stack));
		starts[i] = i * 7;
		depths[i] = 2;
		kernel_stacks[i] = -1;
		counts[i] = 1;
		periods[i] = i;
	}
	for (int round = 1; round <= 2; round++) {
		CHECK_EQ(sw_histogram_add(number, words, LENGTH(words), starts, depths, counts, periods, N, kernel_stacks, N,
					  NULL, 0, 0, 0, whole, NULL, 0),
			 0);
		CHECK_EQ(sw_histogram_size(number), N * 2);
	}
	CHECK_EQ(sw_histogram_read(number, N * 2, cells, out_depths, places, selves, keys, LENGTH(keys), totals, N * 2, sums,
				   N),
		 0);
	for (int32_t i = 0; i < N; i++) {
		CHECK(cells[i * 2] == 2 && cells[i * 2 + 1] == 3);
		CHECK(keys[i * 4] == i / 50 && keys[i * 4 + 1] == i % 50);
		CHECK(totals[i * 2] == 2 * i && sums[i].samples == 2 && selves[i * 2] == i && selves[i * 2 + 1] == -1);
	}
	CHECK_EQ(sw_histogram_free(number), 0);
}

static void refuses_shapes(void)
{
	const int32_t bad_parts[2][2] = { { 0, 2 }, { 0, -2 } };

	CHECK_EQ(sw_histogram_new(16, 1, 0, 0, parts, is_kernel, 4, &seed), -EINVAL);
	CHECK_EQ(sw_histogram_new(SHARED, 1, 0, 0, parts, is_kernel, 4, &seed), -EINVAL);
	CHECK_EQ(sw_histogram_new(0, 0, 0, 0, parts, is_kernel, 4, &seed), -EINVAL);
	CHECK_EQ(sw_histogram_new(0, UINT_MAX, 0, 0, parts, is_kernel, 4, &seed), -EINVAL);
	CHECK_EQ(sw_histogram_new(0, 1, 32, 0, parts, is_kernel, 4, &seed), -EINVAL);
	CHECK_EQ(sw_histogram_new(0, 1, 0, 5, parts, is_kernel, 4, &seed), -EINVAL);
	CHECK_EQ(sw_histogram_new(0, 1, 0, 0, NULL, is_kernel, 4, &seed), -EINVAL);
	CHECK_EQ(sw_histogram_new(0, 1, 0, 0, parts, NULL, 4, &seed), -EINVAL);
	CHECK_EQ(sw_histogram_new(0, 1, 0, 0, parts, is_kernel, UINT_MAX, &seed), -EINVAL);
	CHECK_EQ(sw_histogram_new(0, 1, 0, 0, parts, is_kernel, 3, &seed), 0);
	CHECK_EQ(sw_histogram_free(0), 0);
	CHECK_EQ(sw_histogram_new(0, 1, 0, 0, parts, is_kernel, 4, NULL), -EINVAL);
	for (int i = 0; i < 2; i++)
		CHECK_EQ(sw_histogram_new(0, 1, 0, 0, bad_parts[i], is_kernel, 2, &seed), -EINVAL);
}

/* Counts what a test has spoilt, in a histogram of its own. */
static int32_t add_spoilt(struct stacks s)
{
	int32_t number = new_histogram(CHILDREN | CALLERS | SHARED, 1), ret = add(number, &s, 0);

	CHECK_EQ(sw_histogram_free(number), 0);
	return ret;
}

#define SPOILT(...) \
	do { \
		struct stacks s = good; \
		__VA_ARGS__; \
		CHECK_EQ(add_spoilt(s), -EINVAL); \
	} while (0)

static void refuses_stacks(void)
{
	CHECK(add_spoilt(good) > 0);
	SPOILT(s.starts[0] = -1);
	SPOILT(s.starts[2] = N_WORDS);
	SPOILT(s.starts[2] = INT_MAX);
	SPOILT(s.depths[1] = 0);
	SPOILT(s.depths[1] = -1);
	SPOILT(s.depths[2] = INT_MAX);
	SPOILT(s.depths[3] = 4);
	SPOILT(s.depths[3] = 0);
	SPOILT(s.starts[3] = -1);
	SPOILT(s.kernel_stacks[1] = N_ALL);
	SPOILT(s.kernel_stacks[1] = INT_MAX);
	SPOILT(s.words[7] = N_CELLS);
	SPOILT(s.words[7] = -1);
	SPOILT(s.words[5] = INT_MIN);
	SPOILT(s.n_words = N_WORDS - 1);
	SPOILT(s.n_words = 0);
	SPOILT(s.n_stacks = N_ALL + 1);
	SPOILT(s.n_all = UINT_MAX);
	SPOILT(s.n_given = 1);
	SPOILT(s.n_marks = 7);
	SPOILT(s.n_marks = UINT_MAX);
}

static void refuses_what_is_missing(void)
{
	int32_t number = new_histogram(CHILDREN, 1), given = sw_histogram_new(0, 1, 0, 1, parts, is_kernel, 4, &seed);
	struct stacks s = good;

#define ADD(words, starts, depths, counts, periods, kernel, given, n_given, member, whole, marks) \
	sw_histogram_add(number, words, N_WORDS, starts, depths, counts, periods, N_ALL, kernel, N_STACKS, given, n_given, 0, \
			 member, whole, marks, N_WORDS)
	CHECK_EQ(ADD(NULL, s.starts, s.depths, s.counts, s.periods, s.kernel_stacks, NULL, 0, 0, s.whole, s.marks), -EINVAL);
	CHECK_EQ(ADD(s.words, NULL, s.depths, s.counts, s.periods, s.kernel_stacks, NULL, 0, 0, s.whole, s.marks), -EINVAL);
	CHECK_EQ(ADD(s.words, s.starts, NULL, s.counts, s.periods, s.kernel_stacks, NULL, 0, 0, s.whole, s.marks), -EINVAL);
	CHECK_EQ(ADD(s.words, s.starts, s.depths, NULL, s.periods, s.kernel_stacks, NULL, 0, 0, s.whole, s.marks), -EINVAL);
	CHECK_EQ(ADD(s.words, s.starts, s.depths, s.counts, NULL, s.kernel_stacks, NULL, 0, 0, s.whole, s.marks), -EINVAL);
	CHECK_EQ(ADD(s.words, s.starts, s.depths, s.counts, s.periods, NULL, NULL, 0, 0, s.whole, s.marks), -EINVAL);
	CHECK_EQ(ADD(s.words, s.starts, s.depths, s.counts, s.periods, s.kernel_stacks, NULL, 0, 1, s.whole, s.marks), -EINVAL);
	CHECK_EQ(ADD(s.words, s.starts, s.depths, s.counts, s.periods, s.kernel_stacks, NULL, 0, 0, NULL, s.marks), -EINVAL);
	CHECK_EQ(ADD(s.words, s.starts, s.depths, s.counts, s.periods, s.kernel_stacks, NULL, 0, 0, s.whole, NULL), -EINVAL);
	number = (sw_histogram_free(number), given);
	CHECK_EQ(ADD(s.words, s.starts, s.depths, s.counts, s.periods, s.kernel_stacks, NULL, 4, 0, s.whole, s.marks), -EINVAL);
	CHECK_EQ(ADD(s.words, s.starts, s.depths, s.counts, s.periods, s.kernel_stacks, s.given, 3, 0, s.whole, s.marks),
		 -EINVAL);
	CHECK(ADD(s.words, s.starts, s.depths, s.counts, s.periods, s.kernel_stacks, s.given, 4, 0, s.whole, s.marks) > 0);
	CHECK_EQ(sw_histogram_free(given), 0);
}

static void refuses_to_read_another_number(void)
{
	int32_t number = new_histogram(CHILDREN, 1);
	struct stacks s = good;
	int32_t *array = found.cells;

	CHECK_EQ(sw_histogram_read(number, 0, NULL, NULL, NULL, NULL, NULL, 0, NULL, 0, NULL, 0), 0);
	CHECK(add(number, &s, 0) > 0);
	CHECK_EQ(sw_histogram_size(number), 6);
	CHECK_EQ(sw_histogram_read(number, 5, array, array, array, array, array, 6, found.totals, 6, found.sums, 2), -EINVAL);
	CHECK_EQ(sw_histogram_read(number, 6, array, array, array, array, array, 5, found.totals, 6, found.sums, 2), -EINVAL);
	CHECK_EQ(sw_histogram_read(number, 6, array, array, array, array, array, 6, found.totals, 7, found.sums, 2), -EINVAL);
	CHECK_EQ(sw_histogram_read(number, 6, array, array, array, array, array, 6, found.totals, 6, found.sums, 1), -EINVAL);
	CHECK_EQ(sw_histogram_read(number, 6, NULL, array, array, array, array, 6, found.totals, 6, found.sums, 2), -EINVAL);
	CHECK_EQ(sw_histogram_read(number, 6, array, array, array, array, NULL, 6, found.totals, 6, found.sums, 2), -EINVAL);
	CHECK_EQ(sw_histogram_read(number, 6, array, array, array, array, array, 6, NULL, 6, found.sums, 2), -EINVAL);
	CHECK_EQ(sw_histogram_read(number, 6, array, array, array, array, array, 6, found.totals, 6, NULL, 2), -EINVAL);
	CHECK_EQ(sw_histogram_free(number), 0);
}

static void refuses_chains(void)
{
	uint32_t flags = CHILDREN | CALLERS | SHARED;
	int32_t number = new_histogram(flags, 1), next[6] = { 0, -1, -1, -1, -1, -1 }, out[4];
	struct stacks s = good, bad;

	CHECK_EQ(add(number, &s, 0), 8);
	CHECK_EQ(sw_histogram_free(number), 0);
	CHECK_EQ(chains_of(SHARED, &s, next, 6, out, 4), -EINVAL);
	CHECK_EQ(chains_of(flags, &s, NULL, 6, out, 4), -EINVAL);
	CHECK_EQ(chains_of(flags, &s, next, 6, NULL, 4), -EINVAL);
	/* An entry that there is not, no room for its places, and fewer marks than places. */
	CHECK_EQ(chains_of(flags, &s, next, 5, out, 4), -EINVAL);
	next[0] = 0;
	CHECK_EQ(chains_of(flags, &s, next, 6, out, 3), -EINVAL);
	next[0] = INT_MAX;
	CHECK_EQ(chains_of(flags, &s, next, 6, out, 4), -EINVAL);
	next[0] = 0;
	bad = s, bad.n_marks = 7;
	CHECK_EQ(chains_of(flags, &bad, next, 6, out, 4), -EINVAL);
	next[0] = 0;
	bad = s, bad.marks[0] = -1;
	CHECK_EQ(chains_of(flags, &bad, next, 6, out, 4), -EINVAL);
	bad = s, bad.depths[2] = INT_MAX;
	CHECK_EQ(chains_of(flags, &bad, next, 6, out, 4), -EINVAL);
}

static void has_a_number_for_each_of_64(void)
{
	int32_t numbers[64];
	struct stacks s = good;

	for (int i = 0; i < 64; i++) {
		numbers[i] = new_histogram(CHILDREN, 1);
		CHECK(numbers[i] >= 0);
	}
	CHECK_EQ(new_histogram(CHILDREN, 1), -EMFILE);
	for (int i = 0; i < 64; i++)
		CHECK_EQ(sw_histogram_free(numbers[i]), 0);
	CHECK_EQ(sw_histogram_free(numbers[0]), -EINVAL);
	CHECK_EQ(sw_histogram_size(numbers[0]), -EINVAL);
	CHECK_EQ(sw_histogram_selves(64), -EINVAL);
	CHECK_EQ(sw_histogram_free(-1), -EINVAL);
	CHECK_EQ(add(INT_MAX, &s, 0), -EINVAL);
	CHECK_EQ(sw_histogram_read(INT_MIN, 0, NULL, NULL, NULL, NULL, NULL, 0, NULL, 0, NULL, 0), -EINVAL);
}

int main(void)
{
	static const struct test tests[] = {
		TEST(counts_callers_with_kernel_stacks_once),
		TEST(counts_members_apart),
		TEST(grows),
		TEST(refuses_shapes),
		TEST(refuses_stacks),
		TEST(refuses_what_is_missing),
		TEST(refuses_to_read_another_number),
		TEST(refuses_chains),
		TEST(has_a_number_for_each_of_64),
	};

	return run_tests("histogram", tests, LENGTH(tests));
}

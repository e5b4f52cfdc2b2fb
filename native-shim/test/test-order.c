#include "harness.h"

#include <math.h>

#define MANY 5000

static uint32_t order[MANY];
static double sorted[MANY];

static void numbers_come_in_order_and_equal_ones_as_they_were(void)
{
	const double numbers[] = { 5, 0, 1e15, 5, 0.5, -0.0, 9007199254740991.0, 5 };
	const uint32_t expected[] = { 1, 5, 4, 0, 3, 7, 2, 6 };

	CHECK_EQ(sw_order(numbers, LENGTH(numbers), order, sorted), 0);
	for (uint32_t i = 0; i < LENGTH(numbers); i++) {
		CHECK_EQ(order[i], expected[i]);
		CHECK(sorted[i] == numbers[expected[i]]);
	}
}

static void numbers_in_order_stay_as_they_are(void)
{
	const double numbers[] = { -0.0, 0, 1, 1, 7 };

	CHECK_EQ(sw_order(numbers, LENGTH(numbers), order, sorted), 0);
	for (uint32_t i = 0; i < LENGTH(numbers); i++)
		CHECK(order[i] == i && sorted[i] == numbers[i] && !signbit(sorted[i]));
}

static void very_many_are_sorted_as_few_are(void)
{
	static double numbers[MANY];
	uint64_t state = 1;

	for (uint32_t i = 0; i < MANY; i++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		/* Of all sizes, and many of them equal. */
		numbers[i] = (double)(state >> 20 >> (state >> 33) % 44);
	}
	CHECK_EQ(sw_order(numbers, MANY, order, sorted), 0);
	for (uint32_t i = 0; i < MANY; i++) {
		CHECK(sorted[i] == numbers[order[i]]);
		CHECK(i == 0 || sorted[i - 1] < sorted[i] || (sorted[i - 1] == sorted[i] && order[i - 1] < order[i]));
	}
}

static void what_has_no_order_is_refused(void)
{
	const double bad[] = { -1, NAN };
	const double one = 1;

	CHECK_EQ(sw_order(&bad[0], 1, order, sorted), -ERANGE);
	CHECK_EQ(sw_order(&bad[1], 1, order, sorted), -ERANGE);
	CHECK_EQ(sw_order(NULL, 0, NULL, NULL), 0);
	CHECK_EQ(sw_order(NULL, 1, order, sorted), -EINVAL);
	CHECK_EQ(sw_order(&one, 1, NULL, sorted), -EINVAL);
	CHECK_EQ(sw_order(&one, 1, order, NULL), -EINVAL);
}

static const struct test tests[] = {
	TEST(numbers_come_in_order_and_equal_ones_as_they_were),
	TEST(numbers_in_order_stay_as_they_are),
	TEST(very_many_are_sorted_as_few_are),
	TEST(what_has_no_order_is_refused),
};

int main(void)
{
	return run_tests("order", tests, LENGTH(tests));
}

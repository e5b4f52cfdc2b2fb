#include "harness.h"

#include <math.h>

static int32_t written(const double *numbers, uint32_t n, int32_t how, uint8_t *bytes, uint32_t room)
{
	return sw_varints(numbers, n, 1, how, bytes, room);
}

static void numbers_have_the_bytes_that_they_need(void)
{
	const double numbers[] = { 0, 127, 128, 300, 0x1p32, 0x1p64 };
	const uint8_t expected[] = { 0, 127, 128, 1, 172, 2, 128, 128, 128, 128, 16, 128, 128, 128, 128, 128, 128, 128, 128, 128, 2 };
	uint8_t bytes[64];

	CHECK_EQ(written(numbers, LENGTH(numbers), SW_VARINT_PLAIN, bytes, sizeof(bytes)), (int32_t)sizeof(expected));
	CHECK(!memcmp(bytes, expected, sizeof(expected)));
	CHECK_EQ(written(NULL, 0, SW_VARINT_PLAIN, NULL, 0), 0);
}

static void each_way_has_its_numbers(void)
{
	const int32_t words[] = { 0, -1, 1, -64, 64 };
	const double times[] = { 5, 3, 3, 0x1p40 };
	uint8_t bytes[64];

	CHECK_EQ(sw_varints(words, 5, 0, SW_VARINT_SIGNED, bytes, sizeof(bytes)), 6);
	CHECK(!memcmp(bytes, ((uint8_t[]){ 0, 1, 2, 127, 128, 1 }), 6));
	CHECK_EQ(sw_varints((int32_t[]){ 0, 0, 1, 2, 0 }, 5, 0, SW_VARINT_UP, bytes, sizeof(bytes)), 5);
	CHECK(!memcmp(bytes, ((uint8_t[]){ 0, 1, 1, 1, 4 }), 5));
	CHECK_EQ(written(times, 4, SW_VARINT_DELTA, bytes, sizeof(bytes)), 9);
	CHECK(!memcmp(bytes, ((uint8_t[]){ 10, 3, 0 }), 3));
}

static void equal_ones_are_told_once(void)
{
	const double periods[] = { 3, 3, 3, 0, 200, 200 };
	int32_t many[1000];
	uint8_t bytes[64];

	CHECK_EQ(written(periods, 6, SW_VARINT_RUNS, bytes, sizeof(bytes)), 7);
	CHECK(!memcmp(bytes, ((uint8_t[]){ 3, 2, 0, 0, 200, 1, 1 }), 7));
	for (size_t i = 0; i < LENGTH(many); i++)
		many[i] = 7;
	CHECK_EQ(sw_varints(many, LENGTH(many), 0, SW_VARINT_RUNS, bytes, sizeof(bytes)), 3);
	CHECK(!memcmp(bytes, ((uint8_t[]){ 7, 231, 7 }), 3));
	CHECK_EQ(written(NULL, 0, SW_VARINT_RUNS, NULL, 0), 0);
}

static void what_cannot_be_written_is_refused(void)
{
	const double wrong[] = { -1, NAN, INFINITY, 0x1p70 };
	const int32_t down[] = { 1 };
	uint8_t bytes[32];

	for (size_t i = 0; i < LENGTH(wrong); i++) {
		CHECK_EQ(written(&wrong[i], 1, SW_VARINT_PLAIN, bytes, sizeof(bytes)), -ERANGE);
		CHECK_EQ(written(&wrong[i], 1, SW_VARINT_RUNS, bytes, sizeof(bytes)), -ERANGE);
	}
	CHECK_EQ(sw_varints(down, 1, 0, SW_VARINT_UP, bytes, sizeof(bytes)), -ERANGE);
	CHECK_EQ(written(wrong, 1, -1, bytes, sizeof(bytes)), -EINVAL);
	CHECK_EQ(written(wrong, 1, SW_VARINT_RUNS + 1, bytes, sizeof(bytes)), -EINVAL);
	CHECK_EQ(written(NULL, 1, SW_VARINT_PLAIN, bytes, sizeof(bytes)), -EINVAL);
	CHECK_EQ(written(wrong, 1, SW_VARINT_PLAIN, NULL, 1), -EINVAL);
}

/* In as much memory as is said and no more, so that the sanitizer sees what goes beyond. */
static void there_is_to_be_room_for_the_longest(void)
{
	const double numbers[] = { 1, 0x1p69 };

	for (uint32_t room = 0; room <= 20; room++) {
		uint8_t *bytes = malloc(room + 1);

		CHECK_EQ(written(numbers, 2, SW_VARINT_PLAIN, bytes, room), room < 11 ? -ENOSPC : 11);
		CHECK_EQ(written(numbers + 1, 1, SW_VARINT_RUNS, bytes, room), room < 20 ? -ENOSPC : 11);
		free(bytes);
	}
}

static const struct test tests[] = {
	TEST(numbers_have_the_bytes_that_they_need),
	TEST(each_way_has_its_numbers),
	TEST(equal_ones_are_told_once),
	TEST(what_cannot_be_written_is_refused),
	TEST(there_is_to_be_room_for_the_longest),
};

int main(void)
{
	return run_tests("varints", tests, LENGTH(tests));
}

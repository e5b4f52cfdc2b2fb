#include "harness.h"

/* What is in it stays, and what is beside it is left alone, wherever it begins and ends. */
static void memory_stays_as_it_is(void)
{
	size_t bytes = (size_t)9 << 20;
	uint8_t *memory = malloc(bytes);

	CHECK(memory);
	memset(memory, 7, bytes);
	for (uint32_t from = 0; from < 3; from++)
		for (uint32_t short_by = 0; short_by < bytes; short_by += (1u << 20) + 1)
			CHECK_EQ(sw_use_whole(memory + from, (uint32_t)bytes - 3 - (short_by < bytes - 3 ? short_by : 0)), 0);
	for (size_t i = 0; i < bytes; i++)
		CHECK(memory[i] == 7);
	free(memory);
}

static void what_is_no_memory_is_refused(void)
{
	CHECK_EQ(sw_use_whole(NULL, 1), -EINVAL);
	CHECK_EQ(sw_use_whole(NULL, 0), 0);
}

static void secrets_differ(void)
{
	uint8_t one[256] = { 0 }, other[256] = { 0 };

	CHECK_EQ(sw_random(one, sizeof(one)), 0);
	CHECK_EQ(sw_random(other, sizeof(other)), 0);
	CHECK(memcmp(one, other, sizeof(one)) && memcmp(one + 128, other + 128, 128));
	CHECK_EQ(sw_random(NULL, 0), 0);
	CHECK_EQ(sw_random(NULL, 1), -EINVAL);
	CHECK_EQ(sw_random(one, 257), -EINVAL);
}

static const struct test tests[] = {
	TEST(memory_stays_as_it_is),
	TEST(what_is_no_memory_is_refused),
	TEST(secrets_differ),
};

int main(void)
{
	return run_tests("memory", tests, LENGTH(tests));
}

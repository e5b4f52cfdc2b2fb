#include "harness.h"

#define ROOM 8

static double starts[ROOM];
static uint32_t names[ROOM];
static uint8_t bindings[ROOM];

static int32_t read_text(const char *text)
{
	return sw_kallsyms((const uint8_t *)text, (uint32_t)strlen(text), starts, names, bindings, ROOM);
}

static void symbols_are_functions_and_data(void)
{
	const char *text = "ffffffff81000000 T _text\n"
			   "ffffffff81000010 t local\t[ext4]\n"
			   "0000000000000000 T hidden\n"
			   "ffffffff81000020 A absolute\n"
			   "ffffffff81000030 W weak\n"
			   "1f d data";

	CHECK_EQ(read_text(text), 4);
	CHECK(starts[0] == 0xffff81000000 && starts[1] == 0xffff81000010 && starts[3] == 0x1f);
	CHECK(bindings[0] == 2 && bindings[1] == 1 && bindings[2] == 0 && bindings[3] == 1);
	CHECK(!strncmp(text + names[1], "local\t", 6));
	CHECK_EQ(text + names[3] - text, (long)strlen(text) - 4);
	CHECK_EQ(read_text(""), 0);
}

static void what_is_no_symbol_is_left_out(void)
{
	CHECK_EQ(read_text("\n \n  \nffff\nffff T\nffff T \n T name\nffxf T name\nffff Tname\nffff  T name"), 1);
	CHECK_EQ(names[0], 25);
}

static void there_is_no_more_than_there_is_room_for(void)
{
	const uint8_t text[] = { '1', ' ', 'T', ' ', 'a', '\n', '2', ' ', 'T', ' ', 'b' };

	CHECK_EQ(sw_kallsyms(text, sizeof(text), starts, names, bindings, 2), 2);
	CHECK_EQ(sw_kallsyms(text, sizeof(text), starts, names, bindings, 1), -ENOSPC);
	CHECK_EQ(sw_kallsyms(text, 5, NULL, NULL, NULL, 0), -ENOSPC);
	CHECK_EQ(sw_kallsyms(NULL, 0, NULL, NULL, NULL, 0), 0);
	CHECK_EQ(sw_kallsyms(NULL, 1, starts, names, bindings, 1), -EINVAL);
	CHECK_EQ(sw_kallsyms(text, 5, NULL, names, bindings, 1), -EINVAL);
	CHECK_EQ(sw_kallsyms(text, 5, starts, NULL, bindings, 1), -EINVAL);
	CHECK_EQ(sw_kallsyms(text, 5, starts, names, NULL, 1), -EINVAL);
	CHECK_EQ(sw_kallsyms(text, 1u << 31, starts, names, bindings, 2), -EINVAL);
	/* In as much memory as is said and no more, so that the sanitizer sees what goes beyond. */
	for (uint32_t length = 0; length <= sizeof(text); length++) {
		uint8_t *copy = copy_of(text, length);

		CHECK_EQ(sw_kallsyms(copy, length, starts, names, bindings, 2), length >= 10 ? 2 : length >= 4);
		free(copy);
	}
}

static const struct test tests[] = {
	TEST(symbols_are_functions_and_data),
	TEST(what_is_no_symbol_is_left_out),
	TEST(there_is_no_more_than_there_is_room_for),
};

int main(void)
{
	return run_tests("kallsyms", tests, LENGTH(tests));
}

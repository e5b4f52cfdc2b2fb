#include "harness.h"

#include <sys/mman.h>

#define ROOM 8
#define TEXTS 256

static double starts[ROOM];
static uint32_t names[ROOM];
static uint8_t bindings[ROOM];
static uint8_t texts[TEXTS];
static uint32_t used;

static int file_of(const void *text, size_t length)
{
	int fd = memfd_create("kallsyms", MFD_CLOEXEC);

	CHECK(fd >= 0);
	CHECK_EQ(write(fd, text, length), (long)length);
	return fd;
}

static int32_t read_into(const char *text, uint32_t texts_room, uint32_t room)
{
	/* In as much memory as is said and no more, so that the sanitizer sees what goes beyond. */
	uint8_t *kept = malloc(texts_room);
	int fd = file_of(text, strlen(text));
	int32_t found = sw_kallsyms(fd, kept, texts_room, starts, names, bindings, room, &used);

	close(fd);
	if (found >= 0)
		memcpy(texts, kept, used);
	free(kept);
	return found;
}

static int32_t read_text(const char *text)
{
	return read_into(text, TEXTS, ROOM);
}

static int is_name(uint32_t symbol, const char *name)
{
	return !strncmp((const char *)texts + names[symbol], name, strlen(name));
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
	CHECK(is_name(0, "_text\n") && is_name(1, "local\t[ext4]\n") && is_name(2, "weak\n") && is_name(3, "data\n"));
	CHECK_EQ(used, strlen("_text\nlocal\t[ext4]\nweak\ndata\n"));
	CHECK_EQ(read_text(""), 0);
	CHECK_EQ(used, 0);
}

static void what_is_no_symbol_is_left_out(void)
{
	CHECK_EQ(read_text("\n \n  \nffff\nffff T\nffff T \n T name\nffxf T name\nffff Tname\nffff  T name"), 1);
	CHECK(is_name(0, "\n"));
}

static void there_is_no_more_than_there_is_room_for(void)
{
	const char *text = "1 T a\n2 T b";
	int fd = file_of(text, strlen(text));

	CHECK_EQ(read_into(text, 4, 2), 2);
	CHECK_EQ(read_into(text, 3, 2), -ENOSPC);
	CHECK_EQ(read_into(text, 4, 1), -ENOSPC);
	CHECK_EQ(sw_kallsyms(fd, NULL, 0, NULL, NULL, NULL, 0, &used), -ENOSPC);
	/* From its beginning, wherever it stands. */
	CHECK_EQ(sw_kallsyms(fd, texts, 4, starts, names, bindings, 2, &used), 2);
	CHECK_EQ(sw_kallsyms(fd, NULL, 1, starts, names, bindings, 1, &used), -EINVAL);
	CHECK_EQ(sw_kallsyms(fd, texts, 1, NULL, names, bindings, 1, &used), -EINVAL);
	CHECK_EQ(sw_kallsyms(fd, texts, 1, starts, NULL, bindings, 1, &used), -EINVAL);
	CHECK_EQ(sw_kallsyms(fd, texts, 1, starts, names, NULL, 1, &used), -EINVAL);
	CHECK_EQ(sw_kallsyms(fd, texts, 1, starts, names, bindings, 1, NULL), -EINVAL);
	CHECK_EQ(sw_kallsyms(fd, texts, 1, starts, names, bindings, UINT32_MAX, &used), -EINVAL);
	close(fd);
	CHECK_EQ(sw_kallsyms(fd, texts, TEXTS, starts, names, bindings, ROOM, &used), -EBADF);
}

/* Lines come in pieces, and may be of any length. */
static void lines_are_whole_wherever_the_file_is_cut(void)
{
	static const uint32_t lengths[] = { 0, 1, 4000, 4096, 5000, 65530, 65536, 70000, 200000 };

	for (size_t i = 0; i < LENGTH(lengths); i++) {
		static const char before[] = "1 T one\n2 r ", after[] = "\n3 T three\n4 t four";
		size_t length = sizeof(before) - 1 + lengths[i] + sizeof(after) - 1;
		char *text = malloc(length);
		int fd;

		memset(text, 'x', length);
		memcpy(text, before, sizeof(before) - 1);
		memcpy(text + length - (sizeof(after) - 1), after, sizeof(after) - 1);
		fd = file_of(text, length);
		CHECK_EQ(sw_kallsyms(fd, texts, TEXTS, starts, names, bindings, ROOM, &used), 3);
		CHECK(starts[0] == 1 && starts[1] == 3 && starts[2] == 4);
		CHECK(is_name(0, "one\n") && is_name(1, "three\n") && is_name(2, "four\n"));
		close(fd);
		free(text);
	}
}

static const struct test tests[] = {
	TEST(symbols_are_functions_and_data),
	TEST(what_is_no_symbol_is_left_out),
	TEST(there_is_no_more_than_there_is_room_for),
	TEST(lines_are_whole_wherever_the_file_is_cut),
};

int main(void)
{
	return run_tests("kallsyms", tests, LENGTH(tests));
}

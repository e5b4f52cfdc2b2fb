#include "harness.h"

#include <elf.h>

#define ROOM 8
#define ALL 0xffffffffu

static double starts[ROOM], sizes[ROOM];
static uint32_t names_at[ROOM];
static uint8_t infos[ROOM];

static const uint8_t names[] = "\0one\0two";

/* Two stretches: 0x1000 to 0x2000, of which the file has 0x800 bytes at 0x400; and 0x3000 to 0x3100 at 0xc00. */
static const struct sw_elf_place places[] = {
	{ 0x1000, 0x1800, 0x2000, 0x400 - 0x1000 },
	{ 0x3000, 0x3100, 0x3100, 0xc00 - 0x3000 },
};

static Elf64_Sym symbol(uint64_t address, int type, uint16_t section)
{
	return (Elf64_Sym){ .st_name = 1, .st_info = ELF64_ST_INFO(STB_WEAK, type), .st_shndx = section, .st_value = address, .st_size = 16 };
}

static int32_t find(const Elf64_Sym *symbols, uint32_t n)
{
	return sw_elf_symbols((const uint8_t *)symbols, n * (uint32_t)sizeof(*symbols), sizeof(*symbols), 1, names, sizeof(names), places,
			      LENGTH(places), NULL, 0, ALL, starts, sizes, names_at, infos, ROOM);
}

static void symbols_are_where_the_file_has_them(void)
{
	Elf64_Sym symbols[] = { symbol(0x1010, STT_FUNC, 1), symbol(0x30f0, STT_NOTYPE, SHN_XINDEX), symbol(0x17ff, STT_GNU_IFUNC, 2),
				symbol(0x1000, STT_OBJECT, 1) };

	symbols[1].st_name = 5;
	symbols[3].st_size = 0;
	CHECK_EQ(find(symbols, 4), 4);
	CHECK(starts[0] == 0x410 && starts[1] == 0xcf0 && starts[2] == 0xbff && starts[3] == 0x400);
	CHECK(sizes[0] == 16 && sizes[3] == 0);
	CHECK(names_at[0] == 1 && names_at[1] == 5);
	CHECK(infos[0] == ELF64_ST_INFO(STB_WEAK, STT_FUNC) && infos[1] == ELF64_ST_INFO(STB_WEAK, STT_NOTYPE));
}

static void what_is_no_code_or_nowhere_is_left_out(void)
{
	Elf64_Sym symbols[] = {
		symbol(0x1010, STT_FUNC, SHN_UNDEF), symbol(0x1010, STT_FUNC, SHN_ABS),	   symbol(0x1010, STT_SECTION, 1),
		symbol(0x1010, STT_TLS, 1),	     symbol(0x1010, STT_FILE, 1),	   symbol(0xfff, STT_FUNC, 1),
		symbol(0x2000, STT_FUNC, 1),	     symbol(0x3100, STT_FUNC, 1),	   symbol(0x1010, STT_FUNC, 1),
		symbol(UINT64_MAX, STT_FUNC, 1),     symbol(0x1010, STT_FUNC, SHN_LORESERVE),
	};

	symbols[8].st_name = 0;
	CHECK_EQ(find(symbols, LENGTH(symbols)), 0);
	/* Nobody knows the name of what lies behind them: it has none, and is a symbol. */
	symbols[8].st_name = sizeof(names);
	CHECK_EQ(find(symbols, LENGTH(symbols)), 1);
}

static void what_begins_as_0_leaves_its_place_to_what_the_file_has_there(void)
{
	/* 0x1800 would be at 0xc00, where the second stretch begins; 0x1900 at 0xd00, behind it. */
	Elf64_Sym symbols[] = { symbol(0x1800, STT_OBJECT, 1), symbol(0x1900, STT_OBJECT, 1) };

	CHECK_EQ(find(symbols, 2), 1);
	CHECK(starts[0] == 0xd00);
}

static void entries_of_32_bits_are_read_too(void)
{
	Elf32_Sym symbols[] = { { .st_name = 5, .st_info = STT_FUNC, .st_shndx = 1, .st_value = 0x1004, .st_size = 8 } };

	CHECK_EQ(sw_elf_symbols((const uint8_t *)symbols, sizeof(symbols), sizeof(symbols[0]), 0, names, sizeof(names), places, 2, NULL, 0, ALL, starts,
				sizes, names_at, infos, 1),
		 1);
	CHECK(starts[0] == 0x404 && sizes[0] == 8 && names_at[0] == 5 && infos[0] == STT_FUNC);
}

static void upper_halves_are_seen_through_the_mask(void)
{
	const struct sw_elf_place all = { 0, 1e300, 1e300, 0 };
	Elf64_Sym symbols[] = { symbol(0xffffffff81000010, STT_FUNC, 1) };

	CHECK_EQ(sw_elf_symbols((const uint8_t *)symbols, sizeof(symbols), sizeof(symbols[0]), 1, names, sizeof(names), &all, 1, NULL, 0, 0xffff, starts,
				sizes, names_at, infos, 1),
		 1);
	CHECK(starts[0] == (double)0xffff81000010);
}

static void labels_that_are_marks_of_the_linker_are_left_out(void)
{
	const uint8_t has_labels[] = { 0, 1, 0 };
	Elf64_Sym symbols[] = { symbol(0x1010, STT_NOTYPE, 1), symbol(0x1020, STT_NOTYPE, 2), symbol(0x1030, STT_NOTYPE, 1),
				symbol(0x1040, STT_NOTYPE, 1), symbol(0x1050, STT_NOTYPE, 3), symbol(0x1060, STT_FUNC, 2) };

	symbols[2].st_other = STV_HIDDEN;
	symbols[3].st_other = STV_INTERNAL;
	symbols[5].st_other = STV_HIDDEN;
	CHECK_EQ(find(symbols, LENGTH(symbols)), 6);
	CHECK_EQ(sw_elf_symbols((const uint8_t *)symbols, sizeof(symbols), sizeof(symbols[0]), 1, names, sizeof(names), places, 2, has_labels,
				LENGTH(has_labels), ALL, starts, sizes, names_at, infos, ROOM),
		 3);
	CHECK(starts[0] == 0x410 && starts[1] == 0x450 && starts[2] == 0x460);
}

static int32_t find_in(const uint8_t *symbols, uint32_t length, uint32_t entry_bytes, uint32_t room)
{
	return sw_elf_symbols(symbols, length, entry_bytes, 1, names, sizeof(names), places, 2, NULL, 0, ALL, starts, sizes, names_at, infos, room);
}

static void what_makes_no_sense_is_refused(void)
{
	const Elf64_Sym one = symbol(0x1010, STT_FUNC, 1);
	const uint8_t *bytes = (const uint8_t *)&one;

	CHECK_EQ(find_in(bytes, sizeof(one), sizeof(one), 1), 1);
	CHECK_EQ(find_in(bytes, sizeof(one), sizeof(one), 0), -ENOSPC);
	CHECK_EQ(find_in(bytes, sizeof(one), sizeof(one) - 1, 1), -EINVAL);
	CHECK_EQ(find_in(bytes, sizeof(one), UINT32_MAX, 1), 0);
	CHECK_EQ(find_in(NULL, sizeof(one), sizeof(one), 1), -EINVAL);
	CHECK_EQ(find_in(NULL, 0, sizeof(one), 1), 0);
	CHECK_EQ(find_in(bytes, 1u << 31, sizeof(one), 1), -EINVAL);
	CHECK_EQ(sw_elf_symbols(bytes, sizeof(one), sizeof(one), 1, NULL, 1, places, 2, NULL, 0, ALL, starts, sizes, names_at, infos, 1), -EINVAL);
	CHECK_EQ(sw_elf_symbols(bytes, sizeof(one), sizeof(one), 1, names, 1, NULL, 2, NULL, 0, ALL, starts, sizes, names_at, infos, 1), -EINVAL);
	CHECK_EQ(sw_elf_symbols(bytes, sizeof(one), sizeof(one), 1, names, 1, places, 2, NULL, 0, ALL, NULL, sizes, names_at, infos, 1), -EINVAL);
	CHECK_EQ(sw_elf_symbols(bytes, sizeof(one), sizeof(one), 1, names, 1, places, 2, NULL, 0, ALL, starts, NULL, names_at, infos, 1), -EINVAL);
	CHECK_EQ(sw_elf_symbols(bytes, sizeof(one), sizeof(one), 1, names, 1, places, 2, NULL, 0, ALL, starts, sizes, NULL, infos, 1), -EINVAL);
	CHECK_EQ(sw_elf_symbols(bytes, sizeof(one), sizeof(one), 1, names, 1, places, 2, NULL, 0, ALL, starts, sizes, names_at, NULL, 1), -EINVAL);
	CHECK_EQ(sw_elf_symbols(bytes, sizeof(one), sizeof(one), 1, names, 1, places, 2, NULL, 1, ALL, starts, sizes, names_at, infos, 1),
		 -EINVAL);
	/* In as much memory as is said and no more, so that the sanitizer sees what goes beyond. */
	for (uint32_t length = 0; length <= sizeof(one); length++) {
		uint8_t *copy = copy_of(bytes, length);

		CHECK_EQ(find_in(copy, length, sizeof(one), 1), length == sizeof(one));
		free(copy);
	}
}

static const struct test tests[] = {
	TEST(symbols_are_where_the_file_has_them),
	TEST(what_is_no_code_or_nowhere_is_left_out),
	TEST(what_begins_as_0_leaves_its_place_to_what_the_file_has_there),
	TEST(entries_of_32_bits_are_read_too),
	TEST(upper_halves_are_seen_through_the_mask),
	TEST(labels_that_are_marks_of_the_linker_are_left_out),
	TEST(what_makes_no_sense_is_refused),
};

int main(void)
{
	return run_tests("elf-symbols", tests, LENGTH(tests));
}

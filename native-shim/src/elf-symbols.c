/*
 * Functions and labels of an ELF file's symbol table, by where they are in the file. Source: elf(5).
 */
#include "internal.h"
#include "shim.h"

#include <elf.h>
#include <string.h>

/* The upper halves of addresses and sizes are looked at through a mask: those of the kernel are not exact in a double. */
static double word_of(uint64_t word, uint32_t upper)
{
	return (double)(word & ((uint64_t)upper << 32 | 0xffffffff));
}

static Elf64_Sym symbol_at(const uint8_t *at, int is_64)
{
	Elf64_Sym symbol;
	Elf32_Sym small;

	if (is_64) {
		memcpy(&symbol, at, sizeof(symbol));
		return symbol;
	}
	memcpy(&small, at, sizeof(small));
	return (Elf64_Sym){ .st_name = small.st_name,
			    .st_info = small.st_info,
			    .st_other = small.st_other,
			    .st_shndx = small.st_shndx,
			    .st_value = small.st_value,
			    .st_size = small.st_size };
}

/* What is there, in some section, and may be code: assembly has labels without a type, and calls some functions data. */
static int is_code(const Elf64_Sym *symbol)
{
	switch (ELF64_ST_TYPE(symbol->st_info)) {
	case STT_NOTYPE:
	case STT_OBJECT:
	case STT_FUNC:
	case STT_GNU_IFUNC:
		return symbol->st_shndx != SHN_UNDEF && (symbol->st_shndx < SHN_LORESERVE || symbol->st_shndx == SHN_XINDEX);
	default:
		return 0;
	}
}

/* As perf takes them: what other files cannot see is a mark of the linker's. elf_sym__is_label() in util/symbol-elf.c. */
static int is_mark(const Elf64_Sym *symbol, const uint8_t *has_labels, uint32_t n_sections)
{
	int visibility = ELF64_ST_VISIBILITY(symbol->st_other);

	if (!n_sections || ELF64_ST_TYPE(symbol->st_info) != STT_NOTYPE)
		return 0;
	return visibility == STV_HIDDEN || visibility == STV_INTERNAL ||
	       (symbol->st_shndx < n_sections && !has_labels[symbol->st_shndx]);
}

static int is_in_file(const struct sw_elf_place *places, uint32_t n, double at)
{
	for (uint32_t i = 0; i < n; i++)
		if (at >= places[i].from + places[i].shift && at < places[i].file_end + places[i].shift)
			return 1;
	return 0;
}

/* From an address to the place in the file; false for what is in none. */
static int place(const struct sw_elf_place *places, uint32_t n, double *at)
{
	double address = *at;

	for (uint32_t i = 0; i < n; i++) {
		if (address < places[i].from || address >= places[i].to)
			continue;
		*at = address + places[i].shift;
		/* Variables that begin as 0 are behind what the file has of them: the last page that is mapped reaches there. */
		return address < places[i].file_end || !is_in_file(places, n, *at);
	}
	return 0;
}

int32_t sw_elf_symbols(const uint8_t *symbols, uint32_t length, uint32_t entry_bytes, int32_t is_64, const uint8_t *names,
		       uint32_t names_length, const struct sw_elf_place *places, uint32_t n_places, const uint8_t *has_labels,
		       uint32_t n_sections, uint32_t upper, double *starts, double *sizes, uint32_t *names_at, uint8_t *infos,
		       uint32_t room)
{
	uint32_t n = 0;

	if ((!symbols && length) || (!names && names_length) || (!places && n_places) || (!has_labels && n_sections) ||
	    length > INT32_MAX || entry_bytes < (is_64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym)) ||
	    ((!starts || !sizes || !names_at || !infos) && room))
		return -EINVAL;
	for (uint32_t at = 0; length - at >= entry_bytes; at += entry_bytes) {
		Elf64_Sym symbol = symbol_at(symbols + at, is_64);
		double start = word_of(symbol.st_value, upper);

		if (!is_code(&symbol) || is_mark(&symbol, has_labels, n_sections))
			continue;
		if ((symbol.st_name < names_length && !names[symbol.st_name]) || !place(places, n_places, &start))
			continue;
		if (n == room)
			return -ENOSPC;
		starts[n] = start;
		sizes[n] = word_of(symbol.st_size, upper);
		names_at[n] = symbol.st_name;
		infos[n++] = symbol.st_info;
	}
	return (int32_t)n;
}

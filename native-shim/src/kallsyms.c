/*
 * Symbols in the text of /proc/kallsyms: `ffffffff81000000 T _text`, and a tab and `[name]` behind those of a module. Source: proc(5);
 * s_show() in kernel/kallsyms.c.
 */
#include "internal.h"
#include "shim.h"

#include <stdlib.h>
#include <string.h>

/* Of 48 bits: the upper ones are set in all addresses, and what is left is exact in a double. */
#define DIGITS 12

static int digit_of(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The lower bits of the address that ends there; 0 for what is none. */
static uint64_t address_before(const uint8_t *line, const uint8_t *end)
{
	const uint8_t *at = end - line > DIGITS ? end - DIGITS : line;
	uint64_t address = 0;

	for (; at < end; at++) {
		int digit = digit_of(*at);

		if (digit < 0)
			return 0;
		address = address << 4 | (uint64_t)digit;
	}
	return address;
}

/*
 * Which of two is better: what the whole kernel sees (capitals), then what only its own file sees, then what others may replace.
 * -1 for what is neither a function nor data.
 */
static int binding_of(uint8_t kind)
{
	switch (kind) {
	case 'T':
	case 'B':
	case 'D':
		return 2;
	case 't':
	case 'b':
	case 'd':
		return 1;
	case 'W':
	case 'w':
		return 0;
	default:
		return -1;
	}
}

/* What is kept of the text. */
struct table {
	uint8_t *texts;
	uint32_t texts_room;
	double *starts;
	uint32_t *names;
	uint8_t *bindings;
	uint32_t room;
	uint32_t n;
	uint32_t used;
};

/* Keeps what a line tells, if it is a symbol. @returns 0, or -ENOSPC */
static int add_line(struct table *table, const uint8_t *line, const uint8_t *end)
{
	const uint8_t *space = memchr(line, ' ', (size_t)(end - line));
	uint64_t address;
	uint32_t length;
	int binding;

	if (!space || end - space < 3 || space[2] != ' ')
		return 0;
	binding = binding_of(space[1]);
	address = address_before(line, space);
	if (binding < 0 || !address)
		return 0;
	length = (uint32_t)(end - space) - 3;
	if (table->n == table->room || length >= table->texts_room - table->used)
		return -ENOSPC;
	table->starts[table->n] = (double)address;
	table->names[table->n] = table->used;
	table->bindings[table->n++] = (uint8_t)binding;
	memcpy(table->texts + table->used, space + 3, length);
	table->used += length;
	table->texts[table->used++] = '\n';
	return 0;
}

/* As much as the file gives at a time: of those that the kernel makes as they are read, it is a page. */
#define CHUNK 65536

/* Longer than any line of the kernel. What is longer is passed over. */
#define MOST_LINE 4096

static int read_lines(struct table *table, int32_t fd, uint8_t *chunk)
{
	size_t kept = 0;
	int is_too_long = 0;

	for (;;) {
		ssize_t more = read(fd, chunk + kept, CHUNK);
		const uint8_t *line = chunk, *end, *next;

		if (more < 0 && errno == EINTR)
			continue;
		if (more < 0)
			return -errno;
		end = chunk + kept + more;
		while ((next = memchr(line, '\n', (size_t)(end - line)))) {
			int ret = is_too_long ? 0 : add_line(table, line, next);

			if (ret < 0)
				return ret;
			is_too_long = 0;
			line = next + 1;
		}
		if (more == 0)
			return is_too_long ? 0 : add_line(table, line, end);
		kept = (size_t)(end - line);
		if (is_too_long || kept > MOST_LINE) {
			is_too_long = 1;
			kept = 0;
		}
		memmove(chunk, line, kept);
	}
}

int32_t sw_kallsyms(int32_t fd, uint8_t *texts, uint32_t texts_room, double *starts, uint32_t *names, uint8_t *bindings,
		    uint32_t room, uint32_t *used)
{
	struct table table = { texts, texts_room, starts, names, bindings, room, 0, 0 };
	uint8_t *chunk;
	int ret;

	if (!used || room > INT32_MAX || (!texts && texts_room) || ((!starts || !names || !bindings) && room))
		return -EINVAL;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	chunk = malloc(MOST_LINE + CHUNK);
	if (!chunk)
		return -ENOMEM;
	ret = read_lines(&table, fd, chunk);
	free(chunk);
	*used = table.used;
	return ret < 0 ? ret : (int32_t)table.n;
}

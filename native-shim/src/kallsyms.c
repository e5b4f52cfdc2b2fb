/*
 * Symbols in the text of /proc/kallsyms: `ffffffff81000000 T _text`, and a tab and `[name]` behind those of a module. Source: proc(5);
 * s_show() in kernel/kallsyms.c.
 */
#include "internal.h"
#include "shim.h"

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

int32_t sw_kallsyms(const uint8_t *text, uint32_t length, double *starts, uint32_t *names, uint8_t *bindings, uint32_t room)
{
	const uint8_t *line = text, *end = text + length, *next;
	uint32_t n = 0;

	if ((!text && length) || length > INT32_MAX || ((!starts || !names || !bindings) && room))
		return -EINVAL;
	for (; line < end; line = next + 1) {
		const uint8_t *space;
		uint64_t address;
		int binding;

		next = memchr(line, '\n', (size_t)(end - line));
		if (!next)
			next = end;
		space = memchr(line, ' ', (size_t)(next - line));
		if (!space || next - space < 3 || space[2] != ' ')
			continue;
		binding = binding_of(space[1]);
		address = address_before(line, space);
		if (binding < 0 || !address)
			continue;
		if (n == room)
			return -ENOSPC;
		starts[n] = (double)address;
		names[n] = (uint32_t)(space + 3 - text);
		bindings[n++] = (uint8_t)binding;
	}
	return (int32_t)n;
}

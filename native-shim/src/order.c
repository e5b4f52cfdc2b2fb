/*
 * Numbers in ascending order: a radix sort, as there are very many of them, and few of their digits differ.
 */
#include "internal.h"
#include "shim.h"

#include <stdlib.h>
#include <string.h>

#define DIGIT_BITS 11
#define DIGITS (1u << DIGIT_BITS)
/* So many digits has a word. */
#define PASSES ((64 + DIGIT_BITS - 1) / DIGIT_BITS)

struct numbered {
	/* The bits of a number that is not negative are in its order. */
	uint64_t bits;
	uint32_t id;
};

static uint32_t digit_of(uint64_t bits, int pass)
{
	return (uint32_t)(bits >> (pass * DIGIT_BITS)) & (DIGITS - 1);
}

/* By one digit, and by where they were. */
static void scatter(const struct numbered *from, struct numbered *to, uint32_t n, uint32_t *counts, int pass)
{
	uint32_t at = 0;

	for (uint32_t digit = 0; digit < DIGITS; digit++) {
		uint32_t count = counts[digit];

		counts[digit] = at;
		at += count;
	}
	for (uint32_t i = 0; i < n; i++)
		to[counts[digit_of(from[i].bits, pass)]++] = from[i];
}

/* @returns where they are, of the two */
static struct numbered *sort(struct numbered *numbers, struct numbered *spare, uint32_t n)
{
	static const size_t bytes = sizeof(uint32_t) * DIGITS;
	uint32_t counts[DIGITS];

	for (int pass = 0; pass < PASSES; pass++) {
		memset(counts, 0, bytes);
		for (uint32_t i = 0; i < n; i++)
			counts[digit_of(numbers[i].bits, pass)]++;
		if (counts[digit_of(numbers[0].bits, pass)] == n)
			continue;
		scatter(numbers, spare, n, counts, pass);
		struct numbered *sorted = spare;
		spare = numbers;
		numbers = sorted;
	}
	return numbers;
}

int32_t sw_order(const double *numbers, uint32_t n, uint32_t *order, double *sorted)
{
	struct numbered *both, *found;
	int is_ascending = 1;

	if (n && (!numbers || !order || !sorted))
		return -EINVAL;
	for (uint32_t i = 0; i < n; i++) {
		if (!(numbers[i] >= 0))
			return -ERANGE;
		is_ascending &= !i || numbers[i] >= numbers[i - 1];
	}
	/* As the kernel lists its symbols. */
	if (is_ascending) {
		for (uint32_t i = 0; i < n; i++) {
			order[i] = i;
			sorted[i] = numbers[i] + 0.0;
		}
		return 0;
	}
	both = malloc(2 * (size_t)n * sizeof(*both));
	if (!both)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++) {
		/* -0 is 0. */
		double number = numbers[i] + 0.0;

		memcpy(&both[i].bits, &number, sizeof(number));
		both[i].id = i;
	}
	found = sort(both, both + n, n);
	for (uint32_t i = 0; i < n; i++) {
		order[i] = found[i].id;
		memcpy(&sorted[i], &found[i].bits, sizeof(sorted[i]));
	}
	free(both);
	return 0;
}

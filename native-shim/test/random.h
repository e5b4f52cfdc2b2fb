/* Random numbers that depend on SW_FUZZ_SEED alone; SW_FUZZ_ROUNDS says how many calls there are. */
#ifndef SYSWIDE_TEST_RANDOM_H
#define SYSWIDE_TEST_RANDOM_H

#include <stdint.h>
#include <stdlib.h>

static uint64_t state;

/* xorshift64* by Vigna. */
static inline uint64_t next(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 2685821657736338717u;
}

static inline uint32_t below(uint32_t n)
{
	return (uint32_t)(next() >> 33) % n;
}

/* Mostly small, often at an edge. */
static inline uint32_t number(void)
{
	static const uint32_t edges[] = { 0, 1, 2, 7, 8, 4095, 4096, 65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff };

	return below(3) ? edges[below(sizeof(edges) / sizeof(edges[0]))] : (uint32_t)next();
}

static inline uint64_t setting(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

#endif

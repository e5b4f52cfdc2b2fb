/*
 * A number for each pair of 32-bit numbers: a hash table with open addressing, an entry of which is 16 bytes. Files may come
 * from anybody, so the seed is the caller's secret: nobody is to know which pairs are put at one place.
 */
#ifndef SYSWIDE_PAIR_MAP_H
#define SYSWIDE_PAIR_MAP_H

#include "growth.h"

struct sw_pair {
	uint32_t a;
	uint32_t b;
	int32_t value; /* + 1; 0 in a free entry */
	uint32_t hash;
};

struct sw_pair_map {
	struct sw_pair *entries;
	uint32_t mask;
	uint32_t size;
	uint64_t seed;
};

/* A number of 64 bits from which another one is made, every bit of it from all bits. Source: fmix64 of MurmurHash3. */
static inline uint64_t sw_spread(uint64_t number)
{
	number ^= number >> 33;
	number *= 0xff51afd7ed558ccdu;
	number ^= number >> 33;
	number *= 0xc4ceb9fe1a85ec53u;
	return number ^ number >> 33;
}

static inline uint32_t sw_pair_hash(const struct sw_pair_map *map, uint32_t a, uint32_t b)
{
	return (uint32_t)sw_spread(((uint64_t)a << 32 | b) ^ map->seed);
}

/* @returns 0, or -ENOMEM */
static inline int sw_pair_init(struct sw_pair_map *map, uint64_t seed)
{
	*map = (struct sw_pair_map){ .mask = 1023, .seed = seed };
	map->entries = calloc((size_t)map->mask + 1, sizeof(*map->entries));
	return map->entries ? 0 : -ENOMEM;
}

static inline void sw_pair_free(struct sw_pair_map *map)
{
	free(map->entries);
	map->entries = NULL;
}

/* Where a pair is, or is to be: its `value` is 0 then. For who asks for many: the first entry looked at can be prefetched. */
static inline struct sw_pair *sw_pair_find(const struct sw_pair_map *map, uint32_t hash, uint32_t a, uint32_t b)
{
	for (uint32_t at = hash & map->mask;; at = (at + 1) & map->mask) {
		struct sw_pair *entry = &map->entries[at];

		if (!entry->value || (entry->a == a && entry->b == b))
			return entry;
	}
}

/* Gives a pair that is not there yet a value of at least 0, at the place that was found for it. @returns 0, or -ENOMEM */
static inline int sw_pair_set(struct sw_pair_map *map, struct sw_pair *at, uint32_t hash, uint32_t a, uint32_t b, int32_t value)
{
	struct sw_pair *entries;
	uint32_t mask;

	*at = (struct sw_pair){ .a = a, .b = b, .value = value + 1, .hash = hash };
	if (++map->size < map->mask / 2)
		return 0;
	if (map->mask >= UINT32_MAX / 4)
		return -ENOMEM;
	mask = map->mask * 4 + 3;
	entries = calloc((size_t)mask + 1, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	sw_hint_huge(entries, ((size_t)mask + 1) * sizeof(*entries));
	for (uint32_t i = 0; i <= map->mask; i++) {
		uint32_t to = map->entries[i].hash & mask;

		if (!map->entries[i].value)
			continue;
		while (entries[to].value)
			to = (to + 1) & mask;
		entries[to] = map->entries[i];
	}
	free(map->entries);
	map->entries = entries;
	map->mask = mask;
	return 0;
}

#endif

/* Numbers addresses, equal ones of one space alike, in the order in which they come. */
#ifndef SYSWIDE_ADDRESS_TABLE_H
#define SYSWIDE_ADDRESS_TABLE_H

#include "growth.h"
#include "pair-map.h"

struct sw_known_address {
	uint32_t low;
	uint32_t high;
	int32_t space;
	uint32_t number; /* + 1; 0 in a free entry */
};

struct sw_address_table {
	struct sw_known_address *entries;
	uint32_t mask;
	uint32_t size;
	uint64_t seed;
};

static inline int sw_addresses_init(struct sw_address_table *table, uint64_t seed)
{
	*table = (struct sw_address_table){ .mask = 1023, .seed = seed };
	table->entries = calloc((size_t)table->mask + 1, sizeof(*table->entries));
	return table->entries ? 0 : -ENOMEM;
}

static inline void sw_addresses_free(struct sw_address_table *table)
{
	free(table->entries);
	table->entries = NULL;
}

static inline uint32_t sw_address_hash(const struct sw_address_table *table, int32_t space, uint32_t low, uint32_t high)
{
	return (uint32_t)sw_spread(((uint64_t)high << 32 | low) ^ table->seed ^ (uint64_t)(uint32_t)space * 0x9e3779b97f4a7c15u);
}

static inline int sw_addresses_grow(struct sw_address_table *table)
{
	struct sw_known_address *entries;
	uint32_t mask;

	if (table->mask >= UINT32_MAX / 4)
		return -ENOMEM;
	mask = table->mask * 4 + 3;
	entries = calloc((size_t)mask + 1, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	sw_hint_huge(entries, ((size_t)mask + 1) * sizeof(*entries));
	for (uint32_t i = 0; i <= table->mask; i++) {
		struct sw_known_address *from = &table->entries[i];
		uint32_t to;

		if (!from->number)
			continue;
		to = sw_address_hash(table, from->space, from->low, from->high) & mask;
		while (entries[to].number)
			to = (to + 1) & mask;
		entries[to] = *from;
	}
	free(table->entries);
	table->entries = entries;
	table->mask = mask;
	return 0;
}

/* @param is_new made 1 for one that has its number from now on @returns the number, or -ENOMEM */
static inline int64_t sw_address_number(struct sw_address_table *table, uint32_t hash, int32_t space, uint32_t low,
					uint32_t high, int *is_new)
{
	struct sw_known_address *entry;

	for (uint32_t at = hash & table->mask;; at = (at + 1) & table->mask) {
		entry = &table->entries[at];
		if (!entry->number)
			break;
		if (entry->low == low && entry->high == high && entry->space == space)
			return entry->number - 1;
	}
	*entry = (struct sw_known_address){ low, high, space, ++table->size };
	*is_new = 1;
	if (table->size > table->mask / 2 && sw_addresses_grow(table) < 0)
		return -ENOMEM;
	return table->size - 1;
}

#endif

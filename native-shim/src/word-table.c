#include "word-table.h"

#include "growth.h"
#include "pair-map.h"

#include <string.h>

#define FIRST_SLOTS (1u << 11)

/* A sequence is at an even index, so that the numbers of 64 bits in front of it are where they should be. */
_Static_assert(SW_SEQUENCE_WORDS % 2 == 0, "sequences are at even indexes");

int sw_words_init(struct sw_word_table *table, uint64_t seed)
{
	*table = (struct sw_word_table){ .mask = FIRST_SLOTS - 1, .seed = seed };
	table->slots = calloc(FIRST_SLOTS, sizeof(*table->slots));
	return table->slots ? sw_grow(&table->words, &table->room, 1, sizeof(*table->words)) : -ENOMEM;
}

void sw_words_free(struct sw_word_table *table)
{
	free(table->slots);
	free(table->words);
	free(table->starts);
	*table = (struct sw_word_table){ 0 };
}

/* A multiplication for every other word; what it leaves in the upper half comes down before the next one. */
uint32_t sw_words_hash(const struct sw_word_table *table, const uint32_t *words, uint32_t length)
{
	uint64_t hash = table->seed ^ length;
	uint32_t i = 0;

	for (; i + 1 < length; i += 2) {
		uint64_t both;

		memcpy(&both, words + i, sizeof(both));
		hash = (hash ^ both) * 0x9fb21c651e98df25u;
		hash ^= hash >> 32;
	}
	return (uint32_t)sw_spread(i < length ? hash ^ words[i] : hash);
}

static int add_slots(struct sw_word_table *table)
{
	struct sw_word_slot *slots;
	uint32_t mask;

	if (table->mask >= UINT32_MAX / 4)
		return -ENOMEM;
	mask = table->mask * 4 + 3;
	slots = calloc((size_t)mask + 1, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	sw_hint_huge(slots, ((size_t)mask + 1) * sizeof(*slots));
	for (uint32_t i = 0; i <= table->mask; i++) {
		uint32_t to = table->slots[i].hash & mask;

		if (!table->slots[i].start)
			continue;
		while (slots[to].start)
			to = (to + 1) & mask;
		slots[to] = table->slots[i];
	}
	free(table->slots);
	table->slots = slots;
	table->mask = mask;
	return 0;
}

static uint32_t add(struct sw_word_table *table, uint32_t slot, uint32_t hash, const uint32_t *words, uint32_t length)
{
	size_t start = table->used + SW_SEQUENCE_WORDS;
	size_t used = start + length + (length & 1);

	if (used > UINT32_MAX || sw_grow(&table->words, &table->room, used, sizeof(*table->words)) < 0 ||
	    sw_grow(&table->starts, &table->ids_room, table->size + 1, sizeof(*table->starts)) < 0)
		return 0;
	if (length)
		memcpy(table->words + start, words, length * sizeof(*words));
	*sw_words_at(table, (uint32_t)start) = (struct sw_sequence){ .id = (uint32_t)table->size, .length = length };
	table->slots[slot] = (struct sw_word_slot){ .hash = hash, .start = (uint32_t)start };
	table->used = used;
	table->starts[table->size++] = (uint32_t)start;
	if (table->size > table->mask / 2 && add_slots(table) < 0)
		return 0;
	return (uint32_t)start;
}

uint32_t sw_words_place(struct sw_word_table *table, uint32_t hash, const uint32_t *words, uint32_t length)
{
	for (uint32_t slot = hash & table->mask;; slot = (slot + 1) & table->mask) {
		uint32_t start = table->slots[slot].start;

		if (!start)
			return add(table, slot, hash, words, length);
		if (table->slots[slot].hash == hash && sw_words_at(table, start)->length == length &&
		    !memcmp(table->words + start, words, length * sizeof(*words)))
			return start;
	}
}

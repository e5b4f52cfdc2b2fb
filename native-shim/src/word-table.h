/*
 * Numbers sequences of 32-bit words, equal ones alike, in the order in which they come. All of them lie one behind the other in
 * one array; each has in front of it what is needed when it is found: nearly all time goes into waiting for memory.
 */
#ifndef SYSWIDE_WORD_TABLE_H
#define SYSWIDE_WORD_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* In front of a sequence. */
struct sw_sequence {
	uint32_t id;
	uint32_t length;
	double count;  /* for the caller to sum up; 0 at first */
	double period; /* likewise */
};
#define SW_SEQUENCE_WORDS (sizeof(struct sw_sequence) / sizeof(uint32_t))

struct sw_word_slot {
	uint32_t hash;
	uint32_t start; /* index of the sequence's first word; 0 in a free slot */
};

struct sw_word_table {
	struct sw_word_slot *slots;
	uint32_t mask;
	uint64_t seed;
	uint32_t *words;
	size_t used, room;
	uint32_t *starts; /* by id */
	size_t size, ids_room;
};

/* @returns 0, or -ENOMEM */
int sw_words_init(struct sw_word_table *table, uint64_t seed);

void sw_words_free(struct sw_word_table *table);

uint32_t sw_words_hash(const struct sw_word_table *table, const uint32_t *words, uint32_t length);

/*
 * The place of a sequence of that hash, which is there from now on: the index of its first word, by which `sw_words_at` finds
 * what is in front of it. It holds as long as the table. 0 when there is no memory.
 */
uint32_t sw_words_place(struct sw_word_table *table, uint32_t hash, const uint32_t *words, uint32_t length);

/* Valid until another one is added. */
static inline struct sw_sequence *sw_words_at(const struct sw_word_table *table, uint32_t start)
{
	return (struct sw_sequence *)(table->words + start - SW_SEQUENCE_WORDS);
}

/* Has the first look of a search fetched: whoever asks for many asks for this one, and after some others for the next. */
static inline void sw_words_fetch_slot(const struct sw_word_table *table, uint32_t hash)
{
	__builtin_prefetch(&table->slots[hash & table->mask]);
}

static inline void sw_words_fetch(const struct sw_word_table *table, uint32_t hash)
{
	__builtin_prefetch(&table->words[table->slots[hash & table->mask].start]);
}

#endif

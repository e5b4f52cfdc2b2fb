/* Arrays that grow, and the numbers by which JavaScript knows what it owns here. */
#ifndef SYSWIDE_GROWTH_H
#define SYSWIDE_GROWTH_H

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

/*
 * Makes room for `needed` items of so many bytes: twice as much where it has to grow. What is new is not cleared.
 * @param array pointer to the pointer of a malloc'ed array, or of none
 * @returns 0, or -ENOMEM: the array is as it was then
 */
static inline int sw_grow(void *array, size_t *capacity, size_t needed, size_t item)
{
	void **own = array;
	size_t larger = *capacity ? *capacity : 1024;
	void *memory;

	if (needed <= *capacity)
		return 0;
	while (larger < needed)
		if (__builtin_mul_overflow(larger, 2, &larger))
			return -ENOMEM;
	if (larger > PTRDIFF_MAX / item)
		return -ENOMEM;
	memory = realloc(*own, larger * item);
	if (!memory)
		return -ENOMEM;
	*own = memory;
	*capacity = larger;
	return 0;
}

#define SW_MOST_OPEN 64

/* What was made and not freed, by number: a number that is of nothing can be told, which an address could not be. */
struct sw_owned {
	void *of[SW_MOST_OPEN];
};

/* @returns its number, or -EMFILE */
static inline int32_t sw_own(struct sw_owned *owned, void *what)
{
	for (int32_t i = 0; i < SW_MOST_OPEN; i++) {
		if (owned->of[i])
			continue;
		owned->of[i] = what;
		return i;
	}
	return -EMFILE;
}

/* @returns NULL for a number of nothing */
static inline void *sw_owned_at(const struct sw_owned *owned, int32_t number)
{
	return number >= 0 && number < SW_MOST_OPEN ? owned->of[number] : NULL;
}

#endif

/* Arrays that grow, and the numbers by which JavaScript knows what it owns here. */
#ifndef SYSWIDE_GROWTH_H
#define SYSWIDE_GROWTH_H

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Less is not worth it: pages of 2 MiB begin somewhere in it. */
#define SW_HUGE_BYTES ((size_t)4 << 20)
#define SW_PAGE_MASK ((uintptr_t)4095)

/*
 * Has memory that will be used as a whole come in huge pages, where the kernel gives them: a fault for each page of 4 KiB costs
 * more than most of what is done with it. What is in it stays. All pages that it lies in: the kernel moves only what is of one
 * kind when realloc(3) has it moved, all else is copied.
 */
static inline void sw_hint_huge(const void *memory, size_t bytes)
{
	uintptr_t begin = (uintptr_t)memory & ~SW_PAGE_MASK;

	if (bytes >= SW_HUGE_BYTES)
		madvise((void *)begin, ((uintptr_t)memory + bytes - begin + SW_PAGE_MASK) & ~SW_PAGE_MASK, MADV_HUGEPAGE);
}

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
	sw_hint_huge(memory, larger * item);
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

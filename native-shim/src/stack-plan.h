/* Stacks as JavaScript hands them over for a histogram, and which of their functions are counted. */
#ifndef SYSWIDE_STACK_PLAN_H
#define SYSWIDE_STACK_PLAN_H

#include <stdint.h>

/* Words of a stack before its functions: see src/profile/stacks.ts. */
#define SW_WORDS_BEFORE_CHAIN 5u

/* What JavaScript hands over of stacks. */
struct sw_stack_arrays {
	const int32_t *words;
	uint32_t n_words;
	const int32_t *starts;
	const int32_t *depths;
	const double *counts;
	const double *periods;
	uint32_t n_all;
	const int32_t *kernel_stacks;
	uint32_t n_stacks;
};

/* A stack that is to be counted, checked. */
struct sw_stack_plan {
	int32_t stack;
	int32_t kernel_stack;
	uint32_t chain; /* where its functions are among the words, and those of its kernel stack */
	uint32_t kernel_chain;
	int32_t whole;
	int32_t depth;        /* how many of its functions are counted */
	int32_t kernel_depth; /* how many of these, from the innermost on, are its kernel stack's; 1 without one */
	int32_t counts_kernel;
};

/* Whether flags of sw_histogram_new() make no sense together. */
int sw_bad_histogram_flags(uint32_t flags);

int sw_bad_stack_arrays(const struct sw_stack_arrays *a);

/*
 * Plans a stack of an event. Stacks are to be planned one after the other, *last_kernel_stack being -1 before the first.
 * @returns 1 for a stack of the event, 0 for another one, -EINVAL for none
 */
int sw_plan_stack(const struct sw_stack_arrays *a, uint32_t flags, uint32_t stack, int32_t event, int32_t *last_kernel_stack,
		  struct sw_stack_plan *plan);

/* How many functions of a stack are counted with it. */
static inline uint32_t sw_functions_counted(const struct sw_stack_plan *plan)
{
	return (uint32_t)(plan->counts_kernel ? plan->depth : plan->depth - plan->kernel_depth + 1);
}

#endif

#include "stack-plan.h"

#include "shim.h"

#include <errno.h>

/* Which of the words before the functions of a stack is its event. */
#define EVENT_WORD 0u

/* Kernel stacks are shared only where the innermost functions are counted last. */
int sw_bad_histogram_flags(uint32_t flags)
{
	const uint32_t all = SW_HISTOGRAM_CHILDREN | SW_HISTOGRAM_CALLERS | SW_HISTOGRAM_SHARED | SW_HISTOGRAM_RELATIVE;

	return (flags & ~all) || ((flags & SW_HISTOGRAM_SHARED) && !(flags & SW_HISTOGRAM_CALLERS));
}

int sw_bad_stack_arrays(const struct sw_stack_arrays *a)
{
	return a->n_stacks > a->n_all || a->n_all > INT32_MAX || (a->n_words && !a->words) ||
	       (a->n_all && (!a->starts || !a->depths)) || (a->n_stacks && !a->kernel_stacks);
}

/* @returns where the functions of a stack are, 0 for one that is not wholly among the words */
static uint32_t chain_of(const struct sw_stack_arrays *a, uint32_t stack)
{
	int32_t start = a->starts[stack], depth = a->depths[stack];

	if (start < 0 || depth < 1 || (uint64_t)start + SW_WORDS_BEFORE_CHAIN + (uint32_t)depth > a->n_words)
		return 0;
	return (uint32_t)start + SW_WORDS_BEFORE_CHAIN;
}

static int32_t event_of(const struct sw_stack_arrays *a, uint32_t chain)
{
	return a->words[chain - SW_WORDS_BEFORE_CHAIN + EVENT_WORD];
}

/*
 * Plans the kernel's part of a stack. The first one that has a kernel stack counts it for all: their numbers ascend.
 * @returns 0, or -EINVAL
 */
static int plan_kernel(const struct sw_stack_arrays *a, struct sw_stack_plan *plan, int32_t *last_kernel_stack)
{
	int32_t kernel_stack = a->kernel_stacks[plan->stack];

	if (kernel_stack < 0)
		return 0;
	if ((uint32_t)kernel_stack >= a->n_all)
		return -EINVAL;
	plan->kernel_chain = chain_of(a, (uint32_t)kernel_stack);
	plan->kernel_depth = a->depths[kernel_stack];
	if (!plan->kernel_chain || plan->kernel_depth > plan->whole)
		return -EINVAL;
	plan->kernel_stack = kernel_stack;
	plan->counts_kernel = kernel_stack > *last_kernel_stack;
	if (plan->counts_kernel)
		*last_kernel_stack = kernel_stack;
	return 0;
}

int sw_plan_stack(const struct sw_stack_arrays *a, uint32_t flags, uint32_t stack, int32_t event, int32_t *last_kernel_stack,
		  struct sw_stack_plan *plan)
{
	uint32_t chain = chain_of(a, stack);
	int ret;

	if (!chain)
		return -EINVAL;
	if (event_of(a, chain) != event)
		return 0;
	*plan = (struct sw_stack_plan){ .stack = (int32_t)stack, .kernel_stack = -1, .chain = chain, .whole = a->depths[stack] };
	plan->kernel_depth = 1;
	plan->depth = flags & SW_HISTOGRAM_CHILDREN ? plan->whole : 1;
	if (plan->depth == 1 || !(flags & SW_HISTOGRAM_SHARED))
		return 1;
	ret = plan_kernel(a, plan, last_kernel_stack);
	return ret < 0 ? ret : 1;
}

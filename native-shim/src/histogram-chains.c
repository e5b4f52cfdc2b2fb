/* The call chains of entries of a histogram: of which stacks they are, and where in them. */
#include "shim.h"
#include "stack-plan.h"

#include <errno.h>
#include <stddef.h>

/* Where the chains of entries are written. */
struct chains {
	const int32_t *mark;
	uint32_t left;
	int32_t *next;
	uint32_t n_entries;
	int32_t *out;
	uint32_t length;
};

/* Writes a position of a stack, if it is wanted, as the next mark says. @returns 0, or -EINVAL */
static inline int write_place(struct chains *c, int32_t stack, int32_t position)
{
	uint32_t mark = (uint32_t)*c->mark++;
	int32_t at;

	if (!mark)
		return 0;
	if (mark > c->n_entries)
		return -EINVAL;
	at = c->next[mark - 1];
	if (at < 0)
		return 0;
	if ((uint64_t)at + 2 > c->length)
		return -EINVAL;
	c->out[at] = stack;
	c->out[at + 1] = position;
	c->next[mark - 1] = at + 2;
	return 0;
}

/* The positions of a stack, as count_stack() goes through them. @returns 0, or -EINVAL */
static int write_places(struct chains *c, uint32_t flags, const struct sw_stack_plan *plan)
{
	uint32_t length = sw_functions_counted(plan);

	if (c->left < length)
		return -EINVAL;
	c->left -= length;
	if (write_place(c, plan->stack, 0) < 0)
		return -EINVAL;
	if (!(flags & SW_HISTOGRAM_CALLERS)) {
		for (int32_t i = 1; i < plan->depth; i++)
			if (write_place(c, plan->stack, i) < 0)
				return -EINVAL;
		return 0;
	}
	for (int32_t i = plan->depth - 1; i >= plan->kernel_depth; i--)
		if (write_place(c, plan->stack, i) < 0)
			return -EINVAL;
	for (int32_t i = plan->kernel_depth - 1; plan->counts_kernel && i > 0; i--)
		if (write_place(c, plan->kernel_stack, i) < 0)
			return -EINVAL;
	return 0;
}

int32_t sw_histogram_chains(uint32_t flags, const int32_t *words, uint32_t n_words, const int32_t *starts,
			    const int32_t *depths, uint32_t n_all, const int32_t *kernel_stacks, uint32_t n_stacks,
			    int32_t event, const int32_t *marks, uint32_t n_marks, int32_t *next, uint32_t n_entries,
			    int32_t *chains, uint32_t length)
{
	struct sw_stack_arrays a = { words, n_words, starts, depths, NULL, NULL, n_all, kernel_stacks, n_stacks };
	struct chains c = { marks, n_marks, next, n_entries, chains, length };
	int32_t last_kernel_stack = -1;

	if (sw_bad_histogram_flags(flags) || sw_bad_stack_arrays(&a) || n_marks > INT32_MAX || (n_marks && !marks) || (n_entries && !next) ||
	    (length && !chains))
		return -EINVAL;
	for (uint32_t stack = 0; stack < n_stacks; stack++) {
		struct sw_stack_plan plan;
		int is_of = sw_plan_stack(&a, flags, stack, event, &last_kernel_stack, &plan);

		if (is_of < 0 || (is_of && write_places(&c, flags, &plan) < 0))
			return -EINVAL;
	}
	return (int32_t)(n_marks - c.left);
}

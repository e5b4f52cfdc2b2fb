/*
 * Every function of the shim that takes more than a number, with arguments that nobody would send: it may refuse them, and
 * must not touch what is not its own. Which arguments they are depends on SW_FUZZ_SEED alone; SW_FUZZ_ROUNDS says how many
 * calls there are. Lengths are never greater than the buffers, since those cannot be known: everything else may be.
 */
#include "harness.h"
#include "random.h"

#include <fcntl.h>
#include <linux/perf_event.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define ROOM 64
#define MOST_BYTES 256

static uint32_t count(void)
{
	return below(ROOM + 1);
}

static void *maybe(void *pointer)
{
	return below(16) ? pointer : NULL;
}

/* Files that are open for the fuzzer alone. */
static int own[8];

static int32_t some_fd(void)
{
	switch (below(4)) {
	case 0:
		return -1;
	case 1:
		return (int32_t)number() | 0x40000000;
	default:
		return own[below(LENGTH(own))];
	}
}

static int32_t fds[ROOM], targets[ROOM], results[ROOM], failed;
static uint64_t words[ROOM], bases[ROOM], tails[ROOM];
static uint8_t bytes[ROOM * MOST_BYTES];
static char texts[MOST_BYTES];
static struct sw_open_request requests[ROOM];
static struct sw_standby cpus[ROOM];
static struct sw_span span;

static void fill(void *memory, size_t size)
{
	uint8_t *at = memory;

	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(below(3) ? 0 : next());
}

static void scramble(void)
{
	for (int i = 0; i < ROOM; i++) {
		fds[i] = some_fd();
		targets[i] = some_fd();
		words[i] = next() >> below(64);
		requests[i] = (struct sw_open_request){
			.attr = (int32_t)below(4) - 1,
			/* No other process than this one. */
			.pid = below(2) ? 0 : -1,
			.cpu = (int32_t)below(4) - 1,
			.leader = below(4) ? -1 : (int32_t)number(),
			.leader_fd = below(4) ? -1 : some_fd(),
			.flags = below(4) ? 0 : number(),
		};
	}
	fill(bytes, sizeof(bytes));
	fill(texts, sizeof(texts));
	/* Attrs that the kernel looks into: with a size, and of a kind that is harmless. */
	for (int i = 0; i < 4; i++) {
		struct perf_event_attr *attr = (struct perf_event_attr *)(bytes + i * MOST_BYTES);

		attr->type = below(4) ? PERF_TYPE_SOFTWARE : number();
		attr->size = below(4) ? sizeof(*attr) : number();
	}
}

static void close_results(int32_t opened, uint32_t n)
{
	if (opened >= 0)
		sw_close_many(results, n);
}

static void open_some(void)
{
	uint32_t n = count();
	int32_t offsets[4] = { -1, (int32_t)number(), -1, (int32_t)below(MOST_BYTES) };
	int32_t opened = sw_open_many(maybe(bytes), below(8) ? MOST_BYTES : number(), below(5), maybe(offsets), maybe(texts),
				      below(MOST_BYTES + 1), maybe(requests), n, results, maybe(&failed));

	close_results(opened, n);
}

static void standby(void)
{
	int32_t filters[ROOM], outputs[ROOM], opening;

	for (int i = 0; i < ROOM; i++) {
		filters[i] = below(2) ? -1 : (int32_t)number();
		outputs[i] = some_fd();
	}
	for (int i = 0; i < ROOM; i++)
		results[i] = -1;
	sw_wait_standby(fds, below(5), number(), 0, targets, bytes, below(8) ? MOST_BYTES : number(), below(5), NULL,
			texts, below(MOST_BYTES + 1), requests, below(8), filters, outputs, number(), cpus, below(8), results,
			&opening);
	sw_standby_done();
	for (int i = 0; i < ROOM; i++)
		if (results[i] >= 0)
			close(results[i]);
}

static void rings(void)
{
	uint64_t base = 0, length = 0;
	uint32_t pages = below(2) ? 1u << below(4) : number();

	/* More than a few pages may be had, and would be: no more than this user may lock is asked for. */
	if (pages > 64 && (pages & (pages - 1)) == 0)
		pages += 1;
	if (sw_ring_map(some_fd(), pages, number(), maybe(&base), maybe(&length)) < 0)
		return;
	bases[0] = base;
	sw_ring_heads(bases, 1, tails);
	CHECK_EQ(sw_ring_unmap(&base, &length), 0);
}

/* A command that there is not: nothing to signal, and files that are open only here. */
static void commands(void)
{
	struct sw_command command = { -1, -1, -1, -1 };
	struct sw_exit how;
	uint64_t start;

	switch (below(5)) {
	case 0:
		sw_command_release(maybe(&command), maybe(&start));
		break;
	case 1:
		sw_command_release_to_exec(maybe(&command));
		break;
	case 2:
		sw_command_resume(maybe(&command), maybe(&start));
		break;
	case 3:
		sw_command_abandon(maybe(&command));
		break;
	default:
		sw_command_reap(maybe(&command), maybe(&how));
	}
	CHECK(sw_command_start(maybe(texts), below(MOST_BYTES + 1), number() | 1024, NULL, -1, 0, maybe(&command)) < 0);
}

static int32_t mostly_small(void)
{
	return below(64) ? (int32_t)below(10) : (int32_t)number();
}

/* Arrays end where their buffers do, so that the sanitizer sees what goes beyond. */
#define LAST(buffer, n) maybe(&(buffer)[ROOM - (n)])

static void call_trees(void)
{
	static int32_t stack_words[ROOM], starts[ROOM], depths[ROOM], chains[ROOM * 2], functions[ROOM], places[ROOM];
	static double counts[ROOM], periods[ROOM];
	static struct sw_call_node nodes[ROOM];
	uint32_t n_words = count(), n_stacks = count(), n = below(2) ? below(8) : count(), n_cells = below(2) ? count() : 0;
	uint32_t n_places = count(), capacity = count();
	double least = (double)below(3) * 40;

	for (int i = 0; i < ROOM; i++) {
		stack_words[i] = mostly_small();
		starts[i] = mostly_small();
		depths[i] = below(2) ? 9 : mostly_small();
		functions[i] = mostly_small();
		places[i] = mostly_small();
		chains[i * 2] = mostly_small();
		chains[i * 2 + 1] = below(8) ? (int32_t)below(2) : mostly_small();
		counts[i] = 1;
		periods[i] = (double)below(50);
	}
	sw_call_tree(LAST(stack_words, n_words), n_words, LAST(starts, n_stacks), LAST(depths, n_stacks),
		     LAST(counts, n_stacks), LAST(periods, n_stacks), n_stacks, maybe(&chains[(ROOM - n) * 2]), n,
		     below(16) ? below(2) : number(), LAST(functions, n_cells), n_cells, LAST(places, n_places), n_places,
		     maybe(&least), LAST(nodes, capacity), capacity);
}

static void stack_trees(void)
{
	static int32_t stack_words[ROOM], starts[ROOM], depths[ROOM], functions[ROOM], parents[ROOM], frames[ROOM], nodes[ROOM];
	uint32_t n_words = count(), n_stacks = below(2) ? below(8) : count(), n_cells = below(2) ? count() : 0;
	uint32_t n_functions = count(), capacity = count();

	for (int i = 0; i < ROOM; i++) {
		stack_words[i] = mostly_small();
		starts[i] = mostly_small();
		depths[i] = below(2) ? 9 : mostly_small();
		functions[i] = mostly_small();
	}
	sw_stack_tree(LAST(stack_words, n_words), n_words, LAST(starts, n_stacks), LAST(depths, n_stacks), n_stacks,
		      LAST(functions, n_cells), n_cells, n_functions, LAST(parents, capacity), LAST(frames, capacity), capacity,
		      LAST(nodes, n_stacks));
}

/* Stacks that mostly are some: words that are small, in places that are near. */
static void fill_small(int32_t *array, uint32_t most)
{
	for (int i = 0; i < ROOM; i++)
		array[i] = below(512) ? (int32_t)below(most) : (int32_t)number();
}

/* An entry for each function of each stack, at most. */
#define MOST_ENTRIES (ROOM * ROOM)

static void histograms(void)
{
	static int32_t stack_words[ROOM], starts[ROOM], depths[ROOM], kernel_stacks[ROOM], parts[ROOM], given[ROOM * 2];
	static int32_t marks[MOST_ENTRIES], places[ROOM], chains[ROOM], keys[MOST_ENTRIES * 7], out[4][MOST_ENTRIES];
	static double counts[ROOM], periods[ROOM], totals[MOST_ENTRIES * 2], whole[2];
	static struct sw_histogram_self sums[MOST_ENTRIES * 2];
	uint32_t flags = below(8) ? below(16) : number(), n_given = below(8) ? below(3) : number(), n_words = count();
	uint32_t n_all = count(), n_stacks = below(n_all + 1), members = below(8) ? 1 + below(2) : number() | 1u << 31;
	uint32_t key_words = below(8) ? below(32) : number(), n_marks = below(2) ? below(MOST_ENTRIES) : 0;
	uint32_t given_values = n_given < 3 && below(8) ? n_all * n_given : below(ROOM * 2 + 1), size, n_keys;
	int32_t handle, event = (int32_t)below(2);

	fill_small(stack_words, below(2) ? 2 : 8);
	fill_small(starts, 1 + below(ROOM));
	fill_small(depths, 1 + below(8));
	fill_small(kernel_stacks, 1 + below(ROOM));
	fill_small(parts, 1 + below(ROOM));
	fill_small(places, ROOM);
	handle = sw_histogram_new(flags, members, key_words, n_given, maybe(parts), maybe(bytes), count(), maybe(words));
	if (handle < 0)
		handle = (int32_t)number();
	for (int i = 0; i < 3; i++)
		sw_histogram_add(handle, maybe(stack_words), n_words, maybe(starts), maybe(depths), maybe(counts), maybe(periods),
				 n_all, maybe(kernel_stacks), n_stacks, maybe(given), given_values, event,
				 below(8) ? below(2) : number(), maybe(whole), maybe(marks), n_marks);
	size = (uint32_t)sw_histogram_size(handle);
	n_keys = size <= MOST_ENTRIES && below(8) ? size * ((uint32_t)__builtin_popcount(key_words) + n_given) : number();
	sw_histogram_read(handle, below(8) ? size : number(), maybe(out[0]), maybe(out[1]), maybe(out[2]), maybe(out[3]),
			  maybe(keys), n_keys, maybe(totals), below(8) ? size * members : number(), maybe(sums),
			  (uint32_t)sw_histogram_selves(handle) * members);
	sw_histogram_chains(flags, maybe(stack_words), n_words, maybe(starts), maybe(depths), n_all, maybe(kernel_stacks),
			    n_stacks, event, maybe(marks), n_marks, maybe(places), count(), maybe(chains), count());
	sw_histogram_free(handle);
}

/* Reads an event, or nothing that may be read: a thread that waits for something to be written would not end. */
static void tickers(void)
{
	static struct sw_tick_part parts[ROOM];
	static uint32_t members[ROOM];
	static struct sw_tick ticks[4];
	static struct sw_step steps[4 * ROOM];
	static int32_t lengths[4 * ROOM];
	static uint8_t read[4 * ROOM * MOST_BYTES];
	struct sw_ticker_plan plan = {
		.first_ns = below(4) ? 0 : number(),
		.every_ns = below(8) ? 1000 : next(),
		.room = below(8) ? 1 + below(4) : number(),
		.stride = below(8) ? MOST_BYTES : below(MOST_BYTES),
		.n_events = below(8) ? below(ROOM + 1) : number() | 1u << 31,
	};
	uint32_t n = below(8), n_parts = below(2) ? n : below(16);
	int32_t handle;

	for (int i = 0; i < ROOM; i++) {
		parts[i] = (struct sw_tick_part){ .id = below(4), .event = below(64) ? below(ROOM) : number() };
		members[i] = below(4) ? 0 : below(16) ? below(4) : number();
		targets[i] = below(4) ? own[0] : -1;
	}
	handle = sw_ticker_start(maybe(targets), maybe(members), n, maybe(parts), n_parts, maybe(&plan));
	for (int i = 0; i < 3; i++)
		sw_ticker_take(below(16) ? handle : (int32_t)number(), below(5), maybe(read), maybe(lengths), maybe(ticks),
			       maybe(steps));
	sw_ticker_stop(below(2) ? handle : (int32_t)number());
	sw_ticker_free(handle);
}

/* Numbers of all kinds, as doubles that may be none, and as words. */
static void columns(void)
{
	static double numbers[ROOM];
	static uint8_t written[ROOM * 10];
	uint32_t n = count(), room = below(4) ? n * 10 : below(ROOM * 10 + 1);

	for (int i = 0; i < ROOM; i++) {
		uint64_t bits = next() >> below(64);

		if (below(4))
			numbers[i] = (double)bits;
		else
			memcpy(&numbers[i], &bits, sizeof(bits));
	}
	sw_varints(LAST(numbers, n), n, 1, below(64) ? (int32_t)below(5) : (int32_t)number(), maybe(&written[sizeof(written) - room]), room);
	sw_varints(LAST(targets, n), n, 0, (int32_t)below(5), maybe(&written[sizeof(written) - room]), room);
}

static void kernel_symbols(const uint8_t *text, uint32_t length, double *starts, uint32_t *names, uint8_t *bindings, uint32_t room)
{
	uint32_t texts_room = below(length + 2), used;
	uint8_t *kept = malloc(texts_room + !texts_room);
	int fd = memfd_create("kallsyms", MFD_CLOEXEC);

	if (fd < 0 || write(fd, text, length) != (ssize_t)length)
		abort();
	sw_kallsyms(below(16) ? fd : -1, maybe(kept), texts_room, maybe(starts), maybe(names), maybe(bindings), room, maybe(&used));
	close(fd);
	free(kept);
}

/* Of files and of the kernel, in as much memory as is said and no more. */
static void symbols(void)
{
	static const struct sw_elf_place everything = { 0, 1e300, 1e300, 0 };
	uint32_t length = below(MOST_BYTES * 4), texts_length = below(MOST_BYTES + 1), room = below(ROOM + 1), is_64 = below(2);
	uint8_t *table = copy_of(bytes, length), *text = copy_of(texts, texts_length);
	double *starts = calloc(room + 1, sizeof(*starts)), *sizes = calloc(room + 1, sizeof(*sizes));
	uint32_t *names = calloc(room + 1, sizeof(*names));
	uint8_t *infos = malloc(room + 1);
	struct sw_elf_place some = { number(), number(), number(), (double)number() - (double)number() };

	sw_elf_symbols(maybe(table), length, below(8) ? 16 + 8 * is_64 + below(8) : number(), (int32_t)is_64, maybe(text), texts_length,
		       maybe(below(2) ? (void *)&everything : &some), below(2), maybe(text),
		       below(texts_length + 1), below(4) ? number() : 0xffffffff, maybe(starts),
		       maybe(sizes), maybe(names), maybe(infos), room);
	kernel_symbols(text, texts_length, starts, names, infos, room);
	sw_use_whole(maybe(text), texts_length);
	sw_random(maybe(infos), below(room + 1));
	sw_order(maybe(starts), room, maybe(names), maybe(sizes));
	free(table);
	free(text);
	free(starts);
	free(sizes);
	free(names);
	free(infos);
}

static void call(uint32_t which)
{
	uint32_t n = count();

	switch (which) {
	case 0:
		open_some();
		break;
	case 1:
		sw_control_many(maybe(fds), n, number(), maybe(&span), maybe(&failed));
		break;
	case 2:
		sw_read_many(maybe(fds), n, maybe(bytes), below(8) ? MOST_BYTES : 0, maybe(results), maybe(&span));
		break;
	case 3:
		sw_id_many(maybe(fds), n, maybe(words), maybe(&failed));
		break;
	case 4:
		sw_set_period_many(maybe(fds), n, maybe(words), maybe(&failed));
		break;
	case 5:
		texts[MOST_BYTES - 1] = 0;
		sw_set_filter_many(maybe(fds), n, maybe(texts), maybe(&failed));
		break;
	case 6:
		sw_modify_many(maybe(fds), n, maybe(bytes), below(MOST_BYTES), maybe(&failed));
		break;
	case 7:
		sw_set_output_many(maybe(fds), maybe(targets), n, maybe(&failed));
		break;
	case 8:
		sw_pause_output_many(maybe(fds), n, number(), maybe(&failed));
		break;
	case 9:
		sw_breakpoint_hits();
		rings();
		break;
	case 10:
		sw_wait_many(maybe(fds), n, 0, maybe(results), maybe(words));
		break;
	case 11:
		standby();
		break;
	case 12:
		sw_clock_ns((int32_t)number(), maybe(words));
		break;
	case 13:
		sw_uevent_receive(some_fd(), maybe(bytes), below(sizeof(bytes)));
		break;
	case 14:
		sw_lock(some_fd(), number());
		sw_unlock(some_fd());
		break;
	case 15:
		sw_pidfd_open(-(int32_t)below(1000));
		break;
	case 16:
		call_trees();
		break;
	case 17:
		histograms();
		break;
	case 18:
		stack_trees();
		break;
	case 19:
		tickers();
		break;
	case 20:
		columns();
		break;
	case 21:
		symbols();
		break;
	default:
		commands();
	}
}

/* Files that events can be told of, and others. */
static void open_own(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(attr), .config = PERF_COUNT_SW_DUMMY };
	struct sw_open_request request = { .attr = 0, .pid = 0, .cpu = -1, .leader = -1, .leader_fd = -1 };

	attr.disabled = 1;
	attr.exclude_kernel = 1;
	for (size_t i = 0; i < LENGTH(own); i++) {
		own[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (i % 2 == 0) {
			close(own[i]);
			if (sw_open_many((uint8_t *)&attr, sizeof(attr), 1, NULL, NULL, 0, &request, 1, &own[i], &failed) < 0)
				own[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
		}
	}
}

static void takes_any_arguments(void)
{
	uint64_t rounds = setting("SW_FUZZ_ROUNDS", 20000);
	int before;

	state = setting("SW_FUZZ_SEED", 20261127) | 1;
	open_own();
	before = count_fds();
	for (uint64_t i = 0; i < rounds; i++) {
		scramble();
		call((uint32_t)(i % 23));
		/* What one call leaves open, the next could not be told apart from. */
		CHECK_EQ(count_fds(), before);
	}
	printf("torture shim: %llu calls, 0 crashes, no fd left open\n", (unsigned long long)rounds);
}

int main(void)
{
	static const struct test tests[] = { TEST(takes_any_arguments) };

	return run_tests("fuzz", tests, LENGTH(tests));
}

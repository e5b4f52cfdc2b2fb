#include "harness.h"
#include "random.h"

#include <linux/perf_event.h>
#include <string.h>

#define KERNEL_CONTEXT (int32_t)PERF_CONTEXT_KERNEL, -1
#define USER_CONTEXT (int32_t)PERF_CONTEXT_USER, -1

static const uint64_t seed = 0x0123456789abcdef;

/* Of every sample: one kernel address, and one of user space. */
static const int32_t words[] = { KERNEL_CONTEXT, 0x1000, -1, USER_CONTEXT, 0x2000, 1 };

/* The commands 7 and 8. */
static struct sw_thread threads[] = { { .comm = 7, .space = 1, .n_ranges = -1 }, { .comm = 8, .space = 1, .n_ranges = -1 } };

static struct sw_sample sample(int32_t comm)
{
	return (struct sw_sample){
		.thread = (uint32_t)comm - 7,
		.mode = PERF_RECORD_MISC_KERNEL,
		.low = 0x1000,
		.high = -1,
		.length = 4,
		.period = 2.5,
	};
}

static int32_t take(int32_t stacks, const struct sw_sample *samples, uint32_t n, const struct sw_thread *of,
		    const struct sw_range *ranges, uint32_t n_ranges, struct sw_address *unknown, uint32_t room)
{
	return sw_stacks_take(stacks, samples, n, of, 2, ranges, n_ranges, words, LENGTH(words), unknown, room);
}

/* Numbers a batch, and gives every address ten times its position as its function. */
static int32_t count(int32_t stacks, const struct sw_sample *samples, uint32_t n, const struct sw_thread *of,
		     const struct sw_range *ranges, uint32_t n_ranges, struct sw_address *unknown, uint32_t room, int32_t *ids)
{
	int32_t cells[64], n_unknown = take(stacks, samples, n, of, ranges, n_ranges, unknown, room);

	if (n_unknown < 0)
		return n_unknown;
	for (int32_t i = 0; i < n_unknown; i++)
		cells[i] = i * 10;
	CHECK_EQ(sw_stacks_count(stacks, cells, (uint32_t)n_unknown, ids, n), 0);
	return n_unknown;
}

static void equal_samples_are_one_stack(void)
{
	struct sw_sample samples[] = { sample(7), sample(8), sample(7) };
	struct sw_address unknown[64];
	int32_t ids[3], stacks = sw_stacks_new(&seed, 0);
	int32_t all[64], starts[8], depths[8], kernel_stacks[8];
	double counts[8], periods[8];
	uint32_t sizes[3];

	CHECK(stacks >= 0);
	CHECK_EQ(count(stacks, samples, 3, threads, NULL, 0, unknown, LENGTH(unknown), ids), 2);
	/* What is called comes first; those of parts in the kernel last. */
	CHECK_EQ(unknown[0].space, 1);
	CHECK_EQ(unknown[0].low, 0x2000);
	CHECK_EQ(unknown[0].high, 1);
	CHECK_EQ(unknown[1].space, -PERF_RECORD_MISC_KERNEL);
	CHECK_EQ(unknown[1].low, 0x1000);
	CHECK_EQ(ids[0], 0);
	CHECK_EQ(ids[1], 1);
	CHECK_EQ(ids[2], 0);
	CHECK_EQ(sw_stacks_size(stacks, sizes), 0);
	CHECK_EQ(sizes[0], 2);
	CHECK_EQ(sizes[1], 2);
	CHECK_EQ(sizes[2], 2 * 7 + 2 * 6);
	CHECK_EQ(sw_stacks_read(stacks, all, sizes[2], starts, depths, counts, periods, 4, kernel_stacks, 2), 0);
	CHECK_EQ(depths[0], 2);
	CHECK_EQ(all[starts[0] + 1], 7);
	CHECK_EQ(all[starts[0] + 5], 10);
	CHECK_EQ(all[starts[0] + 6], 0);
	CHECK(counts[0] == 2 && periods[0] == 5 && counts[1] == 1);
	CHECK_EQ(kernel_stacks[0], 2);
	CHECK_EQ(depths[2], 1);
	CHECK(counts[2] == 2 && periods[3] == 2.5);
	CHECK_EQ(sw_stacks_read(stacks, all, sizes[2] - 1, starts, depths, counts, periods, 4, kernel_stacks, 2), -EINVAL);
	CHECK_EQ(sw_stacks_free(stacks), 0);
	CHECK_EQ(sw_stacks_free(stacks), -EINVAL);
}

static void addresses_are_told_by_what_is_mapped(void)
{
	const struct sw_range ranges[] = {
		{ .start = 0x100000000, .end = 0x100002000, .shift = 0x500 - 4294967296.0, .dso = 3 },
		{ .start = 0x100002000, .end = 0x100003000, .shift = 0x700 - 4294975488.0, .dso = 4 },
	};
	const struct sw_sample one = sample(7);
	struct sw_thread of[] = { { .comm = 7, .space = 1, .n_ranges = 2 }, threads[1] };
	struct sw_address unknown[64];
	int32_t id, stacks = sw_stacks_new(&seed, 0);

	CHECK_EQ(count(stacks, &one, 1, of, ranges, 2, unknown, LENGTH(unknown), &id), 2);
	CHECK_EQ(unknown[0].space, SW_NOWHERE - 1 - 4);
	CHECK_EQ(unknown[0].low, 0x700);
	/* Of another space that has it where it is: known by now. */
	of[0].space = 2;
	CHECK_EQ(count(stacks, &one, 1, of, ranges, 2, unknown, LENGTH(unknown), &id), 0);
	CHECK_EQ(id, 0);
	of[0].n_ranges = 1;
	CHECK_EQ(count(stacks, &one, 1, of, ranges, 2, unknown, LENGTH(unknown), &id), 1);
	CHECK_EQ(unknown[0].space, SW_NOWHERE);
	CHECK_EQ(sw_stacks_free(stacks), 0);
}

/* Whoever shows no addresses: samples that differ in one at which nothing is mapped are of one stack. */
static void nowhere_can_be_one(void)
{
	const int32_t two[] = { USER_CONTEXT, 0x1000, 0, 0x2000, 1, USER_CONTEXT, 0x1000, 0, 0x3000, 2 };
	struct sw_sample samples[2];
	const struct sw_range range = { .start = 0x1000, .end = 0x1100, .dso = 3 };
	struct sw_thread of[] = { { .comm = 7, .space = 1, .n_ranges = 1 } };
	struct sw_address unknown[64];
	int32_t cells[] = { 0, 1 }, ids[2], stacks;

	for (uint32_t i = 0; i < 2; i++)
		samples[i] = (struct sw_sample){ .mode = PERF_RECORD_MISC_USER, .low = 0x1000, .length = 3, .chain = i * 6 };
	for (int32_t is_one = 0; is_one < 2; is_one++) {
		stacks = sw_stacks_new(&seed, is_one);
		CHECK_EQ(sw_stacks_take(stacks, samples, 2, of, 1, &range, 1, two, LENGTH(two), unknown, LENGTH(unknown)), 3 - is_one);
		CHECK_EQ(sw_stacks_free(stacks), 0);
	}
	CHECK_EQ(unknown[1].space, SW_NOWHERE);
	CHECK(unknown[1].low == 0 && unknown[1].high == 0);
	stacks = sw_stacks_new(&seed, 1);
	CHECK_EQ(sw_stacks_take(stacks, samples, 2, of, 1, &range, 1, two, LENGTH(two), unknown, LENGTH(unknown)), 2);
	CHECK_EQ(sw_stacks_count(stacks, cells, 2, ids, 2), 0);
	CHECK(ids[0] == 0 && ids[1] == 0);
	CHECK_EQ(sw_stacks_free(stacks), 0);
}

/* Of a sample in the kernel without the kernel's part of the chain, all that is in the chain called it. */
static void callers_of_the_kernel_are_all_there(void)
{
	const int32_t chain[] = { USER_CONTEXT, 0x2000, 1, 0x3000, 1 };
	struct sw_sample one = sample(7);
	struct sw_address unknown[64];
	int32_t stacks = sw_stacks_new(&seed, 0);

	one.length = 3;
	CHECK_EQ(sw_stacks_take(stacks, &one, 1, threads, 2, NULL, 0, chain, LENGTH(chain), unknown, LENGTH(unknown)), 3);
	CHECK_EQ(unknown[0].space, -PERF_RECORD_MISC_KERNEL);
	CHECK_EQ(unknown[0].low, 0x1000);
	CHECK(unknown[1].low == 0x2000 && unknown[2].low == 0x3000);
	CHECK_EQ(sw_stacks_free(stacks), 0);
}

/* ---- what samples of a batch have in common ---- */

#define MANY 64
#define LONGEST 10

/* Samples with chains of few addresses, so that those of a thread often end alike, and with contexts anywhere. */
static void make_alike(struct sw_sample *samples, int32_t *chains)
{
	static const int32_t contexts[] = { (int32_t)PERF_CONTEXT_KERNEL, (int32_t)PERF_CONTEXT_USER, (int32_t)PERF_CONTEXT_GUEST };

	for (uint32_t i = 0; i < MANY; i++) {
		int32_t *chain = chains + i * LONGEST * 2;

		samples[i] = (struct sw_sample){
			.thread = below(2),
			.mode = below(2) ? PERF_RECORD_MISC_KERNEL : PERF_RECORD_MISC_USER,
			.low = (int32_t)below(3) << 12,
			.chain = i * LONGEST * 2,
			.length = below(LONGEST + 1),
			.period = 1 + below(3),
		};
		for (uint32_t at = 0; at < samples[i].length * 2; at += 2) {
			int is_context = below(4) == 0;

			chain[at] = is_context ? contexts[below(16) ? below(2) : 2] : (int32_t)below(3) << 12;
			chain[at + 1] = is_context ? -1 : 0;
		}
		/* As the kernel writes most of them. */
		if (samples[i].length > 2 && below(2)) {
			chain[0] = contexts[samples[i].mode == PERF_RECORD_MISC_USER];
			chain[1] = -1;
			chain[2] = samples[i].low;
			chain[3] = samples[i].high;
		}
	}
}

/* What became of samples that were added so many at a time. Every address is of a function that only it has. */
struct counted {
	int32_t ids[MANY];
	uint32_t sizes[3];
	int32_t words[MANY * 2 * (LONGEST + 6)], starts[MANY * 2], depths[MANY * 2], kernel_stacks[MANY];
	double counts[MANY * 2], periods[MANY * 2];
};

static void count_by(uint32_t step, const struct sw_sample *samples, const int32_t *chains, struct counted *counted)
{
	const struct sw_range ranges[] = { { .start = 0, .end = 0x1800, .dso = 1 }, { .start = 0x2000, .end = 0x3000, .dso = 2 } };
	const struct sw_thread of[] = { { .comm = 1, .space = 1, .n_ranges = 2 }, { .comm = 2, .space = 2, .n_ranges = -1 } };
	struct sw_address unknown[MANY * (LONGEST + 1)];
	int32_t cells[MANY * (LONGEST + 1)], n_unknown, stacks = sw_stacks_new(&seed, 0);

	memset(counted, 0, sizeof(*counted));
	for (uint32_t i = 0; i < MANY; i += step) {
		n_unknown = sw_stacks_take(stacks, samples + i, step, of, 2, ranges, 2, chains, MANY * LONGEST * 2, unknown,
					   LENGTH(unknown));
		CHECK(n_unknown >= 0);
		for (int32_t at = 0; at < n_unknown; at++)
			cells[at] = (unknown[at].space + 16) * 16 + (unknown[at].low >> 12);
		CHECK_EQ(sw_stacks_count(stacks, cells, (uint32_t)n_unknown, counted->ids + i, step), 0);
	}
	CHECK_EQ(sw_stacks_size(stacks, counted->sizes), 0);
	CHECK_EQ(sw_stacks_read(stacks, counted->words, counted->sizes[2], counted->starts, counted->depths, counted->counts,
				counted->periods, counted->sizes[0] + counted->sizes[1], counted->kernel_stacks, counted->sizes[0]),
		 0);
	CHECK_EQ(sw_stacks_free(stacks), 0);
}

static void samples_of_a_batch_are_what_each_is_alone(void)
{
	static struct counted alone, together;
	struct sw_sample samples[MANY];
	int32_t chains[MANY * LONGEST * 2];

	state = setting("SW_FUZZ_SEED", 20261129);
	for (uint64_t round = setting("SW_FUZZ_ROUNDS", 2000) / 4; round > 0; round--) {
		memset(chains, 0, sizeof(chains));
		make_alike(samples, chains);
		count_by(1, samples, chains, &alone);
		count_by(MANY, samples, chains, &together);
		CHECK(!memcmp(&alone, &together, sizeof(alone)));
	}
}

static void what_cannot_be_meant_is_refused(void)
{
	struct sw_sample one = sample(7);
	struct sw_thread of[] = { threads[0], threads[1] };
	struct sw_range range = { .end = 1 };
	struct sw_address unknown[64];
	uint32_t sizes[3];
	int32_t id, many[64], stacks = sw_stacks_new(&seed, 0);

#define REFUSED(change) \
	do { \
		one = sample(7); \
		of[1].n_ranges = 1; \
		of[1].ranges = 0; \
		of[1].space = 1; \
		range = (struct sw_range){ .end = 1 }; \
		change; \
		CHECK_EQ(take(stacks, &one, 1, of, &range, 1, unknown, LENGTH(unknown)), -EINVAL); \
	} while (0)
	REFUSED(one.chain = 1);
	REFUSED(one.chain = LENGTH(words) + 1);
	REFUSED(one.length = UINT32_MAX);
	REFUSED(one.thread = 2);
	REFUSED(of[1].space = 0);
	REFUSED(one.mode = 8);
	REFUSED(one.mode = -1);
	REFUSED(of[1].ranges = 1);
	REFUSED(of[1].n_ranges = 2);
	REFUSED(of[1].n_ranges = -2);
	REFUSED(range.dso = -1);
	REFUSED(range.dso = SW_MOST_DSOS);
	REFUSED(range.end = 0x1p54);
	REFUSED(range.start = __builtin_nan(""));
	REFUSED(range.shift = -1);
	one = sample(7);
	CHECK_EQ(take(stacks, &one, 1, threads, NULL, 0, unknown, 4), -EINVAL);
	CHECK_EQ(take(-1, &one, 1, threads, NULL, 0, unknown, LENGTH(unknown)), -EINVAL);
	CHECK_EQ(sw_stacks_new(NULL, 0), -EINVAL);
	/* One thing after the other. */
	CHECK_EQ(take(stacks, &one, 1, threads, NULL, 0, unknown, LENGTH(unknown)), 2);
	CHECK_EQ(take(stacks, &one, 1, threads, NULL, 0, unknown, LENGTH(unknown)), -EINVAL);
	CHECK_EQ(sw_stacks_size(stacks, sizes), -EINVAL);
	CHECK_EQ(sw_stacks_count(stacks, many, 1, &id, 1), -EINVAL);
	CHECK_EQ(sw_stacks_count(stacks, many, 2, &id, 0), -EINVAL);
	CHECK_EQ(sw_stacks_free(stacks), 0);
	for (uint32_t i = 0; i < 64; i++)
		CHECK((many[i] = sw_stacks_new(&seed, 0)) >= 0);
	CHECK_EQ(sw_stacks_new(&seed, 0), -EMFILE);
	for (uint32_t i = 0; i < 64; i++)
		CHECK_EQ(sw_stacks_free(many[i]), 0);
}

/* ---- records ---- */

#define RECORD_WORDS 10

/* Of a sample with a thread, a time and a call chain of one address. */
static const struct sw_sample_layout layout = {
	.ip = 0, .tid = 8, .time = 16, .cpu = -1, .period = -1, .id = -1, .variable = 24, .has_chain = 1, .sample_period = 4
};

static void write_record(uint64_t *at, uint32_t tid, uint64_t time)
{
	at[0] = (uint64_t)5 * 8 << 48 | (uint64_t)PERF_RECORD_MISC_USER << 32 | PERF_RECORD_SAMPLE;
	at[1] = 0x4000;
	at[2] = (uint64_t)tid << 32 | 5;
	at[3] = time;
	at[4] = 0;
}

static int32_t read_all(const void *bytes, uint32_t length, struct sw_sample *samples, struct sw_sampled_thread *of, uint32_t room,
			struct sw_samples_read *done)
{
	struct sw_moments moments;

	return sw_samples_read(bytes, length, &layout, 1, NULL, 0, SW_KEY_EVENT | SW_KEY_TID, samples, &moments, of, room, NULL, 0,
			       done);
}

static void samples_are_read_out_of_records(void)
{
	uint64_t records[RECORD_WORDS * 2];
	struct sw_sample samples[8];
	struct sw_sampled_thread of[8];
	struct sw_samples_read done;

	write_record(records, 6, 30);
	write_record(records + 5, 6, 20);
	write_record(records + 10, 7, 40);
	/* Its call chain is said to be longer than it is. */
	write_record(records + 15, 7, 50);
	records[19] = 1;
	CHECK_EQ(read_all(records, sizeof(records), samples, of, 8, &done), 0);
	CHECK_EQ(done.bytes, sizeof(records));
	CHECK_EQ(done.samples, 3);
	CHECK_EQ(done.threads, 2);
	CHECK_EQ(done.wrong, 1);
	CHECK(of[0].begin == 20 && of[0].end == 30);
	CHECK_EQ(of[1].tid, 7);
	CHECK(samples[0].thread == 0 && samples[1].thread == 0 && samples[2].thread == 1);
	CHECK_EQ(samples[2].keys[3], 7);
	CHECK_EQ(samples[2].mode, PERF_RECORD_MISC_USER);
	CHECK_EQ(samples[2].low, 0x4000);
	CHECK(samples[2].period == 4);
	/* No more than there is room for. */
	CHECK_EQ(read_all(records, sizeof(records), samples, of, 2, &done), 0);
	CHECK_EQ(done.samples, 2);
	CHECK_EQ(done.bytes, 80);
	/* Every length: what is not whole is not read. */
	for (uint32_t length = 0; length <= sizeof(records); length++) {
		CHECK_EQ(read_all(records, length, samples, of, 8, &done), 0);
		CHECK_EQ(done.bytes, length / 40 * 40);
	}
}

/* Records that are no samples, and between which samples each is. */
static void other_records_are_told(void)
{
	uint64_t records[5 * 5];
	struct sw_sample_layout with_cpu = layout;
	struct sw_sample samples[8];
	struct sw_sampled_thread of[8];
	struct sw_moments moments;
	struct sw_other_record others[4];
	struct sw_samples_read done;

	for (int i = 0; i < 5; i++) {
		write_record(records + i * 5, 6, (uint64_t)i * 10);
		if (i == 0 || i >= 3)
			*(uint32_t *)(records + i * 5) = PERF_RECORD_LOST;
	}
	records[5 + 1] = 3;
	with_cpu.cpu = 0;
#define READ_OTHERS(room) \
	sw_samples_read((uint8_t *)records, sizeof(records), &with_cpu, 1, NULL, 0, 0, samples, &moments, of, 8, others, room, &done)
	CHECK_EQ(READ_OTHERS(4), 0);
	CHECK(done.bytes == sizeof(records) && done.samples == 2 && done.others == 3);
	CHECK(others[0].at == 0 && others[0].samples == 0);
	CHECK(others[1].at == 120 && others[1].samples == 2);
	CHECK(others[2].at == 160 && others[2].samples == 2);
	CHECK(moments.time[0] == 10 && moments.cpu[0] == 3 && moments.event[0] == 0 && moments.period[0] == 4);
	CHECK(moments.time[1] == 20 && moments.cpu[1] == 0x4000);
	/* No more than there is room for. */
	CHECK_EQ(READ_OTHERS(1), 0);
	CHECK(done.bytes == 120 && done.samples == 2 && done.others == 1);
	CHECK_EQ(READ_OTHERS(0), 0);
	CHECK(done.bytes == sizeof(records) && done.samples == 2 && done.others == 0);
	CHECK_EQ(sw_samples_read((uint8_t *)records, sizeof(records), &with_cpu, 1, NULL, 0, 0, samples, &moments, of, 8, NULL, 1, &done),
		 -EINVAL);
}

static void layouts_that_cannot_be_are_refused(void)
{
	uint64_t record[5];
	struct sw_sample samples[8];
	struct sw_sampled_thread sampled[8];
	struct sw_samples_read done;
	const struct sw_event_id ids[] = { { .id = 2 }, { .id = 1 } }, of_none = { .id = 1, .event = 1 };
	struct sw_moments moments;

	write_record(record, 1, 1);
#define READ(of, id_list, n_ids) \
	sw_samples_read((uint8_t *)record, sizeof(record), of, 1, id_list, n_ids, 0, samples, &moments, sampled, 8, NULL, 0, &done)
	CHECK_EQ(READ(&layout, NULL, 0), 0);
	for (uint32_t field = 0; field < 5; field++) {
		struct sw_sample_layout wrong = layout;

		((int32_t *)&wrong)[field] = 24;
		CHECK_EQ(READ(&wrong, NULL, 0), -EINVAL);
		((int32_t *)&wrong)[field] = -8;
		CHECK_EQ(READ(&wrong, NULL, 0), -EINVAL);
		((int32_t *)&wrong)[field] = 4;
		CHECK_EQ(READ(&wrong, NULL, 0), -EINVAL);
	}
	CHECK_EQ(READ(&layout, ids, 2), -EINVAL);
	CHECK_EQ(READ(&layout, &of_none, 1), -EINVAL);
	CHECK_EQ(READ(NULL, NULL, 0), -EINVAL);
	CHECK_EQ(read_all((uint8_t *)record + 2, 8, samples, sampled, 8, &done), -EINVAL);
	CHECK_EQ(read_all(record, sizeof(record), samples, sampled, 0, &done), -EINVAL);
}

static const struct test tests[] = {
	TEST(equal_samples_are_one_stack),
	TEST(addresses_are_told_by_what_is_mapped),
	TEST(nowhere_can_be_one),
	TEST(callers_of_the_kernel_are_all_there),
	TEST(samples_of_a_batch_are_what_each_is_alone),
	TEST(what_cannot_be_meant_is_refused),
	TEST(samples_are_read_out_of_records),
	TEST(other_records_are_told),
	TEST(layouts_that_cannot_be_are_refused),
};

int main(void)
{
	return run_tests("stacks", tests, LENGTH(tests));
}

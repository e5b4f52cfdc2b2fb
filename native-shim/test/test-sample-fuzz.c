/*
 * Records, layouts, samples and ranges that nobody would send, through everything that samples go through: they may be refused,
 * and what is no one's must not be touched. What is taken is counted, each sample once.
 */
#include "harness.h"
#include "random.h"

#include <linux/perf_event.h>
#include <math.h>

#define ROOM 24
#define RECORD_BYTES 4096
#define MOST_ITEMS (ROOM * RECORD_BYTES)

static _Alignas(8) uint8_t records[RECORD_BYTES];
static struct sw_sample_layout layouts[3];
static struct sw_event_id ids[4];
static struct sw_sample samples[ROOM];
static struct sw_sampled_thread sampled[ROOM];
static struct sw_thread threads[ROOM];
static struct sw_moments moments;
static struct sw_other_record others[ROOM];
static struct sw_range ranges[8];
static struct sw_address unknown[MOST_ITEMS];
static int32_t cells[MOST_ITEMS], stack_ids[ROOM];

static void *maybe(void *pointer)
{
	return below(64) ? pointer : NULL;
}

/* A few addresses, so that they come again, and contexts. */
static uint64_t address(void)
{
	static const uint64_t contexts[] = { PERF_CONTEXT_KERNEL, PERF_CONTEXT_USER, PERF_CONTEXT_HV, PERF_CONTEXT_GUEST };

	switch (below(4)) {
	case 0:
		return contexts[below(LENGTH(contexts) - !!below(8))];
	case 1:
		return 0xffffffff81000000u + below(8);
	case 2:
		return next();
	default:
		return 0x400000 + below(0x3000);
	}
}

/* Records of which most are samples of these layouts. */
static uint32_t write_records(void)
{
	uint32_t at = 0;

	while (at + 1024 < RECORD_BYTES) {
		uint32_t length = below(12), size = 8 + layouts[0].variable + 8 + length * 8;
		uint64_t *body = (uint64_t *)(records + at + 8);
		uint64_t header = (uint64_t)(below(16) ? size : number() & 0xffff) << 48 | (uint64_t)below(8) << 32 |
				  (below(16) ? PERF_RECORD_SAMPLE : number());

		memcpy(records + at, &header, sizeof(header));
		for (uint32_t i = 0; i < size / 8 - 1; i++)
			body[i] = below(4) ? address() : number();
		body[layouts[0].variable / 8] = below(16) ? length : next() >> below(64);
		at += size;
	}
	return below(8) ? at : below(RECORD_BYTES);
}

static int32_t offset(void)
{
	if (!below(128))
		return (int32_t)number();
	return below(5) ? (int32_t)below(4) * 8 : -1;
}

static void scramble(void)
{
	for (uint32_t i = 0; i < LENGTH(layouts); i++)
		layouts[i] = (struct sw_sample_layout){
			.ip = offset(), .tid = offset(), .time = offset(), .cpu = offset(), .period = offset(), .id = offset(),
			.variable = below(128) ? 32 : number() % 512 / 8 * 8, .has_counts = !below(4), .read_format = number() & 31,
			.has_chain = below(8), .sample_period = 1,
		};
	for (uint32_t i = 0; i < LENGTH(ids); i++)
		ids[i] = (struct sw_event_id){ .id = below(64) ? i : next(), .event = below(64) ? below(3) : number() };
	for (uint32_t i = 0; i < LENGTH(ranges); i++) {
		double start = 0x400000 + i * 0x400;

		ranges[i] = (struct sw_range){ .start = start, .end = start + below(0x500), .shift = below(64) ? -start : (double)(int64_t)next(),
					       .dso = below(64) ? (int32_t)below(3) : (int32_t)number() };
		if (!below(128))
			ranges[i].start = NAN;
	}
}

/* What the caller knows of threads, and now and then what it should not say. */
static void describe(uint32_t n)
{
	for (uint32_t i = 0; i < ROOM; i++) {
		threads[i].comm = (int32_t)below(2);
		threads[i].space = below(512) ? 1 + (int32_t)below(2) : (int32_t)number();
		threads[i].ranges = below(512) ? below(LENGTH(ranges)) : number();
		threads[i].n_ranges = below(2) ? -1 : (int32_t)(LENGTH(ranges) - threads[i].ranges);
	}
	for (uint32_t i = 0; i < n; i++) {
		if (below(256))
			continue;
		samples[i].thread = number();
		samples[i].chain = number();
		samples[i].length = number();
		samples[i].mode = (int32_t)number();
	}
}

static double all_counts(int32_t stacks)
{
	static int32_t words[MOST_ITEMS], starts[MOST_ITEMS], depths[MOST_ITEMS], kernel_stacks[MOST_ITEMS];
	static double counts[MOST_ITEMS], periods[MOST_ITEMS];
	uint32_t sizes[3], both;
	double sum = 0;

	CHECK_EQ(sw_stacks_size(stacks, sizes), 0);
	both = sizes[0] + sizes[1];
	CHECK(both <= MOST_ITEMS && sizes[2] <= MOST_ITEMS);
	CHECK_EQ(sw_stacks_read(stacks, words, sizes[2], starts, depths, counts, periods, both, kernel_stacks, sizes[0]), 0);
	for (uint32_t i = 0; i < both; i++)
		CHECK(depths[i] > 0 && starts[i] + 5 + depths[i] <= (int32_t)sizes[2]);
	for (uint32_t i = 0; i < sizes[0]; i++) {
		CHECK(kernel_stacks[i] == -1 || (kernel_stacks[i] >= (int32_t)sizes[0] && kernel_stacks[i] < (int32_t)both));
		sum += counts[i];
	}
	return sum;
}

/* One batch. @returns how many samples were counted; the number of a new one where it could not go on */
static uint32_t count_batch(int32_t *stacks, uint64_t seed)
{
	struct sw_samples_read done = { 0 };
	uint32_t length = write_records(), n_others = below(4) ? 0 : below(ROOM + 1);
	int32_t n_unknown;

	if (sw_samples_read(maybe(records), length, maybe(layouts), 1 + below(3), maybe(ids), below(5), number(), samples, &moments,
			    sampled, below(16) ? ROOM : below(ROOM), &others[ROOM - n_others], n_others, maybe(&done)) < 0)
		return 0;
	for (uint32_t i = 0; i < done.others; i++)
		CHECK(others[ROOM - n_others + i].at < done.bytes && others[ROOM - n_others + i].samples <= done.samples);
	CHECK(done.others <= n_others);
	CHECK(done.bytes <= length && done.samples <= ROOM && done.threads <= done.samples);
	describe(done.samples);
	n_unknown = sw_stacks_take(*stacks, maybe(samples), done.samples, maybe(threads), below(256) ? ROOM : below(ROOM), maybe(ranges),
				   LENGTH(ranges), (int32_t *)records, length / 4, unknown, below(64) ? LENGTH(unknown) : below(8));
	if (n_unknown < 0)
		return 0;
	for (int32_t i = 0; i < n_unknown; i++)
		cells[i] = (int32_t)below(64);
	if (sw_stacks_count(*stacks, maybe(cells), below(64) ? (uint32_t)n_unknown : below(8), stack_ids, ROOM) < 0) {
		/* What waits to be counted cannot be had any more. */
		CHECK_EQ(sw_stacks_free(*stacks), 0);
		*stacks = sw_stacks_new(&seed, (int32_t)below(2));
		return UINT32_MAX;
	}
	return done.samples;
}

static void takes_any_samples(void)
{
	uint64_t rounds = setting("SW_FUZZ_ROUNDS", 20000) / 8, counted = 0;

	state = setting("SW_FUZZ_SEED", 20261129) | 1;
	for (uint64_t i = 0; i < rounds; i++) {
		uint64_t seed = next();
		int32_t stacks = sw_stacks_new(&seed, (int32_t)below(2));
		double sum = 0;

		scramble();
		for (uint32_t batch = 0; batch < 4; batch++) {
			uint32_t n = count_batch(&stacks, seed);

			sum = n == UINT32_MAX ? 0 : sum + n;
		}
		CHECK(all_counts(stacks) == sum);
		counted += (uint64_t)sum;
		CHECK_EQ(sw_stacks_free(stacks), 0);
		CHECK(sw_stacks_free((int32_t)number() | 64) < 0);
	}
	printf("torture shim: %llu samples counted, 0 crashes\n", (unsigned long long)counted);
	CHECK(counted > rounds);
}

int main(void)
{
	static const struct test tests[] = { TEST(takes_any_samples) };

	return run_tests("sample-fuzz", tests, LENGTH(tests));
}

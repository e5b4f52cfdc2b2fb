/*
 * Reads samples out of the records of a perf.data file, as they stand there. Source: PERF_RECORD_SAMPLE in
 * include/uapi/linux/perf_event.h.
 */
#include "internal.h"
#include "shim.h"

#include <linux/perf_event.h>
#include <string.h>

/* What is read, and how far it is. */
struct reading {
	const uint8_t *bytes;
	const struct sw_sample_layout *layouts;
	uint32_t n_layouts;
	const struct sw_event_id *ids;
	uint32_t n_ids;
	uint32_t keys;
	struct sw_sample *samples;
	struct sw_moments *moments;
	struct sw_sampled_thread *threads;
	struct sw_samples_read *done;
	/* Samples of one CPU come one after the other. */
	uint64_t last_id;
	int32_t last_event;
};

static uint64_t u64(const uint8_t *at)
{
	uint64_t number;

	memcpy(&number, at, sizeof(number));
	return number;
}

static int32_t i32(const uint8_t *at)
{
	int32_t number;

	memcpy(&number, at, sizeof(number));
	return number;
}

/* The event of an id; -1 for an id of none. That of a file with one event may be missing. */
static int32_t event_of(struct reading *reading, uint64_t id)
{
	uint32_t low = 0, high = reading->n_ids;

	if (id == reading->last_id)
		return reading->last_event;
	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (reading->ids[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	reading->last_id = id;
	if (low < reading->n_ids && reading->ids[low].id == id)
		reading->last_event = reading->ids[low].event;
	else
		reading->last_event = reading->n_layouts == 1 ? 0 : -1;
	return reading->last_event;
}

/* Bytes of what read(2) would give of the event, or its group; more than there are, if it is not whole. */
static uint64_t counts_bytes(const uint8_t *at, uint64_t left, uint32_t format)
{
	uint64_t times = !!(format & PERF_FORMAT_TOTAL_TIME_ENABLED) + !!(format & PERF_FORMAT_TOTAL_TIME_RUNNING);
	/* PERF_FORMAT_LOST, which older headers do not have. */
	uint64_t each = 1 + !!(format & PERF_FORMAT_ID) + !!(format & 1u << 4);
	uint64_t n;

	if (!(format & PERF_FORMAT_GROUP))
		return (times + each) * 8;
	if (left < 8)
		return left;
	n = u64(at);
	return n > left ? left + 1 : (1 + times + n * each) * 8;
}

/* Where the call chain of a sample is, and how long. @returns 0 for a sample that is shorter than its fields */
static int find_chain(const struct sw_sample_layout *layout, const uint8_t *bytes, uint32_t at, uint32_t end,
		      struct sw_sample *sample)
{
	uint64_t bytes_left, length;

	sample->chain = 0;
	sample->length = 0;
	if (layout->has_counts) {
		uint64_t counts = counts_bytes(bytes + at, end - at, layout->read_format);

		if (counts > end - at)
			return 0;
		at += (uint32_t)counts;
	}
	if (!layout->has_chain)
		return 1;
	if (end - at < 8)
		return 0;
	length = u64(bytes + at);
	at += 8;
	bytes_left = end - at;
	if (length > bytes_left / 8)
		return 0;
	sample->chain = at / 4;
	sample->length = (uint32_t)length;
	return 1;
}

/* The thread that a sample is of: that of the one before more often than not, and few others. @returns its index */
static uint32_t thread_of(struct reading *reading, int32_t pid, int32_t tid, double time)
{
	struct sw_samples_read *done = reading->done;
	uint32_t at = done->samples ? reading->samples[done->samples - 1].thread : 0;
	struct sw_sampled_thread *thread = &reading->threads[at];

	if (at == done->threads || thread->pid != pid || thread->tid != tid)
		for (at = 0; at < done->threads; at++)
			if (reading->threads[at].pid == pid && reading->threads[at].tid == tid)
				break;
	thread = &reading->threads[at];
	if (at == done->threads) {
		*thread = (struct sw_sampled_thread){ .pid = pid, .tid = tid, .begin = time, .end = time };
		done->threads++;
	}
	thread->begin = time < thread->begin ? time : thread->begin;
	thread->end = time > thread->end ? time : thread->end;
	return at;
}

static void read_sample(struct reading *reading, uint32_t at, uint32_t size)
{
	struct sw_samples_read *done = reading->done;
	struct sw_sample *sample = &reading->samples[done->samples];
	const struct sw_sample_layout *layout = reading->layouts;
	const uint8_t *body = reading->bytes + at + 8;
	uint32_t length = size - 8, keys = reading->keys;
	int32_t id_at = layout->id, event, pid, tid, cpu;
	double time;

	event = event_of(reading, id_at < 0 || (uint32_t)id_at + 8 > length ? 0 : u64(body + id_at));
	if (event > 0)
		layout += event;
	if (layout->variable > length || !find_chain(layout, reading->bytes, at + 8 + layout->variable, at + size, sample)) {
		done->wrong++;
		return;
	}
	done->wrong += event < 0;
	pid = layout->tid < 0 ? 0 : i32(body + layout->tid);
	tid = layout->tid < 0 ? 0 : i32(body + layout->tid + 4);
	cpu = layout->cpu < 0 ? 0 : i32(body + layout->cpu);
	sample->keys[0] = keys & SW_KEY_EVENT ? event : 0;
	sample->keys[1] = 0;
	sample->keys[2] = keys & SW_KEY_PID ? pid : 0;
	sample->keys[3] = keys & SW_KEY_TID ? tid : 0;
	sample->keys[4] = keys & SW_KEY_CPU ? cpu : 0;
	sample->mode = reading->bytes[at + 4] & PERF_RECORD_MISC_CPUMODE_MASK;
	sample->low = layout->ip < 0 ? 0 : i32(body + layout->ip);
	sample->high = layout->ip < 0 ? 0 : i32(body + layout->ip + 4);
	sample->period = layout->period < 0 ? layout->sample_period : (double)u64(body + layout->period);
	time = layout->time < 0 ? 0 : (double)u64(body + layout->time);
	reading->moments->time[done->samples] = time;
	reading->moments->period[done->samples] = sample->period;
	reading->moments->cpu[done->samples] = cpu;
	reading->moments->event[done->samples] = event;
	sample->thread = thread_of(reading, pid, tid, time);
	done->samples++;
}

static int bad_offset(int32_t offset, uint32_t variable)
{
	return offset != -1 && (offset < 0 || offset % 8 || (uint32_t)offset + 8 > variable);
}

static int bad_layouts(const struct sw_sample_layout *layouts, uint32_t n, const struct sw_event_id *ids, uint32_t n_ids)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct sw_sample_layout *layout = &layouts[i];
		uint32_t variable = layout->variable;

		if (variable > 65535 || variable % 8 || bad_offset(layout->ip, variable) || bad_offset(layout->tid, variable) ||
		    bad_offset(layout->time, variable) || bad_offset(layout->cpu, variable) ||
		    bad_offset(layout->period, variable) || layout->id < -1 || layout->id > 65535)
			return 1;
	}
	for (uint32_t i = 0; i < n_ids; i++)
		if (ids[i].event >= n || (i && ids[i].id < ids[i - 1].id))
			return 1;
	return 0;
}

int32_t sw_samples_read(const uint8_t *bytes, uint32_t length, const struct sw_sample_layout *layouts, uint32_t n_layouts,
			const struct sw_event_id *ids, uint32_t n_ids, uint32_t keys, struct sw_sample *samples,
			struct sw_moments *moments, struct sw_sampled_thread *threads, uint32_t room,
			struct sw_other_record *others, uint32_t others_room, struct sw_samples_read *done)
{
	struct reading reading = {
		.bytes = bytes,
		.layouts = layouts,
		.n_layouts = n_layouts,
		.ids = ids,
		.n_ids = n_ids,
		.keys = keys,
		.samples = samples,
		.moments = moments,
		.threads = threads,
		.done = done,
	};

	if (!bytes || (uintptr_t)bytes % 4 || length > INT32_MAX || !layouts || !n_layouts || sw_bad_batch(layouts, n_layouts) ||
	    sw_bad_batch(ids, n_ids) || !samples || !moments || !threads || !room || room > SW_BATCH ||
	    sw_bad_batch(others, others_room) || !done || bad_layouts(layouts, n_layouts, ids, n_ids))
		return -EINVAL;
	*done = (struct sw_samples_read){ 0 };
	reading.last_event = event_of(&reading, 0);
	reading.last_id = 0;
	while (done->bytes + 8 <= length && done->samples < room) {
		uint32_t at = done->bytes;
		uint16_t size;
		uint32_t type;

		memcpy(&type, bytes + at, sizeof(type));
		memcpy(&size, bytes + at + 6, sizeof(size));
		/* Chains are given by words. */
		if (size < 8 || size > length - at || (type == PERF_RECORD_SAMPLE && at % 4))
			break;
		if (type == PERF_RECORD_SAMPLE) {
			read_sample(&reading, at, size);
		} else if (others_room) {
			if (done->others == others_room)
				break;
			others[done->others++] = (struct sw_other_record){ at, done->samples };
		}
		done->bytes += size;
	}
	return 0;
}

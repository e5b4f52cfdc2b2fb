/* Gangs of perf events: open, close, control, read and change many at once. Source: perf_event_open(2). */
#include "internal.h"
#include "shim.h"

#include <linux/perf_event.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

/* What the kernel takes at most (perf_copy_attr() in kernel/events/core.c refuses sizes above a page). */
#define MAX_ATTR_SIZE 4096u

/*
 * An attr of our own to hand to the kernel: on E2BIG it writes the size it knows into the caller's, which here is
 * shared by the requests of a batch and belongs to JavaScript.
 */
struct attr_copy {
	_Alignas(8) uint8_t bytes[MAX_ATTR_SIZE];
};

/* The attr's own `size`; one of 0 stands for the first published layout. -1: it does not fit into `room` bytes. */
static int attr_size(const uint8_t *attr, uint32_t room)
{
	uint32_t size;

	if (room < PERF_ATTR_SIZE_VER0 || room > MAX_ATTR_SIZE)
		return -1;
	memcpy(&size, attr + offsetof(struct perf_event_attr, size), sizeof(size));
	if (!size)
		size = PERF_ATTR_SIZE_VER0;
	return size < PERF_ATTR_SIZE_VER0 || size > room ? -1 : (int)size;
}

static int bad_request(const struct sw_open_request *request, uint32_t index, uint32_t n_attrs)
{
	return request->attr < 0 || (uint32_t)request->attr >= n_attrs || request->pid < -1 || request->cpu < -1 ||
	       request->leader < -1 || (request->leader >= 0 && (uint32_t)request->leader >= index) ||
	       request->leader_fd < -1 || (request->leader >= 0 && request->leader_fd >= 0);
}

/* `text`: what config1 points to, NULL to leave it as it is. */
static int32_t open_one(const uint8_t *attr, uint32_t stride, const char *text, const struct sw_open_request *request,
			const int32_t *fds)
{
	int leader = request->leader >= 0 ? fds[request->leader] : request->leader_fd;
	uint64_t address = (uintptr_t)text;
	struct attr_copy copy;
	long fd;

	memcpy(copy.bytes, attr, (size_t)attr_size(attr, stride));
	if (text)
		memcpy(copy.bytes + offsetof(struct perf_event_attr, config1), &address, sizeof(address));
	do {
		fd = syscall(SYS_perf_event_open, &copy, request->pid, request->cpu, leader,
			     (unsigned long)(request->flags | PERF_FLAG_FD_CLOEXEC));
	} while (fd < 0 && errno == EINTR);
	return fd < 0 ? -errno : (int32_t)fd;
}

static const char *text_of(const int32_t *offsets, const char *texts, int32_t attr)
{
	return offsets && offsets[attr] >= 0 ? texts + offsets[attr] : NULL;
}

int32_t sw_open_many(const uint8_t *attrs, uint32_t attr_stride, uint32_t n_attrs, const int32_t *config1_offsets,
		     const char *texts, uint32_t texts_length, const struct sw_open_request *requests, uint32_t n,
		     int32_t *fds, int32_t *failed)
{
	uint32_t i;

	if (!failed)
		return -EINVAL;
	*failed = -1;
	if (sw_bad_batch(fds, n))
		return -EINVAL;
	for (i = 0; i < n; i++)
		fds[i] = -1;
	if (sw_bad_batch(requests, n) || sw_bad_batch(attrs, n_attrs))
		return -EINVAL;
	if (sw_bad_texts(texts, texts_length) ||
	    (config1_offsets && sw_bad_offsets(config1_offsets, n_attrs, texts_length)))
		return -EINVAL;
	for (i = 0; i < n_attrs; i++)
		if (attr_size(attrs + (size_t)i * attr_stride, attr_stride) < 0)
			return -EINVAL;
	for (i = 0; i < n; i++)
		if (bad_request(&requests[i], i, n_attrs))
			return -EINVAL;

	for (i = 0; i < n; i++) {
		int32_t attr = requests[i].attr;
		int32_t fd = open_one(attrs + (size_t)attr * attr_stride, attr_stride,
				      text_of(config1_offsets, texts, attr), &requests[i], fds);

		if (fd < 0) {
			*failed = (int32_t)i;
			/* Members before their leader, so that no member is left alone in between. */
			while (i-- > 0)
				sw_drop_fd(&fds[i]);
			return fd;
		}
		fds[i] = fd;
	}
	return 0;
}

int32_t sw_close_many(const int32_t *fds, uint32_t n)
{
	int32_t first = 0;

	if (sw_bad_batch(fds, n))
		return -EINVAL;
	for (uint32_t i = 0; i < n; i++)
		/* Linux has let the fd go when close(2) is interrupted: a second try could hit somebody else's. */
		if (fds[i] >= 0 && close(fds[i]) < 0 && errno != EINTR && !first)
			first = -errno;
	return first;
}

/* The same ioctl on each fd, in order, up to the first refusal. */
static int32_t ioctl_many(const int32_t *fds, uint32_t n, unsigned long op, unsigned long arg, int32_t *failed)
{
	for (uint32_t i = 0; i < n; i++) {
		int ret;

		do {
			ret = ioctl(fds[i], op, arg);
		} while (ret < 0 && errno == EINTR);
		if (ret < 0) {
			*failed = (int32_t)i;
			return -errno;
		}
	}
	return 0;
}

/* Common to all batches that report which member failed. */
static int bad_members(const int32_t *fds, uint32_t n, int32_t *failed)
{
	if (!failed)
		return 1;
	*failed = -1;
	return sw_bad_batch(fds, n);
}

int32_t sw_control_many(const int32_t *fds, uint32_t n, uint32_t control, struct sw_span *span, int32_t *failed)
{
	static const unsigned long ops[] = {
		[SW_ENABLE] = PERF_EVENT_IOC_ENABLE,
		[SW_DISABLE] = PERF_EVENT_IOC_DISABLE,
		[SW_RESET] = PERF_EVENT_IOC_RESET,
	};
	int32_t ret;

	if (bad_members(fds, n, failed) || control >= sizeof(ops) / sizeof(ops[0]))
		return -EINVAL;
	if (span)
		span->begin_ns = sw_now_ns();
	ret = ioctl_many(fds, n, ops[control], 0, failed);
	if (span)
		span->end_ns = sw_now_ns();
	return ret;
}

int32_t sw_read_many(const int32_t *fds, uint32_t n, uint8_t *out, uint32_t stride, int32_t *lengths,
		     struct sw_span *span)
{
	if (sw_bad_batch(fds, n) || sw_bad_batch(out, n) || sw_bad_batch(lengths, n) || !stride || stride > INT32_MAX)
		return -EINVAL;
	if (span)
		span->begin_ns = sw_now_ns();
	for (uint32_t i = 0; i < n; i++) {
		ssize_t got;

		do {
			got = read(fds[i], out + (size_t)i * stride, stride);
		} while (got < 0 && errno == EINTR);
		lengths[i] = got < 0 ? -errno : (int32_t)got;
	}
	if (span)
		span->end_ns = sw_now_ns();
	return 0;
}

int32_t sw_id_many(const int32_t *fds, uint32_t n, uint64_t *ids, int32_t *failed)
{
	if (bad_members(fds, n, failed) || sw_bad_batch(ids, n))
		return -EINVAL;
	for (uint32_t i = 0; i < n; i++)
		if (ioctl(fds[i], PERF_EVENT_IOC_ID, &ids[i]) < 0) {
			*failed = (int32_t)i;
			return -errno;
		}
	return 0;
}

int32_t sw_set_period_many(const int32_t *fds, uint32_t n, const uint64_t *period, int32_t *failed)
{
	if (bad_members(fds, n, failed) || !period)
		return -EINVAL;
	return ioctl_many(fds, n, PERF_EVENT_IOC_PERIOD, (unsigned long)period, failed);
}

int32_t sw_set_filter_many(const int32_t *fds, uint32_t n, const char *filter, int32_t *failed)
{
	if (bad_members(fds, n, failed) || !filter)
		return -EINVAL;
	return ioctl_many(fds, n, PERF_EVENT_IOC_SET_FILTER, (unsigned long)filter, failed);
}

int32_t sw_modify_many(const int32_t *fds, uint32_t n, const uint8_t *attr, uint32_t attr_length, int32_t *failed)
{
	struct attr_copy copy;
	int size;

	if (bad_members(fds, n, failed) || !attr)
		return -EINVAL;
	size = attr_size(attr, attr_length);
	if (size < 0)
		return -EINVAL;
	memcpy(copy.bytes, attr, (size_t)size);
	return ioctl_many(fds, n, PERF_EVENT_IOC_MODIFY_ATTRIBUTES, (unsigned long)&copy, failed);
}

int32_t sw_pause_output_many(const int32_t *fds, uint32_t n, uint32_t paused, int32_t *failed)
{
	if (bad_members(fds, n, failed) || paused > 1)
		return -EINVAL;
	for (uint32_t i = 0; i < n; i++)
		if (ioctl(fds[i], PERF_EVENT_IOC_PAUSE_OUTPUT, (long)paused) < 0) {
			*failed = (int32_t)i;
			return -errno;
		}
	return 0;
}

int32_t sw_set_output_many(const int32_t *fds, const int32_t *targets, uint32_t n, int32_t *failed)
{
	if (bad_members(fds, n, failed) || sw_bad_batch(targets, n))
		return -EINVAL;
	for (uint32_t i = 0; i < n; i++)
		if (targets[i] < -1)
			return -EINVAL;
	for (uint32_t i = 0; i < n; i++)
		/* As a long: the kernel compares all 64 bits with -1. */
		if (ioctl(fds[i], PERF_EVENT_IOC_SET_OUTPUT, (long)targets[i]) < 0) {
			*failed = (int32_t)i;
			return -errno;
		}
	return 0;
}

/*
 * Columns of whole numbers, each in as few bytes as it needs: 7 bits in a byte, the lower ones first, 128 added where more follow.
 * They are reckoned as doubles, as who reads them has no others.
 */
#include "internal.h"
#include "shim.h"

/* Numbers have 70 bits at most. */
#define MOST_BYTES 10
#define MOST 0x1p70

/* A number that may be below 0 as one that is not: those are odd. */
static inline double zigzag(double number)
{
	return number < 0 ? -number * 2 - 1 : number * 2;
}

static inline double written_as(double number, double before, double at, int32_t how)
{
	switch (how) {
	case SW_VARINT_UP:
		return at - number;
	case SW_VARINT_SIGNED:
		return zigzag(number);
	case SW_VARINT_DELTA:
		return zigzag(number - before);
	default:
		return number;
	}
}

static inline uint8_t *write_number(uint8_t *at, double number)
{
	uint64_t left;

	/* So large a double is a multiple of 128, whose 7 lower bits are 0. */
	for (; number >= 0x1p63; number /= 128)
		*at++ = 128;
	for (left = (uint64_t)number; left > 127; left >>= 7)
		*at++ = (uint8_t)(left | 128);
	*at++ = (uint8_t)left;
	return at;
}

/* @param doubles if they are NULL, it is `words` */
static inline double number_at(const double *doubles, const int32_t *words, uint32_t i)
{
	return doubles ? doubles[i] : words[i];
}

static inline int64_t write_all(const double *doubles, const int32_t *words, uint32_t n, int32_t how, uint8_t *bytes, uint32_t room)
{
	uint8_t *at = bytes;
	double before = 0;

	for (uint32_t i = 0; i < n; i++) {
		double number = number_at(doubles, words, i);
		double written = written_as(number, before, i, how);

		if (!(written >= 0 && written < MOST))
			return -ERANGE;
		if (room - (size_t)(at - bytes) < MOST_BYTES)
			return -ENOSPC;
		at = write_number(at, written);
		before = number;
	}
	return at - bytes;
}

static inline int64_t write_runs(const double *doubles, const int32_t *words, uint32_t n, uint8_t *bytes, uint32_t room)
{
	uint8_t *at = bytes;

	for (uint32_t i = 0, first = 0; i < n; first = i) {
		double number = number_at(doubles, words, first);

		if (!(number >= 0 && number < MOST))
			return -ERANGE;
		if (room - (size_t)(at - bytes) < 2 * MOST_BYTES)
			return -ENOSPC;
		while (++i < n && number_at(doubles, words, i) == number)
			;
		at = write_number(at, number);
		at = write_number(at, i - first - 1);
	}
	return at - bytes;
}

static inline int64_t write_as(const double *doubles, const int32_t *words, uint32_t n, int32_t how, uint8_t *bytes, uint32_t room)
{
	return how == SW_VARINT_RUNS ? write_runs(doubles, words, n, bytes, room) : write_all(doubles, words, n, how, bytes, room);
}

int32_t sw_varints(const void *numbers, uint32_t n, int32_t are_doubles, int32_t how, uint8_t *bytes, uint32_t room)
{
	if ((!numbers && n) || (!bytes && room) || room > INT32_MAX || how < SW_VARINT_PLAIN || how > SW_VARINT_RUNS)
		return -EINVAL;
	return (int32_t)(are_doubles ? write_as(numbers, NULL, n, how, bytes, room) : write_as(NULL, numbers, n, how, bytes, room));
}

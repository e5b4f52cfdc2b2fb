/*
 * Opening clones on a CPU the moment it can have them. A CPU that comes online runs tasks a millisecond or two after
 * perf events can first be opened on it, and a virtual machine is slow for tens of milliseconds around then: whatever
 * touches much memory, as a JavaScript engine does, comes too late. So the waiting thread itself opens and enables
 * them, from what was prepared beforehand.
 */
#include "internal.h"
#include "shim.h"

#include <linux/perf_event.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ioctl.h>

/* What sw_wait_standby() was given to open, as it came. */
struct sw_prepared {
	const uint8_t *attrs;
	uint32_t attr_stride;
	uint32_t n_attrs;
	const int32_t *config1_offsets;
	const char *texts;
	uint32_t texts_length;
	const struct sw_open_request *requests;
	uint32_t per_cpu;
	const int32_t *filter_offsets;
	const int32_t *outputs;
	uint32_t enable;
};

/*
 * A thread, so far asleep, must not queue behind what runs on the CPUs that are left. One that somebody else has given
 * another policy keeps it.
 */
static int hurry(pid_t thread)
{
	static const struct sched_param first = { .sched_priority = 1 };

	if (sched_getscheduler(thread) != SCHED_OTHER)
		return 0;
	return sched_setscheduler(thread, SCHED_FIFO | SCHED_RESET_ON_FORK, &first) == 0;
}

static int calm_down(pid_t thread)
{
	static const struct sched_param none = { 0 };

	return sched_setscheduler(thread, SCHED_OTHER, &none);
}

/*
 * For how many ends of sw_wait_standby() the first thread is hurried: none while it is not, or has been by somebody
 * else. The next wait can end while it is still about what the last one found.
 */
static int main_hurries;
static pthread_mutex_t main_lock = PTHREAD_MUTEX_INITIALIZER;

static void hurry_main(void)
{
	pthread_mutex_lock(&main_lock);
	if (main_hurries > 0 || hurry(getpid()))
		main_hurries++;
	pthread_mutex_unlock(&main_lock);
}

int32_t sw_standby_done(void)
{
	int32_t ret = 0;

	pthread_mutex_lock(&main_lock);
	if (main_hurries > 0 && --main_hurries == 0 && calm_down(getpid()) < 0)
		ret = -errno;
	pthread_mutex_unlock(&main_lock);
	return ret;
}

static int leads(const struct sw_open_request *request)
{
	return request->leader < 0 && request->leader_fd < 0;
}

static int32_t enable_slice(const struct sw_open_request *requests, uint32_t n, const int32_t *fds)
{
	for (uint32_t i = 0; i < n; i++)
		if (leads(&requests[i]) && ioctl(fds[i], PERF_EVENT_IOC_ENABLE, 0) < 0)
			return -errno;
	return 0;
}

static int32_t set_filters(const char *const *filters, uint32_t n, const int32_t *fds)
{
	for (uint32_t i = 0; i < n; i++)
		if (filters[i] && ioctl(fds[i], PERF_EVENT_IOC_SET_FILTER, filters[i]) < 0)
			return -errno;
	return 0;
}

static int32_t set_outputs(const int32_t *outputs, uint32_t n, const int32_t *fds)
{
	for (uint32_t i = 0; i < n; i++)
		if (outputs[i] >= 0 && ioctl(fds[i], PERF_EVENT_IOC_SET_OUTPUT, outputs[i]) < 0)
			return -errno;
	return 0;
}

/* The filter of each request of a slice: NULL for none. */
static void find_filters(const struct sw_prepared *prepared, const char **found)
{
	for (uint32_t i = 0; i < prepared->per_cpu; i++) {
		int32_t at = prepared->filter_offsets[i];

		found[i] = at < 0 ? NULL : prepared->texts + at;
	}
}

static int32_t open_slice(const struct sw_prepared *prepared, const char *const *filters, struct sw_standby *cpu,
			  uint32_t index, int32_t *fds)
{
	uint32_t n = prepared->per_cpu;
	const struct sw_open_request *requests = prepared->requests + (size_t)index * n;
	int32_t failed, ret;

	cpu->begin_ns = sw_now_ns();
	ret = sw_open_many(prepared->attrs, prepared->attr_stride, prepared->n_attrs, prepared->config1_offsets,
			   prepared->texts, prepared->texts_length, requests, n, fds, &failed);
	if (ret < 0)
		return ret;
	ret = set_filters(filters, n, fds);
	if (ret == 0)
		ret = set_outputs(prepared->outputs + (size_t)index * n, n, fds);
	if (ret == 0 && prepared->enable)
		ret = enable_slice(requests, n, fds);
	cpu->end_ns = sw_now_ns();
	if (ret < 0)
		for (uint32_t i = n; i-- > 0;)
			sw_drop_fd(&fds[i]);
	return ret;
}

static int bad_prepared(const struct sw_prepared *prepared)
{
	return !prepared->per_cpu || prepared->per_cpu > SW_MAX_PER_CPU || !prepared->requests || !prepared->attrs ||
	       !prepared->filter_offsets || !prepared->outputs || sw_bad_texts(prepared->texts, prepared->texts_length) ||
	       sw_bad_offsets(prepared->filter_offsets, prepared->per_cpu, prepared->texts_length);
}

static int any_ready(const int32_t *ready, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (ready[i])
			return 1;
	return 0;
}

/* Opens what is prepared on each CPU. The caller is to see that something counts before that does. */
static void open_all(const struct sw_prepared *prepared, const char *const *filters, struct sw_standby *cpus, uint32_t n_cpus,
		     int32_t *opened, int32_t *opening)
{
	int stand = 0;

	__atomic_store_n(opening, 1, __ATOMIC_SEQ_CST);
	for (uint32_t i = 0; i < n_cpus; i++) {
		cpus[i].outcome = open_slice(prepared, filters, &cpus[i], i, opened + (size_t)i * prepared->per_cpu);
		stand |= cpus[i].outcome == 0;
	}
	if (!stand)
		__atomic_store_n(opening, 0, __ATOMIC_SEQ_CST);
}

int32_t sw_wait_standby(const int32_t *fds, uint32_t n, uint32_t n_watched, int32_t timeout_ms, int32_t *ready,
			const uint8_t *attrs, uint32_t attr_stride, uint32_t n_attrs, const int32_t *config1_offsets,
			const char *texts, uint32_t texts_length, const struct sw_open_request *requests,
			uint32_t per_cpu, const int32_t *filter_offsets, const int32_t *outputs, uint32_t enable,
			struct sw_standby *cpus, uint32_t n_cpus, int32_t *opened, int32_t *opening)
{
	const struct sw_prepared prepared = { attrs,	attr_stride, n_attrs,	     config1_offsets, texts, texts_length,
					      requests, per_cpu,     filter_offsets, outputs,	      enable };
	const char *found[SW_MAX_PER_CPU];
	int32_t ret;
	int hurried;

	if (n_watched > n)
		return -EINVAL;
	if (n_cpus && (sw_bad_batch(cpus, n_cpus) || bad_prepared(&prepared) || !opened || !opening || n_cpus > SW_MAX_BATCH / per_cpu))
		return -EINVAL;
	if (n_cpus)
		find_filters(&prepared, found);
	for (uint32_t i = 0; i < n_cpus; i++)
		cpus[i].outcome = SW_STANDBY_IDLE;
	for (size_t i = 0; i < (size_t)n_cpus * per_cpu; i++)
		opened[i] = -1;

	hurried = hurry(0);
	ret = sw_wait_many(fds, n, timeout_ms, ready, NULL);
	if (ret > 0 && any_ready(ready, n_watched)) {
		if (n_cpus)
			open_all(&prepared, found, cpus, n_cpus, opened, opening);
		/* It has to prepare what comes next before the CPU comes or goes again. */
		if (hurried)
			hurry_main();
	}
	if (hurried)
		calm_down(0);
	return ret;
}

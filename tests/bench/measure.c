// SPDX-License-Identifier: GPL-2.0-only
/*
 * measure.c - how the bench takes time, and the rows it prints
 */
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "measure.h"

void measure_pin(void)
{
	cpu_set_t set;
	int cpu = sched_getcpu();

	if (cpu < 0)
		return;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	/* where it is not allowed, samples are only less steady */
	(void)sched_setaffinity(0, sizeof(set), &set);
}

u64 measure_now_ns(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts))
		abort();
	return (u64)ts.tv_sec * 1000000000 + (u64)ts.tv_nsec;
}

static u64 sample_ns(const struct column *column)
{
	const u64 start = measure_now_ns();
	u64 i;

	for (i = 0; i < column->reps; i++)
		column->run(column->arg);
	return measure_now_ns() - start;
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double measure_median(double *values, u32 num)
{
	qsort(values, num, sizeof(values[0]), compare);
	return (values[(num - 1) / 2] + values[num / 2]) / 2;
}

void measure(struct column *columns, u32 num)
{
	u32 i, s;

	for (i = 0; i < num; i++) {
		columns[i].reps = 1;
		while (sample_ns(&columns[i]) < MEASURE_MIN_NS)
			columns[i].reps *= 2;
	}
	for (s = 0; s < MEASURE_SAMPLES; s++) {
		for (i = 0; i < num; i++)
			columns[i].samples[s] = (double)sample_ns(&columns[i]) /
						(double)columns[i].reps;
	}
	for (i = 0; i < num; i++)
		columns[i].ns =
			measure_median(columns[i].samples, MEASURE_SAMPLES);
}

void measure_loop(void *arg)
{
	volatile u64 *result = arg;
	u64 x = *result;
	u32 i;

	for (i = 0; i < MEASURE_LOOP_TURNS; i++)
		x = x * 6364136223846793005ull + 1442695040888963407ull;
	*result = x;
}

void row(const char *bench, const char *name, u32 size, const char *what,
	 double value, const char *unit, const char *limit)
{
	printf("%s\t%s\t%u\t%s\t%.10g\t%s\t%s\n", bench, name, size, what,
	       value, unit, limit ? limit : "-");
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * measure.h - how the bench takes time, and the rows it prints
 *
 * A row is a line of seven fields with a tab between them:
 *
 *	BENCH CASE SIZE WHAT VALUE UNIT LIMIT
 *
 * LIMIT is "-", or "<=X" or ">=X" where VALUE is held against a budget.
 * run.sh makes tables of them.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "vm/port.h"

#define MEASURE_SAMPLES 21
#define MEASURE_MAX_COLUMNS 24
#define MEASURE_MIN_NS 2000000 /* a sample takes at least so long */

/* Something to take the time of. */
struct column {
	const char *name;
	void (*run)(void *arg);
	void *arg;
	u64 reps; /* runs in a sample; set by measure() */
	double samples[MEASURE_SAMPLES]; /* ns a run, ascending */
	double ns; /* the median of them */
};

/* Keep to the processor that we are on, so that samples can be compared. */
void measure_pin(void);

/* CPU time of this thread. */
u64 measure_now_ns(void);

/*
 * Take the time of all columns in turns: a sample of each, 21 times over, so
 * that whatever slows the machine down slows all of them.
 */
void measure(struct column *columns, u32 num);

/* The middle one, or the mean of the two in the middle; puts them in order. */
double measure_median(double *values, u32 num);

/* A fixed loop in plain C: what it takes shows how steady the machine is. */
#define MEASURE_LOOP_TURNS 1000
void measure_loop(void *arg);

/* Print a row; limit NULL is none. */
void row(const char *bench, const char *name, u32 size, const char *what,
	 double value, const char *unit, const char *limit);

#endif /* BENCH_MEASURE_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cost.h - operations of which the guest counts the instructions
 *
 * Under QEMU's -icount shift=0 the processor's time stamp counter advances by
 * one an instruction, so a difference of two is what was executed between them.
 */
#ifndef BENCH_COST_H
#define BENCH_COST_H

#include "vm/port.h"

#define COST_DIR "/bench" /* on a tmpfs, made by cost-guest.sh */
#define COST_PORT 5000 /* of 127.0.0.1, UDP and TCP */

struct cost_op {
	const char *name;
	u32 reps; /* in a sample, so that most samples meet no timer tick; 1: it is long */
	void (*prepare)(void); /* after confinement, once; may be NULL */
	void (*run)(u32 reps);
	void (*settle)(u32 reps); /* after a sample, not measured; or NULL */
	bool by_rules; /* is measured for each number of rules, too */
	bool processes; /* makes some: is measured in several */
};

extern const struct cost_op cost_ops[];
extern const u32 cost_num_ops;

/* The jobs of whole programs, whose clients are not confined. */
extern const struct cost_op cost_jobs[];
extern const u32 cost_num_jobs;

/* How those are confined, before the first of them. */
void cost_jobs_for(const char *column, u32 num_rules);

/* Somebody confines us, and denies what operations of that name ask for. */
extern bool cost_denies;

/* Print what failed, and errno, and end with status 1. */
void cost_fail(const char *what) __attribute__((noreturn));

/*
 * Confine this process as a column says: "none", "bailiff", "apparmor",
 * "landlock", "bpflsm"; num_rules matters to Landlock, which has its rules from here.
 */
void cost_confine(const char *column, u32 num_rules);

/* Programs that are executed, and end at once: cost_end.c; a copy of this one. */
#define COST_PROGRAM COST_DIR "/ok/program"
#define COST_LIBC_PROGRAM COST_DIR "/ok/libc-program"

#endif /* BENCH_COST_H */

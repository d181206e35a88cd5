/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * storm.h - what the workers of storm.c share
 */
#ifndef STORM_H
#define STORM_H

#include <stdatomic.h>
#include <stdbool.h>

#define STORM_FS "/sys/kernel/security/bailiff/"

/* Generations that are told apart; later ones are not looked at. */
#define STORM_MAX_GENERATIONS (1 << 20)

/* What is counted: how often it happened. */
enum storm_count {
	COUNT_LOADS,
	COUNT_UNLOADS, /* done */
	COUNT_BUSY, /* refused: in use */
	COUNT_BINDS,
	COUNT_MODES,
	COUNT_RECORDS, /* read */
	COUNT_REPORTS,
	COUNT_MOVES, /* directories renamed, file systems mounted */
	COUNT_DENIED, /* by exactly one version */
	COUNT_ALLOWED, /* by exactly one version */
	COUNT_EXECS,
	COUNT_JOINS,
	COUNT_MIXTURES, /* what neither version answers: must be 0 */
	COUNT_WRONG, /* what nothing may answer: must be 0 */
	NUM_COUNTS,
};

/* Who said what under a generation. */
enum { SAID_A = 1, SAID_B = 2, LOADED_A = 4, LOADED_B = 8 };

struct storm {
	const char *dir; /* the files that are fought over */
	const char *image[2]; /* of policy "flip": A and B */
	const char *spare; /* of policy "spare" */
	const char *cgroup; /* a directory */
	atomic_bool stop;
	atomic_int num_entered; /* workers that are confined */
	atomic_ulong count[NUM_COUNTS];
	atomic_uchar said[STORM_MAX_GENERATIONS]; /* bits of the enum above */
};

extern struct storm *storm; /* shared by all workers */

static inline void storm_count(enum storm_count what)
{
	atomic_fetch_add(&storm->count[what], 1);
}

static inline bool storm_goes_on(void)
{
	return !atomic_load(&storm->stop);
}

/* Say what is wrong, with errno, and count it. */
void __attribute__((format(printf, 2, 3)))
storm_complain(enum storm_count what, const char *fmt, ...);

/* One message to a file of STORM_FS; the reply. Return: 0 or an errno. */
int storm_tell(const char *file, const void *text, unsigned long len,
	       char *reply, unsigned long size);

/* Unconfined workers: until the end of the storm. */
void storm_load(void);
void storm_spare(void);
void storm_bind(void);
void storm_read_records(void);
void storm_read_reports(void);
void storm_move(void);

/* Workers confined by "flip". */
void storm_open(void);
void storm_rename(void);
void storm_exec(void);
void storm_connect(void);

/* In the cgroup that is bound and unbound. */
void storm_join(void);

/* What is executed there and by storm_exec. Return: exit status. */
int storm_child(const char *dir);

#endif /* STORM_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * repeat.h - records that are alike: the first ones each, the others counted
 *
 *	record 1 .. REPEAT_FIRST        written each
 *	those after it, in the window   counted; the last of them is written
 *					at the end of the window, with how many
 *					it stands for
 *
 * Alike are decisions that differ in time, number and process only. What
 * there is no room to count is written.
 */
#ifndef DAEMON_REPEAT_H
#define DAEMON_REPEAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct record;
struct repeat;

#define REPEAT_FIRST 10 /* of a kind in a window */
#define REPEAT_KINDS 1024 /* that are counted at a time */

/* Return: an owned repeat, NULL without memory. window_ms is not 0. */
struct repeat *repeat_create(uint64_t window_ms);
void repeat_free(struct repeat *repeat);

/*
 * Is this record, whose len bytes are copied if they are needed later, to be
 * written now? now_ms is monotonic.
 */
bool repeat_take(struct repeat *repeat, const struct record *record,
		 const void *bytes, size_t len, uint64_t now_ms);

typedef void repeat_due(void *arg, const struct record *record, uint64_t num);

/*
 * Call due for each kind whose window is over, or for all, with the last
 * record that was counted and how many were.
 */
void repeat_flush(struct repeat *repeat, uint64_t now_ms, bool all,
		  repeat_due *due, void *arg);

/* Records that are counted and not written yet. */
uint64_t repeat_held(const struct repeat *repeat);

#endif /* DAEMON_REPEAT_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * topview.h - what top shows: samples of the kernel's counts and of the log,
 * and their lines
 */
#ifndef DAEMON_TOPVIEW_H
#define DAEMON_TOPVIEW_H

#include <stdbool.h>

#include "kfs.h"
#include "logfollow.h"
#include "toptable.h"

struct json_t;

struct topview {
	struct kfs *kfs;
	struct logfollow *logs; /* NULL: there is no log to read */
	enum toporder order;
	double seconds; /* that the last sample took; 0: it is the first */
	struct toptable kernel; /* its own counts */
	/* by "NAME POLICY CGROUP"; extra: tasks, those confined */
	struct toptable containers;
	struct toptable rules; /* by "POLICY RULE KIND WHERE" */
	struct toptable denials; /* by "WHO OP OBJECT"; since top runs */
	struct toptable by_container; /* denials of each, by its name */
};

/*
 * Take a sample; seconds have gone since the one before.
 *
 * Return: 0 or -errno of the kernel's files.
 */
int topview_sample(struct topview *view, double seconds);

/* A sample as lines, each at most width columns, height of them at most. */
void topview_print(struct topview *view, unsigned int width,
		   unsigned int height, struct text *out);

/* The same, owned. */
struct json_t *topview_json(struct topview *view);

void topview_fini(struct topview *view);

#endif /* DAEMON_TOPVIEW_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * remedy_parts.h - what the files of remedy.h share
 */
#ifndef DAEMON_REMEDY_PARTS_H
#define DAEMON_REMEDY_PARTS_H

#include <stdbool.h>
#include <stdio.h>

#include "remedy.h"
#include "vm/port.h"

#define REMEDY_SOURCE " from " /* in the detail of a packet's record */

/* Denials that are alike but for process and time. */
struct denial {
	char *object;
	char *detail;
	char *file; /* of the rule that denies; "" if none */
	char reason[32];
	u32 class;
	int op;
	long long rule;
	long long line;
	unsigned long long count;
	u64 ops; /* print_paths: of this path */
	bool done; /* print_paths: has been printed */
};

struct remedy {
	struct denial *denials;
	size_t num;
	unsigned long long num_left_out; /* past MAX_DENIALS */
};

/* Would a rule help? Not where another reason than rules or defaults denied. */
bool remedy_is_allowable(const struct denial *denial);

/* A path as a glob that matches it alone, quoted for YAML. */
void remedy_print_pattern(const char *path, FILE *out);

/* The rules of class network. */
void remedy_print_network(struct remedy *remedy, FILE *out);

#endif /* DAEMON_REMEDY_PARTS_H */

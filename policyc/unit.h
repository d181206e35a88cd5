/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * unit.h - the options of a systemd unit
 */
#ifndef POLICYC_UNIT_H
#define POLICYC_UNIT_H

#include "source.h"

/*
 * Called for each option, in order: section is "[Service]"; key and value are
 * trimmed and the callee's to change; value is NULL if the line has no '='.
 * Called for the line that begins a section, too: then key is NULL.
 * Return: go on?
 */
typedef bool unit_fn(void *ctx, const char *section, char *key, char *value,
		     const struct span *from);

/*
 * Lines that end with a backslash go on. Return: true; false at a line that
 * no unit can have, where *bad is.
 */
bool unit_read(struct arena *arena, const struct source *source, unit_fn *fn,
	       void *ctx, struct span *bad);

#endif /* POLICYC_UNIT_H */

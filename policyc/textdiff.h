/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * textdiff.h - what differs between two texts, as diff -u shows it
 */
#ifndef POLICYC_TEXTDIFF_H
#define POLICYC_TEXTDIFF_H

#include "buf.h"
#include "source.h"

/*
 * Put the lines that differ, with three around them. The fewest are shown,
 * unless the texts are long and differ much.
 */
void textdiff_put(struct buf *buf, const struct source *before,
		  const struct source *after);

#endif /* POLICYC_TEXTDIFF_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keytable.h - what lists keys say, as an ARRAY
 *
 * lowering.h has a list for each pair of a row and an operation. Most operations
 * decide as some other one does for every row, so where there are many rows the
 * ARRAY has columns, and another one says where that of an operation begins:
 *
 *	rows		elements[row * operations + operation]
 *	columns		elements[columns[operation] + row]
 *
 * A list of one entry, which nothing is needed for, is a verdict. Where there
 * are many, they are elements themselves, and lists are numbered without them:
 *
 *	31	 12 11		5  4  3       0
 *	| rule	   | errno	| 1 | flags   |	a verdict, see vm/hooks.h
 *	| list			| 0		a list
 *
 * List 0 denies. What lies past the end is 0, so that is the list of what is
 * not in the ARRAY.
 */
#ifndef POLICYC_KEYTABLE_H
#define POLICYC_KEYTABLE_H

#include "buf.h"
#include "lowering.h"

#define KEYTABLE_VERDICT (1u << 4) /* this element is one */
#define KEYTABLE_LIST_SHIFT 5 /* of a list, where elements may be verdicts */

struct keytable {
	u32 *elements;
	u32 num;
	u32 *columns; /* BVM_MAX_OPS of them; NULL: elements are rows */
	bool verdicts;
	u32 *lists; /* of the class, that are still asked for, ascending */
	u32 num_lists;
	u32 num_entries; /* in those */
};

void keytable_find(struct arena *arena, const struct lowered_class *class,
		   struct keytable *out);

/* Append the LISTS table; the caller has looked at its size. */
void keytable_put_lists(struct buf *buf, const struct lowered_class *class,
			const struct keytable *table);

#endif /* POLICYC_KEYTABLE_H */

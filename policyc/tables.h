/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tables.h - predicates of one field as a table that answers with their bits
 */
#ifndef POLICYC_TABLES_H
#define POLICYC_TABLES_H

#include "buf.h"
#include "preds.h"

/*
 * The predicates of a numeric field as intervals with the bits that hold in
 * them: ascending, without overlap, none with value 0.
 */
u32 tables_find_ranges(const struct preds *preds, enum pred_field field,
		       struct bvm_range **ranges);

/* Append a RANGE table. Return: 0; -E2BIG past BVM_MAX_RANGES. */
int __must_check tables_put_ranges(struct buf *buf,
				   const struct bvm_range *ranges, u32 num);

/*
 * Append an LPM table for an address field. A prefix of IPv6 that holds the
 * IPv4-mapped addresses does not speak of them: ::/0 is IPv6 alone.
 *
 * Return: 0; -E2BIG past BVM_MAX_LPM_PREFIXES.
 */
int __must_check tables_put_lpm(struct buf *buf, const struct preds *preds,
				enum pred_field field);

/* Append an ARRAY table. Return: 0; -E2BIG past BVM_MAX_ARRAY. */
int __must_check tables_put_array(struct buf *buf, const u32 *elements,
				  u32 num);

#endif /* POLICYC_TABLES_H */

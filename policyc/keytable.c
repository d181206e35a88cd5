// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "keytable.h"
#include "passes.h"
#include "program_rate.h"

/*
 * A program that looks for columns and verdicts is longer by up to 5
 * instructions and a call. It pays where the tables are too large for a cache
 * that others want, too: up to so many rows, or verdicts, nothing is gained.
 */
#define FEW 64

static bool are_few(u32 num)
{
	return passes_has(PASS_FEW) && num <= FEW;
}

/* ---- columns ---- */

static bool is_same_column(const struct lowered_class *class, u32 a, u32 b)
{
	for (u32 i = 0; i < class->num_keys; i += class->keys_per_row)
		if (class->keys[i + a] != class->keys[i + b])
			return false;
	return true;
}

static bool is_empty_column(const struct lowered_class *class, u32 op)
{
	for (u32 i = 0; i < class->num_keys; i += class->keys_per_row)
		if (class->keys[i + op])
			return false;
	return true;
}

/* Past the end is list 0 for each row: that column need not be there. */
static void find_columns(struct arena *arena, const struct lowered_class *class,
			 struct keytable *out)
{
	const u32 num_ops = class->keys_per_row;
	const u32 rows = class->num_keys / num_ops;
	u32 first[BVM_MAX_OPS], num = 0;
	u32 *columns;

	if (num_ops == 1 || are_few(rows) || !passes_has(PASS_COLUMNS))
		return;
	columns = arena_array(arena, BVM_MAX_OPS, sizeof(u32));
	for (u32 op = 0; op < BVM_MAX_OPS; op++)
		columns[op] = U32_MAX;
	for (u32 op = 0; op < num_ops; op++) {
		u32 at = 0;

		if (is_empty_column(class, op))
			continue;
		while (at < num && !is_same_column(class, first[at], op))
			at++;
		if (at == num)
			first[num++] = op;
		columns[op] = at * rows;
	}
	if (num * rows + BVM_MAX_OPS >= class->num_keys)
		return;
	out->columns = columns;
	out->num = num * rows;
	out->elements = arena_array(arena, out->num, sizeof(u32));
	for (u32 at = 0; at < num; at++)
		for (u32 row = 0; row < rows; row++)
			out->elements[at * rows + row] =
				class->keys[row * num_ops + first[at]];
	/* the program adds a row in 64 bits: that is past the end, too */
	for (u32 op = 0; op < BVM_MAX_OPS; op++)
		if (columns[op] == U32_MAX)
			columns[op] = out->num;
}

/* ---- verdicts ---- */

static bool is_verdict(const struct lowered_class *class, u32 list,
		       u32 *verdict)
{
	const struct intern *lists = &class->lists.lists;
	struct bvm_decision entry;

	if (!list || intern_len(lists, list) != LISTS_ENTRY_WORDS)
		return false;
	memcpy(&entry, intern_get(lists, list), sizeof(entry));
	*verdict = entry.verdict;
	return !entry.need;
}

static void find_verdicts(const struct lowered_class *class,
			  struct keytable *out)
{
	u32 num = 0, verdict;

	/* who has no token decides again, by the list */
	if (!passes_has(PASS_VERDICTS) || program_has_rates(&class->preds))
		return;
	for (u32 i = 0; i < class->lists.lists.num; i++)
		num += is_verdict(class, i, &verdict);
	/* two of them take less than the instructions */
	out->verdicts = num > 2 && !are_few(num);
}

/* Lists that are left get new numbers, and so do the elements. */
static void number_lists(struct arena *arena, const struct lowered_class *class,
			 struct keytable *out)
{
	const struct intern *lists = &class->lists.lists;
	u32 *element_of = arena_array(arena, lists->num, sizeof(u32));
	u32 verdict;

	out->lists = arena_array(arena, lists->num, sizeof(u32));
	for (u32 i = 0; i < lists->num; i++) {
		if (out->verdicts && is_verdict(class, i, &verdict)) {
			element_of[i] = verdict | KEYTABLE_VERDICT;
			continue;
		}
		element_of[i] = out->num_lists;
		if (out->verdicts)
			element_of[i] <<= KEYTABLE_LIST_SHIFT;
		out->lists[out->num_lists++] = i;
		out->num_entries += intern_len(lists, i) / LISTS_ENTRY_WORDS;
	}
	for (u32 i = 0; i < out->num; i++)
		out->elements[i] = element_of[out->elements[i]];
}

void keytable_find(struct arena *arena, const struct lowered_class *class,
		   struct keytable *out)
{
	_Static_assert(BVM_MAX_LISTS < 1u << (32 - KEYTABLE_LIST_SHIFT),
		       "an element holds the number of a list");

	memset(out, 0, sizeof(*out));
	find_columns(arena, class, out);
	if (!out->columns) {
		out->num = class->num_keys;
		out->elements = arena_array(arena, out->num, sizeof(u32));
		memcpy(out->elements, class->keys, out->num * sizeof(u32));
	}
	find_verdicts(class, out);
	number_lists(arena, class, out);
	while (passes_has(PASS_ENDS) && out->num > 1 &&
	       !out->elements[out->num - 1])
		out->num--;
}

void keytable_put_lists(struct buf *buf, const struct lowered_class *class,
			const struct keytable *table)
{
	const struct intern *lists = &class->lists.lists;
	const struct bvm_table_header header = {
		.kind = BVM_TABLE_LISTS,
		.count = table->num_lists,
		.aux = table->num_entries,
	};
	u32 first = 0;

	buf_put(buf, &header, sizeof(header));
	buf_put_u32(buf, first);
	for (u32 i = 0; i < table->num_lists; i++) {
		first += intern_len(lists, table->lists[i]) / LISTS_ENTRY_WORDS;
		buf_put_u32(buf, first);
	}
	buf_align(buf, 8);
	for (u32 i = 0; i < table->num_lists; i++)
		buf_put(buf, intern_get(lists, table->lists[i]),
			intern_len(lists, table->lists[i]) * sizeof(u32));
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * table_test.c - every look-up against a dumb twin
 */
#include <check.h>
#include <stdlib.h>

#include "tests/lib/bvm_build.h"
#include "tests/lib/roll.h"
#include "tests/lib/suite.h"
#include "vm/table.h"

#define MAX_PREFIXES 60
#define NUM_TABLES 60
#define NUM_KEYS 400

static struct bvm_table table;
static struct bvm_error err;
static u64 seed = 7;

/* Put a table together and parse it in memory of its exact size. */
static void *make(u32 kind, u32 count, u32 aux, const void *body, u32 len)
{
	const struct bvm_table_header h = { kind, count, aux, 0 };
	u8 *section = malloc(sizeof(h) + len);

	memcpy(section, &h, sizeof(h));
	memcpy(section + sizeof(h), body, len);
	ck_assert_msg(bvm_table_parse(section, sizeof(h) + len, 0, &table,
				      &err) == 0,
		      "%s", err.text);
	return section;
}

/* ---- LPM ---- */

struct prefix {
	u8 bytes[16];
	u32 len;
	u64 value;
};

static bool bit_of(const u8 *addr, u32 i)
{
	return addr[i / 8] >> (7 - i % 8) & 1;
}

static bool covers(const struct prefix *p, const u8 *addr)
{
	for (u32 i = 0; i < p->len; i++) {
		if (bit_of(p->bytes, i) != bit_of(addr, i))
			return false;
	}
	return true;
}

static u64 scan_prefixes(const struct prefix *p, u32 num, const u8 *addr)
{
	const struct prefix *best = NULL;

	for (u32 i = 0; i < num; i++) {
		if (covers(&p[i], addr) && (!best || p[i].len > best->len))
			best = &p[i];
	}
	return best ? best->value : 0;
}

/* Few bits vary, so that prefixes nest. */
static void random_addr(u8 *addr)
{
	memset(addr, 0, 16);
	for (u32 i = 0; i < 16; i++)
		addr[i] = roll_below(&seed, 4) ?
				  0 :
				  (u8)(roll_below(&seed, 4) << 6 |
				       roll_below(&seed, 2));
}

static u32 random_prefixes(struct prefix *p)
{
	u32 num = 0, i, n = roll_below(&seed, MAX_PREFIXES);

	for (i = 0; i < n; i++) {
		struct prefix q = { .len = roll_below(&seed, 129),
				    .value = i + 1 };

		random_addr(q.bytes);
		for (u32 b = q.len; b < 128; b++)
			q.bytes[b / 8] &= (u8) ~(0x80 >> b % 8);
		for (u32 k = 0; k < num; k++) {
			if (p[k].len == q.len && covers(&p[k], q.bytes))
				goto next; /* twice the same */
		}
		p[num++] = q;
next:;
	}
	return num;
}

static int compare_prefixes(const void *a, const void *b)
{
	const struct prefix *x = a;
	const struct prefix *y = b;
	int order = memcmp(x->bytes, y->bytes, 16);

	return order ? order : (int)x->len - (int)y->len;
}

/* Each parent by a scan over all. One value a prefix. */
static void *make_lpm(struct prefix *p, u32 num)
{
	u8 body[(MAX_PREFIXES + 1) * (16 + 8 + 8 + 8)] = { 0 };
	u8 *addr = body, *len;
	u32 *parent = (void *)(body + 16 * num), *value = parent + num;
	u64 *values;

	qsort(p, num, sizeof(*p), compare_prefixes);
	len = (void *)(value + num);
	values = (void *)(len + (num + 7) / 8 * 8);
	for (u32 i = 0; i < num; i++) {
		memcpy(addr + 16 * i, p[i].bytes, 16);
		len[i] = (u8)p[i].len;
		value[i] = i;
		values[i] = p[i].value;
		for (u32 k = 0; k < num; k++) {
			if (p[k].len < p[i].len && covers(&p[k], p[i].bytes) &&
			    p[k].len >= p[parent[i]].len)
				parent[i] = k;
		}
	}
	return make(BVM_TABLE_LPM, num, num, body,
		    (u32)((u8 *)(values + num) - body));
}

START_TEST(lpm_finds_what_a_scan_finds)
{
	struct prefix p[MAX_PREFIXES + 1];
	struct bvm_addr addr;
	u32 i, k, num;
	void *section;

	for (i = 0; i < NUM_TABLES; i++) {
		memset(&p[0], 0, sizeof(p[0]));
		num = 1 + random_prefixes(p + 1);
		for (k = 1; k < num && p[k].len; k++)
			;
		if (k < num) /* the root is there already */
			p[k] = p[--num];
		section = make_lpm(p, num);
		ck_assert_uint_le(table.max_steps, 6 + 129);
		for (k = 0; k < NUM_KEYS; k++) {
			random_addr(addr.bytes);
			if (k % 2) /* near one of them */
				memcpy(addr.bytes,
				       p[roll_below(&seed, num)].bytes,
				       1 + roll_below(&seed, 16));
			ck_assert_uint_eq(bvm_lpm_lookup(&table, &addr),
					  scan_prefixes(p, num, addr.bytes));
		}
		free(section);
	}
}
END_TEST

START_TEST(lpm_climbs_as_deep_as_prefixes_nest)
{
	static u8 body[129 * (16 + 8 + 1) + 7 + 8];
	struct bvm_addr addr = { { 0 } };
	u32 *parent = (void *)(body + 129 * 16);
	u8 *len = (void *)(parent + 2 * 129);
	void *section;

	/* ::/0, ::/1 ... ::/128: an address far off leaves all but one */
	for (u32 i = 1; i < 129; i++) {
		parent[i] = i - 1;
		len[i] = (u8)i;
	}
	section = make(BVM_TABLE_LPM, 129, 1, body, sizeof(body));
	ck_assert_uint_eq(table.max_steps, 8 + 129);
	addr.bytes[0] = 0x80;
	ck_assert_uint_eq(bvm_lpm_lookup(&table, &addr), 0);
	free(section);
}
END_TEST

START_TEST(prefixes_ascend)
{
	struct {
		struct bvm_table_header head;
		u8 addr[4][16];
		u32 parent[4], value[4];
		u8 len[8];
		u64 values[1];
	} t = { { BVM_TABLE_LPM, 4, 1, 0 },
		{ { 0 }, { 10 }, { 10, 1 }, { 11 } },
		{ 0, 0, 1, 0 },
		{ 0 },
		{ 0, 8, 16, 8 },
		{ 1 } };

	ck_assert_int_eq(bvm_table_parse(&t, sizeof(t), 0, &table, &err), 0);
	ck_assert_uint_eq(table.max_steps, 2 + 3);
	t.addr[3][0] = 9;
	ck_assert_int_eq(bvm_table_parse(&t, sizeof(t), 0, &table, &err),
			 -EINVAL);
	ck_assert_str_eq(err.text, "prefix 3 is not above the one before");
	/* the same twice, with a parent that would do */
	t.addr[3][0] = 10;
	t.addr[3][1] = 1;
	t.len[3] = 16;
	t.parent[3] = 2;
	ck_assert_int_eq(bvm_table_parse(&t, sizeof(t), 0, &table, &err),
			 -EINVAL);
	ck_assert_str_eq(err.text, "prefix 3 is not above the one before");
	/* a shorter one behind a longer one */
	t.addr[2][1] = 0;
	t.addr[3][1] = 0;
	t.len[3] = 12;
	ck_assert_int_eq(bvm_table_parse(&t, sizeof(t), 0, &table, &err),
			 -EINVAL);
	ck_assert_str_eq(err.text, "prefix 3 is not above the one before");
}
END_TEST

/* ---- SET, RANGE, ARRAY ---- */

START_TEST(sets_hold_what_a_scan_finds)
{
	u64 keys[64];
	u32 i, k, n, num;
	void *section;

	for (i = 0; i < NUM_TABLES; i++) {
		num = roll_below(&seed, 64);
		for (k = 0; k < num; k++)
			keys[k] = (k ? keys[k - 1] : 0) + 1 +
				  roll_below(&seed, 5);
		section = make(BVM_TABLE_SET, num, 0, keys, num * 8);
		for (k = 0; k < NUM_KEYS; k++) {
			bool found = false;

			for (n = 0; n < num; n++)
				found |= keys[n] == k;
			ck_assert_int_eq(bvm_set_has(&table, k), found);
		}
		ck_assert(!bvm_set_has(&table, U64_MAX));
		free(section);
	}
}
END_TEST

START_TEST(ranges_give_what_a_scan_finds)
{
	struct bvm_range r[40];
	u32 i, k, n, num;
	void *section;

	for (i = 0; i < NUM_TABLES; i++) {
		num = roll_below(&seed, 40);
		for (k = 0; k < num; k++) {
			r[k].lo = (k ? r[k - 1].hi : 0) + 1 +
				  roll_below(&seed, 4);
			r[k].hi = r[k].lo + roll_below(&seed, 6);
			r[k].value = k + 1;
		}
		section = make(BVM_TABLE_RANGE, num, 0, r, num * sizeof(r[0]));
		for (k = 0; k < NUM_KEYS; k++) {
			u64 value = 0;

			for (n = 0; n < num; n++) {
				if (r[n].lo <= k && k <= r[n].hi)
					value = r[n].value;
			}
			ck_assert_uint_eq(bvm_range_lookup(&table, k), value);
		}
		free(section);
	}
}
END_TEST

START_TEST(a_range_of_everything_is_one_interval)
{
	const struct bvm_range r = { 0, U64_MAX, 5 };
	void *section = make(BVM_TABLE_RANGE, 1, 0, &r, sizeof(r));

	ck_assert_uint_eq(bvm_range_lookup(&table, 0), 5);
	ck_assert_uint_eq(bvm_range_lookup(&table, U64_MAX), 5);
	free(section);
}
END_TEST

START_TEST(arrays_end)
{
	const u32 elements[] = { 5, 6, 7 };
	void *section = make(BVM_TABLE_ARRAY, 3, 0, elements, 12);

	ck_assert_uint_eq(bvm_array_get(&table, 2), 7);
	ck_assert_uint_eq(bvm_array_get(&table, 3), 0);
	ck_assert_uint_eq(bvm_array_get(&table, 1ull << 32), 0);
	free(section);
}
END_TEST

/* ---- LISTS ---- */

START_TEST(lists_decide_by_their_first_entry_that_holds)
{
	struct {
		u32 first[4];
		struct bvm_decision entries[4];
	} l = {
		.first = { 0, 3, 4 },
		.entries = { { 3, bvm_verdict(BVM_VERDICT_DENY, EPERM, 1), 0 },
			     { 2, bvm_verdict(0, 0, 2), 0 },
			     { 0, bvm_verdict(BVM_VERDICT_DENY, EACCES, 0), 0 },
			     { 0, bvm_verdict(BVM_VERDICT_AUDIT, 0, 4), 0 } },
	};
	void *section = make(BVM_TABLE_LISTS, 2, 4, &l, sizeof(l));

	ck_assert_uint_eq(bvm_verdict_rule(bvm_lists_decide(&table, 0, 7)), 1);
	ck_assert_uint_eq(bvm_verdict_rule(bvm_lists_decide(&table, 0, 6)), 2);
	ck_assert_uint_eq(bvm_lists_decide(&table, 0, 1),
			  bvm_verdict(BVM_VERDICT_DENY, EACCES, 0));
	ck_assert_uint_eq(bvm_verdict_rule(bvm_lists_decide(&table, 1, 0)), 4);
	ck_assert_uint_eq(bvm_lists_decide(&table, 2, 0), BVM_VERDICT_BROKEN);
	ck_assert_uint_eq(bvm_lists_decide(&table, 1ull << 32, 0),
			  BVM_VERDICT_BROKEN);
	free(section);
}
END_TEST

/* Where their number is odd, no padding ends the list behind the last one. */
START_TEST(lists_deny_past_an_odd_number_of_lists)
{
	struct {
		u32 first[2];
		struct bvm_decision entries[2];
	} l = {
		.first = { 0, 2 },
		.entries = { { 3, bvm_verdict(0, 0, 1), 0 },
			     { 0, bvm_verdict(0, 0, 2), 0 } },
	};
	void *section = make(BVM_TABLE_LISTS, 1, 2, &l, sizeof(l));

	ck_assert_uint_eq(bvm_verdict_rule(bvm_lists_decide(&table, 0, 3)), 1);
	ck_assert_uint_eq(bvm_lists_decide(&table, 1, U64_MAX),
			  BVM_VERDICT_BROKEN);
	free(section);
}
END_TEST

#define MAX_LISTS 20
#define MAX_ENTRIES 6

struct list {
	struct bvm_decision entries[MAX_ENTRIES];
	u32 num;
};

static void random_list(struct list *l)
{
	l->num = 1 + (u32)(roll_word(&seed) % MAX_ENTRIES);
	for (u32 i = 0; i < l->num; i++)
		l->entries[i] = (struct bvm_decision){
			.need = i == l->num - 1 ? 0 : roll_word(&seed) & 15,
			.verdict = bvm_verdict(0, 0,
					       (u32)(roll_word(&seed) & 1023)),
		};
}

/* From the end, so that the first that holds is seen last. */
static u32 scan_list(const struct list *l, u64 preds)
{
	u32 verdict = BVM_VERDICT_BROKEN;

	for (u32 i = l->num; i-- > 0;)
		if ((l->entries[i].need & preds) == l->entries[i].need)
			verdict = l->entries[i].verdict;
	return verdict;
}

/* One after another, as an image has them. */
static void *make_lists(const struct list *lists, u32 num)
{
	struct {
		u32 first[MAX_LISTS + 2];
		struct bvm_decision entries[MAX_LISTS * MAX_ENTRIES];
	} body = { 0 };
	const u32 len = (num + 2) / 2 * 8;
	u8 *bytes = (u8 *)&body;
	u32 at = 0;

	for (u32 i = 0; i < num; i++) {
		body.first[i] = at;
		memcpy(bytes + len + at * sizeof(*lists->entries),
		       lists[i].entries,
		       lists[i].num * sizeof(*lists->entries));
		at += lists[i].num;
	}
	body.first[num] = at;
	return make(BVM_TABLE_LISTS, num, at, bytes,
		    len + at * (u32)sizeof(*lists->entries));
}

START_TEST(lists_decide_as_a_scan_does)
{
	struct list lists[MAX_LISTS];

	for (u32 i = 0; i < NUM_TABLES; i++) {
		const u32 num = 1 + (u32)(roll_word(&seed) % MAX_LISTS);
		void *section;

		for (u32 k = 0; k < num; k++)
			random_list(&lists[k]);
		section = make_lists(lists, num);
		for (u32 k = 0; k < 16 * num; k++)
			ck_assert_uint_eq(bvm_lists_decide(&table, k / 16,
							   k & 15),
					  scan_list(&lists[k / 16], k & 15));
		ck_assert_uint_eq(bvm_lists_decide(&table, num, 0),
				  BVM_VERDICT_BROKEN);
		free(section);
	}
}
END_TEST

/* ---- DFA ---- */

#define NUM_STATES 12
#define NUM_CLASSES 5

/*
 * A random automaton as a full matrix, and the same one with cells: row by
 * row, with gaps where the default is right, sharing what is free.
 */
static void *make_dfa(u32 next[NUM_STATES][NUM_CLASSES], const u8 *classmap,
		      const u32 *accept)
{
	static struct {
		struct bvm_dfa_head head;
		struct bvm_dfa_state states[NUM_STATES];
		struct bvm_dfa_cell cells[NUM_STATES * NUM_CLASSES];
	} d;
	const u32 num_cells = NUM_STATES * NUM_CLASSES;
	u32 s, c, base;

	memset(&d, 0, sizeof(d));
	d.head.start = 1;
	d.head.num_classes = NUM_CLASSES;
	memcpy(d.head.classmap, classmap, 256);
	for (c = 0; c < num_cells; c++)
		d.cells[c].check = U32_MAX;
	for (s = 0; s < NUM_STATES; s++) {
		d.states[s].def = next[s][roll_below(&seed, NUM_CLASSES)];
		d.states[s].accept = accept[s];
		for (base = 0; base < num_cells - NUM_CLASSES; base++) {
			for (c = 0; c < NUM_CLASSES; c++) {
				if (next[s][c] != d.states[s].def &&
				    d.cells[base + c].check != U32_MAX)
					break;
			}
			if (c == NUM_CLASSES)
				break;
		}
		d.states[s].base = base;
		for (c = 0; c < NUM_CLASSES; c++) {
			if (next[s][c] != d.states[s].def)
				d.cells[base + c] =
					(struct bvm_dfa_cell){ s, next[s][c] };
		}
	}
	return make(BVM_TABLE_DFA, NUM_STATES, num_cells, &d, sizeof(d));
}

static void try_strings(u32 next[NUM_STATES][NUM_CLASSES], const u8 *classmap,
			const u32 *accept)
{
	char text[24];
	u32 k, i, state, fed;

	for (k = 0; k < NUM_KEYS; k++) {
		u32 len = roll_below(&seed, sizeof(text));

		for (i = 0; i < len; i++)
			text[i] = (char)(1 + roll_below(&seed, 255));
		for (state = 1, i = 0; i < len; i++)
			state = next[state][classmap[(u8)text[i]]];
		fed = bvm_dfa_feed(&table, bvm_dfa_start(&table), text, len);
		ck_assert_uint_eq(fed, state);
		ck_assert_uint_eq(bvm_dfa_accept(&table, fed), accept[state]);
	}
}

START_TEST(packed_automata_go_where_their_matrix_goes)
{
	u32 next[NUM_STATES][NUM_CLASSES], accept[NUM_STATES];
	u8 classmap[256];
	u32 i, s, c;
	void *section;

	for (i = 0; i < NUM_TABLES; i++) {
		for (c = 0; c < 256; c++)
			classmap[c] = (u8)roll_below(&seed, NUM_CLASSES);
		for (s = 0; s < NUM_STATES; s++) {
			accept[s] = roll_below(&seed, 9);
			for (c = 0; c < NUM_CLASSES; c++)
				next[s][c] =
					roll_below(&seed, 2) ?
						0 :
						roll_below(&seed, NUM_STATES);
		}
		section = make_dfa(next, classmap, accept);
		try_strings(next, classmap, accept);
		free(section);
	}
}
END_TEST

START_TEST(a_nul_ends_a_walk)
{
	u32 next[NUM_STATES][NUM_CLASSES], accept[NUM_STATES] = { 0 };
	u8 classmap[256] = { 0 };
	u32 s, c;
	void *section;

	for (s = 0; s < NUM_STATES; s++) {
		for (c = 0; c < NUM_CLASSES; c++)
			next[s][c] = (s + 1) % NUM_STATES;
	}
	section = make_dfa(next, classmap, accept);
	ck_assert_uint_eq(bvm_dfa_feed(&table, 1, "ab\0cd", 5), 3);
	ck_assert_uint_eq(bvm_dfa_feed(&table, 1, "ab", 0), 1);
	free(section);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("table");
	TCase *tc = tcase_create("table");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, lpm_finds_what_a_scan_finds);
	tcase_add_test(tc, lpm_climbs_as_deep_as_prefixes_nest);
	tcase_add_test(tc, prefixes_ascend);
	tcase_add_test(tc, sets_hold_what_a_scan_finds);
	tcase_add_test(tc, ranges_give_what_a_scan_finds);
	tcase_add_test(tc, a_range_of_everything_is_one_interval);
	tcase_add_test(tc, arrays_end);
	tcase_add_test(tc, lists_decide_by_their_first_entry_that_holds);
	tcase_add_test(tc, lists_deny_past_an_odd_number_of_lists);
	tcase_add_test(tc, lists_decide_as_a_scan_does);
	tcase_add_test(tc, packed_automata_go_where_their_matrix_goes);
	tcase_add_test(tc, a_nul_ends_a_walk);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}

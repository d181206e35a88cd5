// SPDX-License-Identifier: GPL-2.0-only
/*
 * table_test.c - every look-up against a dumb twin
 */
#include <check.h>
#include <stdlib.h>

#include "tests/lib/bvm_build.h"
#include "vm/table.h"

#define MAX_PREFIXES 60
#define NUM_TABLES 60
#define NUM_KEYS 400

static struct bvm_table table;
static struct bvm_error err;
static u32 seed = 7;

static u32 roll(u32 n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

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
		addr[i] = roll(4) ? 0 : (u8)(roll(4) << 6 | roll(2));
}

static u32 random_prefixes(struct prefix *p)
{
	u32 num = 0, i, n = roll(MAX_PREFIXES);

	for (i = 0; i < n; i++) {
		struct prefix q = { .len = roll(129), .value = i + 1 };

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

/*
 * A trie with a node for every bit of every prefix: simple to make, and legal,
 * for path compression is not required of an image.
 */
static u32 build_trie(const struct prefix *p, u32 num,
		      struct bvm_lpm_node *nodes, u32 max)
{
	u32 count = 1, i, b, at;

	memset(&nodes[0], 0, sizeof(nodes[0]));
	for (i = 0; i < num; i++) {
		for (at = 0, b = 0; b < p[i].len; b++) {
			u32 *child = &nodes[at].child[bit_of(p[i].bytes, b)];

			if (!*child) {
				struct bvm_lpm_node *node = &nodes[count];

				ck_assert_uint_lt(count, max);
				memset(node, 0, sizeof(*node));
				node->len = b + 1;
				for (u32 k = 0; k <= b; k++)
					node->prefix[k / 8] |=
						bit_of(p[i].bytes, k)
						<< (7 - k % 8);
				*child = count++;
			}
			at = *child;
		}
	}
	for (i = 0; i < count; i++) {
		nodes[i].value = 0;
		for (u32 k = 0, best = 0; k < num; k++) {
			if (p[k].len <= nodes[i].len &&
			    covers(&p[k], nodes[i].prefix) &&
			    p[k].len >= best) {
				best = p[k].len;
				nodes[i].value = p[k].value;
			}
		}
	}
	return count;
}

START_TEST(lpm_finds_what_a_scan_finds)
{
	static struct bvm_lpm_node nodes[5000];
	struct prefix p[MAX_PREFIXES];
	struct bvm_addr addr;
	u32 i, k, num, count;
	void *section;

	for (i = 0; i < NUM_TABLES; i++) {
		num = random_prefixes(p);
		count = build_trie(p, num, nodes, 5000);
		section = make(BVM_TABLE_LPM, count, 0, nodes,
			       count * sizeof(nodes[0]));
		ck_assert_uint_le(table.max_steps, 129);
		for (k = 0; k < NUM_KEYS; k++) {
			random_addr(addr.bytes);
			if (num && k % 2) /* near one of them */
				memcpy(addr.bytes, p[roll(num)].bytes,
				       1 + roll(16));
			ck_assert_uint_eq(bvm_lpm_lookup(&table, &addr),
					  scan_prefixes(p, num, addr.bytes));
		}
		free(section);
	}
}
END_TEST

START_TEST(lpm_skips_compressed_bits_and_checks_them)
{
	const struct bvm_lpm_node nodes[] = {
		{ .value = 1, .child = { 1, 0 } },
		{ .prefix = { 10, 1 },
		  .len = 16,
		  .value = 2,
		  .child = { 0, 2 } },
		{ .prefix = { 10, 1, 0x80, 5 }, .len = 128, .value = 3 },
	};
	struct bvm_addr addr = { { 10, 1, 0x80, 5 } };
	void *section = make(BVM_TABLE_LPM, 3, 0, nodes, sizeof(nodes));

	ck_assert_uint_eq(bvm_lpm_lookup(&table, &addr), 3);
	addr.bytes[15] = 1;
	ck_assert_uint_eq(bvm_lpm_lookup(&table, &addr), 2);
	addr.bytes[1] = 2;
	ck_assert_uint_eq(bvm_lpm_lookup(&table, &addr), 1);
	addr.bytes[0] = 0x80;
	ck_assert_uint_eq(bvm_lpm_lookup(&table, &addr), 1);
	ck_assert_uint_eq(table.max_steps, 3);
	free(section);
}
END_TEST

/* ---- SET, RANGE, ARRAY ---- */

START_TEST(sets_hold_what_a_scan_finds)
{
	u64 keys[64];
	u32 i, k, n, num;
	void *section;

	for (i = 0; i < NUM_TABLES; i++) {
		num = roll(64);
		for (k = 0; k < num; k++)
			keys[k] = (k ? keys[k - 1] : 0) + 1 + roll(5);
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
		num = roll(40);
		for (k = 0; k < num; k++) {
			r[k].lo = (k ? r[k - 1].hi : 0) + 1 + roll(4);
			r[k].hi = r[k].lo + roll(6);
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
		d.states[s].def = next[s][roll(NUM_CLASSES)];
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
		u32 len = roll(sizeof(text));

		for (i = 0; i < len; i++)
			text[i] = (char)(1 + roll(255));
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
			classmap[c] = (u8)roll(NUM_CLASSES);
		for (s = 0; s < NUM_STATES; s++) {
			accept[s] = roll(9);
			for (c = 0; c < NUM_CLASSES; c++)
				next[s][c] = roll(2) ? 0 : roll(NUM_STATES);
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
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, lpm_finds_what_a_scan_finds);
	tcase_add_test(tc, lpm_skips_compressed_bits_and_checks_them);
	tcase_add_test(tc, sets_hold_what_a_scan_finds);
	tcase_add_test(tc, ranges_give_what_a_scan_finds);
	tcase_add_test(tc, a_range_of_everything_is_one_interval);
	tcase_add_test(tc, arrays_end);
	tcase_add_test(tc, lists_decide_by_their_first_entry_that_holds);
	tcase_add_test(tc, packed_automata_go_where_their_matrix_goes);
	tcase_add_test(tc, a_nul_ends_a_walk);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

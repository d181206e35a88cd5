// SPDX-License-Identifier: GPL-2.0-only
/*
 * table_edge_test.c - tables with one thing wrong, in memory of exact size
 */
#include <check.h>
#include <stdlib.h>

#include "tests/lib/suite.h"
#include "vm/table.h"

static struct bvm_table table;
static struct bvm_error err;

/* Parse kind, count, aux and a body; says is what a refusal must hold. */
static void expect(struct bvm_table_header h, const void *body, u32 len,
		   const char *says)
{
	u8 *section = malloc(sizeof(h) + len);
	int ret;

	memcpy(section, &h, sizeof(h));
	if (len)
		memcpy(section + sizeof(h), body, len);
	ret = bvm_table_parse(section, sizeof(h) + len, 0, &table, &err);
	if (says) {
		ck_assert_msg(ret, "accepted, expected: %s", says);
		ck_assert_msg(strstr(err.text, says), "%s", err.text);
	} else {
		ck_assert_msg(!ret, "%s", err.text);
	}
	free(section);
}

#define TABLE(kind, count, aux) \
	((struct bvm_table_header){ BVM_TABLE_##kind, count, aux, 0 })

START_TEST(a_header_is_whole)
{
	u32 len;

	for (len = 0; len < sizeof(struct bvm_table_header); len += 4) {
		u8 *bytes = calloc(1, len + 1);

		ck_assert_int_eq(bvm_table_parse(bytes, len, 0, &table, &err),
				 -EINVAL);
		ck_assert_msg(strstr(err.text, "its header is 16"), "%s",
			      err.text);
		free(bytes);
	}
}
END_TEST

struct dfa {
	struct bvm_dfa_head head;
	struct bvm_dfa_state states[2];
	struct bvm_dfa_cell cells[4];
};

static struct dfa make_dfa(void)
{
	struct dfa d = { .head = { .start = 1, .num_classes = 2 } };

	for (u32 i = 0; i < 4; i++)
		d.cells[i].check = U32_MAX;
	d.head.classmap[255] = 1;
	d.states[1].base = 2;
	d.cells[3] = (struct bvm_dfa_cell){ 1, 1 };
	return d;
}

START_TEST(every_cell_state_and_class_of_a_dfa_is_checked)
{
	struct dfa d = make_dfa();

	expect(TABLE(DFA, 2, 4), &d, sizeof(d), NULL);
	ck_assert_uint_eq(table.max_steps, BVM_MAX_PATH);
	ck_assert_uint_eq(table.dfa.num_rows, 1);
	d.head.classmap[255] = 2;
	expect(TABLE(DFA, 2, 4), &d, sizeof(d), "byte 255 is in class 2 of 2");
	d = make_dfa();
	d.head.classmap[0] = 2;
	expect(TABLE(DFA, 2, 4), &d, sizeof(d), "byte 0 is in class 2 of 2");
	d = make_dfa();
	d.head.start = 2;
	expect(TABLE(DFA, 2, 4), &d, sizeof(d), "start state 2 of 2");
	d = make_dfa();
	d.states[1].base = 3;
	expect(TABLE(DFA, 2, 4), &d, sizeof(d), "state 1: base 3");
	d = make_dfa();
	d.states[1].def = 2;
	expect(TABLE(DFA, 2, 4), &d, sizeof(d), "state 1: default state 2");
	/* a cell is within reach of its owner */
	d = make_dfa();
	d.cells[2] = (struct bvm_dfa_cell){ 0, 0 };
	expect(TABLE(DFA, 2, 4), &d, sizeof(d), "out of reach of state 0");
	d = make_dfa();
	d.cells[1] = (struct bvm_dfa_cell){ 1, 0 };
	expect(TABLE(DFA, 2, 4), &d, sizeof(d), "out of reach of state 1");
	for (u32 i = 0; i < 4; i++) {
		d = make_dfa();
		d.cells[i] = (struct bvm_dfa_cell){ 0, 2 };
		expect(TABLE(DFA, 2, 4), &d, sizeof(d), "next 2 of 2 states");
		d.cells[i] = (struct bvm_dfa_cell){ 2, 0 };
		expect(TABLE(DFA, 2, 4), &d, sizeof(d), "check 2");
		d.cells[i] = (struct bvm_dfa_cell){ U32_MAX - 1, 0 };
		expect(TABLE(DFA, 2, 4), &d, sizeof(d), "check 4294967294");
	}
}
END_TEST

/* "ab" leads from state 1 to state 1, its end and all. */
struct tailed {
	struct dfa d;
	u8 tails[14];
};

static struct tailed make_tailed(void)
{
	struct tailed t = { .d = make_dfa(),
			    .tails = { 'a', 'b', 0x81, 0x80, 0x80, 0x80, 'b',
				       'a', 'b', 'a', 0x80, 0x80, 0x80,
				       0x80 } };

	t.d.head.num_classes = 3;
	t.d.head.tail_len = sizeof(t.tails);
	t.d.head.classmap[255] = 0;
	t.d.head.classmap['a'] = 1;
	t.d.head.classmap['b'] = 2;
	t.d.states[1].base = 1;
	t.d.cells[3] = (struct bvm_dfa_cell){ 1, 2 };
	return t;
}

#define TAILED_LEN (sizeof(struct dfa) + 14)

static u32 feed(const char *text)
{
	return bvm_dfa_feed(&table, bvm_dfa_start(&table), text, strlen(text));
}

START_TEST(tails_are_walked_to_where_they_end)
{
	struct {
		struct bvm_table_header h;
		struct tailed t;
	} section = { TABLE(DFA, 2, 4), make_tailed() };

	section.t.d.states[0].accept = 7;
	section.t.d.states[1].accept = 3;
	ck_assert_int_eq(bvm_table_parse(&section,
					 sizeof(section.h) + TAILED_LEN, 0,
					 &table, &err),
			 0);
	ck_assert_uint_eq(bvm_dfa_numbers(&table), 16);
	ck_assert(bvm_dfa_is_state(&table, 3) && !bvm_dfa_is_state(&table, 4));
	ck_assert(!bvm_dfa_is_state(&table, 16));
	ck_assert_uint_eq(feed("b"), 2);
	ck_assert_uint_eq(feed("ba"), 3);
	ck_assert_uint_eq(feed("bab"), 1);
	ck_assert_uint_eq(feed("babb"), 2);
	ck_assert_uint_eq(feed("bb"), 0);
	ck_assert_uint_eq(feed("baa"), 0);
	ck_assert_uint_eq(feed("b\xff"), 0);
	ck_assert_uint_eq(bvm_dfa_accept(&table, feed("bab")), 3);
	ck_assert_uint_eq(bvm_dfa_accept(&table, feed("ba")), 7);
}
END_TEST

START_TEST(every_byte_of_tails_is_checked)
{
	static const struct {
		u32 at;
		u8 byte;
	} changes[] = {
		{ 0, 0 },     { 0, 0x80 }, { 0, 'c' },	{ 1, 0 },
		{ 2, 0x82 },  { 2, 'a' },  { 3, 0x81 }, { 4, 0x81 },
		{ 5, 'a' },   { 5, 0xff }, { 6, 0x80 }, { 9, 0x80 },
		{ 10, 0x82 }, { 13, 'b' }, { 13, 0 },	{ 12, 0x7f },
	};
	struct tailed t;

	for (u32 i = 0; i < ARRAY_SIZE(changes); i++) {
		t = make_tailed();
		t.tails[changes[i].at] = changes[i].byte;
		expect(TABLE(DFA, 2, 4), &t, TAILED_LEN, "bad tail at ");
	}
	/* an end without a text before it, alone and behind another tail */
	t = make_tailed();
	memset(t.tails + 6, 0x80, BVM_DFA_TAIL_END);
	t.d.head.tail_len = 6 + BVM_DFA_TAIL_END;
	expect(TABLE(DFA, 2, 4), &t,
	       TAILED_LEN - sizeof(t.tails) + t.d.head.tail_len,
	       "bad tail at 6");
	/* cut off anywhere, one that is whole ends before */
	for (u32 len = 1; len < sizeof(t.tails); len++) {
		t = make_tailed();
		t.d.head.tail_len = len;
		expect(TABLE(DFA, 2, 4), &t, TAILED_LEN - sizeof(t.tails) + len,
		       len == 6 ? NULL : "bad tail at ");
	}
	/* a byte of a tail is alone in its class */
	t = make_tailed();
	t.d.head.classmap['c'] = 1;
	expect(TABLE(DFA, 2, 4), &t, TAILED_LEN, "bad tail at 0");
}
END_TEST

START_TEST(cells_alone_lead_into_tails_and_to_their_text)
{
	struct tailed t = make_tailed();

	for (u32 i = 0; i < sizeof(t.tails) + 2; i++) {
		const bool text = i < sizeof(t.tails) && t.tails[i] < 0x80;

		t.d.cells[3].next = 2 + i;
		expect(TABLE(DFA, 2, 4), &t, TAILED_LEN,
		       text ? NULL : "of 2 states");
	}
	t = make_tailed();
	t.d.head.start = 2;
	expect(TABLE(DFA, 2, 4), &t, TAILED_LEN, "start state 2 of 2");
	t = make_tailed();
	t.d.states[0].def = 2;
	expect(TABLE(DFA, 2, 4), &t, TAILED_LEN, "default state 2 of 2");
	t = make_tailed();
	t.d.head.tail_def = 2;
	expect(TABLE(DFA, 2, 4), &t, TAILED_LEN, "default state 2 of tails");
}
END_TEST

/* One tail of `text` bytes and its end, after tails of `before` bytes. */
static u32 put_tail(u8 *tails, u32 before, u32 text)
{
	memset(tails + before, 'a', text);
	memset(tails + before + text, 0x80, BVM_DFA_TAIL_END);
	return before + text + BVM_DFA_TAIL_END;
}

/* Tails of that many bytes, each as long as one may be, but for the last. */
static void expect_tails(u32 len, const char *says)
{
	const u32 most = BVM_MAX_DFA_TAIL + BVM_DFA_TAIL_END;
	const struct tailed small = make_tailed();
	u8 *body = malloc(sizeof(struct dfa) + len);
	u8 *tails = body + sizeof(struct dfa);
	struct dfa d = small.d;
	u32 at = 0;

	d.head.tail_len = len;
	memcpy(body, &d, sizeof(d));
	while (len - at > most)
		at = put_tail(tails, at, BVM_MAX_DFA_TAIL);
	ck_assert_uint_gt(len - at, BVM_DFA_TAIL_END);
	ck_assert_uint_eq(put_tail(tails, at, len - at - BVM_DFA_TAIL_END),
			  len);
	expect(TABLE(DFA, 2, 4), body, sizeof(d) + len, says);
	free(body);
}

START_TEST(a_tail_has_a_length)
{
	static struct {
		struct dfa d;
		u8 tails[BVM_MAX_DFA_TAIL + 1 + BVM_DFA_TAIL_END];
	} t;
	const struct tailed small = make_tailed();

	for (u32 text = BVM_MAX_DFA_TAIL - 1; text <= BVM_MAX_DFA_TAIL + 1;
	     text++) {
		t.d = small.d;
		t.d.head.tail_len = put_tail(t.tails, 0, text);
		expect(TABLE(DFA, 2, 4), &t,
		       sizeof(struct dfa) + t.d.head.tail_len,
		       text > BVM_MAX_DFA_TAIL ? "bad tail at 0" : NULL);
	}
}
END_TEST

START_TEST(all_tails_have_a_length)
{
	expect_tails(BVM_MAX_DFA_TAILS - 1, NULL);
	expect_tails(BVM_MAX_DFA_TAILS, NULL);
	expect_tails(BVM_MAX_DFA_TAILS + 1,
		     "16777217 bytes of tails, at most 16777216");
}
END_TEST

START_TEST(one_class_is_enough)
{
	struct dfa d = make_dfa();

	d.head.num_classes = 1;
	d.head.classmap[255] = 0;
	d.cells[3].check = U32_MAX;
	expect(TABLE(DFA, 2, 4), &d, sizeof(d), NULL);
	d.head.num_classes = 0;
	expect(TABLE(DFA, 2, 4), &d, sizeof(d), "0 byte classes");
}
END_TEST

/* Images hold keys by it: another hash would not find them. */
START_TEST(a_hash_is_the_same_for_ever)
{
	static const u8 key[] = "abcdefghijklmnopqrst";

	ck_assert_uint_eq(bvm_hash(0, key, 1), 0xbf152dec644cea9e);
	ck_assert_uint_eq(bvm_hash(7, key, 8), 0x0ae8d858f26008e2);
	ck_assert_uint_eq(bvm_hash(0x123456789abcdef, key, 20),
			  0xd7d94440fd38be64);
}
END_TEST

START_TEST(bytes_above_127_are_no_negative_classes)
{
	struct dfa d = make_dfa();
	u8 section[sizeof(struct bvm_table_header) + sizeof(d)];
	const struct bvm_table_header h = TABLE(DFA, 2, 4);

	/* state 1 stays on 255 alone; 127 leads to 0 */
	memcpy(section, &h, sizeof(h));
	memcpy(section + sizeof(h), &d, sizeof(d));
	ck_assert_int_eq(
		bvm_table_parse(section, sizeof(section), 0, &table, &err), 0);
	ck_assert_uint_eq(bvm_dfa_feed(&table, 1, "\xff\xff", 2), 1);
	ck_assert_uint_eq(bvm_dfa_feed(&table, 1, "\xff\x7f", 2), 0);
	/* and only the bytes of the string are fed */
	ck_assert_uint_eq(bvm_dfa_feed(&table, 1, "\xff\x7f", 1), 1);
}
END_TEST

struct lpm {
	u8 addr[3][16];
	u32 parent[3];
	u32 value[3];
	u8 len[8];
	u64 values[2];
};

/* ::/0, a00::/8 and a80::/9, each below the one before */
static const struct lpm good_lpm = {
	.addr = { { 0 }, { 10 }, { 10, 0x80 } },
	.parent = { 0, 0, 1 },
	.value = { 0, 1, 1 },
	.len = { 0, 8, 9 },
	.values = { 0, 7 },
};

static void expect_lpm(const struct lpm *l, const char *says)
{
	expect(TABLE(LPM, 3, 2), l, sizeof(*l), says);
}

START_TEST(prefixes_ascend_and_know_what_holds_them)
{
	struct lpm l = good_lpm;

	expect_lpm(&l, NULL);
	ck_assert_uint_eq(table.max_steps, 2 + 3);
	l.parent[2] = 0;
	expect_lpm(&l, "prefix 2: parent 0, expected 1");
	l.parent[2] = 2;
	expect_lpm(&l, "prefix 2: parent 2, expected 1");
	l = good_lpm;
	l.parent[0] = 1;
	expect_lpm(&l, "prefix 0: parent 1, expected 0");
	l = good_lpm;
	l.value[2] = 2;
	expect_lpm(&l, "prefix 2: value 2 of 2");
	/* side by side the climb is shorter */
	l = good_lpm;
	l.addr[2][0] = 11;
	l.addr[2][1] = 0;
	l.parent[2] = 0;
	expect_lpm(&l, NULL);
	ck_assert_uint_eq(table.max_steps, 2 + 2);
	expect(TABLE(LPM, 0, 0), &l, 0, "no root prefix");
}
END_TEST

START_TEST(prefixes_are_sorted_and_clean)
{
	struct lpm l = good_lpm;

	l.len[1] = 9;
	l.addr[1][1] = 0x80;
	expect_lpm(&l, "prefix 2 is not above the one before");
	l = good_lpm;
	l.addr[2][0] = 9;
	expect_lpm(&l, "prefix 2 is not above the one before");
	l = good_lpm;
	l.addr[1][0] = 0;
	l.len[1] = 0;
	expect_lpm(&l, "prefix 1 is not above the one before");
	l = good_lpm;
	l.len[0] = 1;
	expect_lpm(&l, "prefix 0: not a prefix of 1 bits");
	l = good_lpm;
	l.len[2] = 129;
	expect_lpm(&l, "prefix 2: not a prefix of 129 bits");
	l = good_lpm;
	l.addr[2][1] = 0xc0;
	expect_lpm(&l, "prefix 2: not a prefix of 9 bits");
	l.addr[2][1] = 0x81;
	expect_lpm(&l, "prefix 2: not a prefix of 9 bits");
	l = good_lpm;
	l.addr[1][15] = 1;
	expect_lpm(&l, "prefix 1: not a prefix of 8 bits");
	l = good_lpm;
	l.len[3] = 1;
	expect_lpm(&l, "the padding in a table is not 0");
	l = good_lpm;
	l.len[7] = 1;
	expect_lpm(&l, "the padding in a table is not 0");
}
END_TEST

START_TEST(sorted_tables_are_sorted)
{
	const u64 keys[] = { 1, 5, 5 };
	const struct bvm_range touch[] = { { 1, 4, 1 }, { 5, 5, 2 } };
	const struct bvm_range meet[] = { { 1, 5, 1 }, { 5, 5, 2 } };
	const struct bvm_range empty[] = { { 1, 4, 1 }, { 6, 5, 2 } };

	expect(TABLE(SET, 2, 0), keys, 16, NULL);
	expect(TABLE(SET, 3, 0), keys, 24, "key 2 is not above");
	expect(TABLE(SET, 2, 0), keys, 24, "its counts need 32");
	expect(TABLE(SET, 3, 0), keys, 16, "its counts need 40");
	expect(TABLE(RANGE, 2, 0), touch, sizeof(touch), NULL);
	expect(TABLE(RANGE, 2, 0), meet, sizeof(meet), "interval 1");
	expect(TABLE(RANGE, 2, 0), empty, sizeof(empty), "interval 1");
}
END_TEST

/* As many as the search of a full table looks at, and no fewer. */
START_TEST(steps_are_those_of_the_longest_search)
{
	static const u32 steps[] = { 0, 1, 2, 2, 3, 3, 3, 3, 4 };
	u64 keys[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

	for (u32 num = 0; num <= 8; num++) {
		expect(TABLE(SET, num, 0), keys, num * 8, NULL);
		ck_assert_uint_eq(table.max_steps, steps[num]);
	}
}
END_TEST

struct hash {
	struct bvm_hash_head head;
	u32 first[3];
	u32 pad;
	u8 key[32];
	u64 value;
};

/* One key, in bucket 0 of two. */
static struct hash make_hash(void)
{
	struct hash h = { .head = { .num_buckets = 2, .max_bucket = 1 },
			  .first = { 0, 1, 1 },
			  .value = 7 };

	while (bvm_hash(0, h.key, 32) & 1)
		h.key[0]++;
	return h;
}

START_TEST(every_key_is_in_its_bucket)
{
	struct hash h = make_hash();

	expect(TABLE(HASH, 1, 32), &h, sizeof(h), NULL);
	h.first[1] = 0;
	expect(TABLE(HASH, 1, 32), &h, sizeof(h), "key 0 is not of bucket 1");
	h = make_hash();
	while (!(bvm_hash(0, h.key, 32) & 1))
		h.key[0]++;
	expect(TABLE(HASH, 1, 32), &h, sizeof(h), "key 0 is not of bucket 0");
	h = make_hash();
	h.head.max_bucket = 2;
	h.first[1] = 2;
	expect(TABLE(HASH, 1, 32), &h, sizeof(h), "keys 0 to 2 of 1");
	h.first[1] = 1;
	expect(TABLE(HASH, 1, 32), &h, sizeof(h),
	       "the fullest bucket has 1 keys, not 2");
}
END_TEST

START_TEST(a_component_ends_in_its_table)
{
	struct {
		struct bvm_component component;
		u32 first[2];
		u32 next[2];
		u64 bound;
		u64 value;
	} p = { .component = { .width = 8, .num_nodes = 1, .num_bounds = 1 },
		.first = { 0, 1 },
		.value = 7 };

	expect(TABLE(PRODUCT, 1, 1), &p, sizeof(p), NULL);
	expect(TABLE(PRODUCT, 1, 1), &p, sizeof(p) - 16,
	       "component 0 ends past the table");
	expect(TABLE(PRODUCT, 1, 1), &p, sizeof(p) - 8, "its counts need");
}
END_TEST

struct lists {
	u32 first[4];
	struct bvm_decision entries[3];
};

static struct lists good_lists(void)
{
	return (struct lists){
		.first = { 0, 1, 3 },
		.entries = { { 0, bvm_verdict(BVM_VERDICT_DENY, EACCES, 0), 0 },
			     { 1, bvm_verdict(BVM_VERDICT_DENY, EPERM, 2), 0 },
			     { 0, bvm_verdict(0, 0, 1), 0 } },
	};
}

static void expect_lists(const struct lists *l, const char *says)
{
	expect(TABLE(LISTS, 2, 3), l, sizeof(*l), says);
}

START_TEST(a_list_always_has_an_answer)
{
	struct lists l = good_lists();

	expect_lists(&l, NULL);
	ck_assert_uint_eq(table.max_steps, 2);
	l.first[1] = 0;
	expect_lists(&l, "list 0: entries 0 to 0");
	l.first[1] = 4;
	expect_lists(&l, "list 0: entries 0 to 4");
	l = good_lists();
	l.entries[2].need = 1;
	expect_lists(&l, "list 1: the last entry has a condition");
	l = good_lists();
	l.first[0] = 1;
	expect_lists(&l, "lists do not cover");
	/* three lists of one entry: no padding behind first[] */
	l = good_lists();
	l.entries[1].need = 0;
	l.first[2] = 2;
	l.first[3] = 3;
	expect(TABLE(LISTS, 3, 3), &l, sizeof(l), NULL);
	ck_assert_uint_eq(table.max_steps, 1);
}
END_TEST

/* Of an odd number no padding lies behind first[], but the first entry. */
START_TEST(past_the_lists_is_a_denial)
{
	struct {
		struct bvm_table_header h;
		u32 first[2];
		struct bvm_decision entries[2];
	} l = {
		.h = TABLE(LISTS, 1, 2),
		.first = { 0, 2 },
		.entries = { { 1000, bvm_verdict(0, 0, 1), 0 },
			     { 0, bvm_verdict(0, 0, 1), 0 } },
	};
	u8 *section = malloc(sizeof(l));

	memcpy(section, &l, sizeof(l));
	ck_assert_int_eq(bvm_table_parse(section, sizeof(l), 0, &table, &err),
			 0);
	ck_assert_uint_eq(bvm_lists_decide(&table, 0, 0), bvm_verdict(0, 0, 1));
	ck_assert_uint_eq(bvm_lists_decide(&table, 1, U64_MAX),
			  BVM_VERDICT_BROKEN);
	ck_assert_uint_eq(bvm_lists_decide(&table, U64_MAX, U64_MAX),
			  BVM_VERDICT_BROKEN);
	free(section);
}
END_TEST

/* What a verdict may be, in one place of a list and the other. */
START_TEST(a_verdict_is_an_allow_or_a_denial)
{
	static const struct {
		u32 flags;
		u32 err;
		bool good;
	} verdicts[] = {
		{ 0, 0, true },
		{ BVM_VERDICT_AUDIT, 0, true },
		{ BVM_VERDICT_DENY, EPERM, true },
		{ BVM_VERDICT_DENY | BVM_VERDICT_KILL, EPERM, true },
		{ BVM_VERDICT_DENY | BVM_VERDICT_QUIET, EPERM, true },
		{ 0, EPERM, false },
		{ BVM_VERDICT_AUDIT, EPERM, false },
		{ BVM_VERDICT_DENY, 0, false },
		{ BVM_VERDICT_KILL, 0, false },
		{ BVM_VERDICT_QUIET, 0, false },
		{ BVM_VERDICT_DENY | 1u << 4, EPERM, false },
		/* orders to the kernel, and what is no errno of ours */
		{ BVM_VERDICT_DENY, EAGAIN, false },
		{ BVM_VERDICT_DENY, ECHILD, false },
		{ BVM_VERDICT_DENY, 127, false },
		{ BVM_VERDICT_DENY, ENOENT, true },
	};
	struct lists l = good_lists();

	l.entries[_i % 2].verdict =
		bvm_verdict(verdicts[_i / 2].flags, verdicts[_i / 2].err, 1);
	expect_lists(&l, verdicts[_i / 2].good ? NULL : "is no verdict");
}
END_TEST

/* A list with that many entries, each an allow without a condition. */
static void expect_list_of(u32 num, const char *says)
{
	const size_t len = 2 * sizeof(u32) + num * sizeof(struct bvm_decision);
	u32 *body = calloc(1, len);

	body[1] = num;
	expect(TABLE(LISTS, 1, num), body, (u32)len, says);
	free(body);
}

START_TEST(a_list_has_an_entry_for_each_rule_at_most)
{
	expect_list_of(BVM_MAX_LIST_LEN - 1, NULL);
	ck_assert_uint_eq(table.max_steps, BVM_MAX_LIST_LEN - 1);
	expect_list_of(BVM_MAX_LIST_LEN, NULL);
	ck_assert_uint_eq(table.max_steps, BVM_MAX_LIST_LEN);
	expect_list_of(BVM_MAX_LIST_LEN + 1,
		       "list 0: 100002 entries, at most 100001");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("table_edge");
	TCase *tc = tcase_create("edges");

	tcase_add_test(tc, a_header_is_whole);
	tcase_add_test(tc, every_cell_state_and_class_of_a_dfa_is_checked);
	tcase_add_test(tc, tails_are_walked_to_where_they_end);
	tcase_add_test(tc, every_byte_of_tails_is_checked);
	tcase_add_test(tc, cells_alone_lead_into_tails_and_to_their_text);
	tcase_add_test(tc, a_tail_has_a_length);
	tcase_add_test(tc, all_tails_have_a_length);
	tcase_add_test(tc, one_class_is_enough);
	tcase_add_test(tc, a_hash_is_the_same_for_ever);
	tcase_add_test(tc, bytes_above_127_are_no_negative_classes);
	tcase_add_test(tc, prefixes_ascend_and_know_what_holds_them);
	tcase_add_test(tc, prefixes_are_sorted_and_clean);
	tcase_add_test(tc, sorted_tables_are_sorted);
	tcase_add_test(tc, steps_are_those_of_the_longest_search);
	tcase_add_test(tc, every_key_is_in_its_bucket);
	tcase_add_test(tc, a_component_ends_in_its_table);
	tcase_add_test(tc, a_list_always_has_an_answer);
	tcase_add_test(tc, past_the_lists_is_a_denial);
	tcase_add_test(tc, a_list_has_an_entry_for_each_rule_at_most);
	tcase_add_loop_test(tc, a_verdict_is_an_allow_or_a_denial, 0, 30);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * bvm_build.c - images for tests, made by hand
 */
#include <stdlib.h>

#include "argv_build.h"
#include "bvm_build.h"
#include "policyc/keyset.h"
#include "policyc/product.h"

void bvm_build_init(struct bvm_build *b)
{
	memset(b, 0, sizeof(*b));
}

void *bvm_build_add(struct bvm_build *b, u32 type, u32 id, const void *bytes,
		    u32 len)
{
	u8 *at = b->body + b->body_len;

	/* offsets are from the first section until bvm_build_finish */
	b->sections[b->num_sections++] = (struct bvm_section){
		.type = type,
		.id = id,
		.off = b->body_len,
		.len = len,
	};
	if (len)
		memcpy(at, bytes, len);
	b->body_len += (len + 7) & ~7u;
	return at;
}

void *bvm_build_table(struct bvm_build *b, u32 id,
		      const struct bvm_table_header *h, const void *bytes,
		      u32 len)
{
	static u8 section[BVM_BUILD_MAX];

	memcpy(section, h, sizeof(*h));
	if (len)
		memcpy(section + sizeof(*h), bytes, len);
	return bvm_build_add(b, BVM_SECTION_TABLE, id, section,
			     sizeof(*h) + len);
}

void bvm_build_program(struct bvm_build *b, u32 class,
		       const struct bvm_program_header *h,
		       const struct bvm_insn *insns)
{
	static u8 section[sizeof(*h) + BVM_MAX_INSNS * sizeof(*insns)];

	memcpy(section, h, sizeof(*h));
	memcpy(section + sizeof(*h), insns, h->num_insns * sizeof(*insns));
	(void)bvm_build_add(b, BVM_SECTION_PROGRAM, class, section,
			    sizeof(*h) + h->num_insns * sizeof(*insns));
}

u32 bvm_build_finish(struct bvm_build *b)
{
	struct bvm_image_header h = {
		.version = BVM_IMAGE_VERSION,
		.language = BVM_LANGUAGE_VERSION,
		.num_sections = b->num_sections,
	};
	const u32 table = b->num_sections * sizeof(b->sections[0]);
	struct bvm_section *sections = (void *)(b->bytes + sizeof(h));

	memcpy(h.magic, BVM_IMAGE_MAGIC, sizeof(h.magic));
	b->len = sizeof(h) + table + b->body_len;
	h.len = b->len;
	memcpy(b->bytes, &h, sizeof(h));
	memcpy(sections, b->sections, table);
	for (u32 i = 0; i < b->num_sections; i++)
		sections[i].off += sizeof(h) + table;
	memcpy(b->bytes + sizeof(h) + table, b->body, b->body_len);
	return b->len;
}

/* ---- the small image ---- */

static const char strings[] = "\0test\0a policy\0test.yaml\0no";

static void add_start(struct bvm_build *b, u32 num_slots)
{
	const struct bvm_meta meta = { .name = 1,
				       .description = 6,
				       .flags = BVM_META_PATH_RULES,
				       .num_slots = num_slots };
	const struct bvm_rule rules[] = {
		{ .ops = BVM_BIT(FILES, READ),
		  .file = 15,
		  .line = 3,
		  .class = BVM_CLASS_FILES,
		  .kind = BVM_RULE_ALLOW },
		{ .ops = BVM_BIT(FILES, WRITE),
		  .file = 15,
		  .line = 5,
		  .message = 25,
		  .class = BVM_CLASS_FILES,
		  .kind = BVM_RULE_DENY },
	};

	bvm_build_add(b, BVM_SECTION_META, 0, &meta, sizeof(meta));
	bvm_build_add(b, BVM_SECTION_STRINGS, 0, strings, sizeof(strings));
	bvm_build_add(b, BVM_SECTION_RULES, 0, rules, sizeof(rules));
}

/* States: 0 dead, 1 start, 2 "/", 3 "/a", 4 "/ab". Classes: other / a b. */
static void add_dfa(struct bvm_build *b)
{
	struct {
		struct bvm_dfa_head head;
		struct bvm_dfa_state states[5];
		struct bvm_dfa_cell cells[8];
	} t = {
		.head = { .start = 1, .num_classes = 4 },
		.states = { { 0, 0, 0 },
			    { 0, 0, 0 },
			    { 1, 0, 0 },
			    { 2, 0, 1 },
			    { 0, 0, 2 } },
	};
	const struct bvm_table_header h = { BVM_TABLE_DFA, 5, 8, 0 };
	u32 i;

	t.head.classmap['/'] = 1;
	t.head.classmap['a'] = 2;
	t.head.classmap['b'] = 3;
	for (i = 0; i < 8; i++)
		t.cells[i].check = U32_MAX;
	t.cells[0 + 1] = (struct bvm_dfa_cell){ 1, 2 };
	t.cells[1 + 2] = (struct bvm_dfa_cell){ 2, 3 };
	t.cells[2 + 3] = (struct bvm_dfa_cell){ 3, 4 };
	bvm_build_table(b, 0, &h, &t, sizeof(t));
}

static void add_tables(struct bvm_build *b)
{
	const struct {
		u8 addr[2][16];
		u32 parent[2], value[2];
		u8 len[8];
		u64 values[2];
	} lpm = { .addr = { { 0 }, { 10 } },
		  .value = { 0, 1 },
		  .len = { 0, 8 },
		  .values = { 1, 2 } };
	const u64 keys[] = { 3, 5, 1000 };
	const struct bvm_range ranges[] = { { 1, 80, 7 }, { 443, 443, 9 } };
	const u32 elements[] = { 0, 1, 1, 0 };
	struct {
		u32 first[4];
		struct bvm_decision entries[3];
	} lists = {
		.first = { 0, 1, 3 },
		.entries = { { .verdict = bvm_verdict(BVM_VERDICT_DENY, EACCES,
						      0) },
			     { .need = 1,
			       .verdict = bvm_verdict(BVM_VERDICT_DENY, EPERM,
						      2) },
			     { .verdict = bvm_verdict(0, 0, 1) } },
	};

	add_dfa(b);
	bvm_build_table(b, 1,
			&(struct bvm_table_header){ BVM_TABLE_LPM, 2, 2, 0 },
			&lpm, sizeof(lpm));
	bvm_build_table(b, 2,
			&(struct bvm_table_header){ BVM_TABLE_SET, 3, 0, 0 },
			keys, sizeof(keys));
	bvm_build_table(b, 3,
			&(struct bvm_table_header){ BVM_TABLE_RANGE, 2, 0, 0 },
			ranges, sizeof(ranges));
	bvm_build_table(b, 4,
			&(struct bvm_table_header){ BVM_TABLE_ARRAY, 4, 0, 0 },
			elements, sizeof(elements));
	bvm_build_table(b, 5,
			&(struct bvm_table_header){ BVM_TABLE_LISTS, 2, 3, 0 },
			&lists, sizeof(lists));
}

/* A table section as the compiler makes it. */
static void add_made(struct bvm_build *b, u32 id, const struct buf *buf)
{
	bvm_build_add(b, BVM_SECTION_TABLE, id, buf->data, (u32)buf->len);
}

static void add_key_tables(struct bvm_build *b)
{
	static const u8 keys[] = "aabaacabcbaa";
	static const u64 values[] = { 1, 2, 3, 4 };
	static const struct keyset set = { 3, 4, keys, values };
	static const u32 widths[] = { 16, 2, 1 };
	struct product_box box = { .value = 5 };
	struct arena *arena = arena_create();
	struct buf sorted = BUF_INIT(arena), hashed = BUF_INIT(arena);
	struct buf product = BUF_INIT(arena);

	/* 10.0.0.0/8, ports 80 to 90, tcp and udp */
	memcpy(box.lo,
	       (u8[]){ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 0, 0,
		       80, 6 },
	       19);
	memcpy(box.hi,
	       (u8[]){ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0xff, 0xff,
		       0xff, 0, 90, 17 },
	       19);
	if (keyset_put_sorted(arena, &sorted, &set) ||
	    keyset_put_hashed(arena, &hashed, &set) ||
	    product_put(arena, &product, widths, 3, &box, 1))
		abort();
	add_made(b, 6, &sorted);
	add_made(b, 7, &hashed);
	add_made(b, 8, &product);
	arena_free(arena);
}

static void add_argv(struct bvm_build *b)
{
	static const struct argv_list lists[] = {
		{ { "-g", "*" } },
		{ { "-s", "*", "..." } },
		{ { NULL } },
	};
	struct bvm_table_header h;
	u32 len;
	void *body = argv_build(lists, ARRAY_SIZE(lists), &h, &len);

	bvm_build_table(b, 9, &h, body, len);
	free(body);
}

static void add_rates(struct bvm_build *b)
{
	const struct bvm_rate rates[] = { { 1000, 2, 1 }, { 1, 1, 3 } };
	const struct bvm_table_header h = { BVM_TABLE_RATES, 2, 0, 0 };

	bvm_build_table(b, 10, &h, rates, sizeof(rates));
}

static void add_end(struct bvm_build *b)
{
	const struct bvm_insn insns[] = {
		bvm_insn_make(BVM_MOV32_K, 0, 0, 0, 0),
		bvm_insn_make(BVM_EXIT, 0, 0, 0, 0),
	};
	const struct bvm_program_header program = { 2, 0, 2, 0, 0 };
	struct {
		struct bvm_rights_header head;
		struct bvm_rights rows[3];
		struct bvm_rights closures[3];
		u32 closure_of[5];
	} __attribute__((packed)) rights = {
		.head = { .num_rows = 3, .num_closures = 3 },
		.rows = { { 0, 0 }, { 3, 1 }, { 1, 1 } },
		.closures = { { 0, 0 }, { 1, 0 }, { 3, 0 } },
		.closure_of = { 0, 2, 2, 2, 1 },
	};
	const struct bvm_selector selector = { BVM_SELECT_NAME, 0, 1, 0 };
	u32 class;

	for (class = 1; class < BVM_NUM_CLASSES; class ++) {
		if (bvm_classes[class].mediated)
			bvm_build_program(b, class, &program, insns);
	}
	bvm_build_add(b, BVM_SECTION_RIGHTS, 0, &rights, sizeof(rights));
	bvm_build_add(b, BVM_SECTION_SELECTORS, 0, &selector, sizeof(selector));
	(void)bvm_build_finish(b);
}

void bvm_build_small(struct bvm_build *b)
{
	bvm_build_init(b);
	add_start(b, 0);
	add_tables(b);
	add_end(b);
}

void bvm_build_full(struct bvm_build *b)
{
	bvm_build_init(b);
	add_start(b, 4);
	add_tables(b);
	add_key_tables(b);
	add_argv(b);
	add_rates(b);
	add_end(b);
}

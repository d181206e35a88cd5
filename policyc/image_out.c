// SPDX-License-Identifier: GPL-2.0-only
/*
 * image_out.c - put the sections of an image together
 *
 * An image is written twice over: once with programs whose figures are 0, so
 * that the verifier can work them out, then with them filled in. The result
 * is parsed and verified as the kernel would before anybody gets it.
 */
#include <errno.h>
#include <string.h>

#include "compress.h"
#include "image_out.h"
#include "keytable.h"
#include "label.h"
#include "lowering.h"
#include "passes.h"
#include "program.h"
#include "program_rate.h"
#include "source.h"
#include "strings.h"
#include "sysfilter.h"
#include "validate_rest.h"
#include "validate_rules.h"
#include "vm/verify.h"
#include "witness.h"

struct section {
	u32 type;
	u32 id;
	struct buf bytes;
};

struct writer {
	struct arena *arena;
	struct diag *diag;
	const struct ast_policy *ast;
	struct lowered lowered;
	struct strings strings;
	struct section sections[BVM_MAX_SECTIONS];
	u32 num_sections;
	u32 num_tables;
	u32 dfa; /* table, or PROGRAM_NO_TABLE */
	struct compress paths; /* that table */
	u32 rates; /* the same */
	u32 start_dfa; /* table, if the policy has a `start` */
	u32 *buckets; /* per rule: its bucket, or U32_MAX */
	u32 num_buckets;
	struct program_tables tables[BVM_NUM_CLASSES];
};

static struct buf *add_section(struct writer *w, u32 type, u32 id)
{
	struct section *s = &w->sections[w->num_sections++];

	s->type = type;
	s->id = id;
	s->bytes = (struct buf)BUF_INIT(w->arena);
	return &s->bytes;
}

/* ---- sections ---- */

static void put_meta(struct writer *w)
{
	const struct ast_policy *ast = w->ast;
	struct bvm_meta meta = {
		.name = strings_put(&w->strings, ast->name),
		.description = strings_put(&w->strings, ast->description),
		.flags = (w->lowered.has_paths ? BVM_META_PATH_RULES : 0) |
			 (ast->enter_self ? BVM_META_ENTER_SELF : 0) |
			 (ast->instance ? BVM_META_INSTANCE : 0),
		.unmediated = ast->unmediated,
		.num_slots = w->num_buckets,
		.budget_insns = (u32)ast->budget_insns.most,
		.budget_steps = (u32)ast->budget_steps.most,
	};

	for (u32 class = 1; class < BVM_NUM_CLASSES; class ++)
		if (ast->audit[class])
			meta.audit_classes |= 1u << class;
	buf_put(add_section(w, BVM_SECTION_META, 0), &meta, sizeof(meta));
}

/* BVM_NEEDS_* of a rule. */
static u8 needs_of(const struct ast_rule *rule)
{
	const u32 mptcp = bvm_name_find(bvm_protocol_names, "mptcp");
	bool named = !rule->num_protocols;
	u8 needs = 0;

	if (rule->class != BVM_CLASS_NETWORK)
		return 0;
	for (u32 i = 0; i < rule->num_protocols; i++)
		named |= rule->protocols[i] == mptcp;
	if (rule->incoming && rule->ops & BVM_BIT(NETWORK, ACCEPT) && named)
		needs |= BVM_NEEDS_MPTCP_SOURCE;
	if (rule->peers || rule->peer_names.num)
		needs |= BVM_NEEDS_SOCKET_PEER;
	return needs;
}

static void put_rules(struct writer *w)
{
	struct buf *buf;

	if (!w->ast->num_rules)
		return;
	buf = add_section(w, BVM_SECTION_RULES, 0);
	for (u32 i = 0; i < w->ast->num_rules; i++) {
		const struct ast_rule *from = &w->ast->rules[i];
		const struct span *span = &from->span;
		struct bvm_rule rule = {
			.ops = from->ops,
			.file = strings_put(&w->strings,
					    label_of(w->arena, w->ast->base,
						     span->source)),
			.line = span->line ? span->line : 1,
			.message =
				strings_put(&w->strings,
					    from->message ? from->message : ""),
			.class = from->class,
			.kind = from->kind,
			.needs = needs_of(from),
		};

		buf_put(buf, &rule, sizeof(rule));
	}
}

static void put_selectors(struct writer *w)
{
	struct buf *buf;

	if (!w->ast->num_selectors)
		return;
	buf = add_section(w, BVM_SECTION_SELECTORS, 0);
	for (u32 i = 0; i < w->ast->num_selectors; i++) {
		const struct ast_selector *from = &w->ast->selectors[i];
		struct bvm_selector selector = {
			.kind = from->kind,
			.key = strings_put(&w->strings,
					   from->key ? from->key : ""),
			.value = strings_put(&w->strings, from->value),
		};

		buf_put(buf, &selector, sizeof(selector));
	}
}

static void put_rights(struct writer *w)
{
	const struct closures *closures = &w->lowered.closures;
	const struct bvm_rights_header header = {
		.dfa = w->dfa,
		.num_rows = w->lowered.rows.num,
		.num_closures = closures->num,
	};
	struct buf *buf;

	if (!w->lowered.has_paths)
		return;
	buf = add_section(w, BVM_SECTION_RIGHTS, 0);
	buf_put(buf, &header, sizeof(header));
	buf_put(buf, w->lowered.rights,
		header.num_rows * sizeof(*w->lowered.rights));
	buf_put(buf, closures->items, closures->num * sizeof(*closures->items));
	for (u32 i = 0; i < w->lowered.fsm.num_states; i++)
		if (w->paths.number_of[i] < w->paths.count)
			buf_put_u32(buf, closures->of[i]);
}

static void put_start(struct writer *w)
{
	const u64 said = w->ast->start_timeout.most;
	const struct bvm_start start = {
		.dfa = w->start_dfa,
		.timeout_s = said ? (u32)said : AST_START_TIMEOUT,
	};

	if (w->ast->start.num)
		buf_put(add_section(w, BVM_SECTION_START, 0), &start,
			sizeof(start));
}

/* What names the policy stands for a default that it does not speak of. */
static void put_defaults(struct writer *w)
{
	struct buf *buf;

	if (!w->ast->name_span.source)
		return;
	buf = add_section(w, BVM_SECTION_DEFAULTS, 0);
	buf_put_u32(buf, 0);
	buf_put_u32(buf, 0);
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++) {
		const struct span *span = &w->ast->default_spans[i];

		if (!span->source)
			span = &w->ast->name_span;
		buf_put_u32(buf, strings_put(&w->strings,
					     label_of(w->arena, w->ast->base,
						      span->source)));
		buf_put_u32(buf, span->line);
	}
}

static int put_syscalls(struct writer *w)
{
	struct bvm_syscalls header = { .arch = SYSFILTER_X86_64 };
	struct buf filter = BUF_INIT(w->arena);
	struct buf *buf;
	int ret;

	if (!w->ast->syscalls.of)
		return 0;
	ret = sysfilter_put_bpf(w->diag, w->ast, &filter);
	if (ret)
		return ret;
	if (w->ast->syscalls.runtime)
		header.flags = BVM_SYSCALLS_RUNTIME;
	header.num_insns = filter.len / sizeof(struct bvm_filter_insn);
	buf = add_section(w, BVM_SECTION_SYSCALLS, 0);
	buf_put(buf, &header, sizeof(header));
	buf_put(buf, filter.data, filter.len);
	return 0;
}

/* ---- tables ---- */

static int too_large(struct writer *w, const char *what, u64 num,
		     const char *kind, u32 limit)
{
	diag_report(w->diag, &w->ast->name_span, TOO_LARGE_TABLE, what,
		    (unsigned long long)num, kind, limit);
	return -E2BIG;
}

static struct buf *add_table(struct writer *w, u32 *index)
{
	*index = w->num_tables++;
	return add_section(w, BVM_SECTION_TABLE, *index);
}

/* Keys, and the lists that they say. */
static int put_keys(struct writer *w, u32 class)
{
	const struct lowered_class *c = &w->lowered.classes[class];
	const char *name = bvm_classes[class].name;
	struct program_tables *t = &w->tables[class];
	struct keytable keys;

	keytable_find(w->arena, c, &keys);
	t->verdicts = keys.verdicts;
	t->columns = PROGRAM_NO_TABLE;
	if (keys.columns && tables_put_array(add_table(w, &t->columns),
					     keys.columns, BVM_MAX_OPS))
		return too_large(w, name, BVM_MAX_OPS, "columns",
				 BVM_MAX_ARRAY);
	if (tables_put_array(add_table(w, &t->keys), keys.elements, keys.num))
		return too_large(w, name, keys.num, "keys", BVM_MAX_ARRAY);
	if (keys.num_lists > BVM_MAX_LISTS)
		return too_large(w, name, keys.num_lists,
				 "combinations of rules", BVM_MAX_LISTS);
	if (keys.num_entries > BVM_MAX_LIST_ENTRIES)
		return too_large(w, name, keys.num_entries, "cases in all",
				 BVM_MAX_LIST_ENTRIES);
	keytable_put_lists(add_table(w, &t->lists), c, &keys);
	return 0;
}

/* Few intervals are compared by the program: program.h. */
static int put_ranges(struct writer *w, enum pred_field field,
		      const struct bvm_range *ranges, u32 num, u32 *index)
{
	if (!num || (num <= PROGRAM_MAX_COMPARES && passes_has(PASS_COMPARES)))
		return 0;
	if (tables_put_ranges(add_table(w, index), ranges, num))
		return too_large(w, pred_field_name(field), num, "ranges",
				 BVM_MAX_RANGES);
	return 0;
}

static int put_numbers(struct writer *w, u32 class, enum pred_field field,
		       u32 *index)
{
	const struct preds *preds = &w->lowered.classes[class].preds;
	struct bvm_range *ranges;
	u32 num = tables_find_ranges(preds, field, &ranges);

	return put_ranges(w, field, ranges, num, index);
}

static int put_text(struct writer *w, u32 class, u32 text)
{
	const struct textmatch *t = &w->lowered.classes[class].texts[text];
	struct program_tables *tables = &w->tables[class];
	enum pred_field field = PRED_FIRST_TEXT + text;
	struct compress how = {
		.kind = field == PRED_ARGS ? BVM_TABLE_ARGV : BVM_TABLE_DFA,
	};

	if (!t->asked)
		return 0;
	if (compress_put(add_table(w, &tables->texts[text]), &t->fsm, &how))
		return too_large(w, pred_field_name(field), t->fsm.num_states,
				 "states", BVM_MAX_DFA_STATES);
	return put_ranges(w, field, t->rows, t->num_rows,
			  &tables->fields[field]);
}

static int put_addresses(struct writer *w, u32 class, enum pred_field field,
			 u32 *index)
{
	const struct preds *preds = &w->lowered.classes[class].preds;
	u64 num = 0;

	for (u32 i = 0; i < preds->num; i++)
		if (preds->items[i].field == field)
			num += preds->items[i].in.num +
			       preds->items[i].except.num;
	if (!num)
		return 0;
	if (tables_put_lpm(add_table(w, index), preds, field))
		return too_large(w, pred_field_name(field), num, "prefixes",
				 BVM_MAX_LPM_PREFIXES);
	return 0;
}

/* Give each rule with a rate a bucket, and each bucket the slot of its number. */
static int find_buckets(struct writer *w)
{
	const struct ast_policy *ast = w->ast;

	w->buckets = arena_array(w->arena, ast->num_rules, sizeof(u32));
	for (u32 i = 0; i < ast->num_rules; i++)
		w->buckets[i] = ast->rules[i].rate.interval_ns ?
					w->num_buckets++ :
					U32_MAX;
	if (w->num_buckets > BVM_MAX_SLOTS)
		return too_large(w, "rate", w->num_buckets, "rules",
				 BVM_MAX_SLOTS);
	return 0;
}

static void put_rates(struct writer *w)
{
	const struct bvm_table_header header = {
		.kind = BVM_TABLE_RATES,
		.count = w->num_buckets,
	};
	struct buf *buf;

	w->rates = PROGRAM_NO_TABLE;
	if (!w->num_buckets)
		return;
	buf = add_table(w, &w->rates);
	buf_put(buf, &header, sizeof(header));
	for (u32 i = 0; i < w->ast->num_rules; i++) {
		const struct bvm_rate rate = {
			.interval_ns = w->ast->rules[i].rate.interval_ns,
			.burst = w->ast->rules[i].rate.burst,
			.slot = w->buckets[i],
		};

		if (rate.interval_ns)
			buf_put(buf, &rate, sizeof(rate));
	}
}

static int put_rate_rules(struct writer *w, u32 class)
{
	const struct preds *preds = &w->lowered.classes[class].preds;
	struct program_tables *t = &w->tables[class];
	struct bvm_range *ranges;
	u32 num;

	if (!program_has_rates(preds))
		return 0;
	t->rates = w->rates;
	t->buckets = w->buckets;
	num = program_rate_rules(preds, w->buckets, &ranges);
	return tables_put_ranges(add_table(w, &t->rate_rules), ranges, num);
}

static int put_class_tables(struct writer *w, u32 class)
{
	struct program_tables *t = &w->tables[class];
	int ret;

	t->dfa = w->dfa;
	t->memfd_key = w->lowered.memfd_key;
	if (class == BVM_CLASS_NETWORK && !w->lowered.has_unix_paths)
		t->dfa = PROGRAM_NO_TABLE;
	for (u32 field = 0; field < PRED_NUM_FIELDS; field++)
		t->fields[field] = PROGRAM_NO_TABLE;
	ret = put_keys(w, class);
	/* flags have no ranges: none, which is no table */
	for (u32 field = 0; field < PRED_FIRST_ADDRESS && !ret; field++)
		ret = put_numbers(w, class, field, &t->fields[field]);
	for (u32 field = PRED_FIRST_ADDRESS; field < PRED_FIRST_TEXT && !ret;
	     field++)
		ret = put_addresses(w, class, field, &t->fields[field]);
	for (u32 text = 0; text < PRED_NUM_TEXTS && !ret; text++)
		ret = put_text(w, class, text);
	return ret ? ret : put_rate_rules(w, class);
}

/* The automaton of `start`, which accepts with row 1. */
static int put_start_dfa(struct writer *w)
{
	const struct ast_patterns *start = &w->ast->start;
	struct nfa *nfa = nfa_create(w->arena);
	struct pattern_error err;
	struct fsm_blame blame;
	struct intern accepts;
	struct compress how = { .kind = BVM_TABLE_DFA };
	struct fsm fsm;

	for (u32 i = 0; i < start->num; i++)
		if (nfa_add(nfa, start->items[i].text, i, &err)) {
			diag_report(w->diag, &start->items[i].span, PATTERN,
				    start->items[i].text, err.text);
			return -EINVAL;
		}
	intern_init(&accepts, w->arena);
	if (fsm_build(w->arena, nfa, &accepts, &fsm, &blame)) {
		diag_report(w->diag, &start->items[0].span, TOO_MANY_STATES,
			    blame.max_states);
		return -E2BIG;
	}
	fsm_minimise(w->arena, &fsm);
	if (compress_put(add_table(w, &w->start_dfa), &fsm, &how))
		return too_large(w, "start", fsm.num_states, "states",
				 BVM_MAX_DFA_STATES);
	return 0;
}

static int put_tables(struct writer *w)
{
	int ret = 0;

	w->dfa = PROGRAM_NO_TABLE;
	w->paths.kind = BVM_TABLE_DFA;
	if (w->lowered.has_paths &&
	    compress_put(add_table(w, &w->dfa), &w->lowered.fsm, &w->paths))
		return too_large(w, "paths", w->lowered.fsm.num_states,
				 "states", BVM_MAX_DFA_STATES);
	put_rates(w);
	for (u32 class = 1; class < BVM_NUM_CLASSES && !ret; class ++)
		if (w->lowered.classes[class].num_keys)
			ret = put_class_tables(w, class);
	return ret || !w->ast->start.num ? ret : put_start_dfa(w);
}

/* ---- programs ---- */

static int put_programs(struct writer *w)
{
	struct emit *e = arena_alloc(w->arena, sizeof(*e));

	for (u32 class = 1; class < BVM_NUM_CLASSES; class ++) {
		struct bvm_program_header header = { 0 };
		struct buf *buf;

		if (!w->lowered.classes[class].num_keys)
			continue;
		e->num = 0;
		e->overflow = false;
		program_emit(e, &w->lowered.classes[class].preds,
			     w->lowered.classes[class].texts,
			     &w->tables[class]);
		if (e->overflow)
			return too_large(w, bvm_classes[class].name, e->num,
					 "instructions", BVM_MAX_INSNS);
		header.num_insns = e->num;
		buf = add_section(w, BVM_SECTION_PROGRAM, class);
		buf_put(buf, &header, sizeof(header));
		buf_put(buf, e->insns, e->num * sizeof(*e->insns));
	}
	return 0;
}

/* ---- the whole ---- */

static int assemble(struct writer *w, struct buf *out)
{
	struct bvm_image_header header = {
		.magic = BVM_IMAGE_MAGIC,
		.version = BVM_IMAGE_VERSION,
		.language = BVM_LANGUAGE_VERSION,
		.num_sections = w->num_sections,
	};
	u64 off = sizeof(header) + w->num_sections * sizeof(struct bvm_section);
	u64 len = off;

	for (u32 i = 0; i < w->num_sections; i++)
		len += (w->sections[i].bytes.len + 7) & ~7ull;
	if (len > BVM_MAX_IMAGE)
		return too_large(w, "image", len, "bytes", BVM_MAX_IMAGE);
	header.len = len;
	memcpy(header.source_digest, w->ast->digest, sizeof(w->ast->digest));
	buf_put(out, &header, sizeof(header));
	for (u32 i = 0; i < w->num_sections; i++) {
		const struct section *s = &w->sections[i];
		const struct bvm_section section = { s->type, s->id, off,
						     s->bytes.len };

		buf_put(out, &section, sizeof(section));
		off += (s->bytes.len + 7) & ~7ull;
	}
	for (u32 i = 0; i < w->num_sections; i++) {
		buf_put(out, w->sections[i].bytes.data,
			w->sections[i].bytes.len);
		buf_align(out, 8);
	}
	return 0;
}

static bool fits_budget(struct writer *w, u32 class, u64 cost,
			const struct ast_limit *limit, const char *unit)
{
	if (!limit->most || cost <= limit->most)
		return true;
	diag_report(w->diag, &limit->span, OVER_BUDGET, bvm_classes[class].name,
		    (unsigned long long)cost, unit,
		    (unsigned long long)limit->most);
	return false;
}

/* Every program that costs more than the policy says it may, at once. */
static int check_budget(struct writer *w, const struct bvm_image *img)
{
	const struct ast_policy *ast = w->ast;
	bool fits = true;

	for (u32 class = 1; class < BVM_NUM_CLASSES; class ++) {
		const struct bvm_program_header *h =
			img->programs[class].header;

		if (!h)
			continue;
		fits &= fits_budget(w, class, h->max_insns, &ast->budget_insns,
				    "instructions");
		fits &= fits_budget(w, class, h->max_steps, &ast->budget_steps,
				    "table steps");
	}
	return fits ? 0 : -E2BIG;
}

/* What the verifier finds about each program goes into its header. */
static int fill_figures(struct bvm_image *img, void *scratch,
			struct bvm_error *err)
{
	for (u32 class = 1; class < BVM_NUM_CLASSES; class ++) {
		const struct bvm_class_info *info = &bvm_classes[class];
		struct bvm_program_header *header =
			(void *)(uintptr_t)img->programs[class].header;
		struct bvm_verify_in in = {
			.insns = img->programs[class].insns,
			.ctx = { info->ctx_size, info->num_fields,
				 info->fields },
			.image = img,
			.verdict = true,
			.max_stack = BVM_KERNEL_STACK,
			.scratch = scratch,
		};
		struct bvm_verify_out out;
		int ret;

		if (!header)
			continue;
		in.num_insns = header->num_insns;
		ret = bvm_verify(&in, &out, err);
		if (ret)
			return ret;
		header->stack_bytes = out.stack_bytes;
		header->max_insns = out.max_insns;
		header->max_calls = out.max_calls;
		header->max_steps = out.max_steps;
	}
	return 0;
}

int image_load(struct arena *arena, const void *bytes, size_t len,
	       struct bvm_image *img, struct bvm_error *err)
{
	void *scratch = arena_alloc(arena, bvm_verify_scratch());
	int ret;

	ret = bvm_image_parse(bytes, len, img, err);
	if (ret)
		return ret;
	return bvm_image_verify(img, BVM_KERNEL_STACK, scratch, err);
}

/* Each automaton of the image as it will be written, against the rules. */
static int validate(struct writer *w, const struct bvm_image *img)
{
	int ret = 0;

	if (w->dfa != PROGRAM_NO_TABLE)
		ret = validate_paths(w->arena, w->diag, w->ast, &w->lowered,
				     &img->tables[w->dfa]);
	if (!ret && w->ast->start.num)
		ret = validate_start(w->arena, w->diag, w->ast,
				     &img->tables[w->start_dfa]);
	for (u32 class = 1; class < BVM_NUM_CLASSES && !ret; class ++) {
		const struct lowered_class *c = &w->lowered.classes[class];

		for (u32 i = 0; i < PRED_NUM_TEXTS && !ret; i++)
			if (c->num_keys && c->texts[i].asked)
				ret = validate_text(
					w->arena, w->diag, w->ast, c,
					PRED_FIRST_TEXT + i,
					&img->tables[w->tables[class].texts[i]]);
	}
	return ret;
}

/* ... and what is behind them on requests. */
static int try_witnesses(struct writer *w, const struct bvm_image *img)
{
	struct witness witness = {
		.arena = w->arena,
		.diag = w->diag,
		.ast = w->ast,
		.lowered = &w->lowered,
		.img = img,
		.tables = w->tables,
	};

	return witness_try(&witness);
}

static int finish(struct writer *w, struct buf *out)
{
	struct bvm_image *img = arena_alloc(w->arena, sizeof(*img));
	void *scratch = arena_alloc(w->arena, bvm_verify_scratch());
	struct bvm_error err;
	int ret;

	ret = bvm_image_parse(out->data, out->len, img, &err);
	if (!ret)
		ret = fill_figures(img, scratch, &err);
	if (!ret && check_budget(w, img))
		return -E2BIG;
	if (!ret)
		ret = image_load(w->arena, out->data, out->len, img, &err);
	if (ret)
		diag_report(w->diag, &w->ast->name_span, BAD_IMAGE, err.text);
	if (!ret)
		ret = validate(w, img);
	if (!ret)
		ret = try_witnesses(w, img);
	return ret ? ret :
		     validate_rest(w->arena, w->diag, w->ast, &w->lowered, img);
}

int image_build(struct arena *arena, struct diag *diag,
		const struct ast_policy *ast, struct buf *out)
{
	struct writer *w = arena_alloc(arena, sizeof(*w));
	struct buf *strings;
	int ret;

	w->arena = arena;
	w->diag = diag;
	w->ast = ast;
	ret = lowering_run(arena, diag, ast, &w->lowered);
	if (ret)
		return ret;
	ret = find_buckets(w);
	if (ret)
		return ret;
	strings_init(&w->strings, arena);
	put_meta(w);
	strings = add_section(w, BVM_SECTION_STRINGS, 0);
	put_rules(w);
	ret = put_tables(w);
	if (!ret)
		ret = put_programs(w);
	if (ret)
		return ret;
	put_rights(w);
	put_selectors(w);
	put_start(w);
	ret = put_syscalls(w);
	if (ret)
		return ret;
	put_defaults(w);
	if (w->strings.bytes.len > BVM_MAX_STRINGS)
		return too_large(w, "strings", w->strings.bytes.len, "bytes",
				 BVM_MAX_STRINGS);
	*strings = w->strings.bytes;
	ret = assemble(w, out);
	return ret ? ret : finish(w, out);
}

// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "buf.h"
#include "validate.h"
#include "validate_rules.h"

/* What a pattern says of whatever it belongs to. */
struct claim {
	u32 owner; /* a rule, a source as in lowering.h, or a predicate */
	bool denies; /* of an except, or an unless */
};

struct checker {
	struct arena *arena;
	struct diag *diag;
	const struct ast_policy *ast;
	struct reader *reader;
	struct claim *claims; /* per pattern */
	u32 num_claims;
	/* paths: */
	const struct intern *rows;
	u32 *marks; /* per rule and its source: what patterns say in a round */
	u32 round;
	u32 *always; /* rules that match whatever the path */
	u32 num_always;
	/* texts: */
	const struct textmatch *text;
};

static void add(struct checker *c, const struct ast_patterns *from,
		struct claim claim)
{
	for (u32 i = 0; i < from->num; i++) {
		reader_add(c->reader, (const char *const *)&from->items[i].text,
			   1, false);
		c->claims = arena_grow(c->arena, c->claims, c->num_claims,
				       sizeof(*c->claims));
		c->claims[c->num_claims++] = claim;
	}
}

/* A text as it is printed: what is no ASCII, and the NULs of ARGV, as \xHH. */
static const char *quote(struct arena *arena, const char *text, u32 len)
{
	struct buf buf = BUF_INIT(arena);

	for (u32 i = 0; i < len; i++) {
		const u8 byte = (u8)text[i];

		if (byte > ' ' && byte < 0x7f)
			buf_put_u8(&buf, byte);
		else
			buf_printf(&buf, "\\x%02x", byte);
	}
	return buf_text(&buf);
}

static int check(struct checker *c, struct validate *v, const char *what)
{
	int ret;

	v->reader = c->reader;
	v->arg = c;
	if (reader_begin(c->reader))
		ret = -EINVAL;
	else
		ret = validate_dfa(c->arena, v);
	if (ret == -E2BIG) {
		diag_report(c->diag, &c->ast->name_span, UNPROVED, what);
		diag_note(c->diag, "write out the directories in which stars "
				   "are to look for names");
	} else if (ret) {
		diag_report(c->diag, &c->ast->name_span, MISCOMPILED, what,
			    v->text ? quote(c->arena, v->text, v->len) : "");
	}
	return ret;
}

/* ---- paths ---- */

static bool has_objects_with_paths(u32 class)
{
	return class == BVM_CLASS_FILES || class == BVM_CLASS_EXEC ||
	       class == BVM_CLASS_NETWORK;
}

static bool is_in_row(const struct checker *c, u32 row, u32 item)
{
	const u32 *items = intern_get(c->rows, row);
	u32 lo = 0, hi = intern_len(c->rows, row);

	while (lo < hi) {
		const u32 mid = lo + (hi - lo) / 2;

		if (items[mid] == item)
			return true;
		if (items[mid] < item)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

#define SEEN 1u /* that some pattern of it matches, in marks */
#define DENIED 2u /* ... of its except */
#define COUNTED 4u

static u32 *mark_of(struct checker *c, u32 item)
{
	if (c->marks[item] >> 3 != c->round)
		c->marks[item] = c->round << 3;
	return &c->marks[item];
}

/* Count a rule that matches; it must be in the row. */
static bool count(struct checker *c, u32 row, u32 item, u32 *num)
{
	u32 *mark = mark_of(c, item);

	if (*mark & COUNTED)
		return true;
	*mark |= COUNTED;
	++*num;
	return is_in_row(c, row, item);
}

/* The row holds the rules that match and, by their number, no other. */
static bool row_agrees(void *arg, u32 row, const u32 *patterns, u32 num)
{
	struct checker *c = arg;
	u32 num_rules = 0;

	if (row >= c->rows->num)
		return false;
	c->round++;
	for (u32 i = 0; i < num; i++) {
		const struct claim *claim = &c->claims[patterns[i]];

		*mark_of(c, claim->owner) |= claim->denies ? DENIED : SEEN;
	}
	for (u32 i = 0; i < num; i++) {
		const u32 owner = c->claims[patterns[i]].owner;

		if ((*mark_of(c, owner) & (SEEN | DENIED)) == SEEN &&
		    !count(c, row, owner, &num_rules))
			return false;
	}
	for (u32 i = 0; i < c->num_always; i++)
		if (!(*mark_of(c, c->always[i]) & DENIED) &&
		    !count(c, row, c->always[i], &num_rules))
			return false;
	return num_rules == intern_len(c->rows, row);
}

static void add_rule(struct checker *c, u32 i)
{
	const struct ast_rule *rule = &c->ast->rules[i];
	const struct claim of_source = { .owner = i + c->ast->num_rules };
	const struct claim matches = { .owner = i };
	const struct claim excepted = { .owner = i, .denies = true };

	if (rule->class == BVM_CLASS_MOUNTS) {
		add(c, &rule->paths, matches);
		add(c, &rule->sources, of_source);
	}
	if (!has_objects_with_paths(rule->class))
		return;
	add(c, &rule->paths, matches);
	add(c, &rule->except, excepted);
	if (!rule->paths.num && !rule->memfd)
		c->always[c->num_always++] = i;
}

int validate_paths(struct arena *arena, struct diag *diag,
		   const struct ast_policy *ast, const struct lowered *lowered,
		   const struct bvm_table *table)
{
	struct checker c = {
		.arena = arena,
		.diag = diag,
		.ast = ast,
		.reader = reader_create(arena, PATTERN_PATH),
		.rows = &lowered->rows,
		.marks = arena_array(arena, 2 * (size_t)ast->num_rules,
				     sizeof(u32)),
		.always = arena_array(arena, ast->num_rules, sizeof(u32)),
	};
	struct validate v = { .table = table, .agrees = row_agrees };

	for (u32 i = 0; i < ast->num_rules; i++)
		add_rule(&c, i);
	return check(&c, &v, "paths");
}

/* ---- start ---- */

static bool start_agrees(void *arg, u32 row, const u32 *patterns, u32 num)
{
	(void)arg;
	(void)patterns;
	return (row != 0) == (num != 0);
}

int validate_start(struct arena *arena, struct diag *diag,
		   const struct ast_policy *ast, const struct bvm_table *table)
{
	struct checker c = {
		.arena = arena,
		.diag = diag,
		.ast = ast,
		.reader = reader_create(arena, PATTERN_PATH),
	};
	struct validate v = { .table = table, .agrees = start_agrees };

	add(&c, &ast->start, (struct claim){ .owner = 0 });
	return check(&c, &v, "start");
}

/* ---- texts ---- */

static bool mask_agrees(void *arg, u32 row, const u32 *patterns, u32 num)
{
	const struct checker *c = arg;
	u64 match = 0, unless = 0, mask = 0;

	for (u32 i = 0; i < num; i++) {
		const struct claim *claim = &c->claims[patterns[i]];

		if (claim->denies)
			unless |= 1ull << claim->owner;
		else
			match |= 1ull << claim->owner;
	}
	if (row > c->text->num_rows)
		return false;
	if (row)
		mask = c->text->rows[row - 1].value;
	return mask == (match & ~unless);
}

static void add_args(struct checker *c, const struct pred *pred, u32 number)
{
	for (u32 i = 0; i < pred->num_args; i++) {
		const struct ast_args *args = &pred->args[i];

		reader_add(c->reader, (const char *const *)args->items,
			   args->num, args->rest);
		c->claims = arena_grow(c->arena, c->claims, c->num_claims,
				       sizeof(*c->claims));
		c->claims[c->num_claims++] = (struct claim){ .owner = number };
	}
}

int validate_text(struct arena *arena, struct diag *diag,
		  const struct ast_policy *ast,
		  const struct lowered_class *class, enum pred_field field,
		  const struct bvm_table *table)
{
	const enum pattern_mode mode = field == PRED_TEXT ? PATTERN_TEXT :
				       field == PRED_ARGS ? PATTERN_ARG :
							    PATTERN_PATH;
	struct checker c = {
		.arena = arena,
		.diag = diag,
		.ast = ast,
		.reader = reader_create(arena, mode),
		.text = &class->texts[field - PRED_FIRST_TEXT],
	};
	struct validate v = { .table = table, .agrees = mask_agrees };

	for (u32 i = 0; i < class->preds.num; i++) {
		const struct pred *pred = &class->preds.items[i];

		if (!pred_matches_text(pred, field))
			continue;
		add(&c, &pred->match, (struct claim){ .owner = i });
		add(&c, &pred->unless,
		    (struct claim){ .owner = i, .denies = true });
		add_args(&c, pred, i);
	}
	return check(&c, &v, pred_field_name(field));
}

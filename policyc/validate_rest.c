// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "section_syscalls.h"
#include "sysfilter.h"
#include "sysnames.h"
#include "validate_rest.h"
#include "vm/table.h"

struct rest {
	struct arena *arena;
	struct diag *diag;
	const struct ast_policy *ast;
	const struct lowered *lowered;
	const struct bvm_image *img;
};

static int differs(const struct rest *r, const struct span *span,
		   const char *what, u32 at)
{
	diag_report(r->diag, span ? span : &r->ast->name_span, MISSTATED, what,
		    at);
	return -EINVAL;
}

/* ---- selectors ---- */

static int check_selectors(const struct rest *r)
{
	const struct bvm_image *img = r->img;

	if (img->num_selectors != r->ast->num_selectors)
		return differs(r, NULL, "selectors", img->num_selectors);
	for (u32 i = 0; i < img->num_selectors; i++) {
		const struct ast_selector *want = &r->ast->selectors[i];
		const struct bvm_selector *got = &img->selectors[i];
		const char *key = want->key ? want->key : "";

		if (got->kind != want->kind ||
		    strcmp(bvm_image_string(img, got->key), key) != 0 ||
		    strcmp(bvm_image_string(img, got->value), want->value) != 0)
			return differs(r, &want->span, "selector", i + 1);
	}
	return 0;
}

/* ---- system calls ---- */

/* What is done with a call of x86_64, as section `syscalls` of the docs has it. */
static u32 wanted(const struct ast_policy *ast, u32 number)
{
	const struct ast_syscalls *s = &ast->syscalls;
	const enum ast_answer said =
		number < SYSNAMES_MAX ? s->of[number].allowed : AST_ANY;

	if (said == AST_YES || (said == AST_ANY && s->fallback == AST_ALLOW))
		return SYSFILTER_ALLOW;
	if (syscalls_audit(ast))
		return SYSFILTER_LOG;
	if (said == AST_ANY)
		return SYSFILTER_ERRNO | ENOSYS;
	return s->kill ? SYSFILTER_KILL : SYSFILTER_ERRNO | s->err;
}

static bool answers(const struct rest *r, u32 arch, u32 number, u32 want)
{
	return sysfilter_run(r->img->filter, r->img->syscalls->num_insns, arch,
			     number) == want;
}

static int check_syscalls(const struct rest *r)
{
	const struct ast_syscalls *s = &r->ast->syscalls;
	const struct bvm_syscalls *got = r->img->syscalls;
	u32 other;

	if (!s->of || !got)
		return s->of || got ? differs(r, &s->span, "filter", 0) : 0;
	if (got->arch != SYSFILTER_X86_64 ||
	    !(got->flags & BVM_SYSCALLS_RUNTIME) != !s->runtime)
		return differs(r, &s->span, "head of the filter", 0);
	other = syscalls_audit(r->ast) ? SYSFILTER_LOG :
					 SYSFILTER_ERRNO | ENOSYS;
	/* no policy names a number that is so large: they are all alike */
	for (u32 i = 0; i < SYSNAMES_MAX + 2; i++)
		if (!answers(r, SYSFILTER_X86_64, i, wanted(r->ast, i)) ||
		    !answers(r, SYSFILTER_X86_64, i | SYSFILTER_X32_BIT,
			     other) ||
		    !answers(r, SYSFILTER_I386, i, other))
			return differs(r, &s->span, "system call", i);
	return 0;
}

/* ---- rows of RIGHTS ---- */

/* What the rules about an operation in a row say, conditions left aside. */
struct said {
	bool allow, deny;
};

static struct said find_said(const struct rest *r, u32 class, u32 op, u32 row)
{
	const u32 *items = intern_get(&r->lowered->rows, row);
	const u32 num = intern_len(&r->lowered->rows, row);
	struct said said = { .allow = r->ast->defaults[class] == AST_ALLOW };

	for (u32 i = 0; i < num && items[i] < r->ast->num_rules; i++) {
		const struct ast_rule *rule = &r->ast->rules[items[i]];

		if (rule->class != class || !(rule->ops >> op & 1))
			continue;
		said.allow |= rule->kind == BVM_RULE_ALLOW;
		said.deny |= rule->kind == BVM_RULE_DENY;
	}
	return said;
}

/*
 * No right is stated without a rule, or the default, that gives it, and none is
 * missing without one that takes it. (A deny may be of what never holds: that it
 * takes a right is tried by witnesses.)
 */
static bool is_grounded(const struct rest *r, u32 class, u32 op, u32 row,
			u64 bit)
{
	const struct bvm_rights *got = &r->img->rights[row];
	const struct said said = find_said(r, class, op, row);

	if (got->may & bit && !said.allow)
		return false;
	return got->must & bit || said.deny ||
	       r->ast->defaults[class] != AST_ALLOW;
}

static int check_rows(const struct rest *r)
{
	const struct bvm_op_info *ops = bvm_classes[BVM_CLASS_FILES].ops;
	const struct bvm_rights *want = r->lowered->rights;

	for (u32 row = 0; row < r->img->num_rights; row++) {
		for (u32 op = 0; op < BVM_RIGHT_FILES_OPS; op++)
			if (ops[op].name && ops[op].how <= BVM_HOW_NAMES &&
			    !is_grounded(r, BVM_CLASS_FILES, op, row,
					 1ull << op))
				return differs(r, NULL, "rights of row", row);
		if (!is_grounded(r, BVM_CLASS_EXEC, BVM_OP_EXEC_EXEC, row,
				 BVM_RIGHT_EXEC))
			return differs(r, NULL, "rights of row", row);
		/* those of sockets and sources: as they were found */
		if (memcmp(&r->img->rights[row], &want[row], sizeof(*want)) !=
		    0)
			return differs(r, NULL, "rights of row", row);
	}
	return 0;
}

/* ---- closures of RIGHTS ---- */

static bool widen(struct bvm_rights *to, const struct bvm_rights *from)
{
	const struct bvm_rights before = *to;

	to->may |= from->may;
	to->must &= from->must;
	return to->may != before.may || to->must != before.must;
}

/* All that is below a state; of one in a tail what vm/rights.c says of it. */
static struct bvm_rights below(const struct bvm_table *t,
			       const struct bvm_rights *found, u32 state)
{
	const u8 *end;
	struct bvm_rights both;

	if (state < t->count)
		return found[state];
	end = t->dfa.tails + (state - t->count);
	while (bvm_dfa_is_text(*end))
		end++;
	both = found[bvm_dfa_tail_end(end)];
	(void)widen(&both, &found[t->dfa.head->tail_def]);
	return both;
}

/* One look at each default and each cell; states far from the start come first. */
static bool spread(const struct bvm_table *t, struct bvm_rights *found)
{
	bool changed = false;

	for (u32 i = t->count; i-- > 0;) {
		const struct bvm_rights def =
			below(t, found, t->dfa.states[i].def);

		changed |= widen(&found[i], &def);
	}
	for (u32 i = t->aux; i-- > 0;) {
		const struct bvm_dfa_cell *cell = &t->dfa.cells[i];
		struct bvm_rights next;

		if (cell->check == U32_MAX)
			continue;
		next = below(t, found, cell->next);
		changed |= widen(&found[cell->check], &next);
	}
	return changed;
}

/*
 * The least sets that hold each state's own rights and those of all that bytes
 * lead to, found from the table as it is written.
 */
static int check_closures(const struct rest *r)
{
	const struct bvm_image *img = r->img;
	const struct bvm_table *t = &img->tables[img->rights_dfa];
	struct bvm_rights *found =
		arena_array(r->arena, t->count, sizeof(*found));

	for (u32 i = 0; i < t->count; i++)
		found[i] = img->rights[t->dfa.states[i].accept];
	while (spread(t, found))
		;
	for (u32 i = 0; i < t->count; i++)
		if (memcmp(&found[i], &img->closures[img->closure_of[i]],
			   sizeof(*found)) != 0)
			return differs(r, NULL, "closure of state", i);
	return 0;
}

int validate_rest(struct arena *arena, struct diag *diag,
		  const struct ast_policy *ast, const struct lowered *lowered,
		  const struct bvm_image *img)
{
	const struct rest r = { arena, diag, ast, lowered, img };
	int ret = check_selectors(&r);

	if (!ret)
		ret = check_syscalls(&r);
	if (!ret && img->rights)
		ret = check_rows(&r);
	if (!ret && img->rights)
		ret = check_closures(&r);
	return ret;
}

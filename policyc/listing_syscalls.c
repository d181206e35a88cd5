// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "listing.h"
#include "section_syscalls.h"
#include "source.h"
#include "sysnames.h"
#include "vm/hooks.h"
#include "yaml_text.h"

/* Named by the same word of the policy? */
static bool same_word(const struct ast_syscall *a, const struct ast_syscall *b)
{
	return a->span.source == b->span.source &&
	       a->span.line == b->span.line && a->span.col == b->span.col &&
	       (a->group == b->group ||
		(a->group && b->group && !strcmp(a->group, b->group)));
}

static void put_name(struct buf *buf, u32 number)
{
	char *name = sysnames_name(number);

	if (name)
		buf_printf(buf, "    - %s\n", yaml_text(buf->arena, name));
	free(name);
}

/* By number; with places, each run of calls behind the word that named them. */
static void put_list(struct buf *buf, const char *key,
		     const struct ast_syscall *of, enum ast_answer allowed,
		     bool places)
{
	const struct ast_syscall *last = NULL;

	for (u32 i = 0; i < SYSNAMES_MAX; i++) {
		const struct ast_syscall *call = &of[i];

		if (call->allowed != allowed)
			continue;
		if (!last)
			buf_printf(buf, "  %s:\n", key);
		if (places && (!last || !same_word(last, call)))
			buf_printf(buf, "    # %s%s%s:%u\n",
				   call->group ? call->group : "",
				   call->group ? ", " : "",
				   call->span.source->name, call->span.line);
		last = call;
		put_name(buf, i);
	}
}

void listing_syscalls(struct buf *buf, const struct ast_policy *policy,
		      bool places)
{
	const struct ast_syscalls *s = &policy->syscalls;

	if (!s->of)
		return;
	buf_printf(buf, "%ssyscalls:\n  default: %s\n", places ? "\n" : "",
		   s->fallback == AST_ALLOW ? "allow" : "deny");
	put_list(buf, "deny", s->of, AST_NO, places);
	put_list(buf, "allow", s->of, AST_YES, places);
	if (s->kill)
		buf_printf(buf, "  kill: true\n");
	else
		buf_printf(buf, "  errno: %s\n",
			   bvm_name_of(bvm_errno_names, s->err));
	if (s->audit != AST_ANY)
		buf_printf(buf, "  mode: %s\n",
			   s->audit == AST_YES ? "audit" : "enforce");
	if (s->runtime)
		buf_printf(buf, "  installed-by: runtime\n");
}

static void put_json_list(struct buf *buf, const char *key,
			  const struct ast_syscall *of, enum ast_answer allowed)
{
	const char *comma = "";

	buf_printf(buf, ", \"%s\": [", key);
	for (u32 i = 0; i < SYSNAMES_MAX; i++) {
		char *name = of[i].allowed == allowed ? sysnames_name(i) : NULL;

		if (name)
			buf_printf(buf, "%s\"%s\"", comma, name);
		if (name)
			comma = ", ";
		free(name);
	}
	buf_put_u8(buf, ']');
}

void listing_json_syscalls(struct buf *buf, const struct ast_policy *policy)
{
	const struct ast_syscalls *s = &policy->syscalls;

	if (!s->of)
		return;
	buf_printf(buf, ",\n \"syscalls\": {\"default\": \"%s\"",
		   s->fallback == AST_ALLOW ? "allow" : "deny");
	put_json_list(buf, "deny", s->of, AST_NO);
	put_json_list(buf, "allow", s->of, AST_YES);
	buf_printf(buf,
		   ", \"errno\": \"%s\", \"kill\": %s, \"mode\": \"%s\""
		   ", \"installed_by\": \"%s\"}",
		   bvm_name_of(bvm_errno_names, s->err),
		   s->kill ? "true" : "false",
		   syscalls_audit(policy) ? "audit" : "enforce",
		   s->runtime ? "runtime" : "bailiff");
}

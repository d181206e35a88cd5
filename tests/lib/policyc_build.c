// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policyc/image_out.h"
#include "policyc/parse.h"
#include "policyc/source.h"
#include "policyc_build.h"
#include "vm/table.h"

static void give_up(const struct bvm_error *err)
{
	fprintf(stderr, "what was built is refused: %s\n", err->text);
	abort();
}

void policyc_build(struct arena *arena, const struct ast_policy *ast,
		   struct bvm_image *img)
{
	static const struct diag_options options;
	struct diag *diag = diag_create(arena, &options);
	struct buf bytes = BUF_INIT(arena);
	struct bvm_error err;

	if (image_build(arena, diag, ast, &bytes)) {
		diag_print(diag, stderr);
		abort();
	}
	if (image_load(arena, bytes.data, bytes.len, img, &err))
		give_up(&err);
}

void policyc_table(struct arena *arena, const struct fsm *fsm,
		   struct compress *how, struct bvm_table *table)
{
	struct buf bytes = BUF_INIT(arena);
	struct bvm_error err;

	if (compress_put(&bytes, fsm, how))
		abort();
	if (bvm_table_parse(bytes.data, bytes.len, 0, table, &err))
		give_up(&err);
}

struct ast_policy *policyc_without(struct arena *arena,
				   const struct ast_policy *from, u32 number)
{
	struct ast_policy *to = arena_alloc(arena, sizeof(*to));

	*to = *from;
	to->rules = arena_array(arena, from->num_rules, sizeof(*to->rules));
	to->num_rules = 0;
	for (u32 i = 0; i < from->num_rules; i++) {
		if (from->rules[i].number == number)
			continue;
		to->rules[to->num_rules] = from->rules[i];
		to->rules[to->num_rules].number = to->num_rules + 1;
		to->num_rules++;
	}
	return to;
}

struct ast_policy *policyc_reversed(struct arena *arena,
				    const struct ast_policy *from)
{
	struct ast_policy *to = policyc_without(arena, from, 0);

	for (u32 i = 0; i < to->num_rules; i++) {
		to->rules[i] = from->rules[to->num_rules - 1 - i];
		to->rules[i].number = i + 1;
	}
	return to;
}

struct ast_policy *policyc_parse(struct arena *arena, const char *text)
{
	static const struct diag_options shown;
	static const struct parse_options options = { .no_includes = true };
	struct diag *diag = diag_create(arena, &shown);
	struct ast_policy *ast =
		parse_text(arena, diag, &options,
			   source_create(arena, "t.yaml", text, strlen(text)));

	if (!ast) {
		diag_print(diag, stderr);
		abort();
	}
	return ast;
}

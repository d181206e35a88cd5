// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>

#include "importing.h"
#include "policyc/judge.h"
#include "policyc/parse.h"
#include "tests/lib/policyc_build.h"
#include "tests/lib/policyc_fixture.h"

struct import importing;

static void give_up(const char *what, const char *text)
{
	fprintf(stderr, "%s: %s\n", what, text);
	diag_print(diag, stderr);
	abort();
}

const char *importing_policy(importing_read *read, const char *text)
{
	import_out_init(&importing, arena, diag);
	importing.no_includes = true;
	read(&importing, source_create(arena, "from", text, strlen(text)));
	return diag_num_errors(diag) ? NULL : import_out_policy(&importing);
}

const struct ast_policy *importing_ast(importing_read *read, const char *text)
{
	static const struct parse_options options = { .no_includes = true };
	const char *policy = importing_policy(read, text);
	const struct ast_policy *ast;

	if (!policy)
		give_up("the import is refused", text);
	ast = parse_text(arena, diag, &options,
			 source_create(arena, "imported", policy,
				       strlen(policy)));
	if (!ast)
		give_up("the import is no policy", policy);
	return ast;
}

void importing_build(importing_read *read, const char *text,
		     struct bvm_image *img)
{
	policyc_build(arena, importing_ast(read, text), img);
}

bool importing_allows(const struct bvm_image *img, const char *text)
{
	struct arena *mine = arena_create();
	struct judgement judgement;
	struct request_error err;
	struct request request;

	if (request_parse(mine, text, &request, &err))
		give_up(text, err.text);
	if (judge_request(mine, img, &request, &judgement) ||
	    (judgement.answer != JUDGE_ALLOW && judgement.answer != JUDGE_DENY))
		give_up(text, "not decided");
	arena_free(mine);
	return judgement.answer == JUDGE_ALLOW;
}

bool importing_left(u32 line, const char *why)
{
	for (u32 i = 0; i < importing.num_left; i++)
		if (importing.left[i].from.line == line &&
		    strstr(importing.left[i].why, why))
			return true;
	return false;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * yaml_fuzz.c - any bytes are a policy or are refused with a message
 */
#include <stdlib.h>

#include "policyc/parse.h"
#include "policyc/source.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static const struct diag_options shown = { .json = true, .lint = true };
	static const struct parse_options options = { .no_includes = true };
	struct arena *arena = arena_create();
	struct diag *diag = diag_create(arena, &shown);
	const char *text = arena_strndup(arena, (const char *)data, len);
	const struct ast_policy *policy;
	FILE *nowhere;

	policy = parse_text(arena, diag, &options,
			    source_create(arena, "fuzz", text, len));
	/* Never an answer without a reason, nor a reason without effect. */
	if (!policy != (diag_num_errors(diag) > 0))
		abort();
	nowhere = fopen("/dev/null", "w");
	if (nowhere) {
		diag_print(diag, nowhere);
		(void)fclose(nowhere);
	}
	arena_free(arena);
	return 0;
}

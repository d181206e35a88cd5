// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "imported.h"
#include "policyc/image_out.h"
#include "policyc/parse.h"

#define BUILT_ONE_IN 16

/* Patterns can be too much for any automaton: that is no fault of an import. */
static const enum diag_id limits[] = {
	DIAG_TOO_MANY_STATES,
	DIAG_TOO_LARGE_TABLE,
	DIAG_OVER_BUDGET,
	DIAG_UNPROVED,
};

static void give_up(const char *policy, const char *messages)
{
	fprintf(stderr, "%s\n%s\n", policy, messages);
	abort();
}

/* Errors other than of limits are a fault of the import. */
static void check_errors(struct diag *diag, const char *policy)
{
	bool known = false;
	char *messages, id[16];
	size_t len;
	FILE *out = open_memstream(&messages, &len);

	if (!out)
		abort();
	diag_print(diag, out);
	(void)fclose(out);
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		(void)snprintf(id, sizeof(id), "P%03d\"", limits[i]);
		known |= strstr(messages, id) != NULL;
	}
	if (!known)
		give_up(policy, messages);
	free(messages);
}

/* To build takes longest by far; an input is always built, or never. */
static bool is_built(const u8 *data, size_t len)
{
	u32 sum = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < len; i++)
		sum = (sum ^ data[i]) * 16777619u;
	return (sum ^ sum >> 16) % BUILT_ONE_IN == 0;
}

int imported(void (*read)(struct import *im, const struct source *source),
	     const u8 *data, size_t len)
{
	static const struct diag_options shown = { .json = true };
	static const struct parse_options options = { .no_includes = true };
	struct arena *arena = arena_create();
	struct diag *diag = diag_create(arena, &shown);
	const char *text = arena_strndup(arena, (const char *)data, len);
	struct buf bytes = BUF_INIT(arena);
	const struct ast_policy *ast;
	struct import im;

	import_out_init(&im, arena, diag);
	im.no_includes = true;
	read(&im, source_create(arena, "fuzz", text, len));
	if (!diag_num_errors(diag)) {
		text = import_out_policy(&im);
		ast = parse_text(arena, diag, &options,
				 source_create(arena, "made", text,
					       strlen(text)));
		if (!ast) {
			diag_print(diag, stderr);
			give_up(text, "is no policy");
		}
		if (is_built(data, len) &&
		    image_build(arena, diag, ast, &bytes))
			check_errors(diag, text);
	}
	arena_free(arena);
	return 0;
}

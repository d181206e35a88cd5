// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "imported.h"
#include "policyc/parse.h"

int imported(void (*read)(struct import *im, const struct source *source),
	     const u8 *data, size_t len)
{
	static const struct diag_options shown = { .json = true };
	static const struct parse_options options = { .no_includes = true };
	struct arena *arena = arena_create();
	struct diag *diag = diag_create(arena, &shown);
	const char *text = arena_strndup(arena, (const char *)data, len);
	struct import im;

	import_out_init(&im, arena, diag);
	im.no_includes = true;
	read(&im, source_create(arena, "fuzz", text, len));
	if (!diag_num_errors(diag)) {
		text = import_out_policy(&im);
		if (!parse_text(arena, diag, &options,
				source_create(arena, "made", text,
					      strlen(text)))) {
			fputs(text, stderr);
			diag_print(diag, stderr);
			abort();
		}
	}
	arena_free(arena);
	return 0;
}

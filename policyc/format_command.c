// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "format.h"
#include "format_command.h"
#include "load.h"
#include "output.h"
#include "source.h"
#include "textdiff.h"

static int show_difference(struct run *run, const struct source *source,
			   struct buf *out)
{
	struct buf text = BUF_INIT(run->arena);

	textdiff_put(&text, source,
		     source_create(run->arena, source->name, buf_text(out),
				   out->len));
	(void)fputs(buf_text(&text), stdout);
	return EXIT_NO;
}

static int write_formatted(struct run *run, const char *path, struct buf *out)
{
	int err = output_write(run->arena, path, out);

	if (err) {
		fprintf(stderr, "policyc: cannot write %s: %s\n", path,
			strerror(-err));
		return EXIT_MACHINE;
	}
	if (strcmp(path, "-"))
		printf("%s: formatted\n", path);
	return EXIT_YES;
}

static int format_file(struct run *run, const char *path)
{
	struct buf out = BUF_INIT(run->arena);
	const struct source *source =
		load_source(run->arena, run->diag, path, NULL);
	bool same;

	if (!source ||
	    format_source(run->arena, run->diag, &run->parse, source, &out))
		return EXIT_BAD;
	same = source->len == out.len &&
	       !memcmp(source->text, out.data, out.len);
	if (same && (run->check || strcmp(path, "-")))
		return EXIT_YES;
	return run->check ? show_difference(run, source, &out) :
			    write_formatted(run, path, &out);
}

int command_fmt(struct run *run)
{
	int code = EXIT_YES;

	for (int i = 0; i < run->num_operands; i++) {
		const int one = format_file(run, run->operands[i]);

		if (one > code)
			code = one;
	}
	return code;
}

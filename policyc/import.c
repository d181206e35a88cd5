// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "image_out.h"
#include "import.h"
#include "import_aa.h"
#include "import_ka.h"
#include "import_seccomp.h"
#include "import_unit.h"
#include "output.h"
#include "suggest.h"

const struct import_format import_formats[] = {
	{ "apparmor", "a profile of AppArmor", import_aa_read },
	{ "kubearmor", "a KubeArmorPolicy", import_ka_read },
	{ "seccomp", "a seccomp profile of OCI runtimes", import_seccomp_read },
	{ "systemd", "the sandbox options of a unit", import_unit_read },
	{ NULL, NULL, NULL },
};

static const struct import_format *find_format(const char *name)
{
	struct suggest suggest = SUGGEST_INIT(name);

	for (const struct import_format *f = import_formats; f->name; f++) {
		if (!strcmp(f->name, name))
			return f;
		suggest_try(&suggest, f->name);
	}
	fprintf(stderr, "policyc: no format '%s'", name);
	if (suggest.best)
		fprintf(stderr, ", did you mean '%s'?", suggest.best);
	fputs("\npolicyc imports:\n", stderr);
	for (const struct import_format *f = import_formats; f->name; f++)
		fprintf(stderr, "  %-10s %s\n", f->name, f->doc);
	return NULL;
}

/* What was made must be a policy that builds: else it is not written. */
static int check_imported(struct run *run, const char *text)
{
	static const struct parse_options options = { .no_includes = true };
	const struct source *source =
		source_create(run->arena, "imported", text, strlen(text));
	struct buf bytes = BUF_INIT(run->arena);
	const u32 mark = diag_mark(run->diag);
	const struct ast_policy *ast =
		parse_text(run->arena, run->diag, &options, source);

	if (source->len > SOURCE_MAX_BYTES ||
	    (ast && image_build(run->arena, run->diag, ast, &bytes)))
		diag_report(run->diag, NULL, IMPORT,
			    "it makes a policy that does not build");
	if (diag_num_errors(run->diag))
		return EXIT_BAD;
	/* its warnings are for who checks it */
	diag_forget(run->diag, mark);
	return EXIT_YES;
}

/* ---- what was left out ---- */

static void print_left(const struct import *im)
{
	for (u32 i = 0; i < im->num_left; i++) {
		const struct import_left *left = &im->left[i];

		fprintf(stderr, "%s:%u: not imported: %s\n",
			left->from.source->name, left->from.line, left->why);
	}
	if (im->num_left)
		fprintf(stderr,
			"policyc: %u line%s not imported, or only in part\n",
			im->num_left, im->num_left == 1 ? "" : "s");
}

static void put_member(struct buf *out, const char *name, const char *text)
{
	buf_printf(out, "\"%s\": ", name);
	buf_put_json(out, text, strlen(text));
}

static void put_json(struct buf *out, const struct import *im,
		     const char *policy)
{
	buf_printf(out, "{");
	if (policy) {
		put_member(out, "policy", policy);
		buf_printf(out, ",\n ");
	}
	buf_printf(out, "\"not_imported\": [");
	for (u32 i = 0; i < im->num_left; i++) {
		const struct import_left *left = &im->left[i];

		buf_printf(out, "%s{", i ? ",\n  " : "\n  ");
		put_member(out, "file", left->from.source->name);
		buf_printf(out, ", \"line\": %u, ", left->from.line);
		put_member(out, "text", left->text);
		buf_printf(out, ", ");
		put_member(out, "why", left->why);
		buf_printf(out, "}");
	}
	buf_printf(out, "]}\n");
}

static int write_out(struct run *run, const struct import *im,
		     const char *policy)
{
	struct buf out = BUF_INIT(run->arena);
	const char *path = run->out ?: "-";
	int err = 0;

	if (run->out || !run->json) {
		buf_put(&out, policy, strlen(policy));
		err = output_write(run->arena, path, &out);
	}
	if (err) {
		fprintf(stderr, "policyc: cannot write %s: %s\n", path,
			strerror(-err));
		return EXIT_MACHINE;
	}
	if (!run->json) {
		print_left(im);
	} else {
		out = (struct buf)BUF_INIT(run->arena);
		put_json(&out, im, run->out ? NULL : policy);
		(void)fputs(buf_text(&out), stdout);
	}
	return im->num_left ? EXIT_NO : EXIT_YES;
}

int command_import(struct run *run)
{
	const struct import_format *format = find_format(run->operands[0]);
	const char *path = run->operands[1];
	const struct source *source;
	const char *policy;
	struct import im;
	int err;

	if (!format)
		return EXIT_BAD;
	err = source_read(run->arena, path, &source);
	if (err) {
		diag_report(run->diag, NULL, READ, path, strerror(-err));
		return EXIT_BAD;
	}
	import_out_init(&im, run->arena, run->diag);
	im.dirs = run->parse.include_dirs;
	im.num_dirs = run->parse.num_include_dirs;
	im.profile = run->profile;
	format->read(&im, source);
	if (diag_num_errors(run->diag))
		return EXIT_BAD;
	policy = import_out_policy(&im);
	err = check_imported(run, policy);
	return err ?: write_out(run, &im, policy);
}

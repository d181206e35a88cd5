// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "claim.h"
#include "image_out.h"
#include "init_parts.h"
#include "output.h"
#include "test.h"

/* What is written must be a policy that passes `policyc check`. */
static int check_written(struct run *run, const char *name, const char *text)
{
	const struct source *source =
		source_create(run->arena, name, text, strlen(text));
	const u32 mark = diag_mark(run->diag);
	const struct ast_policy *ast =
		parse_text(run->arena, run->diag, &run->parse, source);
	struct buf bytes = BUF_INIT(run->arena);
	struct bvm_image img;
	struct bvm_error err;

	if (!ast || image_build(run->arena, run->diag, ast, &bytes))
		return EXIT_BAD;
	if (image_load(run->arena, bytes.data, bytes.len, &img, &err))
		return EXIT_BUG;
	if (test_policy(run->arena, run->diag, ast, &img, NULL) +
	    claim_policy(run->arena, run->diag, ast, &img))
		return EXIT_BUG;
	/* its warnings are for who checks it */
	diag_forget(run->diag, mark);
	return EXIT_YES;
}

static int write_file(struct run *run, const char *path, const char *policy)
{
	struct buf out = BUF_INIT(run->arena);
	int err;

	buf_put(&out, policy, strlen(policy));
	err = output_write(run->arena, path, &out);
	if (!err)
		return EXIT_YES;
	fprintf(stderr, "policyc: cannot write %s: %s\n", path, strerror(-err));
	return EXIT_MACHINE;
}

static int write_out(struct init *in, const char *path, const char *policy)
{
	struct run *run = in->run;
	const bool data = run->json && !run->out;
	int code = EXIT_YES;

	if (!data)
		code = write_file(run, path, policy);
	if (code)
		return code;
	if (run->json)
		(void)fputs(init_write_json(in, data ? policy : NULL), stdout);
	else if (strcmp(path, "-"))
		printf("%s: written; read it, then: policyc check %s\n", path,
		       path);
	return EXIT_YES;
}

static int make(struct init *in)
{
	struct run *run = in->run;
	const char *path, *policy;
	int code = init_find(in);

	if (code)
		return code;
	init_dirs_take(in);
	init_ports_take(in);
	init_guess_take(in);
	path = run->out ?:
			  arena_printf(run->arena, "%s.yaml",
				       in->alias ?: in->name);
	if (strcmp(path, "-") && !(run->json && !run->out) &&
	    !access(path, F_OK)) {
		diag_report(run->diag, NULL, INIT_EXISTS, path);
		diag_note(run->diag, "-o writes to another file");
		return EXIT_BAD;
	}
	policy = init_write_policy(in);
	code = check_written(run, path, policy);
	return code ?: write_out(in, path, policy);
}

int command_init(struct run *run)
{
	struct init in = {
		.run = run,
		.arena = run->arena,
		.wanted = run->service,
		.description = "",
	};
	const char *root = run->root ?: "/";
	int err, code;

	if (!run->service) {
		fputs("policyc: init needs --for SERVICE\n", stderr);
		return EXIT_BAD;
	}
	err = rootfs_open(run->arena, root, &in.root);
	if (err == -ENOSYS) {
		fputs("policyc: this kernel has no openat2\n", stderr);
		return EXIT_MACHINE;
	}
	if (err) {
		diag_report(run->diag, NULL, READ, root, strerror(-err));
		return EXIT_BAD;
	}
	in.dpkg = dpkg_read(&in.root);
	code = make(&in);
	rootfs_close(&in.root);
	return code;
}

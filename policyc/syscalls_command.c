// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "output.h"
#include "source.h"
#include "syscalls_command.h"
#include "sysfilter.h"
#include "sysnames.h"

static int print_groups(struct run *run)
{
	struct buf out = BUF_INIT(run->arena);

	for (u32 i = 0; i < sysgroups_num; i++) {
		if (!run->json) {
			printf("\"%s\"  %s\n    %s\n", sysgroups[i].name,
			       sysgroups[i].doc, sysgroups[i].members);
			continue;
		}
		buf_printf(&out, i ? ",\n " : "[");
		buf_printf(&out, "{\"group\": \"%s\", \"members\": \"%s\"}",
			   sysgroups[i].name, sysgroups[i].members);
	}
	if (run->json)
		printf("%s]\n", buf_text(&out));
	return EXIT_YES;
}

static int export(struct run *run, const char *path, const struct buf *bytes)
{
	int err = output_write(run->arena, path, bytes);

	if (!err)
		return EXIT_YES;
	fprintf(stderr, "policyc: cannot write %s: %s\n", path, strerror(-err));
	return EXIT_MACHINE;
}

static int export_oci(struct run *run, const struct bvm_image *img)
{
	struct buf out = BUF_INIT(run->arena);

	if (!sysfilter_put_oci(img->filter, img->syscalls->num_insns, &out)) {
		fputs("policyc: out of memory\n", stderr);
		return EXIT_MACHINE;
	}
	return export(run, run->out ? run->out : "-", &out);
}

static int export_bpf(struct run *run, const struct bvm_image *img)
{
	struct buf out = BUF_INIT(run->arena);

	buf_put(&out, img->filter,
		img->syscalls->num_insns * sizeof(*img->filter));
	return export(run, run->bpf, &out);
}

static u32 ask(const struct bvm_image *img, u32 number)
{
	return sysfilter_run(img->filter, img->syscalls->num_insns,
			     SYSFILTER_X86_64, number);
}

/* "allow read: "@basic-io", app.yaml:3"; the place only of a policy. */
static void print_call(struct run *run, const struct input *input, u32 number)
{
	struct buf out = BUF_INIT(run->arena);
	char *name = sysnames_name(number);

	sysfilter_show(&out, ask(input->img, number));
	buf_printf(&out, ": %s", name ? name : "?");
	free(name);
	if (input->ast) {
		const struct ast_syscall *s = &input->ast->syscalls.of[number];

		if (s->allowed == AST_ANY)
			buf_printf(&out, ", the default");
		if (s->group)
			buf_printf(&out, ", \"%s\"", s->group);
		if (s->allowed != AST_ANY && s->span.source)
			buf_printf(&out, ", %s:%u", s->span.source->name,
				   s->span.line);
	}
	printf("%s\n", buf_text(&out));
}

static void print_all(struct run *run, const struct input *input)
{
	const struct bvm_syscalls *s = input->img->syscalls;
	const u32 rest = sysfilter_default(input->img->filter, s->num_insns);
	struct buf out = BUF_INIT(run->arena);

	sysfilter_show(&out, rest);
	printf("policy %s: %u instructions, installed by %s\n"
	       "%s: what is not named, newer calls, those of i386 and x32\n",
	       input->img->name, s->num_insns,
	       s->flags & BVM_SYSCALLS_RUNTIME ? "the runtime" : "Bailiff",
	       buf_text(&out));
	for (u32 i = 0; i < SYSNAMES_MAX; i++)
		if (ask(input->img, i) != rest)
			print_call(run, input, i);
}

/* Each of the names that follow the policy. */
static int print_named(struct run *run, const struct input *input)
{
	int code = EXIT_YES;

	for (int i = 1; i < run->num_operands; i++) {
		const char *name = run->operands[i];
		int number = sysnames_find(name);
		char near[64];

		if (number < 0) {
			sysnames_suggest(name, near, sizeof(near));
			diag_report(run->diag, NULL, UNKNOWN_WORD,
				    "system call", name);
			if (*near)
				diag_note(run->diag, "did you mean '%s'?",
					  near);
			return EXIT_BAD;
		}
		print_call(run, input, (u32)number);
		if (sysfilter_denies(ask(input->img, (u32)number)))
			code = EXIT_NO;
	}
	return code;
}

int command_syscalls(struct run *run)
{
	struct input input;
	int code;

	if (!run->num_operands)
		return print_groups(run);
	code = input_open(run, run->operands[0], &input);
	if (code)
		return code;
	if (!input.img->syscalls) {
		diag_report(run->diag, NULL, NO_SYSCALLS, run->operands[0]);
		return EXIT_BAD;
	}
	if (run->bpf)
		return export_bpf(run, input.img);
	if (run->oci || run->json)
		return export_oci(run, input.img);
	if (run->num_operands > 1)
		return print_named(run, &input);
	print_all(run, &input);
	return EXIT_YES;
}

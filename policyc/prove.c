// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "prove.h"
#include "suggest.h"

#define MAX_MEM (1u << 20)

void prove_set_class(struct prove *prove, u32 class)
{
	prove->ctx.size = bvm_classes[class].ctx_size;
	prove->ctx.num_fields = bvm_classes[class].num_fields;
	prove->ctx.fields = bvm_classes[class].fields;
	prove->verdict = true;
	prove->class = bvm_classes[class].name;
}

static int set_mem(struct prove *prove, const char *text)
{
	char *end = NULL;
	unsigned long long len;

	errno = 0;
	len = strtoull(text, &end, 10);
	if (end == text || *end || *text == '-' || errno || len > MAX_MEM) {
		diag_report(prove->run->diag, NULL, MEMORY_LEN, MAX_MEM, text);
		return EXIT_BAD;
	}
	prove->ctx.size = (u32)len;
	return EXIT_YES;
}

int prove_set_options(struct prove *prove)
{
	const struct run *run = prove->run;
	struct suggest suggest = SUGGEST_INIT(run->class);
	u32 class;

	if (run->mem && set_mem(prove, run->mem))
		return EXIT_BAD;
	if (!run->class)
		return EXIT_YES;
	class = bvm_class_by_name(run->class);
	if (class) {
		prove_set_class(prove, class);
		return EXIT_YES;
	}
	diag_report(run->diag, NULL, NO_CLASS, run->class);
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++)
		suggest_try(&suggest, bvm_classes[i].name);
	if (suggest.best)
		diag_note(run->diag, "did you mean '%s'?", suggest.best);
	return EXIT_BAD;
}

static void print_line(void *arg, const char *line)
{
	(void)arg;
	printf("%s\n", line);
}

static const struct span *span_of(const struct prove *prove, u32 pc)
{
	return prove->spans && pc < prove->num_insns ? &prove->spans[pc] : NULL;
}

/* The merge point is told by number only; here its text can be shown. */
static void note_merge(const struct prove *prove, const char *text)
{
	static const char before[] = "meet at insn ";
	const char *at = strstr(text, before);
	const struct span *span;

	if (!at)
		return;
	span = span_of(prove, (u32)strtoul(at + strlen(before), NULL, 10));
	if (span)
		diag_note_at(prove->run->diag, span, "the ways meet here");
}

static void report(const struct prove *prove, const struct bvm_error *err)
{
	diag_report(prove->run->diag, span_of(prove, err->off), REFUSED,
		    err->text);
	note_merge(prove, err->text);
}

static void print_json(const struct prove *prove,
		       const struct bvm_verify_out *out, bool accepted)
{
	printf("{");
	if (prove->class)
		printf("\"class\": \"%s\", ", prove->class);
	printf("\"accepted\": %s, \"instructions\": %u",
	       accepted ? "true" : "false", prove->num_insns);
	if (accepted)
		printf(", \"max_instructions\": %u, \"max_calls\": %u, "
		       "\"max_steps\": %llu, \"stack_bytes\": %u, "
		       "\"r0_min\": \"0x%llx\", \"r0_max\": \"0x%llx\"",
		       out->max_insns, out->max_calls,
		       (unsigned long long)out->max_steps, out->stack_bytes,
		       (unsigned long long)out->r0_min,
		       (unsigned long long)out->r0_max);
	printf("}\n");
}

static void print_worst(const struct prove *prove,
			const struct bvm_verify_out *out)
{
	printf("accepted: %u instructions; at most %u run, %u calls, %llu "
	       "table steps, %u bytes of stack\n",
	       prove->num_insns, out->max_insns, out->max_calls,
	       (unsigned long long)out->max_steps, out->stack_bytes);
	printf("r0 is 0x%llx to 0x%llx\n", (unsigned long long)out->r0_min,
	       (unsigned long long)out->r0_max);
}

int prove_program(struct prove *prove)
{
	struct run *run = prove->run;
	const struct bvm_verify_in in = {
		.insns = prove->insns,
		.num_insns = prove->num_insns,
		.ctx = prove->ctx,
		.image = prove->image,
		.verdict = prove->verdict,
		.max_stack = prove->verdict ? BVM_KERNEL_STACK :
					      BVM_STACK_BYTES,
		.log = run->log && !run->json ? print_line : NULL,
		.scratch = arena_alloc(run->arena, bvm_verify_scratch()),
	};
	struct bvm_verify_out out;
	struct bvm_error err = { 0 };
	bool accepted = !bvm_verify(&in, &out, &err);

	if (!accepted)
		report(prove, &err);
	if (run->json)
		print_json(prove, &out, accepted);
	else if (accepted)
		print_worst(prove, &out);
	return accepted ? EXIT_YES : EXIT_NO;
}

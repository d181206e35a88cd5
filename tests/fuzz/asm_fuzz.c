// SPDX-License-Identifier: GPL-2.0-only
/*
 * asm_fuzz.c - any text is a program or is refused, and means one thing
 *
 * What was assembled is printed and assembled again to the same bytes; what
 * was refused has a message. The verifier then has its say on it.
 */
#include <stdlib.h>

#include "policyc/asm.h"
#include "policyc/buf.h"
#include "policyc/source.h"
#include "vm/disasm.h"
#include "vm/verify.h"

#define MAX_INSNS 512

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static int assemble(struct arena *arena, struct diag *diag, const char *text,
		    size_t len, struct asm_program *program)
{
	return asm_assemble(arena, diag,
			    source_create(arena, "fuzz.asm", text, len),
			    MAX_INSNS, program);
}

/* Half an lddw prints as a whole one, and is none. */
static bool is_exact(const struct asm_program *p)
{
	for (u32 pc = 0; pc < p->num_insns; pc++) {
		if (p->insns[pc].code != BVM_LDDW ||
		    !bvm_insn_find(&p->insns[pc], NULL))
			continue;
		if (++pc == p->num_insns || p->insns[pc].code ||
		    p->insns[pc].dst || p->insns[pc].src || p->insns[pc].off)
			return false;
	}
	return true;
}

static void again(struct arena *arena, struct diag *diag,
		  const struct asm_program *p)
{
	struct buf text = BUF_INIT(arena);
	struct asm_program other;
	char line[64];

	for (u32 pc = 0; pc < p->num_insns;) {
		pc += bvm_disasm(p->insns, p->num_insns, pc, line,
				 sizeof(line));
		buf_printf(&text, "%s\n", line);
	}
	if (assemble(arena, diag, buf_text(&text), text.len, &other) ||
	    other.num_insns != p->num_insns ||
	    memcmp(other.insns, p->insns, 8 * p->num_insns))
		abort();
}

static void verify(const struct asm_program *p)
{
	static void *scratch;
	struct bvm_verify_in in = {
		.insns = p->insns,
		.num_insns = p->num_insns,
		.ctx = { .size = 16 },
		.max_stack = BVM_STACK_BYTES,
	};
	struct bvm_verify_out out;
	struct bvm_error err = { 0 };

	if (!scratch)
		scratch = malloc(bvm_verify_scratch());
	in.scratch = scratch;
	if (bvm_verify(&in, &out, &err) && !err.text[0])
		abort();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static FILE *nowhere;
	struct arena *arena = arena_create();
	const struct diag_options options = { .json = false };
	struct diag *diag = diag_create(arena, &options);
	char *text = arena_strndup(arena, (const char *)data, len);
	struct asm_program program;
	int ret;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	ret = assemble(arena, diag, text, len, &program);
	if (!ret != !diag_num_errors(diag))
		abort();
	if (!ret && is_exact(&program))
		again(arena, diag, &program);
	if (!ret)
		verify(&program);
	diag_print(diag, nowhere);
	arena_free(arena);
	return 0;
}

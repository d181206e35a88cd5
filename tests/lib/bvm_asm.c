// SPDX-License-Identifier: GPL-2.0-only
/*
 * bvm_asm.c - programs for tests, from text
 */
#include "bvm_asm.h"
#include "policyc/asm.h"
#include "policyc/source.h"

int bvm_asm(const char *text, struct bvm_insn *insns, u32 max)
{
	struct arena *arena = arena_create();
	const struct diag_options options = { .json = false };
	struct diag *diag = diag_create(arena, &options);
	const struct source *source =
		source_create(arena, "program", text, strlen(text));
	struct asm_program program;
	int ret = -1;

	if (!asm_assemble(arena, diag, source, max, &program)) {
		memcpy(insns, program.insns,
		       program.num_insns * sizeof(*insns));
		ret = (int)program.num_insns;
	} else {
		diag_print(diag, stderr);
	}
	arena_free(arena);
	return ret;
}

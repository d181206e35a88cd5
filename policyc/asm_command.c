// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <unistd.h>

#include "asm.h"
#include "asm_command.h"
#include "input.h"
#include "output.h"
#include "prove.h"
#include "source.h"
#include "vm/disasm.h"

static int write_program(struct run *run, const struct asm_program *program)
{
	const char *out = run->out ? run->out : "-";
	struct buf buf = BUF_INIT(run->arena);
	int err;

	if (!strcmp(out, "-") && isatty(STDOUT_FILENO)) {
		fputs("policyc: bytecode is nothing for a terminal: give -o "
		      "FILE, or --check\n",
		      stderr);
		return EXIT_BAD;
	}
	buf_put(&buf, program->insns,
		program->num_insns * sizeof(*program->insns));
	err = output_write(run->arena, out, &buf);
	if (!err)
		return EXIT_YES;
	fprintf(stderr, "policyc: cannot write %s: %s\n", out, strerror(-err));
	return EXIT_MACHINE;
}

int command_asm(struct run *run)
{
	struct prove prove = { .run = run };
	const bool verify = run->check || run->log;
	const char *path = run->operands[0];
	const struct source *source;
	struct asm_program program;
	int code = EXIT_YES, err;

	err = source_read(run->arena, path, &source);
	if (err) {
		diag_report(run->diag, NULL, READ, path, strerror(-err));
		return EXIT_BAD;
	}
	if (asm_assemble(run->arena, run->diag, source, BVM_MAX_INSNS,
			 &program))
		return EXIT_BAD;
	prove.insns = program.insns;
	prove.num_insns = program.num_insns;
	prove.spans = program.spans;
	code = prove_set_options(&prove);
	if (!code && verify)
		code = prove_program(&prove);
	if (!code && (run->out || !verify))
		code = write_program(run, &program);
	return code;
}

/* ---- and back ---- */

/* Both halves of an lddw; what the disassembler prints would lose the rest. */
static bool is_whole(const struct bvm_insn *insns, u32 num, u32 pc)
{
	const struct bvm_insn *tail = &insns[pc + 1];

	return pc + 1 < num && !tail->code && !tail->dst && !tail->src &&
	       !tail->off;
}

/* The text of a slot, or of two; return how many. */
static u32 slot_text(const struct bvm_insn *insns, u32 num, u32 pc, char *text,
		     size_t len)
{
	u64 word;

	if (insns[pc].code != BVM_LDDW || is_whole(insns, num, pc))
		return bvm_disasm(insns, num, pc, text, len);
	memcpy(&word, &insns[pc], sizeof(word));
	snprintf(text, len, ".word 0x%016llx", (unsigned long long)word);
	return 1;
}

/* What is text here has no character that JSON would want quoted. */
static void print_slots(const struct bvm_insn *insns, u32 num, bool json)
{
	char text[64];

	for (u32 pc = 0; pc < num;) {
		const u32 at = pc;

		pc += slot_text(insns, num, pc, text, sizeof(text));
		if (json)
			printf("%s{\"pc\": %u, \"text\": \"%s\"}",
			       at ? ",\n " : "[", at, text);
		else
			printf("\t%-32s # %u\n", text, at);
	}
	if (json)
		printf("]\n");
}

int asm_dump_raw(struct run *run)
{
	struct buf bytes = BUF_INIT(run->arena);
	struct prove prove = { .run = run };
	const char *path = run->operands[0];
	int err = input_read_bytes(path, &bytes);

	if (err) {
		diag_report(run->diag, NULL, READ, path, strerror(-err));
		return EXIT_BAD;
	}
	if (!bytes.len || bytes.len % sizeof(struct bvm_insn) ||
	    bytes.len > BVM_MAX_IMAGE) {
		diag_report(run->diag, NULL, RAW_LENGTH, path, bytes.len);
		return EXIT_BAD;
	}
	prove.insns = (const struct bvm_insn *)(const void *)bytes.data;
	prove.num_insns = (u32)(bytes.len / sizeof(struct bvm_insn));
	if (prove_set_options(&prove))
		return EXIT_BAD;
	if (run->log)
		return prove_program(&prove);
	print_slots(prove.insns, prove.num_insns, run->json);
	return EXIT_YES;
}

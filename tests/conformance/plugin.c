// SPDX-License-Identifier: GPL-2.0-only
/*
 * plugin.c - bvm-plugin: one program for the public conformance suite's runner
 *
 * The runner starts it once a test: the memory that r1 points to is hex in the
 * first argument, absent if there is none; the program is hex on the standard
 * input. It prints r0 in hex and ends with 0; or says on the standard error
 * what is wrong and ends with 1 (refused), 2 (no program), or 4 (a bug).
 */
#include <ctype.h>
#include <stdlib.h>

#include "vm/exec.h"
#include "vm/lower.h"
#include "vm/verify.h"

#define MAX_MEM (1u << 20)
#define MAX_TEXT (4u << 20)

enum { REFUSED = 1, BAD = 2, MACHINE = 3, BUG = 4 };

struct plugin {
	struct bvm_insn insns[BVM_MAX_INSNS];
	u32 num_insns;
	u8 *mem; /* of mem_len bytes exactly; NULL if there are none */
	u32 mem_len;
	void *scratch;
	struct bvm_insn out[BVM_MAX_LOWERED];
	u32 map[BVM_MAX_INSNS + 1];
};

#define fail(code, ...)                        \
	({                                     \
		fputs("bvm-plugin: ", stderr); \
		fprintf(stderr, __VA_ARGS__);  \
		fputc('\n', stderr);           \
		(code);                        \
	})

/* ---- hex ---- */

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Pairs of digits, with blanks between pairs or without. */
static int read_hex(const char *what, const char *text, u8 *bytes, u32 max,
		    u32 *num)
{
	for (*num = 0;; text += 2) {
		int high, low;

		text += strspn(text, " \t\r\n");
		if (!*text)
			return 0;
		high = digit(text[0]);
		low = high < 0 ? -1 : digit(text[1]);
		if (low < 0)
			return fail(BAD, "%s: byte %u is not two hex digits",
				    what, *num);
		if (*num == max)
			return fail(BAD, "%s: over %u bytes", what, max);
		bytes[(*num)++] = (u8)(high << 4 | low);
	}
}

static int read_mem(struct plugin *p, const char *text)
{
	u8 *bytes = malloc(MAX_MEM);
	int code;

	if (!bytes)
		return fail(MACHINE, "out of memory");
	code = read_hex("memory", text, bytes, MAX_MEM, &p->mem_len);
	if (!code && p->mem_len) {
		/* a sanitizer then sees what goes past it */
		p->mem = malloc(p->mem_len);
		if (!p->mem)
			code = fail(MACHINE, "out of memory");
		else
			memcpy(p->mem, bytes, p->mem_len);
	}
	free(bytes);
	return code;
}

static int read_program(struct plugin *p, FILE *in)
{
	char *text = calloc(1, MAX_TEXT + 1);
	u32 len = 0;
	int code;

	if (!text)
		return fail(MACHINE, "out of memory");
	if (fread(text, 1, MAX_TEXT, in) == MAX_TEXT)
		code = fail(BAD, "program: over %u bytes of text", MAX_TEXT);
	else
		code = read_hex("program", text, (u8 *)p->insns,
				sizeof(p->insns), &len);
	free(text);
	if (!code && (!len || len % sizeof(p->insns[0])))
		code = fail(BAD, "program: %u bytes, expected 8 an instruction",
			    len);
	p->num_insns = len / sizeof(p->insns[0]);
	return code;
}

/* ---- running ---- */

static int verify(struct plugin *p, const struct bvm_insn *insns, u32 num,
		  bool lowered, struct bvm_error *err)
{
	const struct bvm_verify_in in = {
		.insns = insns,
		.num_insns = num,
		.ctx = { .size = p->mem_len },
		.lowered = lowered,
		.max_stack = BVM_STACK_BYTES,
		.scratch = p->scratch,
	};
	struct bvm_verify_out out;

	return bvm_verify(&in, &out, err);
}

/* What the kernel's JIT would be given must give the same. */
static int run_lowered(struct plugin *p, u64 *r0)
{
	struct bvm_error err = { 0 };
	u32 num = 0;
	int ret;

	ret = bvm_lower(p->insns, p->num_insns, false, p->out, BVM_MAX_LOWERED,
			&num, p->map, &err);
	/* the kernel then runs it as it is */
	if (ret == -E2BIG)
		return 0;
	if (ret || verify(p, p->out, num, true, &err))
		return fail(BUG, "bug: refused when lowered: %s", err.text);
	*r0 = bvm_exec(p->out, num, p->mem, p->mem_len);
	return 0;
}

static int run(struct plugin *p)
{
	struct bvm_error err = { 0 };
	u64 r0, lowered;
	int code;

	if (verify(p, p->insns, p->num_insns, false, &err))
		return fail(REFUSED, "refused: %s", err.text);
	r0 = bvm_exec(p->insns, p->num_insns, p->mem, p->mem_len);
	lowered = r0;
	code = run_lowered(p, &lowered);
	if (code)
		return code;
	if (lowered != r0)
		return fail(BUG, "bug: r0 is %llx, lowered %llx",
			    (unsigned long long)r0,
			    (unsigned long long)lowered);
	printf("%llx\n", (unsigned long long)r0);
	return fflush(stdout) ? MACHINE : 0;
}

static int take_arguments(struct plugin *p, int argc, char **argv)
{
	int i = 1, code = 0;

	if (argc > 1 && strncmp(argv[1], "--", 2)) {
		code = read_mem(p, argv[1]);
		i = 2;
	}
	for (; i < argc && !code; i++) {
		if (!strcmp(argv[i], "--elf"))
			code = fail(BAD, "ELF files are not taken, give bytes");
		else
			code = fail(BAD,
				    "no option '%s'; usage: bvm-plugin "
				    "[HEXMEM] < HEXPROGRAM",
				    argv[i]);
	}
	return code;
}

int main(int argc, char **argv)
{
	struct plugin *p = calloc(1, sizeof(*p));
	int code;

	if (p)
		p->scratch = malloc(bvm_verify_scratch());
	if (!p || !p->scratch)
		return fail(MACHINE, "out of memory");
	code = take_arguments(p, argc, argv);
	if (!code)
		code = read_program(p, stdin);
	if (!code)
		code = run(p);
	free(p->mem);
	free(p->scratch);
	free(p);
	return code;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * selftest.c - tests that only the kernel can run, for test builds
 *
 * Programs are run twice, by the interpreter and by the JIT, on the same
 * requests: the two must agree, above all where the JIT alone would fault.
 */
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "kind.h"
#include "prog.h"
#include "selftest.h"
#include "vm/verify.h"

#define MAX_INSNS 16

/* A program for class capabilities: its ctx is op, cap, uid, gid, host_uid. */
struct sample {
	const char *name;
	u32 num_insns;
	struct bvm_insn insns[MAX_INSNS];
};

#define I(code, dst, src, off, imm)            \
	{                                      \
		BVM_##code, dst, src, off, imm \
	}
#define LOAD(dst, field) \
	I(LDXW, dst, 1, offsetof(struct bvm_ctx_capabilities, field), 0)

static const struct sample samples[] = {
	{ "a constant", 2, { I(MOV64_K, 0, 0, 0, 42), I(EXIT, 0, 0, 0, 0) } },
	{ "a field", 2, { LOAD(0, cap), I(EXIT, 0, 0, 0, 0) } },
	{ "a division by what may be zero",
	  5,
	  { LOAD(2, cap), LOAD(0, uid), I(DIV64_X, 0, 2, 0, 0),
	    I(AND64_K, 0, 0, 0, 0xffff), I(EXIT, 0, 0, 0, 0) } },
	{ "a remainder by what may be zero",
	  5,
	  { LOAD(2, cap), LOAD(0, uid), I(MOD32_X, 0, 2, 0, 0),
	    I(AND64_K, 0, 0, 0, 0xffff), I(EXIT, 0, 0, 0, 0) } },
	{ "a signed division of the least number by -1",
	  6,
	  { I(MOV64_K, 2, 0, 0, -1), I(MOV64_K, 0, 0, 0, S32_MIN),
	    I(LSH64_K, 0, 0, 0, 32), I(SDIV64_X, 0, 2, 1, 0),
	    I(RSH64_K, 0, 0, 0, 32), I(EXIT, 0, 0, 0, 0) } },
	{ "a shift by more than the width",
	  5,
	  { LOAD(2, uid), I(MOV64_K, 0, 0, 0, 1), I(LSH32_X, 0, 2, 0, 0),
	    I(AND64_K, 0, 0, 0, 0xffff), I(EXIT, 0, 0, 0, 0) } },
};

/* What one sample needs; too much for the stack. */
struct bench {
	struct bvm_image image;
	struct bvm_program_header header;
	struct bailiff_prog prog;
	struct bvm_error err;
};

struct result {
	struct seq_file *m;
	u32 num;
	u32 failed;
};

static void report(struct result *r, bool ok, const char *what, const char *why)
{
	seq_printf(r->m, "%sok %u - %s\n", ok ? "" : "not ", ++r->num, what);
	if (!ok) {
		r->failed++;
		seq_printf(r->m, "#   %s\n", why);
	}
}

static int prepare(struct bench *b, const struct sample *sample, void *scratch)
{
	const u32 class = BVM_CLASS_CAPABILITIES;
	struct bvm_verify_in in = {
		.insns = sample->insns,
		.num_insns = sample->num_insns,
		.ctx = {
			.size = bvm_classes[class].ctx_size,
			.num_fields = bvm_classes[class].num_fields,
			.fields = bvm_classes[class].fields,
		},
		.image = &b->image,
		.verdict = true,
		.max_stack = BVM_KERNEL_STACK,
		.scratch = scratch,
	};
	struct bvm_verify_out out;
	int err;

	memset(b, 0, sizeof(*b));
	b->image.rights_dfa = U32_MAX;
	b->header.num_insns = sample->num_insns;
	b->image.programs[class].header = &b->header;
	b->image.programs[class].insns = sample->insns;
	err = bvm_verify(&in, &out, &b->err);
	if (!err)
		err = bailiff_prog_init(&b->prog, &b->image, class, scratch,
					&b->err);
	return err;
}

/* Do both engines say the same about a few requests? */
static bool agree(struct bench *b)
{
	static const u32 values[] = { 0, 1, 2, 31, 32, 33, S32_MAX, U32_MAX };
	const u32 class = BVM_CLASS_CAPABILITIES;
	struct bailiff_prog none = {};

	for (u32 i = 0; i < ARRAY_SIZE(values) * ARRAY_SIZE(values); i++) {
		struct bvm_run run = { .image = &b->image };

		run.ctx.capabilities.cap = values[i % ARRAY_SIZE(values)] & 63;
		run.ctx.capabilities.uid = values[i / ARRAY_SIZE(values)];
		if (bailiff_prog_run(&b->prog, &run, class) !=
		    bailiff_prog_run(&none, &run, class))
			return false;
	}
	return true;
}

static void test_engines(struct result *r)
{
	void *scratch = kvmalloc(bvm_verify_scratch(), GFP_KERNEL);
	struct bench *b = kvzalloc(sizeof(*b), GFP_KERNEL);

	for (u32 i = 0; scratch && b && i < ARRAY_SIZE(samples); i++) {
		bool ready = !prepare(b, &samples[i], scratch);

		report(r, ready && agree(b), samples[i].name,
		       ready ? "the engines differ" : b->err.text);
		bailiff_prog_fini(&b->prog);
	}
	report(r, scratch && b, "memory for the engines", "there is none");
	kvfree(b);
	kvfree(scratch);
}

static void test_kinds(struct result *r)
{
	report(r, bailiff_kind_of_mode(S_IFDIR | 0755) == BVM_KIND_DIR,
	       "a directory is a directory", "it is not");
	report(r, bailiff_kind_of_mode(0644) == BVM_KIND_UNKNOWN,
	       "a mode without a type is of unknown kind", "it is not");
	report(r, !bailiff_kind_has_path(BVM_KIND_IO_URING),
	       "a ring has no path", "it has");
}

int bailiff_selftest_show(struct seq_file *m, void *v)
{
	struct result r = { .m = m };

	test_engines(&r);
	test_kinds(&r);
	seq_printf(m, "1..%u\n", r.num);
	return 0;
}

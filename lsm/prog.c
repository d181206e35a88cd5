// SPDX-License-Identifier: GPL-2.0-only
/*
 * prog.c - give verified programs to the kernel's BPF JIT
 *
 * The JIT trusts whoever calls it: it neither checks a program nor guards its
 * divisions. So it gets only what bvm_lower made and bvm_verify accepted a
 * second time, and what it did not compile is never run by the kernel's own
 * interpreter, which has a BUG() for what it does not know.
 */
#include <linux/filter.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "common.h"
#include "compat.h"
#include "prog.h"
#include "setup.h"
#include "vm/lower.h"
#include "vm/verify.h"

/* One function a helper: the JIT calls it with the program's r1 to r5. */
#define BVM_HELPER(num, HELPER, name, table, arg3, arg4, doc)                 \
	BPF_CALL_5(bailiff_helper_##name, u64, r1, u64, r2, u64, r3, u64, r4, \
		   u64, r5)                                                   \
	{                                                                     \
		return bvm_call_helper(num, r1, r2, r3, r4, r5);              \
	}
#include "vm/helpers.def"
#undef BVM_HELPER

typedef u64 (*helper_fn)(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5);

#define BVM_HELPER(num, HELPER, name, table, arg3, arg4, doc) \
	[num] = bailiff_helper_##name,
static const helper_fn helpers[] = {
#include "vm/helpers.def"
};
#undef BVM_HELPER

static_assert(sizeof(struct bvm_insn) == sizeof(struct bpf_insn));

/* Where the kernel's own JIT knows cpu v4, it may keep what cannot trap. */
#define KEEP_V4 IS_ENABLED(BAILIFF_HAVE_BPF_V4)

static int lower(const struct bvm_verify_in *in, struct bailiff_lowered *out,
		 struct bvm_error *err)
{
	u32 *map;
	int ret;

	map = kvmalloc_array(in->num_insns + 1, sizeof(*map), GFP_KERNEL);
	out->insns = kvmalloc_array(BVM_MAX_LOWERED, sizeof(*out->insns),
				    GFP_KERNEL);
	if (map && out->insns)
		ret = bvm_lower(in->insns, in->num_insns, KEEP_V4, out->insns,
				BVM_MAX_LOWERED, &out->num_insns, map, err);
	else
		ret = bvm_fail(err, -ENOMEM, 0, "no memory for lowering");
	kvfree(map);
	return ret;
}

/* The same question about the lowered program. */
static int verify_again(const struct bvm_verify_in *in,
			struct bailiff_lowered *low, struct bvm_error *err)
{
	struct bvm_verify_in again = *in;
	struct bvm_verify_out out = {};
	int ret;

	again.insns = low->insns;
	again.num_insns = low->num_insns;
	again.lowered = true;
	ret = bvm_verify(&again, &out, err);
	low->stack_bytes = out.stack_bytes;
	return ret;
}

int bailiff_prog_lower(const struct bvm_verify_in *in,
		       struct bailiff_lowered *out, struct bvm_error *err)
{
	int ret;

	memset(out, 0, sizeof(*out));
	ret = lower(in, out, err);
	if (!ret)
		ret = verify_again(in, out, err);
	if (ret)
		bailiff_prog_drop(out);
	return ret;
}

void bailiff_prog_drop(struct bailiff_lowered *low)
{
	kvfree(low->insns);
	low->insns = NULL;
}

/* Calls name a helper; the JIT wants the distance of a function. */
static bool link_calls(struct bpf_insn *insns, u32 num)
{
	for (u32 i = 0; i < num; i++) {
		u32 helper = insns[i].imm;

		if (insns[i].code == (BPF_LD | BPF_IMM | BPF_DW)) {
			i++;
			continue;
		}
		if (insns[i].code != (BPF_JMP | BPF_CALL))
			continue;
		if (WARN_ON_ONCE(helper >= ARRAY_SIZE(helpers) ||
				 !helpers[helper]))
			return false;
		insns[i] = BPF_EMIT_CALL(helpers[helper]);
	}
	return true;
}

struct bpf_prog *bailiff_prog_jit(const struct bailiff_lowered *low)
{
	struct bpf_prog *fp, *ready;
	int err = 0;

	/* The JIT reserves what it is told; a frame is never more than this. */
	if (WARN_ON_ONCE(low->stack_bytes > BVM_KERNEL_STACK))
		return NULL;
	fp = bpf_prog_alloc(bpf_prog_size(low->num_insns), 0);
	if (!fp)
		return NULL;
	/* Type 0 would mean a classic program: a barrier at each exit. */
	fp->type = BPF_PROG_TYPE_SYSCALL;
	fp->len = low->num_insns;
	fp->aux->stack_depth = low->stack_bytes;
	memcpy(fp->insnsi, low->insns, low->num_insns * sizeof(*low->insns));
	if (!link_calls(fp->insnsi, fp->len)) {
		bpf_prog_free(fp);
		return NULL;
	}
	ready = bpf_prog_select_runtime(fp, &err);
	/* No error and no code: the kernel's interpreter, which we never run. */
	if (err || !ready->jited) {
		bpf_prog_free(ready);
		return NULL;
	}
	return ready;
}

int bailiff_prog_init(struct bailiff_prog *prog, const struct bvm_image *image,
		      u32 class, void *scratch, struct bvm_error *err)
{
	const struct bvm_verify_in in = {
		.insns = image->programs[class].insns,
		.num_insns = image->programs[class].header->num_insns,
		.ctx = {
			.size = bvm_classes[class].ctx_size,
			.num_fields = bvm_classes[class].num_fields,
			.fields = bvm_classes[class].fields,
		},
		.image = image,
		.verdict = true,
		.max_stack = BVM_KERNEL_STACK,
		.scratch = scratch,
	};
	struct bailiff_lowered low;
	int ret;

	if (!bailiff_jit || !IS_ENABLED(CONFIG_BPF_JIT))
		return 0;
	ret = bailiff_prog_lower(&in, &low, err);
	if (ret && ret != -E2BIG)
		return ret;
	/* Whether a policy loads does not depend on there being a JIT. */
	prog->jited = ret ? NULL : bailiff_prog_jit(&low);
	if (!prog->jited)
		pr_warn_once(
			"the JIT refuses a program: the interpreter runs it\n");
	bailiff_prog_drop(&low);
	return 0;
}

void bailiff_prog_fini(struct bailiff_prog *prog)
{
	if (prog->jited)
		bpf_prog_free(prog->jited);
	prog->jited = NULL;
}

u32 bailiff_prog_run(const struct bailiff_prog *prog, struct bvm_run *run,
		     u32 class)
{
	u32 r0;

	if (!prog->jited)
		return bvm_run_class(run, class);
	r0 = bpf_prog_run_pin_on_cpu(prog->jited, &run->ctx);
	return bvm_run_verdict(run, r0);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * verify.c - one pass over a program, in its order
 *
 * A state that jumps ahead waits at its target; when the pass gets there, it
 * is joined with what falls through. All jumps go forward, so by then every
 * way to the target has been seen, and each instruction is visited once. The
 * state of a target is freed when the pass has reached it, so memory is
 * bounded by BVM_MAX_PENDING, whatever the program.
 *
 * Both sides of every branch are verified. Where the compare's outcome is
 * known, the other side is entered by no run, and any state is right there:
 * it goes on with what its condition says.
 *
 * A lowered program is one whose original was verified in that way. Of it the
 * impossible sides are left out: what a division was lowered to may be known
 * better than the division, and a side that had a state then has none.
 */
#include "disasm.h"
#include "verify_state.h"

size_t bvm_verify_scratch(void)
{
	return sizeof(struct bvm_verifier);
}

/* ---- decoding ---- */

static int decode_lddw(struct bvm_verifier *v, u32 pc)
{
	const struct bvm_insn *tail = &v->in->insns[pc + 1];

	if (pc + 1 >= v->in->num_insns)
		return bvm_refuse(v, -1, "its second half is missing");
	if (tail->code || tail->dst || tail->src || tail->off)
		return bvm_refuse(v, -1,
				  "its second half may hold only an imm");
	v->is_tail[pc + 1] = 1;
	return 0;
}

static int decode(struct bvm_verifier *v)
{
	const struct bvm_insn_info *row;
	const char *why;
	int err;

	for (v->pc = 0; v->pc < v->in->num_insns; v->pc++) {
		if (v->is_tail[v->pc])
			continue;
		row = bvm_insn_find(&v->in->insns[v->pc], &why);
		if (!row)
			return bvm_refuse(v, -1, "%s", why);
		if (row->form != BVM_FORM_LDDW)
			continue;
		err = decode_lddw(v, v->pc);
		if (err)
			return err;
	}
	return 0;
}

static bool is_jump(const struct bvm_insn *insn)
{
	const u32 class = BVM_CODE_CLASS(insn->code);

	return (class == BVM_CLS_JMP64 || class == BVM_CLS_JMP32) &&
	       insn->code != BVM_CALL && insn->code != BVM_EXIT;
}

static int check_targets(struct bvm_verifier *v)
{
	s64 target;

	for (v->pc = 0; v->pc < v->in->num_insns; v->pc++) {
		const struct bvm_insn *insn = &v->in->insns[v->pc];

		if (v->is_tail[v->pc] || !is_jump(insn))
			continue;
		target = bvm_insn_target(insn, v->pc);
		if (target <= v->pc)
			return bvm_refuse(v, -1,
					  "it jumps backwards, to insn %lld",
					  (long long)target);
		if (target >= v->in->num_insns)
			return bvm_refuse(
				v, -1,
				"it jumps past the end, to insn %lld of %u",
				(long long)target, v->in->num_insns);
		if (v->is_tail[target])
			return bvm_refuse(v, -1,
					  "it jumps into the lddw at insn %lld",
					  (long long)target - 1);
	}
	return 0;
}

/* ---- control flow ---- */

/* 1 + a state that nobody uses, or 0. The ones never used are not listed. */
static u32 take_state(struct bvm_verifier *v)
{
	if (v->num_free)
		return v->free_states[--v->num_free] + 1u;
	return v->num_used < v->max_pending ? ++v->num_used : 0;
}

/* Let a state wait at a jump's target. */
static int send(struct bvm_verifier *v, const struct bvm_state *state,
		u32 target)
{
	u16 *waiting = &v->waiting[target];

	if (*waiting) {
		bvm_state_join(&v->states[*waiting - 1], state, target);
		return 0;
	}
	*waiting = (u16)take_state(v);
	if (!*waiting) {
		(void)bvm_refuse(
			v, -1,
			"%u jump targets lie ahead, the verifier keeps a state for %u",
			v->max_pending + 1, v->max_pending);
		if (v->err)
			v->err->code = -E2BIG;
		return -E2BIG;
	}
	bvm_state_copy(&v->states[*waiting - 1], state);
	return 0;
}

/* Fold in the state that waits at this instruction. */
static void receive(struct bvm_verifier *v)
{
	const u16 waiting = v->waiting[v->pc];

	if (!waiting)
		return;
	if (v->live)
		bvm_state_join(&v->cur, &v->states[waiting - 1], v->pc);
	else
		bvm_state_copy(&v->cur, &v->states[waiting - 1]);
	v->live = true;
	v->waiting[v->pc] = 0;
	v->free_states[v->num_free++] = waiting - 1;
}

struct relations {
	enum bvm_rel taken;
	enum bvm_rel not_taken;
};

static struct relations relations_of(u8 code)
{
	switch (BVM_CODE_OP(code)) {
	case BVM_JMP_JEQ:
		return (struct relations){ BVM_REL_EQ, BVM_REL_NE };
	case BVM_JMP_JNE:
		return (struct relations){ BVM_REL_NE, BVM_REL_EQ };
	case BVM_JMP_JGT:
		return (struct relations){ BVM_REL_GT, BVM_REL_LE };
	case BVM_JMP_JGE:
		return (struct relations){ BVM_REL_GE, BVM_REL_LT };
	case BVM_JMP_JLT:
		return (struct relations){ BVM_REL_LT, BVM_REL_GE };
	case BVM_JMP_JLE:
		return (struct relations){ BVM_REL_LE, BVM_REL_GT };
	case BVM_JMP_JSGT:
		return (struct relations){ BVM_REL_SGT, BVM_REL_SLE };
	case BVM_JMP_JSGE:
		return (struct relations){ BVM_REL_SGE, BVM_REL_SLT };
	case BVM_JMP_JSLT:
		return (struct relations){ BVM_REL_SLT, BVM_REL_SGE };
	case BVM_JMP_JSLE:
		return (struct relations){ BVM_REL_SLE, BVM_REL_SGT };
	default:
		return (struct relations){ BVM_REL_SET, BVM_REL_CLEAR };
	}
}

/* A number of the same width of which nothing else is known. */
static struct bvm_num forget(struct bvm_num a)
{
	return a.umax <= U32_MAX ? bvm_num_range(0, U32_MAX) : bvm_num_top();
}

static bool is_half(const struct bvm_insn *insn)
{
	return BVM_CODE_CLASS(insn->code) == BVM_CLS_JMP32;
}

/* The numbers that a branch compares, as they are before it. */
struct operands {
	struct bvm_num a;
	struct bvm_num b;
	struct bvm_halves halves; /* of both, if it compares halves */
};

/* Of *a and *b, which are as they were, what is left on one side. */
static bool refine(struct bvm_num *a, struct bvm_num *b,
		   const struct bvm_insn *insn, enum bvm_rel rel,
		   const struct operands *were)
{
	if (is_half(insn))
		return bvm_num_refine_halves(rel, a, b, &were->halves);
	return bvm_num_refine(rel, a, b);
}

/*
 * A side that cannot be taken, since its condition contradicts what was known,
 * is verified all the same. There *a and *b are what the condition alone says,
 * so that a check is good whatever precedes it; or as they were, if no two
 * numbers meet it.
 */
static void learn_anew(struct bvm_num *a, struct bvm_num *b,
		       const struct bvm_insn *insn, enum bvm_rel rel,
		       const struct operands *were)
{
	*a = forget(were->a);
	*b = were->b;
	if (is_half(insn) ? bvm_num_refine_half(rel, a, b) :
			    bvm_num_refine(rel, a, b))
		return;
	*a = were->a;
	*b = were->b;
}

/* What one side of a branch teaches of its operands. false: none takes it. */
static bool learn(struct bvm_num *a, struct bvm_num *b,
		  const struct bvm_insn *insn, enum bvm_rel rel,
		  const struct operands *were)
{
	/* a register against itself says nothing worth having */
	if (a == b || refine(a, b, insn, rel, were))
		return true;
	learn_anew(a, b, insn, rel, were);
	return false;
}

/* The state is not copied for the jump's side: it is sent, and then changed. */
static int verify_branch(struct bvm_verifier *v, const struct bvm_insn *insn)
{
	const struct relations rel = relations_of(insn->code);
	struct bvm_num imm = bvm_num_const((u64)(s64)insn->imm);
	struct bvm_num *a = &v->cur.regs[insn->dst].num, *b = &imm;
	struct operands were;
	bool is_taken;
	int err;

	err = bvm_need_num(v, insn->dst);
	if (!err && BVM_CODE_IS_X(insn->code)) {
		err = bvm_need_num(v, insn->src);
		b = &v->cur.regs[insn->src].num;
	}
	if (err)
		return err;
	were.a = *a;
	were.b = *b;
	if (is_half(insn))
		bvm_num_halves(rel.taken, a, b, &were.halves);
	is_taken = learn(a, b, insn, rel.taken, &were);
	if (is_taken || !v->in->lowered)
		err = send(v, &v->cur, (u32)bvm_insn_target(insn, v->pc));
	*a = were.a;
	*b = were.b;
	v->live = learn(a, b, insn, rel.not_taken, &were) || !v->in->lowered;
	return err;
}

static int verify_exit(struct bvm_verifier *v)
{
	const struct bvm_state *s = &v->cur;
	const struct bvm_num *r0 = &s->regs[0].num;
	struct bvm_verify_out *out = v->out;
	int err;

	err = bvm_need_num(v, 0);
	if (err)
		return err;
	if (v->in->verdict && r0->umax > U32_MAX)
		return bvm_refuse(v, 0, "a verdict of 32 bits is needed");
	v->r0 = v->has_exit ? bvm_num_join(v->r0, *r0) : *r0;
	v->has_exit = true;
	if (s->max_insns > out->max_insns)
		out->max_insns = s->max_insns;
	if (s->max_calls > out->max_calls)
		out->max_calls = s->max_calls;
	if (s->max_steps > out->max_steps)
		out->max_steps = s->max_steps;
	v->live = false;
	return 0;
}

static int verify_lddw(struct bvm_verifier *v, const struct bvm_insn *insn)
{
	if (insn->dst == BVM_REG_FRAME)
		return bvm_refuse(v, insn->dst, "r10 cannot be written");
	bvm_reg_set_num(&v->cur.regs[insn->dst],
			bvm_num_const((u32)insn->imm | (u64)(u32)insn[1].imm
							       << 32));
	return 0;
}

static int verify_jump(struct bvm_verifier *v, const struct bvm_insn *insn)
{
	switch (insn->code) {
	case BVM_CALL:
		return bvm_verify_call(v, insn);
	case BVM_EXIT:
		return verify_exit(v);
	case BVM_JA:
	case BVM_JA32:
		v->live = false;
		return send(v, &v->cur, (u32)bvm_insn_target(insn, v->pc));
	}
	return verify_branch(v, insn);
}

static int verify_insn(struct bvm_verifier *v, const struct bvm_insn *insn)
{
	switch (BVM_CODE_CLASS(insn->code)) {
	case BVM_CLS_ALU32:
	case BVM_CLS_ALU64:
		return bvm_verify_alu(v, insn);
	case BVM_CLS_LD:
		return verify_lddw(v, insn);
	case BVM_CLS_LDX:
		return bvm_verify_load(v, insn);
	case BVM_CLS_ST:
	case BVM_CLS_STX:
		return bvm_verify_store(v, insn);
	}
	return verify_jump(v, insn);
}

/* ---- telling ---- */

/* Add to the line; a line that gets too long ends in "...". */
static void __printf(2, 3)
	add_text(struct bvm_verifier *v, const char *fmt, ...)
{
	const size_t len = sizeof(v->line);
	const size_t at = strlen(v->line);
	va_list ap;
	int num;

	va_start(ap, fmt);
	num = vsnprintf(v->line + at, len - at, fmt, ap);
	va_end(ap);
	if (num >= 0 && (size_t)num >= len - at)
		memcpy(v->line + len - 4, "...", 4);
}

static void log_slot(struct bvm_verifier *v, u32 i)
{
	const struct bvm_slot *slot = &v->cur.slots[i];
	const int off = -8 * (int)(i + 1);

	if (slot->set == 0xff)
		add_text(v, " stack%d=%s", off,
			 bvm_reg_print(&slot->reg, v->known, sizeof(v->known)));
	else if (slot->set)
		add_text(v, " stack%d=bytes %#x", off, slot->set);
}

static void log_state(struct bvm_verifier *v)
{
	u32 i;

	(void)bvm_disasm(v->in->insns, v->in->num_insns, v->pc, v->insn,
			 sizeof(v->insn));
	snprintf(v->line, sizeof(v->line), "%4u: %-32s", v->pc, v->insn);
	for (i = 0; i < BVM_NUM_REGS - 1; i++) {
		const struct bvm_reg *reg = &v->cur.regs[i];

		if (reg->kind == BVM_REG_UNSET)
			continue;
		add_text(v, " r%u=%s", i,
			 bvm_reg_print(reg, v->known, sizeof(v->known)));
	}
	for (i = 0; i < v->cur.num_slots; i++)
		log_slot(v, i);
	v->in->log(v->in->log_arg, v->line);
}

static void tell(struct bvm_verifier *v)
{
	if (v->in->log)
		log_state(v);
	if (v->in->watch)
		v->in->watch(v->in->watch_arg, v->pc, &v->cur);
}

/* ---- the pass ---- */

static int walk(struct bvm_verifier *v)
{
	const struct bvm_verify_in *in = v->in;
	int err;

	for (v->pc = 0; v->pc < in->num_insns; v->pc++) {
		if (v->is_tail[v->pc])
			continue;
		receive(v);
		if (!v->live && in->lowered)
			continue;
		if (!v->live)
			return bvm_refuse(v, -1, "no way leads to it");
		v->out->visited++;
		v->cur.max_insns++;
		tell(v);
		err = verify_insn(v, &in->insns[v->pc]);
		if (err)
			return err;
	}
	if (!v->live)
		return 0;
	v->pc = in->num_insns - 1 - v->is_tail[in->num_insns - 1];
	return bvm_refuse(v, -1, "the program ends without an exit");
}

static void init(struct bvm_verifier *v)
{
	const struct bvm_ctx_desc *ctx = &v->in->ctx;
	u32 i;

	memset(v->out, 0, sizeof(*v->out));
	memset(v->waiting, 0, v->in->num_insns * sizeof(v->waiting[0]));
	memset(v->is_tail, 0, v->in->num_insns * sizeof(v->is_tail[0]));
	memset(&v->cur, 0, offsetof(struct bvm_state, slots));
	for (i = 0; i < BVM_NUM_REGS; i++)
		bvm_reg_unset(&v->cur.regs[i]);
	v->cur.regs[1].kind = BVM_REG_CTX;
	v->cur.regs[1].num = bvm_num_const(0);
	v->cur.regs[BVM_REG_FRAME].kind = BVM_REG_STACK;
	v->cur.regs[BVM_REG_FRAME].num = bvm_num_const(0);
	if (!ctx->num_fields)
		bvm_reg_set_num(&v->cur.regs[2], bvm_num_const(ctx->size));
	v->max_pending = v->in->lowered ? BVM_MAX_WAITING : BVM_MAX_PENDING;
	v->num_used = 0;
	v->num_free = 0;
	v->live = true;
	v->has_exit = false;
	v->r0 = bvm_num_top();
}

int bvm_verify(const struct bvm_verify_in *in, struct bvm_verify_out *out,
	       struct bvm_error *err)
{
	struct bvm_verifier *v = in->scratch;
	int ret;

	if (!in->num_insns)
		return bvm_fail(err, -EINVAL, 0, "the program is empty");
	if (in->num_insns > BVM_MAX_LOWERED)
		return bvm_fail(err, -E2BIG, 0, "%u instructions, at most %u",
				in->num_insns, BVM_MAX_LOWERED);
	if (in->max_stack > BVM_STACK_BYTES)
		return bvm_fail(err, -EINVAL, 0,
				"%u bytes of stack, at most %u", in->max_stack,
				BVM_STACK_BYTES);
	v->in = in;
	v->out = out;
	v->err = err;
	init(v);
	ret = decode(v);
	if (!ret)
		ret = check_targets(v);
	if (!ret)
		ret = walk(v);
	if (ret)
		return ret;
	out->r0_min = v->r0.umin;
	out->r0_max = v->r0.umax;
	out->r0_value = v->r0.value;
	out->r0_mask = v->r0.mask;
	return 0;
}

/* ---- a whole image ---- */

static int check_stated(const char *what, u64 stated, u64 found,
			struct bvm_error *err)
{
	if (stated == found)
		return 0;
	return bvm_fail(err, -EINVAL, 0,
			"the header states %llu %s, the verifier finds %llu",
			(unsigned long long)stated, what,
			(unsigned long long)found);
}

static int check_header(const struct bvm_program_header *h,
			const struct bvm_verify_out *out, struct bvm_error *err)
{
	int ret;

	ret = check_stated("bytes of stack", h->stack_bytes, out->stack_bytes,
			   err);
	if (!ret)
		ret = check_stated("instructions at most", h->max_insns,
				   out->max_insns, err);
	if (!ret)
		ret = check_stated("calls at most", h->max_calls,
				   out->max_calls, err);
	if (!ret)
		ret = check_stated("table steps at most", h->max_steps,
				   out->max_steps, err);
	return ret;
}

static int check_budget(const struct bvm_meta *meta,
			const struct bvm_verify_out *out, struct bvm_error *err)
{
	if (meta->budget_insns && out->max_insns > meta->budget_insns)
		return bvm_fail(err, -E2BIG, 0,
				"up to %u instructions run, the budget is %u",
				out->max_insns, meta->budget_insns);
	if (meta->budget_steps && out->max_steps > meta->budget_steps)
		return bvm_fail(err, -E2BIG, 0,
				"up to %llu table steps, the budget is %u",
				(unsigned long long)out->max_steps,
				meta->budget_steps);
	return 0;
}

/* Say which program it was; the end of a text that is too long is lost. */
static void name_program(struct bvm_error *err, const char *name)
{
	const size_t len = strlen(name) + 2;
	const size_t room = sizeof(err->text) - 1 - len;
	size_t text_len = strlen(err->text);

	if (text_len > room)
		text_len = room;
	memmove(err->text + len, err->text, text_len);
	err->text[len + text_len] = '\0';
	memcpy(err->text, name, len - 2);
	memcpy(err->text + len - 2, ": ", 2);
}

int bvm_image_verify(const struct bvm_image *img, u32 max_stack, void *scratch,
		     struct bvm_error *err)
{
	struct bvm_verify_out out;
	u32 i;
	int ret;

	for (i = 1; i < BVM_NUM_CLASSES; i++) {
		const struct bvm_program *p = &img->programs[i];
		struct bvm_verify_in in = {
			.ctx = { bvm_classes[i].ctx_size,
				 bvm_classes[i].num_fields,
				 bvm_classes[i].fields },
			.image = img,
			.verdict = true,
			.max_stack = max_stack,
			.scratch = scratch,
		};

		if (!p->header)
			continue;
		in.insns = p->insns;
		in.num_insns = p->header->num_insns;
		ret = bvm_verify(&in, &out, err);
		if (!ret)
			ret = check_header(p->header, &out, err);
		if (!ret)
			ret = check_budget(img->meta, &out, err);
		if (ret) {
			if (err)
				name_program(err, bvm_classes[i].name);
			return ret;
		}
	}
	return 0;
}

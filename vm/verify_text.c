// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * verify_text.c - the verifier's state in words
 */
#include "disasm.h"
#include "verify_state.h"

static void print_offset(const char *base, const struct bvm_num *n, char *buf,
			 size_t len)
{
	if (bvm_num_is_const(n))
		snprintf(buf, len, "%s%+lld", base, (long long)n->smin);
	else
		snprintf(buf, len, "%s%+lld..%+lld", base, (long long)n->smin,
			 (long long)n->smax);
}

static void print_num(const struct bvm_num *n, char *buf, size_t len)
{
	/* by the order in which the bounds are closer */
	const u64 unsigned_width = n->umax - n->umin;
	const u64 signed_width = (u64)n->smax - (u64)n->smin;

	if (bvm_num_is_const(n))
		snprintf(buf, len, "number %lld", (long long)n->smin);
	else if (unsigned_width == U64_MAX && signed_width == U64_MAX)
		snprintf(buf, len, "any number");
	else if (unsigned_width <= signed_width)
		snprintf(buf, len, "number %llu..%llu",
			 (unsigned long long)n->umin,
			 (unsigned long long)n->umax);
	else
		snprintf(buf, len, "number %lld..%lld", (long long)n->smin,
			 (long long)n->smax);
}

const char *bvm_reg_print(const struct bvm_reg *reg, char *buf, size_t len)
{
	switch (reg->kind) {
	case BVM_REG_NUM:
		print_num(&reg->num, buf, len);
		break;
	case BVM_REG_CTX:
		print_offset("ctx", &reg->num, buf, len);
		break;
	case BVM_REG_STACK:
		print_offset("stack", &reg->num, buf, len);
		break;
	case BVM_REG_STR:
		snprintf(buf, len, "a string's handle");
		break;
	case BVM_REG_TEXT:
		snprintf(buf, len, "a text's handle");
		break;
	default:
		snprintf(buf, len, "not set");
	}
	return buf;
}

int bvm_refuse(struct bvm_verifier *v, int reg, const char *fmt, ...)
{
	const struct bvm_reg *r = reg < 0 ? NULL : &v->cur.regs[reg];
	size_t at = 0, len;
	char *text;
	va_list ap;

	if (!v->err)
		return -EINVAL;
	v->err->code = -EINVAL;
	v->err->off = v->pc;
	text = v->err->text;
	len = sizeof(v->err->text);

	(void)bvm_disasm(v->in->insns, v->in->num_insns, v->pc, v->insn,
			 sizeof(v->insn));
	snprintf(text, len, "insn %u: %s: ", v->pc, v->insn);
	at = strlen(text);
	if (r) {
		bvm_reg_print(r, v->known, sizeof(v->known));
		snprintf(text + at, len - at, "r%d is %s; ", reg, v->known);
		at = strlen(text);
	}
	va_start(ap, fmt);
	vsnprintf(text + at, len - at, fmt, ap);
	va_end(ap);
	at = strlen(text);
	if (r && r->lost && r->kind == BVM_REG_UNSET)
		snprintf(
			text + at, len - at,
			" (r%d is of another kind, or not set, on one of the ways that meet at insn %u)",
			reg, r->lost - 1);
	else if (r && r->lost)
		snprintf(text + at, len - at,
			 " (r%d was widened where ways meet at insn %u)", reg,
			 r->lost - 1);
	return -EINVAL;
}

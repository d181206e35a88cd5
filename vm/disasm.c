// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * disasm.c - instructions as text, by the rows of insn.def
 */
#include "disasm.h"
#include "helpers.h"

static void print_call(const struct bvm_insn *insn, char *buf, size_t len)
{
	const u32 num = (u32)insn->imm;

	if (num < BVM_NUM_HELPERS && bvm_helpers[num].name)
		snprintf(buf, len, "call %s", bvm_helpers[num].name);
	else
		snprintf(buf, len, "call %d", insn->imm);
}

static void print_lddw(const struct bvm_insn *insn, bool whole, char *buf,
		       size_t len)
{
	const u32 high = whole ? (u32)insn[1].imm : 0;

	snprintf(buf, len, "lddw %%r%u, 0x%llx", insn->dst,
		 (unsigned long long)high << 32 | (u32)insn->imm);
}

static void print_known(const struct bvm_insn *insn,
			const struct bvm_insn_info *row, char *buf, size_t len)
{
	const char *m = row->mnemonic;
	const u32 d = insn->dst, s = insn->src;

	switch (row->form) {
	case BVM_FORM_ALU_K:
		snprintf(buf, len, "%s %%r%u, %d", m, d, insn->imm);
		break;
	case BVM_FORM_ALU_X:
		snprintf(buf, len, "%s %%r%u, %%r%u", m, d, s);
		break;
	case BVM_FORM_ALU_U:
		snprintf(buf, len, "%s %%r%u", m, d);
		break;
	case BVM_FORM_JMP_K:
		snprintf(buf, len, "%s %%r%u, %d, %+d", m, d, insn->imm,
			 insn->off);
		break;
	case BVM_FORM_JMP_X:
		snprintf(buf, len, "%s %%r%u, %%r%u, %+d", m, d, s, insn->off);
		break;
	case BVM_FORM_JA:
		snprintf(buf, len, "%s %+d", m,
			 insn->code == BVM_JA ? insn->off : insn->imm);
		break;
	case BVM_FORM_LDX:
		snprintf(buf, len, "%s %%r%u, [%%r%u%+d]", m, d, s, insn->off);
		break;
	case BVM_FORM_ST:
		snprintf(buf, len, "%s [%%r%u%+d], %d", m, d, insn->off,
			 insn->imm);
		break;
	case BVM_FORM_STX:
		snprintf(buf, len, "%s [%%r%u%+d], %%r%u", m, d, insn->off, s);
		break;
	default:
		snprintf(buf, len, "%s", m);
	}
}

u32 bvm_disasm(const struct bvm_insn *insns, u32 num_insns, u32 pc, char *buf,
	       size_t len)
{
	const struct bvm_insn *insn = &insns[pc];
	const struct bvm_insn_info *row = bvm_insn_find(insn, NULL);
	u64 word;

	if (!row) {
		memcpy(&word, insn, sizeof(word));
		snprintf(buf, len, ".word 0x%016llx", (unsigned long long)word);
		return 1;
	}
	if (row->form == BVM_FORM_LDDW) {
		print_lddw(insn, pc + 1 < num_insns, buf, len);
		return pc + 1 < num_insns ? 2 : 1;
	}
	if (row->form == BVM_FORM_CALL)
		print_call(insn, buf, len);
	else
		print_known(insn, row, buf, len);
	return 1;
}

// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "asked.h"
#include "keytable.h"
#include "program.h"
#include "vm/helpers.h"
#include "vm/insn.h"
#include "vm/table.h"

struct catch
{
	const struct bvm_program *program;
	struct asked asked;
};

void asked_renew(struct bvm_run *run)
{
	u32 num = run->image->meta->num_slots;

	if (num && run->slots)
		memset(run->slots, 0, num * sizeof(*run->slots));
}

/* Here policyc's programs part: is the key in r0 a verdict? */
static bool catch_verdict(struct catch *c, const struct bvm_insn *insn,
			  const u64 *regs)
{
	const u32 verdict = (u32)regs[0] & ~KEYTABLE_VERDICT;

	if (insn->code != BVM_JSET32_K || insn->dst != 0 ||
	    insn->imm != KEYTABLE_VERDICT || !(regs[0] & KEYTABLE_VERDICT))
		return false;
	c->asked.lists = ASKED_VERDICT;
	c->asked.list = verdict;
	c->asked.verdict.verdict = verdict;
	c->asked.preds = regs[PROGRAM_REG_PREDS];
	return true;
}

static bool catch_decide(void *arg, u32 pc, const u64 *regs, const u8 *stack)
{
	struct catch *c = arg;
	const struct bvm_insn *insn = &c->program->insns[pc];

	(void)stack;
	if (catch_verdict(c, insn, regs))
		return false;
	if (insn->code != BVM_CALL || insn->imm != BVM_HELPER_DECIDE)
		return true;
	c->asked.lists = regs[2];
	c->asked.list = regs[3];
	c->asked.preds = regs[4];
	return false;
}

struct asked asked_find(struct bvm_run *run, u32 class)
{
	struct catch c = {
		.program = &run->image->programs[class],
		.asked = { .lists = U32_MAX },
	};

	asked_renew(run);
	(void)bvm_exec_traced(c.program->insns, c.program->header->num_insns,
			      &run->ctx, bvm_classes[class].ctx_size,
			      catch_decide, &c);
	return c.asked;
}

const struct bvm_decision *asked_entries(const struct bvm_image *img,
					 const struct asked *asked, u32 *num)
{
	const struct bvm_table *t;

	*num = 0;
	if (asked->lists == ASKED_VERDICT) {
		*num = 1;
		return &asked->verdict;
	}
	if (asked->lists >= img->num_tables)
		return NULL;
	t = &img->tables[asked->lists];
	if (t->kind != BVM_TABLE_LISTS || asked->list >= t->count)
		return NULL;
	*num = t->lists.first[asked->list + 1] - t->lists.first[asked->list];
	return &t->lists.entries[t->lists.first[asked->list]];
}

u32 asked_decide(const struct bvm_image *img, const struct asked *asked,
		 u64 preds)
{
	if (asked->lists == ASKED_VERDICT)
		return asked->list;
	return bvm_lists_decide(&img->tables[asked->lists], asked->list, preds);
}

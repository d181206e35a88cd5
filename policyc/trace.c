// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <string.h>

#include "dump.h"
#include "asked.h"
#include "show.h"
#include "trace.h"
#include "vm/disasm.h"
#include "vm/helpers.h"

#define MAX_SHOWN 60 /* bytes of a string */

struct tracer {
	struct arena *arena;
	const struct bvm_run *run;
	const struct bvm_program *program;
	u32 class;
	bool json;
	struct buf *out;
	struct trace *trace;
	bool begun;
	u32 pc; /* the instruction before */
	u64 regs[BVM_NUM_REGS]; /* and the registers before it */
	const u8 *stack;
};

/* ---- values ---- */

static void put_number(struct buf *buf, u64 value)
{
	if (value <= 9)
		buf_printf(buf, "%llu", (unsigned long long)value);
	else if ((s64)value < 0)
		buf_printf(buf, "%lld (0x%llx)", (long long)value,
			   (unsigned long long)value);
	else
		buf_printf(buf, "%llu (0x%llx)", (unsigned long long)value,
			   (unsigned long long)value);
}

/* A pointer by what it points to, anything else as a number. */
static void put_value(const struct tracer *t, struct buf *buf, u64 value)
{
	const u64 ctx = (u64)(uintptr_t)&t->run->ctx;
	const u64 stack = (u64)(uintptr_t)t->stack;

	if (value - ctx <= bvm_classes[t->class].ctx_size)
		buf_printf(buf, "ctx+%llu", (unsigned long long)(value - ctx));
	else if (value - stack <= BVM_STACK_BYTES)
		buf_printf(
			buf, "stack-%llu",
			(unsigned long long)(stack + BVM_STACK_BYTES - value));
	else
		put_number(buf, value);
}

/* The field of the ctx that a load reads, or NULL. */
static const char *field_at(const struct tracer *t, u64 address)
{
	const struct bvm_class_info *info = &bvm_classes[t->class];
	const u64 off = address - (u64)(uintptr_t)&t->run->ctx;

	for (u32 i = 0; i < info->num_fields; i++)
		if (off >= info->fields[i].off &&
		    off < info->fields[i].off + (u64)info->fields[i].size)
			return info->fields[i].name;
	return NULL;
}

/* ---- calls ---- */

static void put_string(const struct tracer *t, struct buf *buf, u64 handle)
{
	const struct bvm_str *str;

	if (!handle || handle > BVM_RUN_STRINGS) {
		buf_printf(buf, "no string");
		return;
	}
	str = &t->run->strings[handle - 1];
	buf_put_u8(buf, '"');
	for (u32 i = 0; str->bytes && i < str->len && i < MAX_SHOWN; i++)
		buf_put_u8(buf,
			   iscntrl((u8)str->bytes[i]) ? '?' : str->bytes[i]);
	buf_printf(buf, str->len > MAX_SHOWN ? "...\"" : "\"");
}

/* The bytes of the stack that are a key; table: that it is for, or NULL. */
static void put_key(struct buf *buf, const struct bvm_table *table, u64 value)
{
	const u8 *bytes = (const u8 *)(uintptr_t)value;

	for (u32 i = 0; table && i < table->key_len; i++)
		buf_printf(buf, "%s%02x", i ? " " : "", bytes[i]);
}

static void put_argument(const struct tracer *t, struct buf *buf,
			 enum bvm_arg arg, u64 value)
{
	const struct bvm_image *image = t->run->image;
	struct bvm_addr addr;

	if (arg == BVM_ARG_NONE)
		return;
	buf_printf(buf, ", ");
	if (arg == BVM_ARG_STR || arg == BVM_ARG_TEXT) {
		put_string(t, buf, value);
	} else if (arg == BVM_ARG_ADDR) {
		memcpy(&addr, (const void *)(uintptr_t)value, sizeof(addr));
		show_prefix(buf, &addr, 128);
	} else if (arg == BVM_ARG_KEY) {
		put_key(buf,
			t->regs[2] < image->num_tables ?
				&image->tables[t->regs[2]] :
				NULL,
			value);
	} else {
		put_value(t, buf, value);
	}
}

static void put_call(const struct tracer *t, struct buf *buf, u32 num)
{
	const struct bvm_helper *helper = &bvm_helpers[num];
	const struct bvm_image *image = t->run->image;
	const u64 index = t->regs[2];

	buf_printf(buf, ": %s(", helper->name);
	if (index < image->num_tables &&
	    image->tables[index].kind == helper->table)
		buf_printf(buf, "%s ", dump_table_kind(helper->table));
	put_number(buf, index);
	put_argument(t, buf, helper->arg3, t->regs[3]);
	put_argument(t, buf, helper->arg4, t->regs[4]);
	buf_put_u8(buf, ')');
}

/* ---- what one instruction did ---- */

static void put_store(const struct tracer *t, struct buf *buf,
		      const struct bvm_insn *insn)
{
	const u32 size = bvm_insn_size(insn->code);
	const u64 at = t->regs[insn->dst] + (u64)(s64)insn->off;
	u64 value = 0;

	memcpy(&value, (const void *)(uintptr_t)at, size);
	buf_put_u8(buf, '[');
	put_value(t, buf, at);
	buf_printf(buf, "] = ");
	put_value(t, buf, value);
}

static void put_register(const struct tracer *t, struct buf *buf, u32 reg,
			 const u64 *regs)
{
	buf_printf(buf, "r%u = ", reg);
	put_value(t, buf, regs[reg]);
}

/* next: where it went on; regs: the registers after it. */
static void put_effect(const struct tracer *t, struct buf *buf, u32 next,
		       const u64 *regs)
{
	const struct bvm_insn *insn = &t->program->insns[t->pc];
	const char *field = NULL;

	switch (BVM_CODE_CLASS(insn->code)) {
	case BVM_CLS_ST:
	case BVM_CLS_STX:
		put_store(t, buf, insn);
		return;
	case BVM_CLS_JMP64:
	case BVM_CLS_JMP32:
		if (insn->code == BVM_CALL) {
			put_register(t, buf, 0, regs);
			put_call(t, buf, (u32)insn->imm);
		} else if (next == t->pc + 1) {
			buf_printf(buf, "not taken");
		} else {
			buf_printf(buf, "to %u", next);
		}
		return;
	case BVM_CLS_LDX:
		field = field_at(t, t->regs[insn->src] + (u64)(s64)insn->off);
	}
	put_register(t, buf, insn->dst, regs);
	if (field)
		buf_printf(buf, ", %s", field);
}

static void put_line(const struct tracer *t, const char *effect)
{
	char insn[64];

	if (!t->out)
		return;
	(void)bvm_disasm(t->program->insns, t->program->header->num_insns,
			 t->pc, insn, sizeof(insn));
	if (!t->json) {
		buf_printf(t->out, "%5u  %-28s  %s\n", t->pc, insn, effect);
		return;
	}
	buf_printf(t->out, "%s{\"pc\": %u, \"instruction\": ",
		   t->trace->num_insns > 1 ? ",\n    " : "\n    ", t->pc);
	buf_put_json(t->out, insn, strlen(insn));
	buf_printf(t->out, ", \"effect\": ");
	buf_put_json(t->out, effect, strlen(effect));
	buf_put_u8(t->out, '}');
}

static void finish_insn(struct tracer *t, u32 next, const u64 *regs)
{
	struct buf effect = BUF_INIT(t->arena);

	t->trace->num_insns++;
	if (t->program->insns[t->pc].code == BVM_CALL)
		t->trace->num_calls++;
	if (!t->out)
		return;
	put_effect(t, &effect, next, regs);
	put_line(t, buf_text(&effect));
}

static bool step(void *arg, u32 pc, const u64 *regs, const u8 *stack)
{
	struct tracer *t = arg;

	t->stack = stack;
	if (t->begun)
		finish_insn(t, pc, regs);
	t->begun = true;
	t->pc = pc;
	memcpy(t->regs, regs, sizeof(t->regs));
	return true;
}

void trace_run(struct arena *arena, struct bvm_run *run, u32 class, bool json,
	       struct buf *out, struct trace *trace)
{
	struct tracer t = {
		.arena = arena,
		.run = run,
		.program = &run->image->programs[class],
		.class = class,
		.json = json,
		.out = out,
		.trace = trace,
	};
	struct buf effect = BUF_INIT(arena);

	memset(trace, 0, sizeof(*trace));
	asked_renew(run);
	trace->verdict = (u32)bvm_exec_traced(
		t.program->insns, t.program->header->num_insns, &run->ctx,
		bvm_classes[class].ctx_size, step, &t);
	/* the exit, after which nothing was called */
	trace->num_insns++;
	buf_printf(&effect, "returns 0x%x", trace->verdict);
	put_line(&t, buf_text(&effect));
}

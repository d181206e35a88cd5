// SPDX-License-Identifier: GPL-2.0-only
/*
 * memo.c - what programs answered last, on each CPU
 */
#include <linux/hash.h>
#include <linux/percpu.h>
#include <linux/preempt.h>

#include "memo.h"
#include "vm/helpers.h"
#include "vm/insn.h"

#define WORDS (sizeof(union bvm_ctx) / sizeof(u64))
#define ENTRIES_BITS 5

/*
 * An interrupt may come between any two instructions, and ask and remember, too.
 * So whoever writes makes seq odd meanwhile, and whoever reads looks twice.
 * Nobody else has this CPU's entries.
 */
struct entry {
	u32 seq;
	u32 verdict;
	u64 generation; /* 0: nothing */
	u64 tag; /* class, op, row */
	u64 ctx[WORDS]; /* without the op */
};

static DEFINE_PER_CPU(struct entry[1 << ENTRIES_BITS], memo);

static_assert(sizeof(union bvm_ctx) % sizeof(u64) == 0);
static_assert(sizeof_field(union bvm_ctx, op) == sizeof(u32));

bool bailiff_memo_fits(const struct bvm_image *image, u32 class)
{
	const struct bvm_program *program = &image->programs[class];

	/* Of mounts a source counts as well. */
	if (!program->header || class == BVM_CLASS_MOUNTS)
		return false;
	for (u32 i = 0; i < program->header->num_insns; i++) {
		if (program->insns[i].code != BVM_CALL)
			continue;
		switch (program->insns[i].imm) {
		case BVM_HELPER_MATCH:
		case BVM_HELPER_LPM:
		case BVM_HELPER_SET:
		case BVM_HELPER_RANGE:
		case BVM_HELPER_ARRAY:
		case BVM_HELPER_DECIDE:
		case BVM_HELPER_KEYS:
		case BVM_HELPER_HASH:
		case BVM_HELPER_PRODUCT:
			continue;
		}
		return false;
	}
	return true;
}

static u64 tag_of(const struct bailiff_memo_key *key)
{
	return (u64)key->row << 32 | key->op << 8 | key->class;
}

static u64 word_of(const union bvm_ctx *ctx, u32 i)
{
	return ((const u64 *)ctx)[i];
}

/* It begins with the op, which is in the tag. */
static u64 first_word(const union bvm_ctx *ctx)
{
	return word_of(ctx, 0) & ~(u64)U32_MAX;
}

/* What differs most from one request to the next. */
static u32 place_of(const struct bailiff_memo_key *key, u64 tag)
{
	u32 mix = (u32)(tag >> 32) ^ (u32)tag;

	if (key->class == BVM_CLASS_NETWORK)
		mix ^= key->ctx->network.port ^
		       *(const u32 *)&key->ctx->network.remote.bytes[12];
	return hash_32(mix, ENTRIES_BITS);
}

/*
 * What lies behind a class's part of the ctx is nobody's. num is constant, and
 * each of the two a row of instructions. 0: they are the same.
 */
static __always_inline u64 differ(const struct entry *entry,
				  const union bvm_ctx *ctx, size_t num)
{
	u64 diff = entry->ctx[0] ^ first_word(ctx);

#pragma GCC unroll 16
	for (size_t i = 1; i < num; i++)
		diff |= entry->ctx[i] ^ word_of(ctx, i);
	return diff;
}

static __always_inline u64 copy(struct entry *entry, const union bvm_ctx *ctx,
				size_t num)
{
	entry->ctx[0] = first_word(ctx);
#pragma GCC unroll 16
	for (size_t i = 1; i < num; i++)
		entry->ctx[i] = word_of(ctx, i);
	return 0;
}

#define SIZED(CLASS, name, do)                                 \
	case BVM_CLASS_##CLASS:                                \
		BUILD_BUG_ON(sizeof(ctx->name) % sizeof(u64)); \
		return do(entry, ctx, sizeof(ctx->name) / sizeof(u64))

/* do(entry, ctx, words of the class's ctx); of no class: what is never 0. */
#define BY_CLASS(class, do)                            \
	switch (class) {                               \
		SIZED(FILES, files, do);               \
		SIZED(EXEC, exec, do);                 \
		SIZED(NETWORK, network, do);           \
		SIZED(CAPABILITIES, capabilities, do); \
		SIZED(TASKS, tasks, do);               \
		SIZED(NAMESPACES, namespaces, do);     \
		SIZED(IPC, ipc, do);                   \
		SIZED(KERNEL, kernel, do);             \
	}                                              \
	return 1

static __always_inline u64 compare(const struct entry *entry, u32 class,
				   const union bvm_ctx *ctx)
{
	BY_CLASS(class, differ);
}

static u64 copy_ctx(struct entry *entry, u32 class, const union bvm_ctx *ctx)
{
	BY_CLASS(class, copy);
}

static bool is_answer(const struct entry *entry, u64 tag,
		      const struct bailiff_memo_key *key)
{
	return entry->generation == key->generation && entry->tag == tag &&
	       !compare(entry, key->class, key->ctx);
}

bool bailiff_memo_find(const struct bailiff_memo_key *key, u32 *verdict)
{
	const u64 tag = tag_of(key);
	const struct entry *entry;
	bool found = false;
	u32 seq;

	preempt_disable();
	entry = &this_cpu_ptr(memo)[place_of(key, tag)];
	seq = READ_ONCE(entry->seq);
	barrier();
	if (!(seq & 1) && is_answer(entry, tag, key)) {
		*verdict = entry->verdict;
		barrier();
		found = READ_ONCE(entry->seq) == seq;
	}
	preempt_enable();
	return found;
}

static void fill(struct entry *entry, u64 tag,
		 const struct bailiff_memo_key *key, u32 verdict)
{
	entry->generation = key->generation;
	entry->tag = tag;
	entry->verdict = verdict;
	(void)copy_ctx(entry, key->class, key->ctx);
}

void bailiff_memo_keep(const struct bailiff_memo_key *key, u32 verdict)
{
	const u64 tag = tag_of(key);
	struct entry *entry;
	u32 seq;

	if (!key->generation)
		return;
	preempt_disable();
	entry = &this_cpu_ptr(memo)[place_of(key, tag)];
	seq = READ_ONCE(entry->seq);
	if (!(seq & 1)) {
		WRITE_ONCE(entry->seq, seq + 1);
		barrier();
		fill(entry, tag, key, verdict);
		barrier();
		WRITE_ONCE(entry->seq, seq + 2);
	}
	preempt_enable();
}

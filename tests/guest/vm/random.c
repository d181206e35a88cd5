// SPDX-License-Identifier: GPL-2.0-only
/*
 * random.c - random verified programs, the same ones in every setting
 *
 * Compiling is dear under emulation, so BLOCKS programs are packed into one.
 * Each block finds r1 and r2 as a program of its own would; its exits become
 * jumps behind it, where its result is mixed into a sum on the stack:
 *
 *	sum = (sum ^ r0); sum = (sum ^ sum >> 32) * ODD
 *
 * Every step can be undone, so a wrong result of any one block always changes
 * the 64-bit sum. The pack returns sum ^ sum >> 32: of that the JIT gives the
 * lower 32 bits, in which a wrong sum goes unseen once in 2^32. What is
 * expected is mixed in C, from the results of the blocks one by one.
 *
 * Blocks of a class call helpers on the tables of world.c. What a block leaves
 * in the slots the next one finds there, and what the last one leaves is part
 * of the pack's result.
 */
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "engines.h"
#include "tests/lib/bvm_gen.h"
#include "vm/limits.h"
#include "vm/lower.h"
#include "vm/verify.h"

#define BLOCKS 16
#define MAX_BLOCK 200 /* slots */
#define MAX_LOWERED (20 * MAX_BLOCK)
#define MAX_BYTES 160 /* that a program is made from */
#define NUM_CTXS 8
#define MIX_INSNS 9
#define ODD 0x9e3779b97f4a7c15ull

/* Of the stack, above what a block may use: saved r1, and the sum. */
#define SAVED_CTX (-256)
#define SUM (-248)
#define MAX_BLOCK_STACK 240

/* Plain memory, and three classes, with so many of each thousand programs. */
static const struct {
	u32 class, permille;
} kinds[] = {
	{ BVM_CLASS_RAW, 1000 },
	{ BVM_CLASS_FILES, 100 },
	{ BVM_CLASS_NETWORK, 100 },
	{ BVM_CLASS_EXEC, 20 },
};

/* A pack that was made, and what it returns on each ctx. */
struct pack {
	u64 want[NUM_CTXS];
	u32 num_blocks;
	u32 jited_len; /* without blinding */
};

/* One thread's share. */
struct worker {
	u64 seed;
	u32 class;
	u32 num; /* programs to accept */
	u32 generated;
	u32 accepted;
	u32 refused_again; /* accepted, but their lowered form was not */
	struct batch *batches;
	u32 num_batches;
	struct pack *packs; /* in the order of the batches */
	u32 num_packs;
	u32 ctx_len;
	u8 ctxs[NUM_CTXS * WORLD_MAX_CTX] __attribute__((aligned(8)));
	/* the pack in the making */
	struct bvm_insn insns[BVM_MAX_INSNS];
	u32 num_insns;
	struct pack now;
	bvm_atomic slots[NUM_CTXS][BAILIFF_TEST_MAX_SLOTS]; /* after it */
	struct counted counted;
	void *scratch;
	struct bvm_insn again[MAX_LOWERED];
	/* of the last run */
	const struct settings *set;
	u32 wrong, not_jited, not_longer, refused;
	u64 lowered, code, verify_ns, jit_ns, run_ns;
	char why[512];
};

static struct worker *workers;
static u32 num_workers;

static u64 roll(u64 *seed)
{
	u64 z = (*seed += 0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* ---- making ---- */

/* Nothing, all, the least numbers of both widths, small ones, and any. */
static void make_ctxs(struct worker *w)
{
	u64 words[BVM_GEN_CTX / 8];
	u32 i, k;

	for (i = 0; i < NUM_CTXS; i++) {
		for (k = 0; k < ARRAY_SIZE(words); k++) {
			const u64 r = roll(&w->seed);
			const u64 kinds[] = { 0,
					      U64_MAX,
					      1ull << 63,
					      1ull << 31 | 1ull << 63,
					      r & 0x3f0000003f,
					      (u64)(s64)(s8)r,
					      r,
					      r };

			words[k] = kinds[i];
		}
		memcpy(w->ctxs + i * sizeof(words), words, sizeof(words));
	}
}

/* What lies in w, as the subject of a program. */
static struct subject subject_of(struct worker *w, const struct bvm_insn *insns,
				 u32 num)
{
	return (struct subject){
		.insns = insns,
		.num_insns = num,
		.ctxs = w->ctxs,
		.num_ctxs = NUM_CTXS,
		.ctx_len = w->ctx_len,
		.class = w->class,
		.slots = w->slots,
	};
}

static void put(struct worker *w, struct bvm_insn insn)
{
	w->insns[w->num_insns++] = insn;
}

static void begin_pack(struct worker *w)
{
	memset(&w->now, 0, sizeof(w->now));
	for (u32 i = 0; i < NUM_CTXS; i++)
		world_fill_slots(w->slots[i]);
	w->num_insns = 0;
	put(w, bvm_insn_make(BVM_STXDW, 10, 1, SAVED_CTX, 0));
	put(w, bvm_insn_make(BVM_STDW, 10, 0, SUM, 0));
}

static void put_block(struct worker *w, const struct bvm_insn *insns, u32 num)
{
	u32 pc;

	put(w, bvm_insn_make(BVM_LDXDW, 1, 10, SAVED_CTX, 0));
	if (!w->class)
		put(w, bvm_insn_make(BVM_MOV64_K, 2, 0, 0, BVM_GEN_CTX));
	for (pc = 0; pc < num; pc++) {
		if (insns[pc].code == BVM_EXIT) {
			put(w, bvm_insn_make(BVM_JA, 0, 0, (s16)(num - pc - 1),
					     0));
			continue;
		}
		put(w, insns[pc]);
		if (insns[pc].code == BVM_LDDW)
			put(w, insns[++pc]);
	}
}

/* MIX_INSNS slots */
static void put_mix(struct worker *w)
{
	put(w, bvm_insn_make(BVM_LDXDW, 1, 10, SUM, 0));
	put(w, bvm_insn_make(BVM_XOR64_X, 1, 0, 0, 0));
	put(w, bvm_insn_make(BVM_MOV64_X, 2, 1, 0, 0));
	put(w, bvm_insn_make(BVM_RSH64_K, 2, 0, 0, 32));
	put(w, bvm_insn_make(BVM_XOR64_X, 1, 2, 0, 0));
	put(w, bvm_insn_make(BVM_LDDW, 2, 0, 0, (s32)(u32)ODD));
	put(w, bvm_insn_make(0, 0, 0, 0, (s32)(ODD >> 32)));
	put(w, bvm_insn_make(BVM_MUL64_X, 1, 2, 0, 0));
	put(w, bvm_insn_make(BVM_STXDW, 10, 1, SUM, 0));
}

static void *grow(void *array, u32 num, size_t size)
{
	/* doubled at each power of two */
	if (num & (num - 1))
		return array;
	array = realloc(array, (num ? 2 * num : 1) * size);
	if (!array)
		err(1, "memory for packs");
	return array;
}

static void batch_begin(const struct worker *w, struct batch *b)
{
	batch_init(b);
	if (w->class)
		batch_set_image(b, world_image()->bytes,
				(u32)world_image()->len);
}

static void end_pack(struct worker *w)
{
	const struct subject s = subject_of(w, w->insns, w->num_insns + 4);
	u32 i;

	if (!w->now.num_blocks)
		return;
	put(w, bvm_insn_make(BVM_MOV64_X, 0, 1, 0, 0));
	put(w, bvm_insn_make(BVM_RSH64_K, 0, 0, 0, 32));
	put(w, bvm_insn_make(BVM_XOR64_X, 0, 1, 0, 0));
	put(w, bvm_insn_make(BVM_EXIT, 0, 0, 0, 0));
	for (i = 0; i < NUM_CTXS; i++) {
		w->now.want[i] ^= w->now.want[i] >> 32;
		if (w->class)
			w->now.want[i] ^= world_sum_slots(w->slots[i]);
	}
	w->packs = grow(w->packs, w->num_packs, sizeof(*w->packs));
	w->packs[w->num_packs++] = w->now;
	if (!w->num_batches ||
	    !batch_has_room(&w->batches[w->num_batches - 1], &s)) {
		w->batches =
			grow(w->batches, w->num_batches, sizeof(*w->batches));
		batch_begin(w, &w->batches[w->num_batches++]);
	}
	batch_add(&w->batches[w->num_batches - 1], &s);
	begin_pack(w);
}

static bool is_accepted(struct worker *w, const struct bvm_insn *insns, u32 num,
			bool lowered)
{
	const struct bvm_class_info *info = &bvm_classes[w->class];
	struct bvm_verify_in in = {
		.insns = insns,
		.num_insns = num,
		.ctx.size = BVM_GEN_CTX,
		.lowered = lowered,
		.max_stack = MAX_BLOCK_STACK,
		.scratch = w->scratch,
	};
	struct bvm_verify_out out;

	if (w->class) {
		in.ctx.size = info->ctx_size;
		in.ctx.num_fields = info->num_fields;
		in.ctx.fields = info->fields;
		in.image = world_image();
	}
	return bvm_verify(&in, &out, NULL) == 0;
}

/* As the kernel asks: one that was refused then would not be loaded. */
static bool is_accepted_lowered(struct worker *w, const struct bvm_insn *insns,
				u32 num)
{
	u32 map[MAX_BLOCK + 1], i, num_out;

	for (i = 0; i < 2; i++) {
		if (bvm_lower(insns, num, i, w->again, MAX_LOWERED, &num_out,
			      map, NULL) ||
		    !is_accepted(w, w->again, num_out, true))
			return false;
	}
	return true;
}

static void take_block(struct worker *w, const struct bvm_insn *insns, u32 num)
{
	const struct subject s = subject_of(w, insns, num);
	u32 i;
	u64 sum;

	if (w->now.num_blocks == BLOCKS ||
	    w->num_insns + num + MIX_INSNS + 8 > BVM_MAX_INSNS)
		end_pack(w);
	put_block(w, insns, num);
	put_mix(w);
	w->now.num_blocks++;
	w->accepted++;
	count_prepare(&w->counted, &s);
	for (i = 0; i < NUM_CTXS; i++) {
		sum = w->now.want[i] ^ run_counted(&w->counted, &s, i);
		w->now.want[i] = (sum ^ sum >> 32) * ODD;
	}
	count_add(&w->counted);
}

static void *make_share(void *arg)
{
	struct worker *w = arg;
	struct bvm_insn insns[MAX_BLOCK];
	u8 bytes[MAX_BYTES];
	u32 i, num, len;

	if (w->class)
		for (i = 0; i < NUM_CTXS; i++)
			world_make_ctx(&w->seed, w->class,
				       w->ctxs + i * w->ctx_len);
	else
		make_ctxs(w);
	begin_pack(w);
	while (w->accepted < w->num) {
		len = 24 + (u32)(roll(&w->seed) % (sizeof(bytes) - 24));
		for (i = 0; i < len; i++)
			bytes[i] = (u8)(roll(&w->seed) >> 24);
		num = w->class ? bvm_gen_class(bytes, len, insns, MAX_BLOCK,
					       world_image(), w->class) :
				 bvm_gen(bytes, len, insns, MAX_BLOCK);
		w->generated++;
		if (!is_accepted(w, insns, num, false))
			continue;
		if (is_accepted_lowered(w, insns, num))
			take_block(w, insns, num);
		else
			w->refused_again++;
	}
	end_pack(w);
	return NULL;
}

/* ---- running ---- */

static void judge(struct worker *w, struct pack *p, const struct answer *a)
{
	u32 i;

	w->lowered += a->head->num_lowered;
	w->code += a->head->jited_len;
	w->verify_ns += a->head->verify_ns;
	w->jit_ns += a->head->jit_ns;
	w->run_ns += a->head->exec_run_ns;
	if (!a->results) {
		if (!w->refused++)
			snprintf(w->why, sizeof(w->why), "%s", a->text);
		return;
	}
	w->not_jited += !a->head->jited_len;
	if (!w->set->blinded)
		p->jited_len = a->head->jited_len;
	else
		w->not_longer += a->head->jited_len <= p->jited_len;
	for (i = 0; i < NUM_CTXS; i++) {
		const struct bailiff_test_result *r = &a->results[i];

		if (r->exec == p->want[i] && r->lowered == p->want[i] &&
		    r->jit == (u32)p->want[i])
			continue;
		if (!w->wrong++)
			snprintf(
				w->why, sizeof(w->why),
				"pack %u of seed %#llx, ctx %u: interpreter %#llx, lowered %#llx, compiled %#x, in user space %#llx",
				(u32)(p - w->packs),
				(unsigned long long)w->seed, i,
				(unsigned long long)r->exec,
				(unsigned long long)r->lowered, r->jit,
				(unsigned long long)p->want[i]);
	}
}

static void *run_share(void *arg)
{
	struct worker *w = arg;
	struct answers answers;
	struct answer a;
	u32 i, pack = 0;
	int ret;

	for (i = 0; i < w->num_batches; i++) {
		ret = batch_run(&w->batches[i], &answers);
		if (ret)
			errx(1, "batch %u: %s", i, strerror(-ret));
		while (answers_next(&answers, &a))
			judge(w, &w->packs[pack++], &a);
		answers_fini(&answers);
	}
	if (pack != w->num_packs)
		errx(1, "%u packs, and %u answers", w->num_packs, pack);
	return NULL;
}

static void on_all(void *(*what)(void *arg))
{
	pthread_t threads[num_workers];
	u32 i;

	for (i = 0; i < num_workers; i++) {
		if (pthread_create(&threads[i], NULL, what, &workers[i]))
			errx(1, "cannot start a thread");
	}
	for (i = 0; i < num_workers; i++)
		pthread_join(threads[i], NULL);
}

/* Sum over the workers of a u32 or u64 field. */
#define TOTAL(field)                                     \
	({                                               \
		u64 total_ = 0;                          \
		for (u32 i_ = 0; i_ < num_workers; i_++) \
			total_ += workers[i_].field;     \
		total_;                                  \
	})

void random_make(u64 seed, u32 num, u32 num_threads)
{
	const time_t start = time(NULL);
	u64 wanted = 0;
	u32 i;

	num_workers = num_threads * ARRAY_SIZE(kinds);
	workers = calloc(num_workers, sizeof(*workers));
	if (!workers)
		err(1, "memory for workers");
	for (i = 0; i < num_workers; i++) {
		struct worker *w = &workers[i];
		const u32 kind = i / num_threads;
		const u32 all = (u32)((u64)num * kinds[kind].permille / 1000);

		w->seed = seed + ((u64)i << 32);
		w->class = kinds[kind].class;
		w->ctx_len = w->class ? world_ctx_len(w->class) : BVM_GEN_CTX;
		w->num = all / num_threads +
			 (i % num_threads < all % num_threads);
		w->scratch = malloc(bvm_verify_scratch());
		if (!w->scratch)
			err(1, "memory for the verifier");
		wanted += w->num;
	}
	on_all(make_share);
	note("seed %llu in %u shares: %llu programs made, %llu accepted, %llu more refused when lowered, %llu packs, %ld s",
	     (unsigned long long)seed, num_workers,
	     (unsigned long long)TOTAL(generated),
	     (unsigned long long)TOTAL(accepted),
	     (unsigned long long)TOTAL(refused_again),
	     (unsigned long long)TOTAL(num_packs), (long)(time(NULL) - start));
	claim(TOTAL(accepted) == wanted, "the random programs were made",
	      "%llu", (unsigned long long)TOTAL(accepted));
	claim(TOTAL(refused_again) == 0, "lowered, they are accepted again",
	      "%llu are not", (unsigned long long)TOTAL(refused_again));
}

static void forget(struct worker *w, const struct settings *set)
{
	w->set = set;
	w->wrong = w->not_jited = w->not_longer = w->refused = 0;
	w->lowered = w->code = w->verify_ns = w->jit_ns = w->run_ns = 0;
	w->why[0] = '\0';
}

static const char *first_why(void)
{
	u32 i;

	for (i = 0; i < num_workers; i++) {
		if (workers[i].why[0])
			return workers[i].why;
	}
	return "";
}

void random_run(const struct settings *set)
{
	char what[160];
	u32 i;

	for (i = 0; i < num_workers; i++)
		forget(&workers[i], set);
	on_all(run_share);
	note("%s: %llu instructions compiled to %llu bytes; verified in %llu ms, compiled in %llu ms, interpreted in %llu ms",
	     set->name, (unsigned long long)TOTAL(lowered),
	     (unsigned long long)TOTAL(code),
	     (unsigned long long)TOTAL(verify_ns) / 1000000,
	     (unsigned long long)TOTAL(jit_ns) / 1000000,
	     (unsigned long long)TOTAL(run_ns) / 1000000);
	snprintf(what, sizeof(what),
		 "%s: the same results of %llu random programs", set->name,
		 (unsigned long long)TOTAL(accepted));
	claim(!TOTAL(wrong) && !TOTAL(refused), what,
	      "%llu wrong, %llu packs refused; the first: %s",
	      (unsigned long long)TOTAL(wrong),
	      (unsigned long long)TOTAL(refused), first_why());
	snprintf(what, sizeof(what), "%s: each pack was compiled", set->name);
	claim(!TOTAL(not_jited), what, "%llu were not",
	      (unsigned long long)TOTAL(not_jited));
	if (!set->blinded)
		return;
	snprintf(what, sizeof(what), "%s: each pack's code is longer",
		 set->name);
	claim(!TOTAL(not_longer), what, "%llu are not",
	      (unsigned long long)TOTAL(not_longer));
}

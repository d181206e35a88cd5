// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - engines: compare the kernel's JIT, the same with blinded constants,
 * and our interpreter in the kernel and here
 *
 * usage: engines [-n PROGRAMS] [-s SEED] TABLE
 *
 * TABLE holds the conformance programs (table.c). Runs in the guest, as root.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "engines.h"
#include "vm/exec.h"
#include "vm/limits.h"

#define HARDEN "/proc/sys/net/core/bpf_jit_harden"
#define ENABLE "/proc/sys/net/core/bpf_jit_enable"

atomic_ullong executed[MAX_ROWS];
atomic_ullong called[BVM_NUM_HELPERS];

static u32 num_claims, num_failed;

/* ---- claims ---- */

void claim(bool holds, const char *what, const char *why, ...)
{
	va_list args;

	printf("%sok %u - %s\n", holds ? "" : "not ", ++num_claims, what);
	if (!holds) {
		num_failed++;
		printf("#   ");
		va_start(args, why);
		vprintf(why, args);
		va_end(args);
		printf("\n");
	}
	fflush(stdout);
}

void note(const char *fmt, ...)
{
	va_list args;

	printf("# ");
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
}

/* ---- counting ---- */

void count_prepare(struct counted *c, const struct subject *s)
{
	const struct bvm_insn_info *row;
	u32 pc;

	memset(c->num, 0, sizeof(c->num));
	memset(c->calls, 0, sizeof(c->calls));
	for (pc = 0; pc < s->num_insns; pc++) {
		row = bvm_insn_find(&s->insns[pc], NULL);
		c->row[pc] = row ? (u16)(row - bvm_insn_row(0)) : 0;
		c->helper[pc] = row && row->form == BVM_FORM_CALL ?
					(u8)s->insns[pc].imm :
					0;
		if (row && row->form == BVM_FORM_LDDW)
			pc++;
	}
}

static bool count_step(void *arg, u32 pc, const u64 *regs, const u8 *stack)
{
	struct counted *c = arg;

	(void)regs;
	(void)stack;
	c->num[c->row[pc]]++;
	c->calls[c->helper[pc]]++;
	return true;
}

u64 run_counted(struct counted *c, const struct subject *s, u32 ctx)
{
	const u8 *bytes = s->ctxs + ctx * s->ctx_len;
	struct bvm_run run;

	if (!s->class)
		return bvm_exec_traced(s->insns, s->num_insns, bytes,
				       s->ctx_len, count_step, c);
	world_make_run(s->class, bytes, s->slots[ctx], &run);
	return bvm_exec_traced(s->insns, s->num_insns, &run.ctx,
			       bvm_classes[s->class].ctx_size, count_step, c);
}

void count_add(const struct counted *c)
{
	u32 i;

	for (i = 0; i < MAX_ROWS; i++)
		executed[i] += c->num[i];
	for (i = 0; i < BVM_NUM_HELPERS; i++)
		called[i] += c->calls[i];
}

static void claim_helpers(void)
{
	char missing[256] = "";
	u64 calls = 0;
	u32 i;

	for (i = 1; i < BVM_NUM_HELPERS; i++) {
		calls += called[i];
		if (bvm_helpers[i].name && !called[i])
			snprintf(missing + strlen(missing),
				 sizeof(missing) - strlen(missing), " %s",
				 bvm_helpers[i].name);
	}
	note("%llu calls of helpers in user space", (unsigned long long)calls);
	claim(!missing[0], "every helper was called", "not called:%s", missing);
}

static void claim_coverage(void)
{
	char missing[1024] = "";
	u64 steps = 0;
	u32 i, num = 0;

	for (i = 0; bvm_insn_row(i); i++) {
		const struct bvm_insn_info *row = bvm_insn_row(i);

		steps += executed[i];
		if (executed[i]) {
			num++;
			continue;
		}
		snprintf(missing + strlen(missing),
			 sizeof(missing) - strlen(missing), " %s(%#x, off %d)",
			 row->mnemonic, row->code, row->off);
	}
	note("%llu instructions executed in user space, in %u of %u encodings",
	     (unsigned long long)steps, num, i);
	claim(!missing[0], "every instruction was executed", "not executed:%s",
	      missing);
}

u32 with_upper_half(const struct bvm_insn *insns, u32 num, struct bvm_insn *out)
{
	u32 pc;

	memcpy(out, insns, num * sizeof(*out));
	for (pc = 0; pc < num; pc++) {
		if (out[pc].code == BVM_LDDW)
			pc++;
		else if (out[pc].code == BVM_EXIT)
			out[pc] = bvm_insn_make(BVM_JA, 0, 0,
						(s16)(num - pc - 1), 0);
	}
	out[num] = bvm_insn_make(BVM_RSH64_K, 0, 0, 0, 32);
	out[num + 1] = bvm_insn_make(BVM_EXIT, 0, 0, 0, 0);
	return num + 2;
}

/* ---- settings of the JIT ---- */

static void set_sysctl(const char *path, int value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || dprintf(fd, "%d\n", value) < 0)
		err(1, "%s", path);
	close(fd);
}

static int get_sysctl(const char *path)
{
	FILE *f = fopen(path, "re");
	int value;

	if (!f || fscanf(f, "%d", &value) != 1)
		err(1, "%s", path);
	fclose(f);
	return value;
}

static void run_settings(const struct settings *set)
{
	const time_t start = time(NULL);
	char what[128];

	set_sysctl(ENABLE, set->jit);
	set_sysctl(HARDEN, set->blinded ? 2 : 0);
	snprintf(what, sizeof(what), "%s: the kernel says so", set->name);
	claim(get_sysctl(ENABLE) == set->jit &&
		      get_sysctl(HARDEN) == (set->blinded ? 2 : 0),
	      what, "enable is %d, harden %d", get_sysctl(ENABLE),
	      get_sysctl(HARDEN));
	cases_run(set);
	table_run(set);
	if (set->jit)
		random_run(set);
	note("%s: %ld s", set->name, (long)(time(NULL) - start));
}

static void claim_file(void)
{
	struct bailiff_test_header h = { .magic = BAILIFF_TEST_MAGIC,
					 .num_programs = 1,
					 .repeat = 1 };
	const struct bailiff_test_header none = { .magic = BAILIFF_TEST_MAGIC,
						  .repeat = 1 };
	struct {
		struct bailiff_test_header h;
		struct bailiff_test_program p;
	} big = { h, { .num_insns = BVM_MAX_INSNS + 1 } };

	claim(batch_write_raw(&none, sizeof(none)) == 0,
	      "test_vm takes an empty batch", "it does not");
	claim(batch_write_raw(&h, sizeof(h) - 1) == -EINVAL &&
		      batch_write_raw(&h, sizeof(h)) == -EINVAL,
	      "test_vm refuses a short batch", "it does not");
	claim(batch_write_raw(&big, sizeof(big)) == -E2BIG,
	      "test_vm refuses a long program", "it does not");
	big.h.image_len = sizeof(big.p);
	claim(batch_write_raw(&big, sizeof(big)) == -EMSGSIZE,
	      "test_vm refuses what is no image", "it does not");
	big.h.image_len = 0;
	big.p.num_insns = 0;
	big.p.class = BVM_CLASS_FILES;
	claim(batch_write_raw(&big, sizeof(big)) == -EINVAL,
	      "test_vm refuses a class without an image", "it does not");
	h.num_programs = 0;
	big.h = h;
	claim(batch_write_raw(&big, sizeof(big)) == -EINVAL,
	      "test_vm refuses bytes left over", "it does not");
}

static const struct settings all_settings[] = {
	{ "JIT", .jit = true },
	{ "JIT, blinded", .jit = true, .blinded = true },
	{ "no JIT", .jit = false },
};

int main(int argc, char **argv)
{
	unsigned long long seed = 1;
	u32 i, num = 100000;
	int opt;

	while ((opt = getopt(argc, argv, "n:s:")) != -1) {
		if (opt == 'n')
			num = (u32)strtoul(optarg, NULL, 0);
		else if (opt == 's')
			seed = strtoull(optarg, NULL, 0);
		else
			errx(2, "usage: engines [-n PROGRAMS] [-s SEED] TABLE");
	}
	if (optind + 1 != argc)
		errx(2, "usage: engines [-n PROGRAMS] [-s SEED] TABLE");
	/* never change the settings of a machine that is no test guest */
	if (access(BATCH_FILE, W_OK))
		err(1, "%s", BATCH_FILE);
	claim_file();
	world_init();
	table_load(argv[optind]);
	random_make(seed, num, (u32)sysconf(_SC_NPROCESSORS_ONLN));
	for (i = 0; i < ARRAY_SIZE(all_settings); i++)
		run_settings(&all_settings[i]);
	cases_run_too_long(&all_settings[1]);
	set_sysctl(ENABLE, 1);
	set_sysctl(HARDEN, 0);
	claim_coverage();
	claim_helpers();
	printf("1..%u\n", num_claims);
	return num_failed != 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * table.c - the conformance programs
 *
 * A line each, with tabs between: name, memory in hex or -, program in hex,
 * and the result, or `refused`. Made by conformance.sh on the host.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "engines.h"
#include "vm/limits.h"

struct entry {
	char name[96];
	struct bvm_insn insns[BVM_MAX_INSNS];
	u32 num_insns;
	u8 mem[BAILIFF_TEST_MAX_CTX];
	u32 mem_len;
	u64 result;
	bool refused;
};

static struct entry **entries;
static u32 num_entries;

/* ---- the file ---- */

/* Bytes of hex text; blanks may stand between them. -1: no hex, or too long. */
static int read_hex(const char *text, u8 *out, u32 max)
{
	unsigned int byte;
	u32 num = 0;
	int used;

	while (sscanf(text, " %2x%n", &byte, &used) == 1) {
		if (num == max)
			return -1;
		out[num++] = (u8)byte;
		text += used;
	}
	return text[strspn(text, " ")] ? -1 : (int)num;
}

static void read_line(char *line, const char *path, u32 number)
{
	struct entry *e = calloc(1, sizeof(*e));
	const char *name = strsep(&line, "\t");
	const char *mem = strsep(&line, "\t");
	const char *program = strsep(&line, "\t");
	int mem_len = 0, len;

	if (!e || !line)
		errx(1, "%s:%u: four columns are needed", path, number);
	snprintf(e->name, sizeof(e->name), "%s", name);
	if (strcmp(mem, "-") != 0)
		mem_len = read_hex(mem, e->mem, sizeof(e->mem));
	len = read_hex(program, (u8 *)e->insns, sizeof(e->insns));
	if (mem_len < 0 || len < 0 || len % 8)
		errx(1, "%s:%u: this is no hex", path, number);
	e->mem_len = (u32)mem_len;
	e->num_insns = (u32)len / 8;
	e->refused = strcmp(line, "refused") == 0;
	if (!e->refused)
		e->result = strtoull(line, NULL, 0);
	entries = realloc(entries, (num_entries + 1) * sizeof(*entries));
	if (!entries)
		err(1, "memory for programs");
	entries[num_entries++] = e;
}

void table_load(const char *path)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	u32 number = 0, refused = 0, i;

	if (!f)
		err(1, "%s", path);
	while (getline(&line, &size, f) > 0) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] && line[0] != '#')
			read_line(line, path, number);
	}
	free(line);
	fclose(f);
	for (i = 0; i < num_entries; i++)
		refused += entries[i]->refused;
	note("%u conformance programs to answer, %u to refuse",
	     num_entries - refused, refused);
	claim(num_entries > refused, "there are conformance programs",
	      "%s holds none", path);
}

/* ---- running ---- */

static const char *judge_half(const struct answer *a, u64 want,
			      const struct settings *set)
{
	static char why[256];
	const struct bailiff_test_result *r = a->results;

	if (!r)
		return a->text[0] ? a->text : "no results";
	if (set->jit != (a->head->jited_len > 0))
		return set->jit ? "not compiled" : "compiled";
	if (r->exec == want && r->lowered == want &&
	    (!set->jit || r->jit == (u32)want))
		return NULL;
	snprintf(
		why, sizeof(why),
		"interpreter %#llx, lowered %#llx, compiled %#x, expected %#llx",
		(unsigned long long)r->exec, (unsigned long long)r->lowered,
		r->jit, (unsigned long long)want);
	return why;
}

static const char *judge(const struct entry *e, const struct answer *low,
			 const struct answer *high, const struct settings *set)
{
	const char *why;

	if (e->refused) {
		if (low->head->stage != BAILIFF_TEST_REFUSED)
			return "it is not refused";
		return low->text[0] ? NULL : "no reason is given";
	}
	why = judge_half(low, e->result, set);
	return why ?: judge_half(high, e->result >> 32, set);
}

static bool run_here(const struct entry *e)
{
	const struct subject s =
		subject_plain(e->insns, e->num_insns, e->mem, 1, e->mem_len);
	static struct counted counted;
	u64 result;

	if (e->refused)
		return true;
	count_prepare(&counted, &s);
	result = run_counted(&counted, &s, 0);
	count_add(&counted);
	return result == e->result;
}

static void run_entry(const struct entry *e, const struct settings *set)
{
	static struct bvm_insn upper[BVM_MAX_INSNS + 2];
	struct subject s =
		subject_plain(e->insns, e->num_insns, e->mem, 1, e->mem_len);
	struct answer low = { 0 }, high = { 0 };
	const char *why = NULL;
	struct answers answers;
	struct batch b;
	char what[160];
	int ret;

	batch_init(&b);
	batch_add(&b, &s);
	if (!e->refused) {
		s.num_insns = with_upper_half(e->insns, e->num_insns, upper);
		s.insns = upper;
	}
	batch_add(&b, &s);
	ret = batch_run(&b, &answers);
	snprintf(what, sizeof(what), "%s: %s%s", set->name, e->name,
		 e->refused ? " is refused" : "");
	if (ret || !answers_next(&answers, &low) ||
	    !answers_next(&answers, &high))
		why = "test_vm refuses the batch";
	if (!why)
		why = judge(e, &low, &high, set);
	/* not before it is known to be accepted */
	if (!why && !run_here(e))
		why = "the interpreter in user space differs";
	claim(!why, what, "%s", why ?: "");
	if (!ret)
		answers_fini(&answers);
	batch_fini(&b);
}

void table_run(const struct settings *set)
{
	u32 i;

	for (i = 0; i < num_entries; i++)
		run_entry(entries[i], set);
}

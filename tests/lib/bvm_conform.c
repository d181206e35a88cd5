// SPDX-License-Identifier: GPL-2.0-only
/*
 * bvm_conform.c - programs of .data files against their results
 */
#include <glob.h>
#include <stdlib.h>

#include "bvm_conform.h"
#include "vm/lower.h"

#define wrong(c, ...) \
	(snprintf((c)->why, sizeof((c)->why), __VA_ARGS__), -EINVAL)

void bvm_conform_init(struct bvm_conform *c)
{
	memset(c, 0, sizeof(*c));
	bvm_oracle_init(&c->raw);
	bvm_oracle_init(&c->lowered);
}

void bvm_conform_fini(struct bvm_conform *c)
{
	bvm_oracle_fini(&c->raw);
	bvm_oracle_fini(&c->lowered);
	free(c->seen);
}

/* ---- one program ---- */

struct coverage {
	struct bvm_conform *c;
	const struct bvm_insn *insns;
	u32 last; /* 1 + pc of the jump before; 0 = it was none */
};

static bool has_condition(const struct bvm_insn_info *row)
{
	return row->form == BVM_FORM_JMP_K || row->form == BVM_FORM_JMP_X;
}

static u32 number_of(const struct bvm_insn_info *row)
{
	return (u32)(row - bvm_insn_row(0));
}

static bool mark(void *arg, u32 pc, const u64 *regs, const u8 *stack)
{
	struct coverage *v = arg;
	const struct bvm_insn_info *row = bvm_insn_find(&v->insns[pc], NULL);

	(void)regs;
	(void)stack;
	if (v->last) {
		const u32 jump =
			number_of(bvm_insn_find(&v->insns[v->last - 1], NULL));

		if (pc == v->last)
			v->c->rows[jump].not_taken = true;
		else
			v->c->rows[jump].taken = true;
	}
	v->c->rows[number_of(row)].executed = true;
	v->last = has_condition(row) ? pc + 1 : 0;
	return true;
}

/* A lowered program on its way, seen with the eyes of a JIT. */
struct jit {
	const struct bvm_insn *insns;
	bool keep_v4;
	const char *why; /* what it would fault at or get wrong; NULL: nothing */
};

static const char *trouble(const struct jit *jit, const struct bvm_insn *insn,
			   const u64 *regs)
{
	const struct bvm_insn_info *row = bvm_insn_find(insn, NULL);
	const u32 op = insn->code & 0xf0, class = insn->code & 7;
	const bool is_x = insn->code & 8, is_alu = class == 4 || class == 7;
	const u64 width = class == 7 ? 64 : 32;
	const u64 value = is_x ? regs[insn->src] : (u64)(s64)insn->imm;
	const u64 divisor = class == 7 ? value : (u32)value;

	if (is_alu && (op == 0x30 || op == 0x90) && insn->off)
		return "a signed division";
	if (is_alu && (op == 0x30 || op == 0x90) && !divisor)
		return "a division by 0";
	if (is_alu && !is_x && (op == 0x60 || op == 0x70 || op == 0xc0) &&
	    value >= width)
		return "a shift past the width";
	if (row->cpu == 4 && !jit->keep_v4)
		return "an instruction of version 4";
	return NULL;
}

static bool step_jit(void *arg, u32 pc, const u64 *regs, const u8 *stack)
{
	struct jit *jit = arg;

	(void)stack;
	jit->why = trouble(jit, &jit->insns[pc], regs);
	return !jit->why;
}

static int run(struct bvm_conform *c, struct bvm_oracle *o,
	       const struct bvm_data *data, const char *what)
{
	/* of exactly that size, so that a sanitizer sees what goes past it */
	u8 *mem = data->mem_len ? malloc(data->mem_len) : NULL;
	struct coverage v = { c, data->insns, 0 };
	u64 r0;

	if (mem)
		memcpy(mem, data->mem, data->mem_len);
	r0 = bvm_oracle_run(o, mem);
	if (o == &c->raw)
		(void)bvm_exec_traced(data->insns, data->num_insns, mem,
				      data->mem_len, mark, &v);
	free(mem);
	if (o->why[0])
		return wrong(c, "%s: %s", what, o->why);
	if (r0 != data->result)
		return wrong(c, "%s: r0 is %#llx, expected %#llx", what,
			     (unsigned long long)r0,
			     (unsigned long long)data->result);
	return 0;
}

static int run_lowered(struct bvm_conform *c, const struct bvm_data *data,
		       bool keep_v4)
{
	static struct bvm_insn out[BVM_MAX_LOWERED];
	static u32 map[BVM_DATA_MAX_INSNS + 1];
	struct jit jit = { out, keep_v4, NULL };
	struct bvm_error err = { 0 };
	u32 num = 0;

	if (bvm_lower(data->insns, data->num_insns, keep_v4, out,
		      BVM_MAX_LOWERED, &num, map, &err))
		return wrong(c, "not lowered: %s", err.text);
	bvm_oracle_set_raw(&c->lowered, out, num, data->mem_len);
	c->lowered.in.lowered = true;
	if (bvm_oracle_verify(&c->lowered))
		return wrong(c, "refused when lowered: %s",
			     c->lowered.err.text);
	(void)bvm_exec_traced(out, num, data->mem, data->mem_len, step_jit,
			      &jit);
	if (jit.why)
		return wrong(c, "lowered: %s", jit.why);
	return run(c, &c->lowered, data, "lowered");
}

static int run_all(struct bvm_conform *c, const struct bvm_data *data)
{
	const struct bvm_verify_out out = c->raw.out;
	const u64 r0 = data->result;
	int ret;

	ret = run(c, &c->raw, data, "interpreter");
	if (!ret && (r0 < out.r0_min || r0 > out.r0_max ||
		     (r0 & ~out.r0_mask) != out.r0_value))
		return wrong(c, "the verifier holds the result impossible");
	if (!ret)
		ret = run_lowered(c, data, false);
	if (!ret)
		ret = run_lowered(c, data, true);
	return ret;
}

/* 0 right, 1 refused and rightly so, -EINVAL wrong. */
static int check(struct bvm_conform *c, const struct bvm_data *data)
{
	struct bvm_oracle *o = &c->raw;
	int ret = 0;

	if (data->why[0])
		return wrong(c, "%s", data->why);
	snprintf(c->why, sizeof(c->why), "%s: not in the instruction set",
		 bvm_data_class_name(data->class));
	if (!data->num_insns)
		return 1;
	bvm_oracle_set_raw(o, data->insns, data->num_insns, data->mem_len);
	ret = bvm_oracle_verify(o);
	if (!ret && data->class == BVM_DATA_CORE)
		return run_all(c, data);
	if (!ret)
		return wrong(c, "accepted: %s",
			     bvm_data_class_name(data->class));
	if (data->class == BVM_DATA_CORE)
		return wrong(c, "refused: %.900s", o->err.text);
	if (!strstr(o->err.text, data->error))
		return wrong(c, "says '%.500s', expected '%s'", o->err.text,
			     data->error);
	snprintf(c->why, sizeof(c->why), "%s", o->err.text);
	return 1;
}

/* counted: as a file, so what is right about it is known. */
static void check_one(struct bvm_conform *c, const struct bvm_data *data,
		      bool counted)
{
	const int ret = check(c, data);

	if (counted && ret >= 0)
		return;
	if (!ret)
		c->right++;
	else if (ret > 0)
		c->refused++;
	else
		c->wrong++;
	c->negative += ret > 0 && data->class == BVM_DATA_NEGATIVE;
	if (!c->out || (!c->verbose && ret >= 0))
		return;
	if (!ret)
		fprintf(c->out, "right    %s\n", data->name);
	else
		fprintf(c->out, "%s  %s: %s\n", ret > 0 ? "refused" : "WRONG  ",
			data->name, c->why);
}

void bvm_conform_check(struct bvm_conform *c, const struct bvm_data *data)
{
	check_one(c, data, false);
}

/* ---- a directory ---- */

static u64 hash_of(const struct bvm_data *data)
{
	const u8 *bytes = (const u8 *)data->insns;
	const size_t len = data->num_insns * sizeof(data->insns[0]);
	u64 hash = 0xcbf29ce484222325ull;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3ull;
	for (size_t i = 0; i < data->mem_len; i++)
		hash = (hash ^ data->mem[i]) * 0x100000001b3ull;
	return len ? hash | 1 : 0;
}

static void remember(struct bvm_conform *c, const struct bvm_data *data)
{
	struct bvm_conform_seen *one;

	c->seen = realloc(c->seen, (c->num_seen + 1) * sizeof(*c->seen));
	if (!c->seen)
		abort();
	one = &c->seen[c->num_seen++];
	memcpy(one->name, data->name, sizeof(one->name));
	one->hash = hash_of(data);
}

static bool was_seen(const struct bvm_conform *c, const struct bvm_data *data)
{
	for (u32 i = 0; i < c->num_seen; i++) {
		const struct bvm_conform_seen *one = &c->seen[i];

		if (!strcmp(one->name, data->name) &&
		    (!one->hash || one->hash == hash_of(data)))
			return true;
	}
	return false;
}

static FILE *open_table(const char *directory, const char *name)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return fopen(path, "r");
}

static int parse_line(struct bvm_conform *c, struct bvm_data *data, char *line)
{
	(void)c;
	return bvm_data_parse_line(data, line);
}

/* It must be what is wrong with it that such a program is refused for. */
static int parse_negative(struct bvm_conform *c, struct bvm_data *data,
			  char *line)
{
	static struct bvm_data without;
	struct bvm_oracle *o = &c->raw;

	if (bvm_data_parse_negative(data, &without, line))
		return -EINVAL;
	if (!without.num_insns)
		return 0;
	bvm_oracle_set_raw(o, without.insns, without.num_insns, 0);
	if (bvm_oracle_verify(o))
		snprintf(data->why, sizeof(data->why),
			 "refused without the field, too: %.400s", o->err.text);
	else
		c->without++;
	return 0;
}

static void check_table(struct bvm_conform *c, FILE *table,
			int (*parse)(struct bvm_conform *c,
				     struct bvm_data *data, char *line))
{
	static struct bvm_data data;
	static char line[1 << 20];

	while (table && fgets(line, sizeof(line), table)) {
		if (!strncmp(line, "name\t", 5))
			continue;
		if (parse(c, &data, line))
			snprintf(data.why, sizeof(data.why), "no such line");
		check_one(c, &data, was_seen(c, &data));
	}
	if (table)
		fclose(table);
}

/* A file and its line of the table are the same program. */
static void compare(struct bvm_data *data, FILE *table)
{
	static struct bvm_data other;
	static char line[1 << 20];
	const size_t len = data->num_insns * sizeof(data->insns[0]);

	if (!table || !data->num_insns || data->why[0])
		return;
	rewind(table);
	while (fgets(line, sizeof(line), table)) {
		if (bvm_data_parse_line(&other, line) ||
		    strcmp(other.name, data->name))
			continue;
		if (other.num_insns != data->num_insns ||
		    memcmp(other.insns, data->insns, len) ||
		    other.mem_len != data->mem_len ||
		    memcmp(other.mem, data->mem, data->mem_len) ||
		    other.result != data->result)
			snprintf(data->why, sizeof(data->why),
				 "not what index.tsv has");
	}
}

static void take_file(struct bvm_conform *c, const char *path, FILE *table)
{
	static struct bvm_data data;

	if (bvm_data_read(&data, path) && !data.why[0])
		snprintf(data.why, sizeof(data.why), "no .data file");
	if (!c->list) {
		compare(&data, table);
		bvm_conform_check(c, &data);
		remember(c, &data);
	} else if (data.why[0]) {
		fprintf(stderr, "%s: %s\n", path, data.why);
		c->wrong++;
	} else if (data.num_insns) {
		bvm_data_list(&data, c->out);
		fputc('\n', c->out);
	}
}

/* There and in the directories below: the public suite has negative/. */
static int find_files(const char *directory, glob_t *paths)
{
	static const char *const places[] = { "", "*/", "*/*/" };
	char pattern[4096];
	int found = GLOB_NOMATCH;

	for (u32 i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(pattern, sizeof(pattern), "%s/%s*.data", directory,
			 places[i]);
		if (!glob(pattern, i ? GLOB_APPEND : 0, NULL, paths))
			found = 0;
	}
	return found;
}

int bvm_conform_directory(struct bvm_conform *c, const char *path)
{
	FILE *index = open_table(path, "index.tsv");
	FILE *negative = open_table(path, "negative.tsv");
	const bool nothing = !index && !negative;
	glob_t paths;
	int found = find_files(path, &paths);

	c->num_seen = 0;
	for (size_t i = 0; !found && i < paths.gl_pathc; i++)
		take_file(c, paths.gl_pathv[i], index);
	globfree(&paths);
	if (index)
		rewind(index);
	if (!c->list) {
		check_table(c, index, parse_line);
		check_table(c, negative, parse_negative);
	}
	return found && nothing ? -ENOENT : 0;
}

/* ---- coverage ---- */

u32 bvm_conform_missing(const struct bvm_conform *c, FILE *out)
{
	const struct bvm_insn_info *row;
	u32 missing = 0;

	for (u32 i = 0; (row = bvm_insn_row(i)); i++) {
		const char *what = NULL;

		if (row->code == BVM_CALL)
			continue;
		if (!c->rows[i].executed)
			what = "never executed";
		else if (has_condition(row) && !c->rows[i].taken)
			what = "never taken";
		else if (has_condition(row) && !c->rows[i].not_taken)
			what = "always taken";
		if (!what)
			continue;
		missing++;
		fprintf(out, "0x%02x %s (%s): %s\n", row->code, row->mnemonic,
			row->effect, what);
	}
	return missing;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * bvm_data.c - .data files
 */
#include <ctype.h>
#include <stdlib.h>

#include "bvm_data.h"
#include "policyc/asm.h"
#include "policyc/source.h"

enum section { NONE, ASM, RAW, MEM, RESULT, ERROR, SKIPPED, NUM_SECTIONS };

/*
 * The text of each section. That of asm keeps its place in the file, so that
 * messages about it have the right line.
 */
struct sections {
	char *text[NUM_SECTIONS];
	size_t len[NUM_SECTIONS];
	bool there[NUM_SECTIONS];
};

#define unusable(data, ...) \
	(snprintf((data)->why, sizeof((data)->why), __VA_ARGS__), -EINVAL)

/* ---- sections ---- */

/* The section that a line with "--" begins; NUM_SECTIONS if none is like it. */
static enum section section_of(const char *line)
{
	static const struct {
		const char *word;
		enum section section;
	} words[] = {
		{ "asm", ASM },	    { "raw", RAW },
		{ "mem", MEM },	    { "result", RESULT },
		{ "error", ERROR }, { "no register offset", SKIPPED },
		{ " c", SKIPPED },
	};

	for (u32 i = 0; i < ARRAY_SIZE(words); i++)
		if (strstr(line, words[i].word))
			return words[i].section;
	return NUM_SECTIONS;
}

static void append(struct sections *s, enum section section, const char *line)
{
	memcpy(s->text[section] + s->len[section], line, strlen(line));
	s->len[section] += strlen(line);
}

static int split(struct sections *s, struct bvm_data *data, FILE *f)
{
	enum section now = NONE;
	char line[4096];

	while (fgets(line, sizeof(line), f)) {
		if (!strchr(line, '\n') && !feof(f))
			return unusable(data, "a line of over 4094 bytes");
		line[strcspn(line, "#\n")] = '\0';
		if (strstr(line, "--")) {
			now = section_of(line);
			if (now == NUM_SECTIONS)
				return unusable(data, "no such section: %.80s",
						line);
			s->there[now] = true;
			line[0] = '\0';
		}
		if (now != ASM)
			append(s, ASM, "\n");
		append(s, now, line);
		append(s, now, "\n");
	}
	return ferror(f) ? unusable(data, "cannot be read") : 0;
}

/* ---- what they hold ---- */

static int read_asm(struct bvm_data *data, const char *path, const char *text)
{
	struct arena *arena = arena_create();
	const struct diag_options options = { .json = false };
	struct diag *diag = diag_create(arena, &options);
	const struct source *source =
		source_create(arena, path, text, strlen(text));
	struct asm_program program;
	int ret;

	ret = asm_assemble(arena, diag, source, BVM_DATA_MAX_INSNS, &program);
	if (!ret) {
		memcpy(data->insns, program.insns,
		       program.num_insns * sizeof(*program.insns));
		data->num_insns = program.num_insns;
	} else {
		FILE *out = fmemopen(data->why, sizeof(data->why) - 1, "w");

		diag_print(diag, out);
		fclose(out);
	}
	arena_free(arena);
	if (ret != -ENOTSUP)
		return ret;
	/* what the assembler has not, the machine has not */
	data->class = strstr(data->why, "atomic")    ? BVM_DATA_ATOMIC :
		      strstr(data->why, "register ") ? BVM_DATA_CALLX :
						       BVM_DATA_LOCAL;
	data->why[0] = '\0';
	return 0;
}

/* Are all words of text bytes, eight an instruction? */
static bool holds_bytes(const char *text)
{
	u32 num = 0;
	char *end;

	for (;; num++) {
		u64 word = strtoull(text, &end, 16);

		if (end == text)
			return num && num % 8 == 0;
		if (word > 0xff)
			return false;
		text = end;
	}
}

static int read_bytes(struct bvm_data *data, const char *text, u8 *bytes,
		      u32 max, u32 *num)
{
	char *end;

	for (*num = 0;; ++*num) {
		unsigned long byte = strtoul(text, &end, 16);

		if (end == text)
			break;
		if (*num == max || byte > 0xff)
			return unusable(data, "not a byte, or too many: %.20s",
					text);
		bytes[*num] = (u8)byte;
		text = end;
	}
	text += strspn(text, " \t\r\n");
	return *text ? unusable(data, "not a byte: %.20s", text) : 0;
}

static int read_words(struct bvm_data *data, const char *text)
{
	char *end;

	for (;;) {
		u64 word = strtoull(text, &end, 0);

		if (end == text)
			break;
		if (data->num_insns == BVM_DATA_MAX_INSNS)
			return unusable(data, "too long");
		memcpy(&data->insns[data->num_insns++], &word, sizeof(word));
		text = end;
	}
	text += strspn(text, " \t\r\n");
	return *text ? unusable(data, "not a word: %.20s", text) : 0;
}

static int read_raw(struct bvm_data *data, const char *text, bool has_error)
{
	u32 num;
	int ret;

	if (!has_error || !holds_bytes(text))
		return read_words(data, text);
	ret = read_bytes(data, text, (u8 *)data->insns, sizeof(data->insns),
			 &num);
	data->num_insns = num / sizeof(data->insns[0]);
	return ret;
}

/* Its last line that is not empty. */
static char *last_line(char *text)
{
	char *line = text, *last = text, *save = NULL;

	for (line = strtok_r(text, "\r\n", &save); line;
	     line = strtok_r(NULL, "\r\n", &save))
		if (line[strspn(line, " \t")])
			last = line;
	return last + strspn(last, " \t");
}

static int read_number(const char *text, u64 *value)
{
	const int base = strstr(text, "0x") ? 16 : 10;
	char *end;

	errno = 0;
	*value = *text == '-' ? (u64)strtoll(text, &end, base) :
				strtoull(text, &end, base);
	if (end == text || errno)
		return -EINVAL;
	return end[strspn(end, " \t\r")] ? -EINVAL : 0;
}

static int read_result(struct bvm_data *data, char *text)
{
	data->has_result = true;
	if (read_number(last_line(text), &data->result))
		return unusable(data, "the result is no number");
	return 0;
}

static int take_sections(struct bvm_data *data, const char *path,
			 const struct sections *s)
{
	const char *error = s->text[ERROR] + strspn(s->text[ERROR], " \t\r\n");
	int ret = 0;

	/* only the suite's negative programs are bytes */
	data->has_error =
		s->there[RESULT] ?
			*error :
			s->there[ERROR] ||
				(s->there[RAW] && holds_bytes(s->text[RAW]));
	snprintf(data->error, sizeof(data->error), "%.*s",
		 (int)strcspn(error, "\r\n"), error);
	if (!s->there[ASM] && !s->there[RAW])
		return unusable(data, "one of asm and raw is needed");
	if (s->there[RESULT] == data->has_error)
		return unusable(data, "one of result and error is needed");
	if (s->there[RAW])
		ret = read_raw(data, s->text[RAW], data->has_error);
	else
		ret = read_asm(data, path, s->text[ASM]);
	if (!ret)
		ret = read_bytes(data, s->text[MEM], data->mem,
				 sizeof(data->mem), &data->mem_len);
	if (!ret && s->there[RESULT])
		ret = read_result(data, s->text[RESULT]);
	return ret;
}

static void set_name(struct bvm_data *data, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len;

	path = slash ? slash + 1 : path;
	len = strlen(path);
	if (len > 5 && !strcmp(path + len - 5, ".data"))
		len -= 5;
	snprintf(data->name, sizeof(data->name), "%.*s", (int)len, path);
}

int bvm_data_read(struct bvm_data *data, const char *path)
{
	const size_t max = 1u << 20;
	struct sections s = { .len = { 0 } };
	FILE *f = fopen(path, "r");
	int ret;

	memset(data, 0, sizeof(*data));
	set_name(data, path);
	if (!f)
		return unusable(data, "%s", strerror(errno));
	for (u32 i = 0; i < NUM_SECTIONS; i++)
		s.text[i] = calloc(1, max);
	/* twice: each line may be one of asm's too */
	fseek(f, 0, SEEK_END);
	if (ftell(f) >= (long)max / 2)
		ret = unusable(data, "too large");
	else
		ret = (rewind(f), split(&s, data, f));
	fclose(f);
	if (!ret)
		ret = take_sections(data, path, &s);
	for (u32 i = 0; i < NUM_SECTIONS; i++)
		free(s.text[i]);
	if (!ret)
		bvm_data_classify(data);
	return ret;
}

/* ---- classes ---- */

const char *bvm_data_class_name(enum bvm_data_class class)
{
	static const char *const names[] = {
		[BVM_DATA_CORE] = "core",
		[BVM_DATA_CTXWRITE] = "core_ctxwrite",
		[BVM_DATA_BACKWARD] = "backward",
		[BVM_DATA_LOCAL] = "local",
		[BVM_DATA_HELPER] = "helper",
		[BVM_DATA_CALLX] = "callx",
		[BVM_DATA_ATOMIC] = "atomic",
		[BVM_DATA_NEGATIVE] = "negative",
	};

	return names[class];
}

/* By the bits of RFC 9669, not by insn.def, which is what is tested. */
static enum bvm_data_class class_of(const struct bvm_insn *insn, u32 ctx)
{
	const u32 class = insn->code & 7, op = insn->code & 0xf0;
	const s64 distance = insn->code == 0x06 ? insn->imm : insn->off;

	if (class == 3 && (insn->code & 0xe0) == 0xc0)
		return BVM_DATA_ATOMIC;
	if ((class == 2 || class == 3) && ctx >> insn->dst & 1)
		return BVM_DATA_CTXWRITE;
	if (insn->code == 0x8d)
		return BVM_DATA_CALLX;
	if (insn->code == 0x85)
		return insn->src ? BVM_DATA_LOCAL : BVM_DATA_HELPER;
	if ((class == 5 || class == 6) && op != 0x80 && op != 0x90 &&
	    distance < 0)
		return BVM_DATA_BACKWARD;
	return BVM_DATA_CORE;
}

void bvm_data_classify(struct bvm_data *data)
{
	u32 ctx = 1u << 1; /* registers that hold the ctx's address */

	if (data->has_error) {
		data->class = BVM_DATA_NEGATIVE;
		return;
	}
	for (u32 i = 0; i < data->num_insns; i++) {
		const struct bvm_insn *insn = &data->insns[i];
		const u32 class = insn->code & 7;

		data->class = class_of(insn, ctx);
		if (data->class != BVM_DATA_CORE)
			return;
		/* arithmetic on an address leaves it one: mov and loads do not */
		if (insn->code == 0xbf && !insn->off && ctx >> insn->src & 1)
			ctx |= 1u << insn->dst;
		else if (class <= 1 || (insn->code & 0xf7) == 0xb7)
			ctx &= ~(1u << insn->dst);
		if (insn->code == 0x18)
			i++;
	}
}

/* ---- lines of tables ---- */

static void print_hex(const void *bytes, size_t len, FILE *out)
{
	const u8 *at = bytes;

	for (size_t i = 0; i < len; i++)
		fprintf(out, "%02x", at[i]);
	if (!len)
		fputc('-', out);
}

enum group { BASE32, BASE64, DIVMUL32, DIVMUL64, NUM_GROUPS };

static enum group group_of(const struct bvm_insn *insn)
{
	const u32 class = insn->code & 7, op = insn->code & 0xf0;
	const bool divmul = op == 0x20 || op == 0x30 || op == 0x90;

	switch (class) {
	case 4:
		/* be64 and le64 */
		return divmul			     ? DIVMUL32 :
		       op == 0xd0 && insn->imm == 64 ? BASE64 :
						       BASE32;
	case 7:
		return divmul ? DIVMUL64 : BASE64;
	case 5:
		return op == 0 || (op >= 0x80 && op < 0xa0) ? BASE32 : BASE64;
	case 6:
		return BASE32;
	}
	/* lddw, double words, and loads that extend to 64 bits */
	return (insn->code & 0x18) == 0x18 || insn->code == 0x81 ? BASE64 :
								   BASE32;
}

static void print_groups(const struct bvm_data *data, FILE *out)
{
	static const char *const names[] = {
		[BASE32] = "base32",
		[BASE64] = ",base64",
		[DIVMUL32] = ",divmul32",
		[DIVMUL64] = ",divmul64",
	};
	/* exit is in base32, and every program has one */
	bool used[NUM_GROUPS] = { [BASE32] = true };

	for (u32 i = 0; i < data->num_insns; i++) {
		used[group_of(&data->insns[i])] = true;
		if (data->insns[i].code == 0x18)
			i++;
	}
	for (u32 i = 0; i < NUM_GROUPS; i++)
		if (used[i])
			fputs(names[i], out);
}

static u32 version_of(const struct bvm_data *data)
{
	u32 version = 1;

	for (u32 i = 0; i < data->num_insns; i++) {
		const struct bvm_insn_info *row =
			bvm_insn_find(&data->insns[i], NULL);

		if (row && row->cpu > version)
			version = row->cpu;
	}
	return version;
}

void bvm_data_list(const struct bvm_data *data, FILE *out)
{
	fprintf(out, "%s\tv%u\t", data->name, version_of(data));
	print_groups(data, out);
	fprintf(out, "\t%u\t%s\t-\t", data->num_insns,
		bvm_data_class_name(data->class));
	print_hex(data->mem, data->mem_len, out);
	if (data->has_result)
		fprintf(out, "\t0x%llx\t", (unsigned long long)data->result);
	else
		fputs("\t-\t", out);
	print_hex(data->insns, data->num_insns * sizeof(data->insns[0]), out);
}

static void split_line(char *line, char **columns, u32 num)
{
	for (u32 i = 0; i < num; i++) {
		columns[i] = line;
		line += strcspn(line, "\t\r\n");
		if (*line)
			*line++ = '\0';
	}
}

/* Return: bytes; -EINVAL. */
static int read_hex(const char *text, u8 *bytes, u32 max)
{
	u32 num = 0;

	if (!strcmp(text, "-"))
		return 0;
	for (; text[0]; text += 2, num++) {
		char pair[3] = { text[0], text[1], '\0' };
		char *end;

		if (num == max)
			return -EINVAL;
		bytes[num] = (u8)strtoul(pair, &end, 16);
		if (end != pair + 2)
			return -EINVAL;
	}
	return (int)num;
}

static int take_program(struct bvm_data *data, const char *name,
			const char *hex)
{
	int len = read_hex(hex, (u8 *)data->insns, sizeof(data->insns));

	snprintf(data->name, sizeof(data->name), "%s", name);
	if (len <= 0 || len % 8)
		return -EINVAL;
	data->num_insns = (u32)len / 8;
	return 0;
}

int bvm_data_parse_line(struct bvm_data *data, char *line)
{
	char *c[9];
	int len;

	memset(data, 0, sizeof(*data));
	split_line(line, c, 9);
	len = read_hex(c[6], data->mem, sizeof(data->mem));
	if (len < 0 || take_program(data, c[0], c[8]))
		return -EINVAL;
	data->mem_len = (u32)len;
	data->has_result = !read_number(c[7], &data->result);
	data->has_error = !data->has_result;
	bvm_data_classify(data);
	/* tables have their own words for what is refused, but one for core */
	if (!strcmp(c[4], "core") != (data->class == BVM_DATA_CORE))
		(void)unusable(data, "%s here, %s in the table",
			       bvm_data_class_name(data->class), c[4]);
	return 0;
}

int bvm_data_parse_negative(struct bvm_data *data, struct bvm_data *without,
			    char *line)
{
	char *c[3];

	memset(data, 0, sizeof(*data));
	memset(without, 0, sizeof(*without));
	split_line(line, c, 3);
	data->has_error = true;
	data->class = BVM_DATA_NEGATIVE;
	/* the suite has words there */
	if (take_program(without, c[0], c[2]))
		without->num_insns = 0;
	return take_program(data, c[0], c[1]);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * image.c - the only code that reads the raw bytes of an image
 *
 * Sections are taken in order: each begins where the one before it ended, so
 * no two overlap and nothing lies between them. Each has its own parser,
 * which is given bytes of a length that is already known to be there.
 */
#include "image.h"
#include "insn.h"
#include "rights.h"
#include "table.h"

struct reader {
	struct bvm_image *img;
	struct bvm_error *err;
	const struct bvm_section *section; /* the one being read */
	const u8 *bytes; /* of the section */
};

int bvm_fail(struct bvm_error *err, int code, u32 off, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return code;
	err->code = code;
	err->off = off;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return code;
}

/* Offset in the image of something in the section being read. */
static u32 off_of(const struct reader *r, const void *at)
{
	return (u32)((const u8 *)at - r->img->bytes);
}

static int check_string(const struct reader *r, const u32 *field,
			const char *what)
{
	if (*field < r->img->strings_len)
		return 0;
	return bvm_fail(r->err, -EINVAL, off_of(r, field),
			"%s: string at %u, the strings end at %u", what, *field,
			r->img->strings_len);
}

/* Length of the section in elements of size bytes. */
static int count_elements(const struct reader *r, u32 size, u32 max, u32 *num)
{
	if (r->section->len % size)
		return bvm_fail(r->err, -EINVAL, r->section->off,
				"section of %u bytes holds elements of %u",
				r->section->len, size);
	*num = r->section->len / size;
	if (*num > max)
		return bvm_fail(r->err, -E2BIG, r->section->off,
				"section of %u elements, at most %u", *num,
				max);
	return 0;
}

/* ---- META and STRINGS ---- */

static int parse_meta(struct reader *r)
{
	const struct bvm_meta *meta = (const void *)r->bytes;
	const u32 classes = (1u << BVM_NUM_CLASSES) - 2;

	if (r->section->len != sizeof(*meta))
		return bvm_fail(r->err, -EINVAL, r->section->off,
				"META is %u bytes long, expected %zu",
				r->section->len, sizeof(*meta));
	if (meta->flags & ~BVM_META_ALL_FLAGS)
		return bvm_fail(r->err, -EINVAL, off_of(r, &meta->flags),
				"unknown META flags %#x", meta->flags);
	if ((meta->audit_classes | meta->unmediated) & ~classes)
		return bvm_fail(r->err, -EINVAL, off_of(r, meta),
				"META names an unknown class");
	if (meta->num_slots > BVM_MAX_SLOTS)
		return bvm_fail(r->err, -E2BIG, off_of(r, &meta->num_slots),
				"%u slots, at most %u", meta->num_slots,
				BVM_MAX_SLOTS);
	r->img->meta = meta;
	return 0;
}

static bool is_name_char(char c, bool first)
{
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
		return true;
	return !first && (c == '.' || c == '_' || c == '-');
}

bool bvm_is_name(const char *name)
{
	u32 i;

	for (i = 0; name[i]; i++) {
		if (i >= BVM_MAX_NAME - 1 || !is_name_char(name[i], i == 0))
			return false;
	}
	return i > 0;
}

/* META comes before STRINGS, so what it says of strings is checked here. */
static int parse_strings(struct reader *r)
{
	struct bvm_image *img = r->img;
	const u32 len = r->section->len;
	int err;

	if (len > BVM_MAX_STRINGS)
		return bvm_fail(r->err, -E2BIG, r->section->off,
				"%u bytes of strings, at most %u", len,
				BVM_MAX_STRINGS);
	if (!len || r->bytes[0] || r->bytes[len - 1])
		return bvm_fail(r->err, -EINVAL, r->section->off,
				"STRINGS does not begin and end with a NUL");
	img->strings = (const char *)r->bytes;
	img->strings_len = len;

	err = check_string(r, &img->meta->name, "name");
	if (!err)
		err = check_string(r, &img->meta->description, "description");
	if (err)
		return err;
	img->name = bvm_image_string(img, img->meta->name);
	if (!bvm_is_name(img->name))
		return bvm_fail(
			r->err, -EINVAL, off_of(r, img->name),
			"the policy's name is not [a-z0-9][a-z0-9._-]* of up to %u",
			BVM_MAX_NAME - 1);
	return 0;
}

/* ---- RULES ---- */

static u64 known_ops(u32 class)
{
	u64 ops = 0;
	u32 i;

	for (i = 0; i < BVM_MAX_OPS; i++) {
		if (bvm_classes[class].ops[i].name)
			ops |= 1ull << i;
	}
	return ops;
}

static int check_rule(const struct reader *r, const struct bvm_rule *rule)
{
	const u32 num = (u32)(rule - r->img->rules) + 1;
	int err;

	if (rule->class == 0 || rule->class >= BVM_NUM_CLASSES)
		return bvm_fail(r->err, -EINVAL, off_of(r, rule),
				"rule %u: unknown class %u", num, rule->class);
	if (rule->ops & ~known_ops(rule->class))
		return bvm_fail(r->err, -EINVAL, off_of(r, rule),
				"rule %u: unknown operations of class %s", num,
				bvm_classes[rule->class].name);
	if (rule->kind > BVM_RULE_AUDIT || rule->needs & ~BVM_NEEDS_ALL)
		return bvm_fail(r->err, -EINVAL, off_of(r, rule),
				"rule %u: unknown kind %u", num, rule->kind);
	if (!rule->line)
		return bvm_fail(r->err, -EINVAL, off_of(r, rule),
				"rule %u: lines count from 1", num);
	err = check_string(r, &rule->file, "file of a rule");
	return err ? err : check_string(r, &rule->message, "message");
}

static int parse_rules(struct reader *r)
{
	struct bvm_image *img = r->img;
	u32 i;
	int err;

	err = count_elements(r, sizeof(*img->rules), BVM_MAX_RULES,
			     &img->num_rules);
	if (err)
		return err;
	img->rules = (const void *)r->bytes;
	for (i = 0; i < img->num_rules; i++) {
		err = check_rule(r, &img->rules[i]);
		if (err)
			return err;
	}
	return 0;
}

/* ---- TABLE ---- */

/* A verdict may name no rule that is not there. */
static int check_verdict_rules(const struct reader *r,
			       const struct bvm_table *t)
{
	const struct bvm_decision *d = t->lists.entries;
	u32 i;

	for (i = 0; i < t->aux; i++, d++) {
		if (bvm_verdict_rule(d->verdict) > r->img->num_rules)
			return bvm_fail(r->err, -EINVAL, off_of(r, d),
					"a verdict names rule %u of %u",
					bvm_verdict_rule(d->verdict),
					r->img->num_rules);
	}
	return 0;
}

/* A bucket's state is kept in a slot that must be there. */
static int check_rate_slots(const struct reader *r, const struct bvm_table *t)
{
	const u32 num_slots = r->img->meta->num_slots;
	u32 i;

	for (i = 0; i < t->count; i++) {
		if (t->rates[i].slot >= num_slots)
			return bvm_fail(r->err, -EINVAL,
					off_of(r, &t->rates[i].slot),
					"a bucket is kept in slot %u of %u",
					t->rates[i].slot, num_slots);
	}
	return 0;
}

static int parse_table(struct reader *r)
{
	struct bvm_image *img = r->img;
	struct bvm_table *t;
	int err;

	if (img->num_tables >= BVM_MAX_TABLES)
		return bvm_fail(r->err, -E2BIG, r->section->off,
				"over %u tables", BVM_MAX_TABLES);
	if (r->section->id != img->num_tables)
		return bvm_fail(r->err, -EINVAL, off_of(r, r->section),
				"table %u stands where %u is expected",
				r->section->id, img->num_tables);
	t = &img->tables[img->num_tables++];
	err = bvm_table_parse(r->bytes, r->section->len, r->section->off, t,
			      r->err);
	if (!err && t->kind == BVM_TABLE_LISTS)
		err = check_verdict_rules(r, t);
	if (!err && t->kind == BVM_TABLE_RATES)
		err = check_rate_slots(r, t);
	return err;
}

/* ---- PROGRAM ---- */

static int parse_program(struct reader *r)
{
	const struct bvm_program_header *h = (const void *)r->bytes;
	const u32 class = r->section->id;
	const u32 len = r->section->len;

	if (class == 0 || class >= BVM_NUM_CLASSES)
		return bvm_fail(r->err, -EINVAL, off_of(r, r->section),
				"program for class %u, which is not mediated",
				class);
	if (len < sizeof(*h))
		return bvm_fail(r->err, -EINVAL, r->section->off,
				"program of %u bytes, its header has %zu", len,
				sizeof(*h));
	if (h->num_insns > BVM_MAX_INSNS)
		return bvm_fail(r->err, -E2BIG, r->section->off,
				"program of %u instructions, at most %u",
				h->num_insns, BVM_MAX_INSNS);
	if (len != sizeof(*h) + h->num_insns * sizeof(struct bvm_insn))
		return bvm_fail(r->err, -EINVAL, r->section->off,
				"program of %u instructions in %u bytes",
				h->num_insns, len);
	r->img->programs[class].header = h;
	r->img->programs[class].insns = (const void *)(h + 1);
	return 0;
}

/* ---- RIGHTS and SELECTORS ---- */

static int check_rights_shape(struct reader *r,
			      const struct bvm_rights_header *h)
{
	const struct bvm_image *img = r->img;

	if (r->section->len < sizeof(*h))
		return bvm_fail(r->err, -EINVAL, r->section->off,
				"RIGHTS of %u bytes does not hold its header",
				r->section->len);
	if (h->reserved)
		return bvm_fail(r->err, -EINVAL, off_of(r, &h->reserved),
				"RIGHTS: reserved field is not 0");
	if (h->dfa >= img->num_tables ||
	    img->tables[h->dfa].kind != BVM_TABLE_DFA)
		return bvm_fail(r->err, -EINVAL, r->section->off,
				"RIGHTS: table %u is no DFA", h->dfa);
	if (r->section->len !=
	    sizeof(*h) +
		    ((u64)h->num_rows + h->num_closures) *
			    sizeof(struct bvm_rights) +
		    (u64)img->tables[h->dfa].count * sizeof(u32))
		return bvm_fail(
			r->err, -EINVAL, r->section->off,
			"RIGHTS of %u bytes does not hold its rows and closures",
			r->section->len);
	if (h->num_rows < img->tables[h->dfa].dfa.num_rows)
		return bvm_fail(r->err, -EINVAL, r->section->off,
				"RIGHTS: %u rows, the DFA accepts %u",
				h->num_rows, img->tables[h->dfa].dfa.num_rows);
	return 0;
}

static int parse_rights(struct reader *r)
{
	const struct bvm_rights_header *h = (const void *)r->bytes;
	const struct bvm_rights *rows = (const void *)(h + 1);
	struct bvm_image *img = r->img;
	u32 i;
	int err;

	err = check_rights_shape(r, h);
	if (err)
		return err;
	for (i = 0; i < h->num_rows; i++) {
		if (rows[i].must & ~rows[i].may)
			return bvm_fail(
				r->err, -EINVAL, off_of(r, &rows[i]),
				"RIGHTS: row %u: must is not within may", i);
	}
	img->rights_dfa = h->dfa;
	img->rights = rows;
	img->num_rights = h->num_rows;
	img->closures = rows + h->num_rows;
	img->num_closures = h->num_closures;
	img->closure_of = (const void *)(img->closures + h->num_closures);
	err = bvm_rights_check(img, &i);
	if (err)
		return bvm_fail(
			r->err, err, off_of(r, &img->closure_of[i]),
			"RIGHTS: state %u: its closure does not hold all that is below",
			i);
	return 0;
}

static int check_selector(const struct reader *r, const struct bvm_selector *s)
{
	const bool has_key = s->kind == BVM_SELECT_LABEL ||
			     s->kind == BVM_SELECT_ANNOTATION;
	int err;

	if (s->kind < BVM_SELECT_IMAGE || s->kind > BVM_SELECT_CGROUP ||
	    s->reserved)
		return bvm_fail(r->err, -EINVAL, off_of(r, s),
				"unknown kind of selector %u", s->kind);
	err = check_string(r, &s->key, "key of a selector");
	if (!err)
		err = check_string(r, &s->value, "value of a selector");
	if (err)
		return err;
	if ((*bvm_image_string(r->img, s->key) != '\0') != has_key)
		return bvm_fail(r->err, -EINVAL, off_of(r, &s->key),
				"only labels and annotations have a key");
	return 0;
}

static int parse_selectors(struct reader *r)
{
	struct bvm_image *img = r->img;
	u32 i;
	int err;

	err = count_elements(r, sizeof(*img->selectors), BVM_MAX_SELECTORS,
			     &img->num_selectors);
	if (err)
		return err;
	img->selectors = (const void *)r->bytes;
	for (i = 0; i < img->num_selectors; i++) {
		err = check_selector(r, &img->selectors[i]);
		if (err)
			return err;
	}
	return 0;
}

/* ---- START ---- */

static int parse_start(struct reader *r)
{
	const struct bvm_start *start = (const void *)r->bytes;
	const struct bvm_image *img = r->img;

	if (r->section->len != sizeof(*start))
		return bvm_fail(r->err, -EINVAL, r->section->off,
				"START is %u bytes long, expected %zu",
				r->section->len, sizeof(*start));
	if (start->dfa >= img->num_tables ||
	    img->tables[start->dfa].kind != BVM_TABLE_DFA)
		return bvm_fail(r->err, -EINVAL, off_of(r, &start->dfa),
				"START: table %u is no DFA", start->dfa);
	/* Without an end to it, a container could wait for ever. */
	if (!start->timeout_s || start->timeout_s > BVM_MAX_START_S)
		return bvm_fail(r->err, -EINVAL, off_of(r, &start->timeout_s),
				"START: a timeout of %u seconds, at most %u",
				start->timeout_s, BVM_MAX_START_S);
	r->img->start = start;
	return 0;
}

/* ---- SYSCALLS ---- */

static int parse_syscalls(struct reader *r)
{
	const struct bvm_syscalls *s = (const void *)r->bytes;
	const u32 len = r->section->len;

	if (len < sizeof(*s))
		return bvm_fail(r->err, -EINVAL, r->section->off,
				"SYSCALLS of %u bytes, its header has %zu", len,
				sizeof(*s));
	if (s->flags & ~BVM_SYSCALLS_ALL_FLAGS || s->reserved)
		return bvm_fail(r->err, -EINVAL, off_of(r, &s->flags),
				"SYSCALLS: unknown flags or a reserved field");
	if (!s->num_insns || s->num_insns > BVM_MAX_FILTER)
		return bvm_fail(r->err, -E2BIG, off_of(r, &s->num_insns),
				"SYSCALLS: %u instructions, 1 to %u",
				s->num_insns, BVM_MAX_FILTER);
	if (len != sizeof(*s) + s->num_insns * sizeof(struct bvm_filter_insn))
		return bvm_fail(r->err, -EINVAL, r->section->off,
				"SYSCALLS: %u instructions in %u bytes",
				s->num_insns, len);
	r->img->syscalls = s;
	r->img->filter = (const void *)(s + 1);
	return 0;
}

/* ---- DEFAULTS ---- */

static int parse_defaults(struct reader *r)
{
	const struct bvm_place *places = (const void *)r->bytes;
	u32 class;
	int err;

	if (r->section->len != BVM_NUM_CLASSES * sizeof(*places))
		return bvm_fail(r->err, -EINVAL, r->section->off,
				"DEFAULTS is %u bytes long, expected %zu",
				r->section->len,
				BVM_NUM_CLASSES * sizeof(*places));
	for (class = 0; class < BVM_NUM_CLASSES; class ++) {
		if (!places[class].line != !class)
			return bvm_fail(r->err, -EINVAL,
					off_of(r, &places[class].line),
					"DEFAULTS: line %u for class %u",
					places[class].line, class);
		err = check_string(r, &places[class].file, "file of a default");
		if (err)
			return err;
	}
	r->img->defaults = places;
	return 0;
}

/* ---- the file ---- */

static int parse_section(struct reader *r)
{
	const struct bvm_section *s = r->section;

	if (s->type != BVM_SECTION_TABLE && s->type != BVM_SECTION_PROGRAM &&
	    s->id)
		return bvm_fail(r->err, -EINVAL, off_of(r, &s->id),
				"section of type %u with id %u, expected 0",
				s->type, s->id);
	switch (s->type) {
	case BVM_SECTION_META:
		return parse_meta(r);
	case BVM_SECTION_STRINGS:
		return parse_strings(r);
	case BVM_SECTION_RULES:
		return parse_rules(r);
	case BVM_SECTION_TABLE:
		return parse_table(r);
	case BVM_SECTION_PROGRAM:
		return parse_program(r);
	case BVM_SECTION_RIGHTS:
		return parse_rights(r);
	case BVM_SECTION_SELECTORS:
		return parse_selectors(r);
	case BVM_SECTION_START:
		return parse_start(r);
	case BVM_SECTION_SYSCALLS:
		return parse_syscalls(r);
	case BVM_SECTION_DEFAULTS:
		return parse_defaults(r);
	}
	return bvm_fail(r->err, -EINVAL, off_of(r, s),
			"unknown type of section %u", s->type);
}

/* META and STRINGS first, then ascending: what a section needs is there. */
static int check_order(const struct reader *r, u32 i)
{
	const struct bvm_section *s = r->section;

	if (i < 2 && s->type != BVM_SECTION_META + i)
		return bvm_fail(r->err, -EINVAL, off_of(r, s),
				"section %u has type %u, expected %s", i,
				s->type, i ? "STRINGS" : "META");
	if (i && (s->type < s[-1].type ||
		  (s->type == s[-1].type && s->id <= s[-1].id)))
		return bvm_fail(r->err, -EINVAL, off_of(r, s),
				"section %u is not in the order of type and id",
				i);
	return 0;
}

/* Check that section i is whole and at *end, and move *end past it. */
static int place_section(struct reader *r, u32 i, u32 *end)
{
	const struct bvm_section *s = r->section;
	const u32 len = (u32)r->img->len;
	u32 padded;

	if (s->off != *end)
		return bvm_fail(r->err, -EINVAL, off_of(r, &s->off),
				"section %u is at %u, expected %u", i, s->off,
				*end);
	if (s->len > len - s->off)
		return bvm_fail(r->err, -EMSGSIZE, off_of(r, &s->len),
				"section %u ends past the end of the image", i);
	padded = (s->len + 7) & ~7u;
	if (padded > len - s->off)
		return bvm_fail(r->err, -EMSGSIZE, off_of(r, &s->len),
				"section %u lacks its padding", i);
	*end = s->off + padded;
	r->bytes = r->img->bytes + s->off;
	for (padded = s->off + s->len; padded < *end; padded++) {
		if (r->img->bytes[padded])
			return bvm_fail(r->err, -EINVAL, padded,
					"the padding is not 0");
	}
	return 0;
}

static int parse_header(struct bvm_image *img, struct bvm_error *err)
{
	const struct bvm_image_header *h = (const void *)img->bytes;

	if (img->len < sizeof(*h))
		return bvm_fail(err, -EMSGSIZE, 0,
				"%zu bytes, the header alone has %zu", img->len,
				sizeof(*h));
	if (memcmp(h->magic, BVM_IMAGE_MAGIC, sizeof(h->magic)))
		return bvm_fail(err, -EINVAL, 0, "not a Bailiff image");
	if (h->version != BVM_IMAGE_VERSION ||
	    h->language != BVM_LANGUAGE_VERSION)
		return bvm_fail(
			err, -EPROTONOSUPPORT, 8,
			"image version %u, language %u; expected %u, %u",
			h->version, h->language, BVM_IMAGE_VERSION,
			BVM_LANGUAGE_VERSION);
	if (img->len > BVM_MAX_IMAGE)
		return bvm_fail(err, -E2BIG, 0, "%zu bytes, at most %u",
				img->len, BVM_MAX_IMAGE);
	if (h->len != img->len)
		return bvm_fail(err, -EMSGSIZE, 16,
				"%zu bytes, the header says %u", img->len,
				h->len);
	if (h->flags || h->reserved)
		return bvm_fail(err, -EINVAL, 24, "unknown flags %#x",
				h->flags);
	if (h->num_sections > BVM_MAX_SECTIONS)
		return bvm_fail(err, -E2BIG, 20, "%u sections, at most %u",
				h->num_sections, BVM_MAX_SECTIONS);
	if (h->num_sections < 2)
		return bvm_fail(err, -EINVAL, 20,
				"%u sections, META and STRINGS are required",
				h->num_sections);
	if (h->num_sections * sizeof(struct bvm_section) >
	    img->len - sizeof(*h))
		return bvm_fail(err, -EMSGSIZE, 20,
				"the section table is cut off");
	img->header = h;
	return 0;
}

static int check_programs(const struct bvm_image *img, struct bvm_error *err)
{
	u32 i;

	for (i = 1; i < BVM_NUM_CLASSES; i++) {
		if (bvm_classes[i].mediated && !img->programs[i].header)
			return bvm_fail(err, -EINVAL, 0,
					"no program for class %s",
					bvm_classes[i].name);
	}
	return 0;
}

/* Who asks for names goes by the one, what is found by the other. */
static int check_paths(const struct bvm_image *img, struct bvm_error *err)
{
	const bool stated = img->meta->flags & BVM_META_PATH_RULES;

	if (stated == (img->rights != NULL))
		return 0;
	return bvm_fail(err, -EINVAL, 0,
			"META says that %s rule has a path, and RIGHTS %s",
			stated ? "some" : "no",
			stated ? "is missing" : "is there");
}

int bvm_image_parse(const void *bytes, size_t len, struct bvm_image *img,
		    struct bvm_error *err)
{
	struct reader r = { .img = img, .err = err };
	const struct bvm_section *sections;
	u32 i, end;
	int ret;

	memset(img, 0, sizeof(*img));
	img->bytes = bytes;
	img->len = len;
	img->rights_dfa = U32_MAX;
	if ((uintptr_t)bytes & 7)
		return bvm_fail(err, -EINVAL, 0, "bytes are not aligned to 8");
	ret = parse_header(img, err);
	if (ret)
		return ret;

	sections = (const void *)(img->header + 1);
	end = sizeof(*img->header) +
	      img->header->num_sections * sizeof(*sections);
	for (i = 0; i < img->header->num_sections; i++) {
		r.section = &sections[i];
		ret = check_order(&r, i);
		if (!ret)
			ret = place_section(&r, i, &end);
		if (!ret)
			ret = parse_section(&r);
		if (ret)
			return ret;
	}
	if (end != len)
		return bvm_fail(err, -EMSGSIZE, end,
				"%zu bytes after the last section", len - end);
	ret = check_programs(img, err);
	return ret ? ret : check_paths(img, err);
}

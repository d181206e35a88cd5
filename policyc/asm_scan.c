// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "asm_scan.h"
#include "source.h"
#include "vm/insn.h"

/* A piece of the source's text. */
struct piece {
	const char *text;
	size_t len;
};

struct scan {
	struct arena *arena;
	struct diag *diag;
	const struct source *source;
};

static struct piece strip(struct piece p)
{
	while (p.len && isspace((u8)p.text[0])) {
		p.text++;
		p.len--;
	}
	while (p.len && isspace((u8)p.text[p.len - 1]))
		p.len--;
	return p;
}

static struct span span_of(const struct scan *s, struct piece p)
{
	return source_span(s->source, (size_t)(p.text - s->source->text),
			   p.len);
}

static const char *copy(const struct scan *s, struct piece p)
{
	return arena_strndup(s->arena, p.text, p.len);
}

bool asm_scan_is_name(const char *text, size_t len)
{
	if (!len || isdigit((u8)text[0]))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((u8)text[i]) && text[i] != '_' && text[i] != '.')
			return false;
	return true;
}

/* ---- numbers ---- */

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

static bool read_digits(struct piece p, u32 base, u64 *value)
{
	*value = 0;
	if (!p.len)
		return false;
	for (size_t i = 0; i < p.len; i++) {
		u32 d = (u32)digit(p.text[i]);

		if (d >= base || *value > (U64_MAX - d) / base)
			return false;
		*value = *value * base + d;
	}
	return true;
}

static int read_number(const struct scan *s, struct piece p,
		       struct asm_number *num)
{
	struct piece rest = p;
	u32 base = 10;

	memset(num, 0, sizeof(*num));
	if (rest.len && (rest.text[0] == '-' || rest.text[0] == '+')) {
		num->marked = true;
		num->negative = rest.text[0] == '-';
		rest.text++;
		rest.len--;
		rest = strip(rest);
	}
	if (rest.len > 2 && rest.text[0] == '0' &&
	    (rest.text[1] == 'x' || rest.text[1] == 'X')) {
		rest.text += 2;
		rest.len -= 2;
		base = 16;
	}
	if (!read_digits(rest, base, &num->magnitude)) {
		struct span span = span_of(s, p);

		diag_report(s->diag, &span, ASM_NUMBER, copy(s, p));
		diag_note(s->diag, "a number is decimal, or hex as in 0x1f, "
				   "of at most 64 bits");
		return -EINVAL;
	}
	return 0;
}

/* ---- operands ---- */

/* "%r7" or "r7"; r0x is a name, %r0x a bad register. */
static bool looks_like_register(struct piece p)
{
	if (p.len && p.text[0] == '%')
		return true;
	if (p.len < 2 || p.text[0] != 'r')
		return false;
	for (size_t i = 1; i < p.len; i++)
		if (!isdigit((u8)p.text[i]))
			return false;
	return true;
}

static int read_register(const struct scan *s, struct piece p, u32 *reg)
{
	struct piece rest = p;
	struct span span = span_of(s, p);
	u64 num;

	if (rest.len && rest.text[0] == '%') {
		rest.text++;
		rest.len--;
	}
	if (rest.len > 1 && rest.text[0] == 'r' &&
	    (rest.len == 2 || rest.text[1] != '0')) {
		rest.text++;
		rest.len--;
		if (read_digits(rest, 10, &num) && num < BVM_NUM_REGS) {
			*reg = (u32)num;
			return 0;
		}
	}
	diag_report(s->diag, &span, ASM_REGISTER, copy(s, p));
	return -EINVAL;
}

/* "[%r1+2]" */
static int read_memory(const struct scan *s, struct piece p,
		       struct asm_operand *o)
{
	struct piece inner = { p.text + 1, p.len - 1 };
	struct span span = span_of(s, p);
	size_t at = 0;
	int ret;

	if (p.text[p.len - 1] != ']') {
		diag_report(s->diag, &span, ASM_SYNTAX, "a ']'", copy(s, p));
		return -EINVAL;
	}
	inner.len--;
	while (at < inner.len && inner.text[at] != '+' && inner.text[at] != '-')
		at++;
	ret = read_register(s, strip((struct piece){ inner.text, at }),
			    &o->reg);
	o->kind = ASM_MEM;
	if (ret || at == inner.len)
		return ret;
	return read_number(
		s, strip((struct piece){ inner.text + at, inner.len - at }),
		&o->num);
}

static int read_operand(const struct scan *s, struct piece p,
			struct asm_operand *o)
{
	struct span span = span_of(s, p);

	o->off = (size_t)(p.text - s->source->text);
	o->len = p.len;
	o->text = copy(s, p);
	if (!p.len) {
		diag_report(s->diag, &span, ASM_SYNTAX, "an operand", "");
		return -EINVAL;
	}
	if (p.text[0] == '[')
		return read_memory(s, p, o);
	if (looks_like_register(p)) {
		o->kind = ASM_REG;
		return read_register(s, p, &o->reg);
	}
	if (strchr("+-0123456789", p.text[0])) {
		o->kind = ASM_NUM;
		return read_number(s, p, &o->num);
	}
	if (asm_scan_is_name(p.text, p.len)) {
		o->kind = ASM_NAME;
		return 0;
	}
	diag_report(s->diag, &span, ASM_SYNTAX,
		    "a register, a number, a name or [register+number]",
		    copy(s, p));
	return -EINVAL;
}

static int read_operands(const struct scan *s, struct piece rest,
			 struct asm_statement *out)
{
	int ret = 0;

	for (;;) {
		const char *comma = memchr(rest.text, ',', rest.len);
		struct piece p = rest;
		int err;

		if (comma)
			p.len = (size_t)(comma - rest.text);
		p = strip(p);
		if (out->num_operands == ASM_MAX_OPERANDS) {
			struct span span = span_of(s, p);

			diag_report(s->diag, &span, ASM_SYNTAX,
				    "at most three operands", copy(s, p));
			return -EINVAL;
		}
		err = read_operand(s, p, &out->operands[out->num_operands++]);
		if (err)
			ret = err;
		if (!comma)
			return ret;
		rest.len -= (size_t)(comma + 1 - rest.text);
		rest.text = comma + 1;
	}
}

void asm_scan_word(struct arena *arena, const struct source *source, size_t off,
		   size_t len, struct asm_statement *out)
{
	struct piece all = strip((struct piece){ source->text + off, len });
	struct piece rest;
	size_t word = 0;

	memset(out, 0, sizeof(*out));
	while (word < all.len && !isspace((u8)all.text[word]))
		word++;
	rest = strip((struct piece){ all.text + word, all.len - word });
	out->word = arena_strndup(arena, all.text, word);
	out->off = (size_t)(all.text - source->text);
	out->len = all.len;
	out->rest_off = (size_t)(rest.text - source->text);
	out->rest_len = rest.len;
}

int asm_scan_operands(struct arena *arena, struct diag *diag,
		      const struct source *source, struct asm_statement *out)
{
	const struct scan s = { arena, diag, source };
	const struct piece rest = { source->text + out->rest_off,
				    out->rest_len };

	return rest.len ? read_operands(&s, rest, out) : 0;
}

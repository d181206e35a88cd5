// SPDX-License-Identifier: GPL-2.0-only
/*
 * One mistake is told once: policies with one line of them made wrong, in each
 * way and at each line. What merely follows from it is not told. And a key that
 * nobody reads would take anything.
 */
#include <check.h>
#include <glob.h>
#include <stdlib.h>

#include "policyc/buf.h"
#include "policyc/keys.h"
#include "policyc/parse.h"
#include "policyc/source.h"
#include "tests/lib/policyc_fixture.h"
#include "tests/lib/suite.h"

/* A line: what is before the key, the key, what is behind its colon. */
struct line {
	const char *text;
	size_t len, key, key_len, value;
	bool item; /* "- " is before the key */
};

static glob_t policies;

static bool is_key(char c)
{
	return (c >= 'a' && c <= 'z') || c == '-';
}

/* False: there is no key, as in a comment or in the midst of a list. */
static bool split(const char *text, size_t len, struct line *line)
{
	size_t at = strspn(text, " ");

	*line = (struct line){ .text = text, .len = len };
	if (!strncmp(text + at, "- ", 2)) {
		line->item = true;
		at += 2;
	}
	line->key = at;
	while (is_key(text[at]))
		at++;
	line->key_len = at - line->key;
	line->value = at + 1;
	return line->key_len && text[at] == ':' &&
	       (text[at + 1] == ' ' || text[at + 1] == '\n');
}

/* A bad value of a variable is another bad pattern at each use: no knock-on. */
static bool is_variable(const struct line *line)
{
	for (int i = 0; i < NUM_KEYS; i++)
		if (strlen(keys[i].name) == line->key_len &&
		    !strncmp(keys[i].name, line->text + line->key,
			     line->key_len))
			return false;
	return true;
}

static void put(struct buf *out, const char *text, size_t len)
{
	buf_put(out, text, len);
}

static void put_value(struct buf *out, const struct line *line,
		      const char *value)
{
	put(out, line->text, line->value);
	buf_printf(out, "%s\n", value);
}

/* Two letters the wrong way round; of a short key one twice. */
static void put_misspelt(struct buf *out, const struct line *line)
{
	const char *key = line->text + line->key;
	size_t n = line->key_len;

	put(out, line->text, line->key);
	if (n < 3 || key[n - 1] == key[n - 2]) {
		put(out, key, n);
		put(out, key + n - 1, 1);
	} else {
		put(out, key, n - 2);
		put(out, key + n - 1, 1);
		put(out, key + n - 2, 1);
	}
	put(out, key + n, line->len - line->key - n);
}

static void put_twice(struct buf *out, const struct line *line)
{
	put(out, line->text, line->len);
	if (line->item) {
		buf_printf(out, "%*s", (int)line->key, "");
		put(out, line->text + line->key, line->len - line->key);
	} else {
		put(out, line->text, line->len);
	}
}

static void put_nothing(struct buf *out, const struct line *line)
{
	put_value(out, line, "");
}

static void put_empty_list(struct buf *out, const struct line *line)
{
	put_value(out, line, " []");
}

static void put_mapping(struct buf *out, const struct line *line)
{
	put_value(out, line, " {a: b}");
}

static void put_number(struct buf *out, const struct line *line)
{
	if (is_variable(line))
		put(out, line->text, line->len);
	else
		put_value(out, line, " -5");
}

/* The rest of a rule goes to the rule before. */
static void put_no_line(struct buf *out, const struct line *line)
{
	(void)out;
	(void)line;
}

static const struct mistake {
	const char *name;
	void (*put)(struct buf *out, const struct line *line);
	bool opens; /* also where what belongs to the key is below it */
	bool always; /* no key of the language takes it: it is told */
} mistakes[] = {
	{ "misspelt", put_misspelt, true, false },
	{ "twice", put_twice, false, false },
	{ "empty", put_nothing, false, false },
	{ "an empty list", put_empty_list, false, false },
	{ "a mapping", put_mapping, false, true },
	{ "a number", put_number, false, false },
	{ "left out", put_no_line, false, false },
};

static u32 num_errors(const char *name, const struct buf *text)
{
	static const char *const dirs[] = { "tests/policy/include",
					    "policies" };
	static const struct parse_options options = { .include_dirs = dirs,
						      .num_include_dirs = 2 };
	u32 before = diag_num_errors(diag);
	const struct source *source =
		source_create(arena, name, (const char *)text->data, text->len);

	(void)parse_text(arena, diag, &options, source);
	return diag_num_errors(diag) - before;
}

/* The policy with the mistake at that line. Return: errors that are told. */
static u32 try_line(const struct source *source, const struct line *line,
		    const struct mistake *mistake)
{
	struct buf text = BUF_INIT(arena);
	size_t before = (size_t)(line->text - source->text);
	size_t behind = before + line->len;
	u32 mark = diag_mark(diag), num;

	put(&text, source->text, before);
	mistake->put(&text, line);
	put(&text, source->text + behind, source->len - behind);
	num = num_errors(source->name, &text);
	if (num > 1) {
		diag_print(diag, stderr);
		ck_abort_msg("%s: %u errors where '%.*s' is %s", source->name,
			     num, (int)line->len - 1, line->text,
			     mistake->name);
	}
	if (!num && mistake->always && !is_variable(line))
		ck_abort_msg("%s: '%.*s' may be %s", source->name,
			     (int)line->len - 1, line->text, mistake->name);
	diag_forget(diag, mark);
	return num;
}

/* Those that come with variables of the command line are for other tests. */
START_TEST(one_mistake_is_told_once)
{
	const struct mistake *mistake =
		&mistakes[(size_t)_i % ARRAY_SIZE(mistakes)];
	const char *name = policies.gl_pathv[(size_t)_i / ARRAY_SIZE(mistakes)];
	const struct source *source;
	u32 num = 0, told = 0;

	ck_assert_int_eq(source_read(arena, name, &source), 0);
	if (strstr(source->text, "# args:") || source->text[0] == '{')
		return;
	for (const char *at = source->text; *at;) {
		const char *end = strchrnul(at, '\n');
		struct line line;
		bool opens;

		if (split(at, (size_t)(end - at) + (*end == '\n'), &line)) {
			opens = at[line.value] == '\n';
			if (!opens || mistake->opens) {
				told += try_line(source, &line, mistake);
				num++;
			}
		}
		at = end + (*end == '\n');
	}
	/* Not every one is a mistake: a text may be a number, say. */
	ck_assert_msg(told > 0 || num < 8, "%s: none of %u lines", name, num);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mistakes");
	TCase *tests = tcase_create("mistakes");
	int status;

	/* `make test` runs this in the top directory. */
	if (glob("tests/policy/accept/*.yaml", 0, NULL, &policies) ||
	    glob("policies/*.yaml", GLOB_APPEND, NULL, &policies))
		return EXIT_FAILURE;
	tcase_add_checked_fixture(tests, policyc_setup, policyc_teardown);
	tcase_add_loop_test(tests, one_mistake_is_told_once, 0,
			    (int)(policies.gl_pathc * ARRAY_SIZE(mistakes)));
	tcase_set_timeout(tests, 600);
	suite_add_tcase(suite, tests);
	status = suite_run(suite);
	globfree(&policies);
	return status;
}

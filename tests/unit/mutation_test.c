// SPDX-License-Identifier: GPL-2.0-only
/*
 * Policies, good and bad, with something changed at random: each is a policy,
 * and makes an image, or is refused with a message. The sanitizers watch for
 * the rest; a timer of the kernel ends what takes too long.
 */
#include <check.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/time.h>

#include "policyc/buf.h"
#include "policyc/image_out.h"
#include "policyc/parse.h"
#include "policyc/source.h"
#include "tests/lib/roll.h"
#include "tests/lib/suite.h"

#define NUM_TESTS 100
#define NUM_ROUNDS 100 /* policies of one test: 10,000 in all */
#define MAX_SECONDS 2 /* of the processor, for one policy */
#define MAX_CHANGES 4

static glob_t policies;
static u64 seed;

static void cut(struct buf *text, size_t from, size_t len)
{
	memmove(text->data + from, text->data + from + len,
		text->len - from - len);
	text->len -= len;
}

static void insert(struct buf *text, size_t at, const char *what, size_t len)
{
	(void)buf_reserve(text, len);
	memmove(text->data + at + len, text->data + at, text->len - len - at);
	memcpy(text->data + at, what, len);
}

/* One change: a byte, a piece of YAML, a line taken out or doubled. */
static void change(struct buf *text)
{
	static const char *const pieces[] = {
		"{",	 "[",	 "}",	  "]",
		"*",	 "&a ",	 "!t ",	  "|\n",
		"\t",	 "\n",	 ": ",	  "- ",
		"# ",	 "${",	 "${a}",  "\"",
		"'",	 "\\",	 "/**",	  "0x1",
		"~",	 "null", "---\n", "\xff",
		"\xc2",	 "%",	 "::",	  "-1",
		"allow", "deny", "all",	  "99999999999999999999999999",
	};
	size_t at = roll_below(&seed, (u32)text->len);
	const u8 *end = memchr(text->data + at, '\n', text->len - at);
	size_t line = end ? (size_t)(end - text->data) - at + 1 :
			    text->len - at;
	const char *piece = pieces[roll_below(&seed, ARRAY_SIZE(pieces))];
	char copy[64];

	switch (roll_below(&seed, 4)) {
	case 0:
		text->data[at] = (u8)roll_below(&seed, 256);
		break;
	case 1:
		insert(text, at, piece, strlen(piece));
		break;
	case 2:
		cut(text, at, line < text->len ? line : 1);
		break;
	default:
		line = line < sizeof(copy) ? line : sizeof(copy);
		memcpy(copy, text->data + at, line);
		insert(text, at, copy, line);
	}
}

static void print_nowhere(struct diag *diag)
{
	FILE *out = fopen("/dev/null", "w");

	ck_assert_ptr_nonnull(out);
	diag_print(diag, out);
	(void)fclose(out);
}

/* SIGVTALRM, which nobody handles. */
static void set_timer(void)
{
	const struct itimerval timer = { .it_value = { MAX_SECONDS, 0 } };

	ck_assert_int_eq(setitimer(ITIMER_VIRTUAL, &timer, NULL), 0);
}

static void try_one(u64 number)
{
	static const struct parse_options options = { .no_includes = true };
	static const struct diag_options shown = { .lint = true };
	struct arena *arena = arena_create();
	struct diag *diag = diag_create(arena, &shown);
	struct buf text = BUF_INIT(arena);
	struct buf image = BUF_INIT(arena);
	const struct source *source;
	const struct ast_policy *policy;
	u32 i;

	seed = number;
	i = roll_below(&seed, (u32)policies.gl_pathc);
	ck_assert_int_eq(source_read(arena, policies.gl_pathv[i], &source), 0);
	buf_put(&text, source->text, source->len);
	for (i = roll_below(&seed, MAX_CHANGES) + 1; i && text.len; i--)
		change(&text);
	source = source_create(arena, "m", buf_text(&text), text.len);
	policy = parse_text(arena, diag, &options, source);
	ck_assert_int_eq(!policy, diag_num_errors(diag) > 0);
	if (policy && image_build(arena, diag, policy, &image))
		ck_assert_uint_gt(diag_num_errors(diag), 0);
	print_nowhere(diag);
	arena_free(arena);
}

START_TEST(a_changed_policy_is_taken_or_refused_with_a_reason)
{
	for (u64 i = 0; i < NUM_ROUNDS; i++) {
		set_timer();
		try_one((u64)_i * NUM_ROUNDS + i);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mutation");
	TCase *tests = tcase_create("mutation");
	int status;

	/* `make test` runs this in the top directory. */
	if (glob("tests/policy/accept/*.yaml", 0, NULL, &policies) ||
	    glob("tests/policy/reject/*.yaml", GLOB_APPEND, NULL, &policies))
		return EXIT_FAILURE;
	tcase_add_loop_test(tests,
			    a_changed_policy_is_taken_or_refused_with_a_reason,
			    0, NUM_TESTS);
	tcase_set_timeout(tests, 600);
	suite_add_tcase(suite, tests);
	status = suite_run(suite);
	globfree(&policies);
	return status;
}

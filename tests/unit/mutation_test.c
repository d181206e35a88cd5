// SPDX-License-Identifier: GPL-2.0-only
/*
 * Policies, good and bad, and what they include, with something changed at
 * random: `policyc check` takes each, proves and tests it, or refuses it with a
 * message. The sanitizers watch for the rest; a timer of the kernel ends what
 * takes too long.
 */
#include <check.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "policyc/buf.h"
#include "policyc/command.h"
#include "policyc/source.h"
#include "tests/lib/roll.h"
#include "tests/lib/suite.h"
#include "tests/lib/tempdir.h"

#define NUM_TESTS 20
#define NUM_ROUNDS 500 /* policies of one test: 10,000 in all */
#define MAX_SECONDS \
	6 /* 2, and the sanitizers make it three times as long, at least */
#define MAX_CHANGES 4

static glob_t good, bad, shipped, includes;
static u64 seed;
static char dir[TEMPDIR_SIZE];

/* How often each end came up: a test of one end tests nothing. */
static u32 num_yes, num_no, num_bad;

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

/* The beginning of the line that has the byte at; *len with its end. */
static size_t find_line(const struct buf *text, size_t at, size_t *len)
{
	const u8 *end = memchr(text->data + at, '\n', text->len - at);

	while (at && text->data[at - 1] != '\n')
		at--;
	*len = (end ? (size_t)(end + 1 - text->data) : text->len) - at;
	return at;
}

static void take_line(struct buf *text, size_t at)
{
	size_t len, line = find_line(text, at, &len);

	cut(text, line, len);
}

/* The line of the byte from, before that of the byte to. */
static void copy_line(struct buf *text, size_t to, size_t from)
{
	char copy[128];
	size_t len, line = find_line(text, from, &len);

	len = len < sizeof(copy) ? len : sizeof(copy);
	memcpy(copy, text->data + line, len);
	insert(text, find_line(text, to, &line), copy, len);
}

/* One change: a byte, a piece of YAML, a line taken out or put elsewhere. */
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
	const char *piece = pieces[roll_below(&seed, ARRAY_SIZE(pieces))];

	switch (roll_below(&seed, 6)) {
	case 0:
		text->data[at] = (u8)roll_below(&seed, 256);
		break;
	case 1:
		text->data[at] = text->data[roll_below(&seed, (u32)text->len)];
		break;
	case 2:
		insert(text, at, piece, strlen(piece));
		break;
	case 3:
		take_line(text, at);
		break;
	case 4:
		copy_line(text, at, roll_below(&seed, (u32)text->len));
		break;
	default:
		copy_line(text, at, at);
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

/* A file that may be changed, in dir; it may get a line that includes another. */
static void write_changed(struct arena *arena, const char *from,
			  const char *name, bool changes, const char *include)
{
	struct buf text = BUF_INIT(arena);
	const struct source *source;
	const char *path = arena_printf(arena, "%s/%s", dir, name);
	FILE *out = fopen(path, "w");

	ck_assert_ptr_nonnull(out);
	ck_assert_int_eq(source_read(arena, from, &source), 0);
	buf_put(&text, source->text, source->len);
	if (include && !strstr(source->text, "\ninclude:"))
		buf_printf(&text, "\ninclude: %s\n", include);
	for (u32 i = changes ? 1 + roll_below(&seed, MAX_CHANGES) : 0;
	     i && text.len; i--)
		change(&text);
	ck_assert_uint_eq(fwrite(text.data, 1, text.len, out), text.len);
	ck_assert_int_eq(fclose(out), 0);
}

/* What `policyc check` does, but for the printing. */
static void check_policy(struct arena *arena)
{
	static const struct diag_options shown = { .lint = true };
	static const char *const dirs[] = { "tests/policy/include",
					    "policies" };
	char *path = arena_printf(arena, "%s/m.yaml", dir);
	struct run run = {
		.arena = arena,
		.diag = diag_create(arena, &shown),
		.parse = { .include_dirs = dirs, .num_include_dirs = 2 },
		.json = true,
		.num_operands = 1,
		.operands = &path,
	};
	const int code = command_check(&run);

	ck_assert_int_eq(code == EXIT_YES, !diag_num_errors(run.diag));
	ck_assert(code == EXIT_YES || code == EXIT_NO || code == EXIT_BAD);
	num_yes += code == EXIT_YES;
	num_no += code == EXIT_NO;
	num_bad += code == EXIT_BAD;
	print_nowhere(run.diag);
}

static const char *pick(const glob_t *files)
{
	return files->gl_pathv[roll_below(&seed, (u32)files->gl_pathc)];
}

/* Most are refused soon: those that are proved take a hundred times as long. */
static const char *pick_policy(u64 number)
{
	if (number % 256 == 0)
		return pick(&shipped);
	return pick(number % 16 == 1 ? &good : &bad);
}

/* One of each three: the policy is changed, what it includes, or both. */
static void try_one(u64 number)
{
	struct arena *arena = arena_create();
	const char *policy, *include, *base, *beside;

	seed = number;
	policy = pick_policy(number);
	include = pick(&includes);
	base = arena_printf(arena, "base/%s", strrchr(include, '/') + 1);
	beside = base + strlen("base/");
	write_changed(arena, include, base, number % 3 != 0, NULL);
	write_changed(arena, include, beside, number % 3 != 0, NULL);
	write_changed(arena, policy, "m.yaml", number % 3 != 1, base);
	check_policy(arena);
	(void)unlink(arena_printf(arena, "%s/%s", dir, base));
	(void)unlink(arena_printf(arena, "%s/%s", dir, beside));
	arena_free(arena);
}

static int lowest_free(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)close(fd);
	return fd;
}

START_TEST(a_changed_policy_is_taken_or_refused_with_a_reason)
{
	const int before = lowest_free();
	char base[TEMPDIR_SIZE + 8];

	tempdir_make(dir, "mutation");
	snprintf(base, sizeof(base), "%s/base", dir);
	ck_assert_int_eq(mkdir(base, 0700), 0);
	for (u64 i = 0; i < NUM_ROUNDS; i++) {
		set_timer();
		try_one((u64)_i * NUM_ROUNDS + i);
	}
	tempdir_remove(dir);
	ck_assert_int_eq(lowest_free(), before);
	ck_assert_uint_gt(num_yes + num_no, NUM_ROUNDS / 100);
	ck_assert_uint_gt(num_bad, NUM_ROUNDS / 2);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mutation");
	TCase *tests = tcase_create("mutation");
	int status;

	/* `make test` runs this in the top directory. */
	if (glob("tests/policy/accept/*.yaml", 0, NULL, &good) ||
	    glob("policies/*.yaml", 0, NULL, &shipped) ||
	    glob("tests/policy/reject/*.yaml", 0, NULL, &bad) ||
	    glob("policies/base/*.yaml", 0, NULL, &includes))
		return EXIT_FAILURE;
	tcase_add_loop_test(tests,
			    a_changed_policy_is_taken_or_refused_with_a_reason,
			    0, NUM_TESTS);
	tcase_set_timeout(tests, 600);
	suite_add_tcase(suite, tests);
	status = suite_run_apart(suite);
	globfree(&good);
	globfree(&bad);
	globfree(&shipped);
	globfree(&includes);
	return status;
}

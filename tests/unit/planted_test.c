// SPDX-License-Identifier: GPL-2.0-only
/*
 * planted_test.c - what no input brings about is said when it happens
 *
 * Three functions are replaced when this test is linked (--wrap): one that
 * refuses an image, one that makes no filter, one that allows no event.
 */
#include <check.h>
#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policyc/command.h"
#include "policyc/image_out.h"
#include "policyc/learn.h"
#include "policyc/replay.h"
#include "policyc/source.h"
#include "tests/lib/messages.h"
#include "tests/lib/policyc_fixture.h"
#include "tests/lib/suite.h"
#include "vm/image.h"

static bool refuse_image, refuse_filter, refuse_event;

int __real_bvm_image_parse(const void *data, size_t len, struct bvm_image *img,
			   struct bvm_error *err);
int __wrap_bvm_image_parse(const void *data, size_t len, struct bvm_image *img,
			   struct bvm_error *err);
int __real_seccomp_export_bpf(const scmp_filter_ctx ctx, int fd);
int __wrap_seccomp_export_bpf(const scmp_filter_ctx ctx, int fd);
int __real_replay_line(struct arena *from, const struct input *input,
		       const struct logline *line, struct replay *replay);
int __wrap_replay_line(struct arena *from, const struct input *input,
		       const struct logline *line, struct replay *replay);

int __wrap_bvm_image_parse(const void *data, size_t len, struct bvm_image *img,
			   struct bvm_error *err)
{
	/* the last word is not what the image says of its own length */
	return __real_bvm_image_parse(data, len - (refuse_image ? 8 : 0), img,
				      err);
}

int __wrap_seccomp_export_bpf(const scmp_filter_ctx ctx, int fd)
{
	return refuse_filter ? -ENOMEM : __real_seccomp_export_bpf(ctx, fd);
}

int __wrap_replay_line(struct arena *from, const struct input *input,
		       const struct logline *line, struct replay *replay)
{
	int ret = __real_replay_line(from, input, line, replay);

	if (refuse_event)
		replay->answer = REPLAY_DENY;
	return ret;
}

static const char *said(void)
{
	return messages_of(arena, diag);
}

/* What was said is said once. */
static void check_said(const char *words, const char *id)
{
	const char *text = said();

	ck_assert_msg(strstr(text, words) && strstr(text, id),
		      "no '%s' and %s in: %s", words, id, text);
}

static int build(const char *text)
{
	static const struct parse_options options = { .no_includes = true };
	struct buf out = BUF_INIT(arena);
	const struct ast_policy *ast =
		parse_text(arena, diag, &options,
			   source_create(arena, "x.yaml", text, strlen(text)));

	ck_assert_msg(ast != NULL, "%s", said());
	return image_build(arena, diag, ast, &out);
}

#define POLICY "bailiff: 1\npolicy: x\n"

START_TEST(an_image_that_is_refused_is_not_written)
{
	ck_assert_int_eq(build(POLICY), 0);
	refuse_image = true;
	ck_assert_int_ne(build(POLICY), 0);
	check_said("x.yaml:2:9: error: bug in policyc: its own image is "
		   "refused: ",
		   "[P506]");
}
END_TEST

/* `check` and `build` end with 4, and leave no file. */
START_TEST(a_bug_of_the_compiler_has_a_status_of_its_own)
{
	char *operands[] = { (char *)"tests/policy/accept/commands.yaml",
			     NULL };
	char out[] = "/tmp/planted.XXXXXX";
	struct run run = {
		.arena = arena,
		.diag = diag,
		.parse = { .no_includes = true },
		.num_operands = 1,
		.operands = operands,
		.out = out,
	};

	ck_assert_int_ge(mkstemp(out), 0);
	ck_assert_int_eq(unlink(out), 0);
	refuse_image = true;
	ck_assert_int_eq(command_check(&run), EXIT_BUG);
	ck_assert_int_eq(command_build(&run), EXIT_BUG);
	ck_assert_int_ne(access(out, F_OK), 0);
	refuse_image = false;
	run.diag = diag_create(arena, &(struct diag_options){ .json = false });
	ck_assert_int_eq(command_build(&run), EXIT_YES);
	ck_assert_int_eq(access(out, F_OK), 0);
	(void)unlink(out);
}
END_TEST

START_TEST(a_filter_that_is_not_made_is_an_error)
{
	const char *policy = POLICY
		"syscalls:\n  allow: [read, write, execve]\n";

	ck_assert_int_eq(build(policy), 0);
	refuse_filter = true;
	ck_assert_int_ne(build(policy), 0);
	check_said("libseccomp makes no filter of this: Cannot allocate "
		   "memory",
		   "[P511]");
}
END_TEST

START_TEST(what_does_not_allow_its_recording_is_not_written)
{
	char *log = (char *)"tests/policy/log/learn.json";
	char *operands[] = { log, NULL };
	struct run run = {
		.arena = arena,
		.diag = diag,
		.out = "/dev/null",
		.num_operands = 1,
		.operands = operands,
	};

	ck_assert_int_eq(command_learn(&run), EXIT_YES);
	refuse_event = true;
	ck_assert_int_eq(command_learn(&run), EXIT_NO);
	check_said("error: what was learned does not allow '", "[P805]");
}
END_TEST

static void setup(void)
{
	policyc_setup();
	refuse_image = refuse_filter = refuse_event = false;
}

int main(void)
{
	Suite *suite = suite_create("planted");
	TCase *tc = tcase_create("planted");

	tcase_add_checked_fixture(tc, setup, policyc_teardown);
	tcase_add_test(tc, an_image_that_is_refused_is_not_written);
	tcase_add_test(tc, a_bug_of_the_compiler_has_a_status_of_its_own);
	tcase_add_test(tc, a_filter_that_is_not_made_is_an_error);
	tcase_add_test(tc, what_does_not_allow_its_recording_is_not_written);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * validate_rest_test.c - selectors, the filter and RIGHTS are read back
 *
 * An image is spoiled where it lies, just before it is tried. None of what is
 * planted changes a verdict, and the loader takes all of it.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policyc/image_out.h"
#include "policyc/parse.h"
#include "policyc/source.h"
#include "policyc/sysfilter.h"
#include "policyc/witness.h"
#include "tests/lib/messages.h"
#include "tests/lib/policyc_fixture.h"
#include "tests/lib/suite.h"

#define WRITABLE(type, pointer) ((type *)(uintptr_t)(pointer))

static const char policy[] =
	"bailiff: 1\npolicy: x\ndefault: deny\n"
	"containers:\n  - image: \"web:*\"\n  - label: tier=front\n"
	"syscalls:\n  allow: [read, write, execve]\n  deny: [ptrace]\n"
	"  errno: EPERM\n"
	"files:\n"
	"  - {allow: read, paths: \"/etc/**\"}\n"
	"  - {allow: [read, write], paths: /etc/motd}\n"
	"  - {deny: write, paths: \"/srv/x*\", when: {uid: 7}}\n"
	"  - {allow: write, paths: \"/srv/**\"}\n"
	"exec:\n  - allow: /usr/bin/dash\n"
	"network:\n  - {allow: connect, unix: /run/s}\n";

static const char *said(void)
{
	return messages_of(arena, diag);
}

static int build(void)
{
	static const struct parse_options options = { .no_includes = true };
	struct buf out = BUF_INIT(arena);
	const struct ast_policy *ast = parse_text(
		arena, diag, &options,
		source_create(arena, "x.yaml", policy, sizeof(policy) - 1));

	ck_assert_msg(ast != NULL, "%s", said());
	return image_build(arena, diag, ast, &out);
}

/* ---- what is planted ---- */

static u32 row_with(const struct bvm_image *img, u64 may, u64 must)
{
	for (u32 i = 0; i < img->num_rights; i++)
		if ((img->rights[i].may & may) == may &&
		    (img->rights[i].must & must) == must)
			return i;
	ck_abort_msg("no row has the right");
}

static struct bvm_rights *row_at(const struct bvm_image *img, u32 row)
{
	return WRITABLE(struct bvm_rights, img->rights) + row;
}

static void take_may(const struct bvm_image *img)
{
	const u64 read = BVM_BIT(FILES, READ);
	struct bvm_rights *row = row_at(img, row_with(img, read, 0));

	row->may &= ~read;
	row->must &= ~read;
}

static void give_may(const struct bvm_image *img)
{
	row_at(img, 0)->may |= BVM_BIT(FILES, DELETE);
}

/* A deny with a condition. */
static void give_must(const struct bvm_image *img)
{
	const u64 write = BVM_BIT(FILES, WRITE);

	for (u32 i = 0; i < img->num_rights; i++)
		if (img->rights[i].may & write &&
		    !(img->rights[i].must & write))
			row_at(img, i)->must |= write;
}

static void take_exec(const struct bvm_image *img)
{
	struct bvm_rights *row = row_at(img, row_with(img, BVM_RIGHT_EXEC, 0));

	row->may &= ~BVM_RIGHT_EXEC;
	row->must &= ~BVM_RIGHT_EXEC;
}

static void give_socket(const struct bvm_image *img)
{
	row_at(img, 0)->may |= BVM_RIGHT_UNIX(BVM_OP_NETWORK_BIND);
}

/* A larger closure only denies more: the loader takes it. */
static void widen_closure(const struct bvm_image *img)
{
	WRITABLE(struct bvm_rights, img->closures)
	[0].may |= BVM_BIT(FILES, CHOWN);
}

static void narrow_closure(const struct bvm_image *img)
{
	for (u32 i = 0; i < img->num_closures; i++)
		if (img->closures[i].may) {
			WRITABLE(struct bvm_rights, img->closures)[i].may = 0;
			return;
		}
	ck_abort_msg("no closure has a right");
}

static void change_kind(const struct bvm_image *img)
{
	WRITABLE(struct bvm_selector, img->selectors)[0].kind = BVM_SELECT_NAME;
}

static void change_value(const struct bvm_image *img)
{
	struct bvm_selector *s = WRITABLE(struct bvm_selector, img->selectors);

	s[1].value = s[0].value;
}

static void change_key(const struct bvm_image *img)
{
	WRITABLE(struct bvm_selector, img->selectors)[1].key = 0;
}

static void change_answer(const struct bvm_image *img, u32 from, u32 to)
{
	struct bvm_filter_insn *insns =
		WRITABLE(struct bvm_filter_insn, img->filter);

	for (u32 i = 0; i < img->syscalls->num_insns; i++)
		if (insns[i].code == 0x06 && insns[i].k == from) {
			insns[i].k = to;
			return;
		}
	ck_abort_msg("the filter never answers that");
}

static void allow_ptrace(const struct bvm_image *img)
{
	change_answer(img, SYSFILTER_ERRNO | EPERM, SYSFILTER_ALLOW);
}

static void deny_what_is_allowed(const struct bvm_image *img)
{
	change_answer(img, SYSFILTER_ALLOW, SYSFILTER_ERRNO | ENOSYS);
}

/* A number that is compared with is another one. */
static void shift_number(const struct bvm_image *img)
{
	struct bvm_filter_insn *insns =
		WRITABLE(struct bvm_filter_insn, img->filter);

	for (u32 i = 0; i < img->syscalls->num_insns; i++)
		if (insns[i].code == 0x15 && insns[i].k < 1024) {
			insns[i].k++;
			return;
		}
	ck_abort_msg("the filter compares with no number");
}

static void leave_to_runtime(const struct bvm_image *img)
{
	WRITABLE(struct bvm_syscalls, img->syscalls)->flags ^=
		BVM_SYSCALLS_RUNTIME;
}

static const struct {
	void (*spoil)(const struct bvm_image *img);
	const char *what;
} plants[] = {
	{ take_may, "rights of row" },
	{ give_may, "rights of row" },
	{ give_must, "rights of row" },
	{ take_exec, "rights of row" },
	{ give_socket, "rights of row" },
	{ widen_closure, "closure of state" },
	{ narrow_closure, "closure of state" },
	{ change_kind, "selector 1" },
	{ change_value, "selector 2" },
	{ change_key, "selector 2" },
	{ allow_ptrace, "system call" },
	{ deny_what_is_allowed, "system call" },
	{ shift_number, "system call" },
	{ leave_to_runtime, "head of the filter" },
};

START_TEST(what_is_planted_is_seen)
{
	const char *text;

	ck_assert_msg(!build(), "%s", said());
	witness_spoil = plants[_i].spoil;
	ck_assert_int_eq(build(), -EINVAL);
	witness_spoil = NULL;
	text = said();
	ck_assert_msg(strstr(text, "bug in policyc: its image does not state "
				   "what the policy does: ") &&
			      strstr(text, plants[_i].what) &&
			      strstr(text, "[P513]"),
		      "%d: no '%s' in: %s", _i, plants[_i].what, text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("validate_rest");
	TCase *tc = tcase_create("planted");

	tcase_add_checked_fixture(tc, policyc_setup, policyc_teardown);
	tcase_add_loop_test(tc, what_is_planted_is_seen, 0,
			    (int)ARRAY_SIZE(plants));
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}

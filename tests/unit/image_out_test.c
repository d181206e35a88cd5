// SPDX-License-Identifier: GPL-2.0-only
#include <check.h>
#include <stdlib.h>

#include "policyc/image_out.h"
#include "policyc/parse.h"
#include "policyc/source.h"
#include "tests/lib/messages.h"
#include "tests/lib/policyc_fixture.h"
#include "tests/lib/suite.h"
#include "vm/exec.h"

#define HEAD "bailiff: 1\npolicy: x\n"

static struct bvm_image img;

static const char *messages(void)
{
	return messages_of(arena, diag);
}

/* Compile a policy's text into img. */
static int build(const char *text)
{
	static const struct parse_options options = { .no_includes = true };
	const struct ast_policy *ast =
		parse_text(arena, diag, &options,
			   source_create(arena, "x.yaml", text, strlen(text)));
	struct buf out = BUF_INIT(arena);
	struct bvm_error err;
	int ret;

	ck_assert_msg(ast != NULL, "%s", messages());
	ret = image_build(arena, diag, ast, &out);
	if (ret)
		return ret;
	ck_assert_int_eq(image_load(arena, out.data, out.len, &img, &err), 0);
	return 0;
}

static void must_build(const char *text)
{
	ck_assert_msg(!build(text), "%s", messages());
}

static void must_fail(const char *text, const char *says)
{
	ck_assert_int_ne(build(text), 0);
	ck_assert_ptr_nonnull(strstr(messages(), says));
}

static u32 judge_file(const char *path, u32 op, u32 uid)
{
	struct bvm_run run = { .image = &img };

	run.ctx.files.op = op;
	run.ctx.files.uid = uid;
	run.ctx.files.type = BVM_KIND_REGULAR;
	run.ctx.files.path = 1;
	run.strings[0].bytes = path;
	run.strings[0].len = strlen(path);
	return bvm_run_class(&run, BVM_CLASS_FILES);
}

START_TEST(policy_without_rules_answers_its_defaults)
{
	must_build(HEAD "default: {files: deny, exec: allow, mounts: deny}\n");
	ck_assert(!img.rights && !(img.meta->flags & BVM_META_PATH_RULES));
	for (u32 class = 1; class < BVM_NUM_CLASSES; class ++)
		ck_assert(!!img.programs[class].header ==
			  !!bvm_classes[class].mediated);
	ck_assert_uint_eq(judge_file("/x", BVM_OP_FILES_READ, 0),
			  bvm_verdict(BVM_VERDICT_DENY, EACCES, 0));
}
END_TEST

START_TEST(rules_keep_their_place_and_message)
{
	must_build(HEAD "files:\n  - allow: read\n    paths: /a\n"
			"  - deny: all\n    paths: /a/b\n    errno: ENOENT\n"
			"    message: because\n");
	ck_assert_uint_eq(img.num_rules, 2);
	ck_assert_str_eq(bvm_image_string(&img, img.rules[1].file), "x.yaml");
	ck_assert_uint_eq(img.rules[1].line, 6);
	ck_assert_str_eq(bvm_image_string(&img, img.rules[1].message),
			 "because");
	ck_assert_uint_eq(judge_file("/a", BVM_OP_FILES_READ, 0),
			  bvm_verdict(0, 0, 1));
	ck_assert_uint_eq(judge_file("/a/b", BVM_OP_FILES_READ, 0),
			  bvm_verdict(BVM_VERDICT_DENY, ENOENT, 2));
	ck_assert(img.meta->flags & BVM_META_PATH_RULES);
}
END_TEST

START_TEST(conditional_rights_are_may_and_not_must)
{
	const u64 read = BVM_BIT(FILES, READ), write = BVM_BIT(FILES, WRITE);
	bool found = false;

	must_build(HEAD "files:\n  - allow: read\n    paths: /a/**\n"
			"  - allow: write\n    paths: /a/**\n"
			"    when: {uid: 33}\n");
	ck_assert(img.num_rights == 2 && !img.rights[0].may);
	found = img.rights[1].may & write && !(img.rights[1].must & write) &&
		img.rights[1].must & read;
	ck_assert(found);
	/* what has no path is no right of a path */
	ck_assert(!(img.rights[1].may & BVM_BIT(FILES, INHERIT)));
}
END_TEST

START_TEST(denies_that_differ_in_errno_are_refused)
{
	must_fail(HEAD "files:\n  - deny: read\n    paths: /a/**\n"
		       "    errno: ENOENT\n"
		       "  - deny: write\n    paths: /a/**\n"
		       "  - deny: [read, create]\n    paths: /a/b\n",
		  "x.yaml:4:");
}
END_TEST

START_TEST(denies_that_exclude_each_other_may_differ)
{
	must_build(HEAD "files:\n  - deny: read\n    paths: /a/**\n"
			"    errno: ENOENT\n    when: {uid: 1}\n"
			"  - deny: read\n    paths: /a/b\n"
			"    when: {uid: 2-9}\n");
	ck_assert_uint_eq(judge_file("/a/b", BVM_OP_FILES_READ, 1),
			  bvm_verdict(BVM_VERDICT_DENY, ENOENT, 1));
	ck_assert_uint_eq(judge_file("/a/b", BVM_OP_FILES_READ, 9),
			  bvm_verdict(BVM_VERDICT_DENY, EACCES, 2));
}
END_TEST

static const char *many_conditions(u32 num)
{
	struct buf buf = BUF_INIT(arena);

	buf_printf(&buf, HEAD "files:\n");
	for (u32 i = 0; i < num; i++)
		buf_printf(&buf,
			   "  - allow: read\n    paths: /a%u\n"
			   "    when: {uid: %u}\n",
			   i, i * 3);
	return buf_text(&buf);
}

START_TEST(conditions_past_64_are_named)
{
	must_build(many_conditions(64));
	ck_assert_uint_eq(judge_file("/a63", BVM_OP_FILES_READ, 189),
			  bvm_verdict(0, 0, 64));
	ck_assert_uint_eq(judge_file("/a63", BVM_OP_FILES_READ, 188),
			  bvm_verdict(BVM_VERDICT_DENY, EACCES, 0));
	must_fail(many_conditions(65), "over 64 different conditions");
}
END_TEST

START_TEST(too_many_cases_are_refused)
{
	struct buf buf = BUF_INIT(arena);

	buf_printf(&buf, HEAD "files:\n");
	for (u32 i = 0; i < 30; i++)
		buf_printf(&buf, "  - audit: read\n    when: {gid: %u-99}\n",
			   i);
	for (u32 i = 0; i < 30; i++)
		buf_printf(&buf, "  - allow: read\n    when: {uid: %u-99}\n",
			   i);
	must_build(buf_text(&buf));
	buf = (struct buf)BUF_INIT(arena);
	buf_printf(&buf, HEAD "files:\n");
	/* each of 81 quiet denies is loud with each of 81 others */
	for (u32 i = 0; i < 81; i++)
		buf_printf(&buf,
			   "  - deny: read\n    quiet: true\n"
			   "    when: {uid: %u-99, gid: %u-99}\n",
			   i / 9, i % 9);
	for (u32 i = 0; i < 81; i++)
		buf_printf(&buf,
			   "  - deny: read\n"
			   "    when: {host-uid: %u-99}\n    type: %s\n",
			   i / 9, bvm_kind_names[1 + i % 9].name);
	must_fail(buf_text(&buf), "over 4096 cases");
}
END_TEST

START_TEST(automaton_that_explodes_is_refused_by_name)
{
	must_fail(HEAD "files:\n  - allow: read\n    paths: [/etc/**, "
		       "'/**a[^x][^x][^x][^x][^x][^x][^x][^x][^x][^x][^x]"
		       "[^x][^x][^x][^x][^x][^x][^x][^x][^x][^x][^x][^x]']\n",
		  "automaton of over");
}
END_TEST

START_TEST(sets_of_ports_become_a_table)
{
	struct buf buf = BUF_INIT(arena);
	struct bvm_run run = { .image = &img };
	bool found = false;

	buf_printf(&buf, HEAD "network:\n  - allow: bind\n    ports: [");
	for (u32 port = 1; port < 1000; port += 2)
		buf_printf(&buf, "%s%u", port > 1 ? ", " : "", port);
	buf_printf(&buf, "]\n");
	must_build(buf_text(&buf));
	for (u32 i = 0; i < img.num_tables; i++)
		found |= img.tables[i].kind == BVM_TABLE_RANGE;
	ck_assert(found);
	run.ctx.network.op = BVM_OP_NETWORK_BIND;
	run.ctx.network.family = 2;
	for (u32 port = 0; port < 1010; port++) {
		bool odd = port & 1 && port < 1000;

		run.ctx.network.port = port;
		ck_assert(!(bvm_run_class(&run, BVM_CLASS_NETWORK) &
			    BVM_VERDICT_DENY) == odd);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("image_out");
	TCase *tc = tcase_create("images");

	tcase_set_timeout(tc, 300);
	tcase_add_checked_fixture(tc, policyc_setup, policyc_teardown);
	tcase_add_test(tc, policy_without_rules_answers_its_defaults);
	tcase_add_test(tc, rules_keep_their_place_and_message);
	tcase_add_test(tc, conditional_rights_are_may_and_not_must);
	tcase_add_test(tc, denies_that_differ_in_errno_are_refused);
	tcase_add_test(tc, denies_that_exclude_each_other_may_differ);
	tcase_add_test(tc, conditions_past_64_are_named);
	tcase_add_test(tc, too_many_cases_are_refused);
	tcase_add_test(tc, automaton_that_explodes_is_refused_by_name);
	tcase_add_test(tc, sets_of_ports_become_a_table);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}

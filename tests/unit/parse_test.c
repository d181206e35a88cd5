// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policyc/buf.h"
#include "policyc/parse.h"
#include "policyc/source.h"
#include "tests/lib/policyc_fixture.h"
#include "tests/lib/suite.h"

#define HEAD "bailiff: 1\npolicy: x\n"

static char dir[] = "/tmp/parse_test.XXXXXX";

/* A directory for includes. */
static void setup_dir(void)
{
	policyc_setup();
	memcpy(dir + strlen(dir) - 6, "XXXXXX", 6);
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void teardown_dir(void)
{
	static const char *const names[] = { "main", "a", "b" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		(void)unlink(arena_printf(arena, "%s/%s.yaml", dir, names[i]));
	(void)rmdir(dir);
	policyc_teardown();
}

static struct ast_policy *parse_with(const struct parse_options *options,
				     const char *text)
{
	const struct source *source =
		source_create(arena, "main.yaml", text, strlen(text));
	struct ast_policy *policy = parse_text(arena, diag, options, source);

	if (!policy)
		diag_print(diag, stderr);
	return policy;
}

static struct ast_policy *parse(const char *text)
{
	static const struct parse_options options = { .no_includes = true };
	struct ast_policy *policy = parse_with(&options, text);

	ck_assert_ptr_nonnull(policy);
	return policy;
}

static void write_policy(const char *name, const char *text)
{
	FILE *file = fopen(arena_printf(arena, "%s/%s.yaml", dir, name), "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

static struct ast_policy *parse_main(const struct parse_options *options)
{
	return parse_policy(arena, diag, options,
			    arena_printf(arena, "%s/main.yaml", dir));
}

START_TEST(the_least_policy_denies_everything)
{
	const struct ast_policy *policy = parse(HEAD);
	u32 i;

	ck_assert_str_eq(policy->name, "x");
	ck_assert_str_eq(policy->description, "");
	ck_assert_uint_eq(policy->num_rules, 0);
	for (i = 0; i < BVM_NUM_CLASSES; i++) {
		ck_assert_int_eq(policy->defaults[i], AST_DENY);
		ck_assert(!policy->audit[i]);
	}
}
END_TEST

START_TEST(mode_and_default_are_by_class)
{
	const struct ast_policy *policy =
		parse(HEAD "mode: {files: audit}\n"
			   "default: {network: allow, exec: deny}\n"
			   "unmediated: [tasks]\nenter: self\n");

	ck_assert(policy->audit[BVM_CLASS_FILES]);
	ck_assert(!policy->audit[BVM_CLASS_EXEC]);
	ck_assert_int_eq(policy->defaults[BVM_CLASS_NETWORK], AST_ALLOW);
	ck_assert_int_eq(policy->defaults[BVM_CLASS_EXEC], AST_DENY);
	ck_assert_uint_eq(policy->unmediated, 1u << BVM_CLASS_TASKS);
	ck_assert(policy->enter_self);
	policy = parse(HEAD "mode: audit\ndefault: allow\n");
	ck_assert(policy->audit[BVM_CLASS_KERNEL]);
	ck_assert_int_eq(policy->defaults[BVM_CLASS_FILES], AST_ALLOW);
}
END_TEST

START_TEST(a_files_rule_keeps_all_its_keys)
{
	const struct ast_policy *policy =
		parse(HEAD "files:\n"
			   "  - deny: [read, delete]\n"
			   "    paths: [/a, '/b/*']\n"
			   "    except: /b/c\n"
			   "    type: [regular, dir]\n"
			   "    owner: true\n"
			   "    when: {uid: [0, 5-7], gid: 1, host-uid: 2}\n"
			   "    message: no\n"
			   "    errno: EROFS\n"
			   "    quiet: true\n");
	const struct ast_rule *rule = &policy->rules[0];

	ck_assert_uint_eq(rule->number, 1);
	ck_assert_uint_eq(rule->span.line, 4);
	ck_assert_int_eq(rule->kind, BVM_RULE_DENY);
	ck_assert_uint_eq(rule->class, BVM_CLASS_FILES);
	ck_assert_uint_eq(rule->paths.num, 2);
	ck_assert_str_eq(rule->paths.items[1].text, "/b/*");
	ck_assert_uint_eq(rule->paths.items[1].span.col, 17);
	ck_assert_str_eq(rule->except.items[0].text, "/b/c");
	ck_assert_uint_eq(rule->types,
			  1u << BVM_KIND_REGULAR | 1u << BVM_KIND_DIR);
	ck_assert(rule->owner && rule->quiet && !rule->kill);
	ck_assert_uint_eq(rule->when.uid.num, 2);
	ck_assert_uint_eq(rule->when.uid.items[1].lo, 5);
	ck_assert_uint_eq(rule->when.uid.items[1].hi, 7);
	ck_assert_uint_eq(rule->when.gid.items[0].lo, 1);
	ck_assert_uint_eq(rule->when.host_uid.items[0].hi, 2);
	ck_assert_str_eq(rule->message, "no");
	ck_assert_uint_eq(rule->err, EROFS);
}
END_TEST

START_TEST(a_network_rule_keeps_all_its_keys)
{
	const struct ast_policy *policy =
		parse(HEAD "network:\n"
			   "  - allow: connect\n"
			   "    family: inet\n"
			   "    type: [stream, dgram]\n"
			   "    protocol: tcp\n"
			   "    ports: [80, 8000-8999]\n"
			   "    peer-ports: 1\n"
			   "    at: 0.0.0.0/0\n"
			   "    to: [10.1.0.0/16, 'fd00::/8', 1.2.3.4]\n"
			   "    except: 10.1.2.0/24\n");
	const struct ast_rule *rule = &policy->rules[0];
	u8 mapped[16] = { [10] = 0xff, 0xff, 10, 1 };

	ck_assert_uint_eq(rule->families[0], 2);
	ck_assert_uint_eq(rule->num_socktypes, 2);
	ck_assert_uint_eq(rule->protocols[0], 6);
	ck_assert_uint_eq(rule->ports.items[1].hi, 8999);
	ck_assert_uint_eq(rule->peer_ports.num, 1);
	ck_assert_uint_eq(rule->to.num, 3);
	ck_assert_mem_eq(rule->to.items[0].addr.bytes, mapped, 16);
	ck_assert_uint_eq(rule->to.items[0].len, 96 + 16);
	ck_assert_uint_eq(rule->to.items[1].len, 8);
	ck_assert_uint_eq(rule->to.items[1].addr.bytes[0], 0xfd);
	ck_assert_uint_eq(rule->to.items[2].len, 128);
	ck_assert_uint_eq(rule->at.items[0].len, 96);
	ck_assert_uint_eq(rule->to_except.num, 1);
	ck_assert_uint_eq(rule->at_except.num, 0);
}
END_TEST

START_TEST(single_operation_classes_list_objects)
{
	const struct ast_policy *policy =
		parse(HEAD "exec:\n  - allow: [/usr/bin/a, /usr/bin/b]\n"
			   "    except: /usr/bin/b\n"
			   "capabilities:\n  - deny: [chown, sys_admin]\n"
			   "  - audit: all\n");

	ck_assert_uint_eq(policy->rules[0].ops, BVM_BIT(EXEC, EXEC));
	ck_assert_uint_eq(policy->rules[0].paths.num, 2);
	ck_assert_uint_eq(policy->rules[0].except.num, 1);
	ck_assert_uint_eq(policy->rules[1].caps, 1ull << 0 | 1ull << 21);
	ck_assert_uint_eq(policy->rules[1].ops,
			  BVM_BIT(CAPABILITIES, CAPABILITY));
	ck_assert_uint_eq(policy->rules[2].caps, U64_MAX);
	ck_assert_uint_eq(policy->rules[2].number, 3);
}
END_TEST

START_TEST(selectors_and_tests_are_kept)
{
	const struct ast_policy *policy =
		parse(HEAD "containers:\n  - image: 'a:*'\n  - label: k=v=w\n"
			   "tests:\n  - allow: read /x\n  - deny: exec /y\n");

	ck_assert_uint_eq(policy->num_selectors, 2);
	ck_assert_int_eq(policy->selectors[0].kind, BVM_SELECT_IMAGE);
	ck_assert_str_eq(policy->selectors[0].key, "");
	ck_assert_str_eq(policy->selectors[1].key, "k");
	ck_assert_str_eq(policy->selectors[1].value, "v=w");
	ck_assert_uint_eq(policy->num_tests, 2);
	ck_assert(policy->tests[0].allow && !policy->tests[1].allow);
	ck_assert_str_eq(policy->tests[1].request, "exec /y");
	ck_assert_uint_eq(policy->tests[1].span.line, 8);
}
END_TEST

/* ---- variables ---- */

START_TEST(lists_in_text_are_multiplied)
{
	const struct ast_policy *policy =
		parse(HEAD "vars:\n  a: [1, 2]\n  b: [x, '${a}y']\n"
			   "files:\n  - allow: read\n"
			   "    paths: ['/${a}/${b}', /z]\n");
	static const char *const want[] = {
		"/1/x", "/1/1y", "/1/2y", "/2/x", "/2/1y", "/2/2y", "/z",
	};
	const struct ast_patterns *paths = &policy->rules[0].paths;
	u32 i;

	ck_assert_uint_eq(paths->num, ARRAY_SIZE(want));
	for (i = 0; i < paths->num; i++)
		ck_assert_str_eq(paths->items[i].text, want[i]);
}
END_TEST

START_TEST(a_quoted_dollar_is_text)
{
	const struct ast_policy *policy =
		parse(HEAD "files:\n  - allow: read\n"
			   "    paths: ['/$\\{a\\}', /$b]\n");

	ck_assert_str_eq(policy->rules[0].paths.items[0].text, "/$\\{a\\}");
	ck_assert_str_eq(policy->rules[0].paths.items[1].text, "/$b");
}
END_TEST

START_TEST(the_command_line_has_the_last_word)
{
	const char *defines[] = { "a=/y=z" };
	struct parse_options options = { .defines = defines, .num_defines = 1 };
	const struct ast_policy *policy =
		parse_with(&options, HEAD "vars:\n  a: required\n"
					  "exec:\n  - allow: ${a}\n");

	ck_assert_ptr_nonnull(policy);
	ck_assert_str_eq(policy->rules[0].paths.items[0].text, "/y=z");
}
END_TEST

static const char *text_of(const struct buf *buf)
{
	return arena_strndup(arena, (const char *)buf->data, buf->len);
}

START_TEST(a_template_takes_any_container_and_says_what_it_needs)
{
	struct buf deps = BUF_INIT(arena);
	struct parse_options options = { .is_template = true, .deps = &deps };
	const struct ast_policy *policy = parse_with(
		&options, "bailiff: 1\npolicy: x-${container.name}\n"
			  "vars:\n  unit: web@${unit.instance}.service\n"
			  "exec:\n  - allow: /a/${unit}\n"
			  "containers:\n  - unit: ${unit}\n"
			  "files:\n  - allow: read\n    paths: /b/${unit}\n");

	ck_assert_ptr_nonnull(policy);
	ck_assert_str_eq(policy->selectors[0].value, "web@*.service");
	/* a value, not a pattern, before and after the selectors */
	ck_assert_str_eq(policy->rules[0].paths.items[0].text,
			 "/a/web@61734.service");
	ck_assert_str_eq(policy->rules[1].paths.items[0].text,
			 "/b/web@61734.service");
	ck_assert_ptr_nonnull(strstr(text_of(&deps),
				     "at-bind container.name\n"
				     "at-bind unit.instance\n"));
	ck_assert_ptr_null(strstr(text_of(&deps), "container.image"));
	ck_assert_ptr_null(strstr(text_of(&deps), "one-name"));
}
END_TEST

START_TEST(a_template_of_one_name_says_so)
{
	struct buf deps = BUF_INIT(arena);
	struct parse_options options = { .is_template = true, .deps = &deps };

	ck_assert_ptr_nonnull(parse_with(
		&options, HEAD "exec:\n  - allow: /a/${container.name}\n"));
	ck_assert_ptr_nonnull(strstr(text_of(&deps), "one-name\n"));
}
END_TEST

/* Six lists of ten each: a million values must be refused, not made. */
START_TEST(multiplication_has_a_limit)
{
	static const struct parse_options options;
	const char *text = HEAD "vars:\n  a: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n"
				"exec:\n"
				"  - allow: /${a}${a}${a}${a}${a}${a}\n";

	ck_assert_ptr_null(parse_with(&options, text));
}
END_TEST

/* ---- includes ---- */

START_TEST(rules_add_up_and_keep_their_origin)
{
	static const struct parse_options options;
	const struct ast_policy *policy;

	write_policy("main", HEAD "include: [a, b]\n"
				  "exec:\n  - allow: /m\n");
	write_policy("a", "include: b\nexec:\n  - allow: /a\n");
	write_policy("b", "exec:\n  - allow: /b\n");
	policy = parse_main(&options);
	ck_assert_ptr_nonnull(policy);
	ck_assert_uint_eq(policy->num_sources, 3);
	ck_assert_uint_eq(policy->num_rules, 3);
	ck_assert_str_eq(policy->rules[0].paths.items[0].text, "/m");
	ck_assert_str_eq(policy->rules[1].paths.items[0].text, "/a");
	ck_assert_ptr_eq(policy->rules[1].span.source, policy->sources[1]);
	ck_assert_uint_eq(policy->rules[1].span.line, 3);
}
END_TEST

START_TEST(the_includer_replaces_variables)
{
	static const struct parse_options options;
	const struct ast_policy *policy;

	write_policy("main", HEAD "include: [a, b]\nvars:\n  v: /m\n");
	write_policy("a", "vars:\n  v: required\nexec:\n  - allow: ${v}\n");
	write_policy("b", "vars:\n  v: /b\n");
	policy = parse_main(&options);
	ck_assert_ptr_nonnull(policy);
	ck_assert_str_eq(policy->rules[0].paths.items[0].text, "/m");
}
END_TEST

START_TEST(include_directories_are_searched)
{
	const char *dirs[] = { "/nonexistent", dir };
	struct parse_options options = { .include_dirs = dirs,
					 .num_include_dirs = 2 };

	write_policy("a", "exec:\n  - allow: /a\n");
	ck_assert_ptr_nonnull(parse_with(&options, HEAD "include: a\n"));
	options.num_include_dirs = 1;
	ck_assert_ptr_null(parse_with(&options, HEAD "include: a\n"));
}
END_TEST

START_TEST(the_digest_covers_names_and_contents)
{
	static const struct parse_options options;
	u8 first[32];

	write_policy("main", HEAD "include: a\n");
	write_policy("a", "exec:\n  - allow: /a\n");
	memcpy(first, parse_main(&options)->digest, 32);
	ck_assert_mem_eq(parse_main(&options)->digest, first, 32);
	write_policy("a", "exec:\n  - allow: /b\n");
	ck_assert_mem_ne(parse_main(&options)->digest, first, 32);
}
END_TEST

/* printf 'main.yaml\0\025\0\0\0\0\0\0\0bailiff: 1\npolicy: x\n' | sha256sum */
START_TEST(the_digest_is_sha256)
{
	const struct ast_policy *policy = parse(HEAD);
	static const u8 want[] = { 0x15, 0x2b, 0x4f, 0x32, 0xbd, 0x98, 0x86,
				   0x21, 0x05, 0x37, 0xa3, 0x82, 0x1e, 0x8a,
				   0x6d, 0xdd, 0x1e, 0x6c, 0xa2, 0xd6, 0xbf,
				   0xea, 0x79, 0x65, 0x15, 0xe9, 0x34, 0x7b,
				   0x44, 0x85, 0xf8, 0x8e };

	ck_assert_mem_eq(policy->digest, want, sizeof(want));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, policyc_setup, policyc_teardown);
	tcase_add_test(tests, the_least_policy_denies_everything);
	tcase_add_test(tests, mode_and_default_are_by_class);
	tcase_add_test(tests, a_files_rule_keeps_all_its_keys);
	tcase_add_test(tests, a_network_rule_keeps_all_its_keys);
	tcase_add_test(tests, single_operation_classes_list_objects);
	tcase_add_test(tests, selectors_and_tests_are_kept);
	tcase_add_test(tests, lists_in_text_are_multiplied);
	tcase_add_test(tests, a_quoted_dollar_is_text);
	tcase_add_test(tests, the_command_line_has_the_last_word);
	tcase_add_test(tests,
		       a_template_takes_any_container_and_says_what_it_needs);
	tcase_add_test(tests, a_template_of_one_name_says_so);
	tcase_add_test(tests, multiplication_has_a_limit);
	tcase_add_test(tests, the_digest_is_sha256);
}

static void add_include_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup_dir, teardown_dir);
	tcase_add_test(tests, rules_add_up_and_keep_their_origin);
	tcase_add_test(tests, the_includer_replaces_variables);
	tcase_add_test(tests, include_directories_are_searched);
	tcase_add_test(tests, the_digest_covers_names_and_contents);
}

int main(void)
{
	Suite *suite = suite_create("parse");
	TCase *tests = tcase_create("parse");
	TCase *includes = tcase_create("include");

	add_tests(tests);
	add_include_tests(includes);
	suite_add_tcase(suite, tests);
	suite_add_tcase(suite, includes);
	return suite_run(suite);
}

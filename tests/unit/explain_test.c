// SPDX-License-Identifier: GPL-2.0-only
#include <check.h>
#include <stdlib.h>
#include <unistd.h>

#include "policyc/explain.h"
#include "policyc/image_out.h"
#include "policyc/test.h"
#include "tests/lib/suite.h"

static const char policy[] =
	"bailiff: 1\n" /* 1 */
	"policy: x\n"
	"files:\n"
	"  - allow: [read, list]\n" /* rule 1 */
	"    paths: [/data, /data/**]\n"
	"  - allow: [write, rename, link]\n" /* rule 2, line 6 */
	"    paths: /data/open/**\n"
	"  - allow: [rename, link]\n" /* rule 3, line 8 */
	"    paths: /data/**\n"
	"  - deny: read\n" /* rule 4, line 10 */
	"    paths: /data/secret\n"
	"    message: nobody reads this\n"
	"  - allow: read\n" /* rule 5, line 13 */
	"    paths: /home/*\n"
	"    when: {uid: [33, 100-200]}\n"
	"network:\n"
	"  - allow: connect\n" /* rule 6, line 17 */
	"    protocol: tcp\n"
	"    ports: [80, 8000-8999]\n"
	"    to: [10.0.0.0/8, \"fd00::/8\"]\n"
	"  - allow: send\n" /* rule 7, line 21: but for both ends */
	"    to: 10.0.0.0/8\n"
	"  - deny: send\n" /* rule 8 */
	"    to: [10.0.0.0/16, 10.255.0.0/16]\n"
	"exec:\n"
	"  - allow: /bin/*\n" /* rule 9, line 26 */
	"    when: {exe: [/usr/bin/sh, /opt/*/run], no-new-privs: true}\n"
	"  - allow: /lib/*\n" /* rule 10, line 28 */
	"    when: {owner: false}\n"
	"  - allow: [/usr/sbin/x, memfd]\n" /* rule 11, line 30 */
	"    args: [[\"-g\", \"*\"], [-s, ...], []]\n"
	"tests:\n"
	"  - allow: read /data/x\n"
	"  - deny: read /data/x\n" /* line 34 */
	"  - deny: read /home/a\n" /* line 35: depends on uid */
	"  - allow: manage /data/open/x\n"; /* line 36: a part only */

static char dir[] = "/tmp/explain_test.XXXXXX";
static char output[8192];
static const char *path, *image;
static struct run run;

static void setup(void)
{
	static const struct diag_options options;
	FILE *file;

	memcpy(dir + strlen(dir) - 6, "XXXXXX", 6);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	memset(&run, 0, sizeof(run));
	run.arena = arena_create();
	run.diag = diag_create(run.arena, &options);
	path = arena_printf(run.arena, "%s/x.yaml", dir);
	image = arena_printf(run.arena, "%s/x.img", dir);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(policy, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

static void teardown(void)
{
	(void)unlink(path);
	(void)unlink(image);
	(void)rmdir(dir);
	arena_free(run.arena);
}

/* Run a command; what it prints and reports goes to output. */
static int capture(int (*command)(struct run *run), const char *file,
		   const char *request)
{
	char *operands[] = { (char *)(uintptr_t)file,
			     (char *)(uintptr_t)request };
	FILE *temp = tmpfile();
	int code, saved;
	size_t len;

	ck_assert_ptr_nonnull(temp);
	run.operands = operands;
	run.num_operands = request ? 2 : 1;
	(void)fflush(stdout);
	saved = dup(STDOUT_FILENO);
	ck_assert_int_ge(dup2(fileno(temp), STDOUT_FILENO), 0);
	code = command(&run);
	(void)fflush(stdout);
	ck_assert_int_ge(dup2(saved, STDOUT_FILENO), 0);
	(void)close(saved);
	(void)fseek(temp, 0, SEEK_END);
	diag_print(run.diag, temp);
	rewind(temp);
	len = fread(output, 1, sizeof(output) - 1, temp);
	output[len] = '\0';
	(void)fclose(temp);
	return code;
}

static void write_image(void)
{
	struct buf out = BUF_INIT(run.arena);
	const struct ast_policy *ast =
		parse_policy(run.arena, run.diag, &run.parse, path);
	FILE *file = fopen(image, "w");

	ck_assert(ast && file);
	ck_assert_int_eq(image_build(run.arena, run.diag, ast, &out), 0);
	ck_assert_uint_eq(fwrite(out.data, 1, out.len, file), out.len);
	ck_assert_int_eq(fclose(file), 0);
}

static const struct {
	const char *request;
	int code;
	const char *first; /* how the output begins */
	const char *says; /* and what else is in it */
} cases[] = {
	{ "read /data/x", EXIT_YES, "allow: rule 1", "x.yaml:4" },
	{ "read /data/secret", EXIT_NO, "deny: rule 4", "EACCES" },
	{ "read /data/secret", EXIT_NO, "deny: ", "nobody reads this" },
	{ "read /etc/shadow", EXIT_NO, "deny: the default of files", "" },
	{ "rename /data/open/a /data/open/b", EXIT_YES, "allow: rule 2", "" },
	{ "rename /data/a /data/open/a", EXIT_NO, "deny: widens", "write" },
	{ "rename /data/open/a /data/a", EXIT_YES, "allow: ", "" },
	{ "link /data/secret /data/x", EXIT_NO, "deny: widens", "read" },
	{ "read /home/a", EXIT_BAD, "undecided: it depends on uid", "uid=33" },
	{ "uid=33 read /home/a", EXIT_YES, "allow: rule 5", "" },
	{ "uid=200 read /home/a", EXIT_YES, "allow: rule 5", "" },
	{ "uid=201 read /home/a", EXIT_NO, "deny: the default", "" },
	{ "read /data/../data/x", EXIT_YES, "allow: rule 1", "note: " },
	{ "type=dir rename /data/a /data/b", EXIT_YES, "allow: rule 3", "" },
	{ "type=dir rename /data/open/a /data/a", EXIT_YES, "allow: ", "" },
	{ "rename /data/a /data/open", EXIT_BAD,
	  "undecided: it depends on type", "" },
	{ "type=regular rename /data/a /data/open", EXIT_YES, "allow: ", "" },
	{ "type=dir rename /data/a /data/open", EXIT_NO, "deny: widens",
	  "what is below /data/open would have rights that not all below "
	  "/data/a has, whatever the conditions: write" },
	{ "manage /data/open/x", EXIT_BAD, "undecided: 'manage' is a group",
	  "create: deny" },
	{ "connect tcp 10.1.2.3:80", EXIT_YES, "allow: rule 6", "" },
	{ "connect tcp [fd00::1]:8999", EXIT_YES, "allow: rule 6", "" },
	{ "connect tcp [fe00::1]:8999", EXIT_NO, "deny: the default", "" },
	{ "connect tcp 10.1.2.3:81", EXIT_NO, "deny: the default", "" },
	{ "connect tcp any:80", EXIT_BAD, "undecided: it depends on remote",
	  "" },
	{ "connect tcp 10.1.2.3", EXIT_BAD, "undecided: it depends on port",
	  "" },
	{ "connect udp 10.1.2.3:80", EXIT_NO, "deny: the default", "" },
	{ "send udp any:1", EXIT_BAD, "undecided: it depends on remote", "" },
	{ "send udp 10.255.0.1:1", EXIT_NO, "deny: rule 8", "" },
	{ "create tcp", EXIT_YES, "allow: rule 6", "" },
	{ "create unix", EXIT_NO, "deny: ", "" },
	{ "connect unix /run/x", EXIT_BAD, "undecided: it depends on peer",
	  "peer=self: allow" },
	{ "peer=host connect unix /run/x", EXIT_NO, "deny: ", "" },
	{ "no-new-privs=yes exe=/usr/bin/sh exec /bin/x", EXIT_YES,
	  "allow: rule 9", "" },
	{ "no-new-privs=yes exe=/opt/a/run exec /bin/x", EXIT_YES,
	  "allow: rule 9", "" },
	{ "no-new-privs=no exe=/opt/a/run exec /bin/x", EXIT_NO,
	  "deny: the default", "" },
	{ "no-new-privs=yes exe=/opt/run exec /bin/x", EXIT_NO,
	  "deny: the default", "" },
	{ "no-new-privs=yes exe= exec /bin/x", EXIT_NO, "deny: the default",
	  "" },
	{ "no-new-privs=yes exec /bin/x", EXIT_BAD,
	  "undecided: it depends on exe", "exe=/opt/a/run: allow" },
	{ "exec /bin/x", EXIT_BAD, "undecided: it depends on", "exe" },
	{ "exe=/usr/bin/sh exec /bin/x", EXIT_BAD,
	  "undecided: it depends on no-new-privs", "" },
	{ "exec /usr/x", EXIT_NO, "deny: the default", "" },
	{ "owner=yes exec /lib/x", EXIT_NO, "deny: the default", "" },
	{ "owner=no exec /lib/x", EXIT_YES, "allow: rule 10", "" },
	{ "exec /usr/sbin/x", EXIT_YES, "allow: rule 11", "" },
	{ "exec /usr/sbin/x -g 'daemon off; /x'", EXIT_YES, "allow: rule 11",
	  "" },
	{ "exec /usr/sbin/x -g", EXIT_NO, "deny: the default", "" },
	{ "exec /usr/sbin/x -g a b", EXIT_NO, "deny: the default", "" },
	{ "exec /usr/sbin/x -s", EXIT_YES, "allow: rule 11", "" },
	{ "exec /usr/sbin/x -s a '' b", EXIT_YES, "allow: rule 11", "" },
	{ "exec /usr/sbin/x ''", EXIT_NO, "deny: the default", "" },
	{ "chain=yes exec /usr/sbin/x", EXIT_NO, "deny: the default", "" },
	{ "exec memfd -g a", EXIT_YES, "allow: rule 11", "" },
	{ "exec memfd -x", EXIT_NO, "deny: the default", "" },
	{ "mount tmpfs /t", EXIT_NO, "deny: the default of mounts, ",
	  "x.yaml:2, EPERM" },
};

START_TEST(policy_answers)
{
	int code = capture(command_explain, path, cases[_i].request);

	ck_assert_msg(code == cases[_i].code &&
			      !strncmp(output, cases[_i].first,
				       strlen(cases[_i].first)) &&
			      strstr(output, cases[_i].says),
		      "%s: %d: %s", cases[_i].request, code, output);
}
END_TEST

START_TEST(image_answers_alike)
{
	int code;

	write_image();
	code = capture(command_explain, image, cases[_i].request);
	ck_assert_int_eq(code, cases[_i].code);
	ck_assert_msg(!strncmp(output, cases[_i].first,
			       strlen(cases[_i].first)),
		      "%s: %s", cases[_i].request, output);
}
END_TEST

static const char renames[] = "bailiff: 1\n"
			      "policy: x\n"
			      "files:\n"
			      "  - allow: manage\n" /* rule 1 */
			      "    paths: /one\n"
			      "    when: {uid: 1}\n"
			      "  - allow: manage\n" /* rule 2 */
			      "    paths: [/two, /less]\n"
			      "    when: {uid: 2}\n"
			      "  - allow: manage\n" /* rule 3 */
			      "    paths: [/any, /also]\n"
			      "  - allow: write\n" /* rule 4 */
			      "    paths: /also/**\n";

static const struct {
	const char *request;
	int code;
	const char *first, *says;
} two_names[] = {
	/* for no uid are both allowed */
	{ "rename /one /two", EXIT_NO, "deny: the default", "" },
	{ "rename /one /none", EXIT_NO, "deny: the default", "" },
	{ "rename /none /one", EXIT_NO, "deny: the default", "" },
	{ "link /one /two", EXIT_NO, "deny: the default", "" },
	{ "uid=1 rename /one /none", EXIT_NO, "deny: the default", "" },
	{ "rename /two /less", EXIT_BAD, "undecided: it depends on uid",
	  "with uid=2: allow: rule 2" },
	{ "rename /any /two", EXIT_BAD, "undecided: it depends on uid",
	  "with uid=2: allow: rule 3" },
	{ "rename /any /also", EXIT_BAD, "undecided: it depends on type",
	  "with type=dir: deny: widens" },
	{ "rename /any /also", EXIT_BAD, "undecided: it depends on type",
	  "with another: allow: rule 3" },
	{ "type=dir rename /any /also", EXIT_NO, "deny: widens", "below" },
	{ "type=regular rename /any /also", EXIT_YES, "allow: rule 3", "" },
	{ "link /any /also", EXIT_YES, "allow: rule 3", "" },
	/* who has uid 2 may not, since that widens: so nobody may */
	{ "rename /two /any", EXIT_NO, "deny: widens", "" },
};

/* Both are judged for the same caller, whoever that is. */
START_TEST(two_names_are_one_request)
{
	FILE *file = fopen(path, "w");
	int code;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(renames, file), 0);
	ck_assert_int_eq(fclose(file), 0);
	code = capture(command_explain, path, two_names[_i].request);
	ck_assert_msg(code == two_names[_i].code &&
			      !strncmp(output, two_names[_i].first,
				       strlen(two_names[_i].first)) &&
			      strstr(output, two_names[_i].says) &&
			      (!strstr(output, "note: of a") ==
			       !strstr(two_names[_i].says, "note: of a")),
		      "%s: %d: %s", two_names[_i].request, code, output);
}
END_TEST

START_TEST(why_not_names_what_is_missing)
{
	run.why_not = true;
	ck_assert_int_eq(capture(command_explain, path, "uid=1 read /home/a"),
			 EXIT_NO);
	ck_assert_ptr_nonnull(strstr(output, "rule 5"));
	ck_assert_ptr_nonnull(strstr(output, "it needs uid 33, 100-200"));
	ck_assert_int_eq(capture(command_explain, path, "read /dat"), EXIT_NO);
	ck_assert_ptr_nonnull(strstr(output, "it is for /data"));
}
END_TEST

static const struct {
	const char *request;
	const char *says[4]; /* in this order */
} why_nots[] = {
	{ "read /x/y/z",
	  { "deny: the default of files", "not: rule 4",
	    "it is for write, append", "paths: \"/x/y/z\"" } },
	{ "capability setgid",
	  { "deny: the default of capabilities", "not: rule 1",
	    "it is for setuid", "- allow: setgid" } },
	{ "exec /x",
	  { "deny: the default of exec", "no rule of exec speaks of it",
	    "exec:\n", "- allow: \"/x\"" } },
	{ "files.write /y",
	  { "deny: the default of files", "no rule of files speaks of it",
	    "- allow: write", "paths: \"/y\"" } },
	{ "read /x/y",
	  { "deny: rule 3", "would have to change: rule 3",
	    "it would be the default", "not: rule 4" } },
	{ "connect tcp 10.0.0.1:81",
	  { "deny: the default of network", "not: rule 2", "it needs port 80",
	    "protocol: tcp" } },
	{ "rename /c/a /d/a",
	  { "/d/a would have rights that /c/a has only under conditions: list",
	    "given by: rule 6", "not: rule 7", "such rules count only" } },
	{ "rename /c/a /e/a",
	  { "/e/a would have rights that /c/a lacks: append",
	    "would have to change", "given by: rule 8", "append" } },
	{ "type=dir rename /c/a /f",
	  { "what is below /f would have rights", "given by: rule 9", "/f/x/y",
	    "" } },
};

static void write_policy(const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

START_TEST(a_denial_names_what_would_have_to_change)
{
	const char *at = output;

	run.why_not = true;
	write_policy("bailiff: 1\n"
		     "policy: x\n"
		     "capabilities: [{allow: setuid}]\n" /* rule 1 */
		     "network: [{allow: connect, protocol: tcp, ports: 80}]\n"
		     "files:\n"
		     "  - {deny: read, paths: /x/*}\n" /* rule 3 */
		     "  - {allow: write, paths: /x/**}\n"
		     "  - {allow: rename, paths: ['/[cdef]/*', /f]}\n"
		     "  - {allow: list, paths: /d/*}\n" /* rule 6 */
		     "  - {allow: list, paths: /c/*, when: {uid: 1}}\n"
		     "  - {allow: append, paths: /e/*}\n" /* rule 8 */
		     "  - {allow: append, paths: /f/x/y}\n");
	ck_assert_int_eq(capture(command_explain, path, why_nots[_i].request),
			 EXIT_NO);
	for (u32 i = 0; i < ARRAY_SIZE(why_nots[_i].says); i++) {
		at = strstr(at, why_nots[_i].says[i]);
		ck_assert_msg(at != NULL, "'%s': '%s' not in, or not there: %s",
			      why_nots[_i].request, why_nots[_i].says[i],
			      output);
	}
}
END_TEST

START_TEST(trace_walks_both_names)
{
	const char *at;

	run.trace = true;
	ck_assert_int_eq(capture(command_explain, path,
				 "rename /data/a /data/open/a"),
			 EXIT_NO);
	at = strstr(output, "name: /data/a\nstates: ");
	ck_assert_ptr_nonnull(at);
	at = strstr(at, "must: read, rename, link, list");
	ck_assert_ptr_nonnull(at);
	at = strstr(at, "name: /data/open/a\nstates: ");
	ck_assert_ptr_nonnull(at);
	ck_assert_ptr_nonnull(strstr(at, "may: read, write, "));
	/* one that is denied for the name is walked to both, too */
	ck_assert_int_eq(capture(command_explain, path, "rename /data/a /b"),
			 EXIT_NO);
	ck_assert_ptr_nonnull(strstr(output, "name: /b\nstates: "));
}
END_TEST

START_TEST(trace_shows_states_and_list)
{
	run.trace = true;
	ck_assert_int_eq(capture(command_explain, path, "read /data/x"),
			 EXIT_YES);
	ck_assert_ptr_nonnull(strstr(output, "states: "));
	ck_assert_ptr_nonnull(strstr(output, "list: "));
}
END_TEST

START_TEST(failing_tests_are_named)
{
	/* one leaves open what it depends on */
	ck_assert_int_eq(capture(command_test, path, NULL), EXIT_BAD);
	ck_assert_ptr_nonnull(strstr(output, "1 of 4 tests passed"));
	ck_assert_ptr_null(strstr(output, "x.yaml:33:"));
	ck_assert_ptr_nonnull(strstr(output, "x.yaml:34:"));
	ck_assert_ptr_nonnull(strstr(output, "rule 1"));
	ck_assert_ptr_nonnull(strstr(output, "x.yaml:35:"));
	ck_assert_ptr_nonnull(strstr(output, "depends on uid"));
	ck_assert_ptr_nonnull(strstr(output, "x.yaml:36:"));
}
END_TEST

START_TEST(bad_image_is_refused)
{
	FILE *file;

	write_image();
	file = fopen(image, "r+");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fseek(file, 16, SEEK_SET), 0);
	ck_assert_int_eq(fputc(0xff, file), 0xff);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(capture(command_explain, image, "read /x"), EXIT_BAD);
	ck_assert_ptr_nonnull(strstr(output, "bad image"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("explain");
	TCase *tc = tcase_create("answers");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, policy_answers, 0, ARRAY_SIZE(cases));
	tcase_add_loop_test(tc, image_answers_alike, 0, ARRAY_SIZE(cases));
	tcase_add_loop_test(tc, two_names_are_one_request, 0,
			    ARRAY_SIZE(two_names));
	tcase_add_test(tc, why_not_names_what_is_missing);
	tcase_add_loop_test(tc, a_denial_names_what_would_have_to_change, 0,
			    ARRAY_SIZE(why_nots));
	tcase_add_test(tc, trace_shows_states_and_list);
	tcase_add_test(tc, trace_walks_both_names);
	tcase_add_test(tc, failing_tests_are_named);
	tcase_add_test(tc, bad_image_is_refused);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}

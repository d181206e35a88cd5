// SPDX-License-Identifier: GPL-2.0-only
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/ctl.h"
#include "daemon/launch.h"
#include "daemon/roster.h"
#include "policyc/parse.h"
#include "policyc/source.h"
#include "tests/lib/fake_kernel.h"
#include "tests/lib/policyc_build.h"
#include "tests/lib/policyc_fixture.h"
#include "tests/lib/suite.h"

#define HEAD "bailiff: 1\npolicy: app\n"
#define FILTER                                    \
	HEAD "syscalls:\n"                        \
	     "  allow: \"@system-service\"\n"     \
	     "  deny: [mkdir, mkdirat, ptrace]\n" \
	     "  errno: EROFS\n"

static struct fake_kernel *kernel;
static struct ctl ctl;
static char dir[64];
static const char *policy = "app"; /* or a file */

static void setup(void)
{
	policyc_setup();
	memset(&ctl, 0, sizeof(ctl));
	kernel = fake_kernel_create(&ctl.kfs);
	strcpy(dir, "/tmp/launch_test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void teardown(void)
{
	(void)rmdir(arena_printf(arena, "%s/made", dir));
	ck_assert_int_eq(rmdir(dir), 0);
	fake_kernel_free(kernel);
	policyc_teardown();
}

static struct bvm_image *image_of(const char *text)
{
	static const struct parse_options options = { .no_includes = true };
	const struct source *source =
		source_create(arena, "app.yaml", text, strlen(text));
	struct ast_policy *ast = parse_text(arena, diag, &options, source);
	struct bvm_image *img = arena_alloc(arena, sizeof(*img));

	ck_assert_ptr_nonnull(ast);
	policyc_build(arena, ast, img);
	return img;
}

static void load(const char *text)
{
	const struct bvm_image *img = image_of(text);
	char reply[KFS_REPLY];

	ck_assert_int_eq(
		kfs_request(&ctl.kfs, "load", img->bytes, img->len, reply), 0);
}

/* bailiffctl run, in a process of its own. Return: its exit status. */
static int run(bool audit, const char *program, const char *operand)
{
	char *argv[] = {
		"run",		 "--policy",	  (char *)policy, "--",
		(char *)program, (char *)operand, NULL,		  NULL
	};
	int status;
	pid_t pid;

	if (audit) {
		memmove(&argv[4], &argv[3], 3 * sizeof(argv[0]));
		argv[3] = "--audit";
	}
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (!pid) {
		(void)!freopen("/dev/null", "w", stderr);
		_exit(ctl_run(&ctl, audit ? 7 : 6, argv));
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status), "signal %d", WTERMSIG(status));
	return WEXITSTATUS(status);
}

static bool made(void)
{
	return !access(arena_printf(arena, "%s/made", dir), F_OK);
}

static const char *to_make(void)
{
	return arena_printf(arena, "%s/made", dir);
}

static const char *app_and_digest(void)
{
	return arena_printf(arena, "app@%s",
			    fake_kernel_find(kernel, "app")->digest);
}

START_TEST(a_program_starts_under_the_filter_of_its_policy)
{
	load(FILTER);
	ck_assert_int_eq(run(false, "mkdir", to_make()), 1);
	ck_assert(!made());
	ck_assert_str_eq(kernel->last_self, app_and_digest());
	/* what it allows works */
	ck_assert_int_eq(run(false, "true", "x"), 0);
}
END_TEST

START_TEST(without_a_filter_nothing_is_filtered)
{
	load(HEAD);
	ck_assert_int_eq(run(false, "mkdir", to_make()), 0);
	ck_assert(made());
	ck_assert_str_eq(kernel->last_self, "app");
}
END_TEST

START_TEST(a_filter_of_the_runtime_is_left_to_it)
{
	load(FILTER "  installed-by: runtime\n");
	ck_assert_int_eq(run(false, "mkdir", to_make()), 0);
	ck_assert(made());
}
END_TEST

/* A run whose policy comes from a file, which it loads. */
static int run_file(bool audit)
{
	const struct bvm_image *img = image_of(FILTER);
	FILE *out;
	int code;

	policy = arena_printf(arena, "%s/app.img", dir);
	out = fopen(policy, "w");
	ck_assert_ptr_nonnull(out);
	ck_assert_uint_eq(fwrite(img->bytes, img->len, 1, out), 1);
	fclose(out);
	code = run(audit, "mkdir", to_make());
	unlink(policy);
	policy = "app";
	return code;
}

START_TEST(audit_denies_nothing)
{
	ck_assert_int_eq(run_file(true), 0);
	ck_assert(made());
	ck_assert_ptr_nonnull(strstr(kernel->modes, "audit"));
}
END_TEST

/* Others may be under it: by its name, or by a file that replaces it. */
START_TEST(audit_does_not_weaken_what_is_enforced)
{
	load(FILTER);
	ck_assert_int_eq(_i ? run_file(true) : run(true, "mkdir", to_make()),
			 CTL_NO);
	ck_assert(!made());
	ck_assert_str_eq(kernel->modes, "");
	ck_assert_str_eq(kernel->last_self, "");
}
END_TEST

/* Its filter would be that of one version, and its rules those of another. */
START_TEST(a_policy_that_is_replaced_meanwhile_starts_nothing)
{
	const bool file = _i > 1;
	const struct bvm_image *next = image_of(HEAD);

	load(FILTER);
	kernel->next = next->bytes;
	kernel->next_len = next->len;
	kernel->next_when = _i == 3 ? NEXT_WITH_IMAGE :
			    file    ? NEXT_AFTER_LOAD :
				      NEXT_AFTER_IMAGE;
	ck_assert_int_eq(file ? run_file(false) :
				run(false, "mkdir", to_make()),
			 CTL_NO);
	ck_assert(!made());
	ck_assert_str_eq(kernel->last_self, "");
}
END_TEST

/* There is nothing of the first one that would be left. */
START_TEST(one_without_a_filter_may_be_replaced_meanwhile)
{
	const struct bvm_image *next = image_of(HEAD "mode: audit\n");

	load(HEAD);
	kernel->next = next->bytes;
	kernel->next_len = next->len;
	kernel->next_when = NEXT_AFTER_IMAGE;
	ck_assert_int_eq(run(false, "mkdir", to_make()), 0);
	ck_assert(made());
	ck_assert_str_eq(kernel->last_self, "app");
}
END_TEST

START_TEST(a_policy_that_is_not_loaded_starts_nothing)
{
	ck_assert_int_eq(run(false, "mkdir", to_make()), CTL_USAGE);
	ck_assert(!made());
}
END_TEST

START_TEST(a_filter_for_another_machine_starts_nothing)
{
	struct bvm_syscalls *syscalls;
	struct launch_filter filter;
	struct fake_policy *policy;
	struct bvm_image *img = arena_alloc(arena, sizeof(*img));

	load(FILTER);
	policy = fake_kernel_find(kernel, "app");
	ck_assert_int_eq(bvm_image_parse(policy->image, policy->len, img, NULL),
			 0);
	syscalls = (void *)(uintptr_t)img->syscalls;
	syscalls->arch = 0xc00000b7; /* aarch64 */
	ck_assert_int_eq(launch_read(&ctl.kfs, "app", &filter), -EXDEV);
	ck_assert_int_eq(run(false, "mkdir", to_make()), CTL_LACKS);
	ck_assert(!made());
}
END_TEST

/* ---- bindings ---- */

static int bind_to(const char *cgroup)
{
	char *argv[] = { "bind",     "--cgroup", (char *)cgroup,
			 "--policy", "app",	 NULL };
	int code, saved = dup(STDERR_FILENO), out = dup(STDOUT_FILENO);

	(void)!freopen("/dev/null", "w", stderr);
	(void)!freopen("/dev/null", "w", stdout);
	optind = 0;
	code = ctl_bind(&ctl, 5, argv);
	(void)fflush(NULL);
	(void)dup2(saved, STDERR_FILENO);
	(void)dup2(out, STDOUT_FILENO);
	close(saved);
	close(out);
	return code;
}

START_TEST(a_binding_does_not_leave_the_filter_out)
{
	load(FILTER);
	ck_assert_int_eq(bind_to("4711"), CTL_NO);
	ck_assert_str_eq(kernel->last_bind, "");
	load(FILTER "  installed-by: runtime\n");
	ck_assert_int_eq(bind_to("4711"), CTL_YES);
	ck_assert_str_eq(kernel->last_bind, "cgroup=4711 policy=app");
	load(HEAD);
	ck_assert_int_eq(bind_to("4712"), CTL_YES);
	ck_assert_str_eq(kernel->last_bind, "cgroup=4712 policy=app");
}
END_TEST

START_TEST(only_a_filter_of_ours_is_needed)
{
	ck_assert(bvm_image_wants_launcher(image_of(FILTER)));
	ck_assert(!bvm_image_wants_launcher(
		image_of(FILTER "  installed-by: runtime\n")));
	ck_assert(!bvm_image_wants_launcher(image_of(HEAD)));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("launch");
	TCase *tc = tcase_create("launch");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_program_starts_under_the_filter_of_its_policy);
	tcase_add_test(tc, without_a_filter_nothing_is_filtered);
	tcase_add_test(tc, a_filter_of_the_runtime_is_left_to_it);
	tcase_add_test(tc, audit_denies_nothing);
	tcase_add_loop_test(tc, audit_does_not_weaken_what_is_enforced, 0, 2);
	tcase_add_loop_test(
		tc, a_policy_that_is_replaced_meanwhile_starts_nothing, 1, 4);
	tcase_add_test(tc, one_without_a_filter_may_be_replaced_meanwhile);
	tcase_add_test(tc, a_policy_that_is_not_loaded_starts_nothing);
	tcase_add_test(tc, a_filter_for_another_machine_starts_nothing);
	tcase_add_test(tc, a_binding_does_not_leave_the_filter_out);
	tcase_add_test(tc, only_a_filter_of_ours_is_needed);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * ctl_selftest.c - selftest: does the kernel do what the files say?
 *
 * Each finding says who answered. A kernel that people run decides no request
 * that nobody makes: so what tests say is policyc's answer, by the same code
 * on the same bytes, and what is the kernel's own is shown by real operations.
 * One built for tests has the file `decide`, and is asked beside policyc.
 */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bailiffd.h"
#include "canary.h"
#include "coverage.h"
#include "ctl.h"
#include "kdecide.h"
#include "ownbuild.h"
#include "readback.h"
#include "state.h"
#include "verdict.h"

struct selftest {
	struct ctl *ctl;
	const char *policies_dir;
	const char *state_dir;
	const char *policyc;
	char policyc_path[PATH_MAX];
	bool decides; /* the kernel can be asked */
	struct ownbuilds builds;
	int builds_err;
	json_t *findings; /* NULL: print each as it comes */
	struct verdict verdict;
};

enum outcome { GOOD, FAILED, NOT_SHOWN };

#define BY_KERNEL "kernel"
#define BY_POLICYC "policyc"

static void make_one_line(char *text)
{
	char *at;

	for (at = text; *at; at++)
		if (*at == '\n')
			*at = ';';
}

/* Without the end of its last line. */
static const char *trimmed(struct text *text)
{
	if (text->len && text->data[text->len - 1] == '\n')
		text->data[--text->len] = '\0';
	return text_string(text);
}

/* Names of programs and of files are whatever somebody chose. */
static void print_finding(const char *outcome, const char *by, const char *what,
			  const char *whose, const char *text)
{
	printf("%-5s %-8s %-9s ", outcome, by, what);
	text_put_safe(whose, stdout);
	fputs(": ", stdout);
	text_put_safe(text, stdout);
	putchar('\n');
}

static void __attribute__((format(printf, 6, 7)))
find(struct selftest *test, enum outcome outcome, const char *by,
     const char *what, const char *whose, const char *fmt, ...)
{
	static const char *const words[] = { "ok", "FAIL", "open" };
	struct verdict *verdict = &test->verdict;
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	make_one_line(text);
	verdict->good += outcome == GOOD;
	verdict->failed += outcome == FAILED;
	verdict->not_shown += outcome == NOT_SHOWN;
	if (test->findings)
		json_array_append_new(test->findings,
				      json_pack("{s:s, s:s, s:s, s:o, s:o}",
						"outcome", words[outcome], "by",
						by, "check", what, "whose",
						ctl_string(whose), "text",
						ctl_string(text)));
	else
		print_finding(words[outcome], by, what, whose, text);
}

#define TESTED_BY_KERNEL "the kernel"
#define TESTED_BY_POLICYC "policyc, on the image read back from the kernel"

/* The tests as requests, to the kernel itself. */
static void ask_kernel(struct selftest *test, const struct ownbuild *build)
{
	struct text lines = {}, wrong = {};
	struct kdecide result = {};
	int err;

	err = ownbuild_requests(test->policyc, test->policies_dir, build->file,
				&lines);
	if (!err)
		err = kdecide_run(&test->ctl->kfs, build->policy, &lines,
				  &result, &wrong);
	if (err)
		find(test, NOT_SHOWN, BY_KERNEL, "tests", build->policy, "%s",
		     err < 0 ? strerror(-err) : trimmed(&lines));
	else if (result.num_wrong)
		find(test, FAILED, BY_KERNEL, "tests", build->policy,
		     "%u of %u requests come out otherwise: %.600s; decided by: " TESTED_BY_KERNEL,
		     result.num_wrong, result.num_requests, trimmed(&wrong));
	else
		find(test,
		     result.num_asked == result.num_tests ? GOOD : NOT_SHOWN,
		     BY_KERNEL, "tests", build->policy,
		     "%u of its own %u tests hold, in %u requests; decided by: " TESTED_BY_KERNEL,
		     result.num_asked, result.num_tests, result.num_requests);
	text_free(&lines);
	text_free(&wrong);
}

static void check_tests(struct selftest *test, const struct ownbuild *build)
{
	struct text said = {};
	int code;

	code = ownbuild_test(test->policyc, test->policies_dir, build->file,
			     &said);
	if (code < 0)
		find(test, NOT_SHOWN, BY_POLICYC, "tests", build->policy, "%s",
		     strerror(-code));
	else
		find(test, code ? FAILED : GOOD, BY_POLICYC, "tests",
		     build->policy, "%s%.800s; decided by: " TESTED_BY_POLICYC,
		     code ? "" : "its own tests hold: ", trimmed(&said));
	text_free(&said);
	if (test->decides)
		ask_kernel(test, build);
}

static void check_build(struct selftest *test,
			const struct state_policy *policy)
{
	const struct ownbuild *build =
		ownbuild_find(&test->builds, policy->name);

	if (!build) {
		find(test, NOT_SHOWN, BY_POLICYC, "build", policy->name,
		     "no file of %s builds it; it was loaded by hand",
		     test->policies_dir);
		return;
	}
	if (strcmp(build->digest, policy->digest)) {
		find(test, FAILED, BY_POLICYC, "build", policy->name,
		     "%s builds another image: bailiffctl reload", build->file);
		return;
	}
	find(test, GOOD, BY_POLICYC, "build", policy->name,
	     "%s builds the image that is loaded", build->file);
	check_tests(test, build);
}

static int check_policy(const struct state_policy *listed, void *arg)
{
	struct selftest *test = arg;
	struct state_policy policy;
	struct readback back;
	char why[KFS_REPLY];
	int err;

	err = readback_settled(&test->ctl->kfs, listed->name, &policy, &back,
			       why, sizeof(why));
	if (err == -ENOENT) /* it was unloaded meanwhile */
		return 0;
	if (err) {
		find(test, FAILED, BY_KERNEL, "image", listed->name, "%s", why);
		return 0;
	}
	if (strcmp(back.digest, policy.digest))
		find(test, FAILED, BY_KERNEL, "image", policy.name,
		     "what is read back has another digest, %.12s, than the "
		     "kernel says, %.12s",
		     back.digest, policy.digest);
	else
		find(test, GOOD, BY_KERNEL, "image", policy.name,
		     "%zu bytes read back, of the digest that the kernel says",
		     back.len);
	readback_free(&back);
	if (test->builds_err)
		return 0;
	check_build(test, &policy);
	return 0;
}

/* A file that builds nothing protects nobody, whatever it is about. */
static void check_files(struct selftest *test)
{
	size_t i;

	for (i = 0; i < test->builds.num; i++)
		if (!test->builds.rows[i].policy[0])
			find(test, FAILED, BY_POLICYC, "build",
			     test->builds.rows[i].file,
			     "it builds no image: bailiffctl policies says "
			     "why");
}

static void check_policies(struct selftest *test)
{
	int err;

	test->decides = kdecide_is_there(&test->ctl->kfs);
	test->builds_err =
		ownbuild_all(test->policyc, test->policies_dir, &test->builds);
	if (test->builds_err)
		find(test, NOT_SHOWN, BY_POLICYC, "build", test->policies_dir,
		     "%s", strerror(-test->builds_err));
	check_files(test);
	err = state_policies(&test->ctl->kfs, check_policy, test);
	if (err)
		find(test, FAILED, BY_KERNEL, "image", "policies", "%s",
		     strerror(-err));
	ownbuild_free(&test->builds);
}

static int check_binding(const struct state_binding *binding, void *arg)
{
	struct selftest *test = arg;
	struct coverage coverage;
	char whose[96];
	int err;

	snprintf(whose, sizeof(whose), "%.63s",
		 binding->label[0] ? binding->label : binding->policy);
	if (!strcmp(binding->policy, "refuse"))
		return 0; /* confines nobody: it lets nobody start */
	err = coverage_look(&test->ctl->kfs, binding, &coverage);
	if (err == -ENOENT)
		return 0; /* it ended meanwhile */
	if (err)
		find(test, NOT_SHOWN, BY_KERNEL, "tasks", whose,
		     "cgroup %llu: %s", binding->cgroup, strerror(-err));
	else if (!coverage.tasks)
		find(test, NOT_SHOWN, BY_KERNEL, "tasks", whose,
		     "cgroup %llu: no task is in it, so nothing shows that %s "
		     "confines it",
		     binding->cgroup, binding->policy);
	else if (coverage.open)
		find(test, FAILED, BY_KERNEL, "tasks", whose,
		     "cgroup %llu: %u of %u tasks are not under %s: %s",
		     binding->cgroup, coverage.open, coverage.tasks,
		     binding->policy, coverage.which);
	else
		find(test, GOOD, BY_KERNEL, "tasks", whose,
		     "cgroup %llu: all %u tasks are under %s", binding->cgroup,
		     coverage.tasks, binding->policy);
	return 0;
}

static void check_bindings(struct selftest *test)
{
	int err = state_bindings(&test->ctl->kfs, check_binding, test);

	if (err)
		find(test, FAILED, BY_KERNEL, "tasks", "bindings", "%s",
		     strerror(-err));
}

static void check_canary(struct selftest *test, unsigned int class,
			 const struct canary *canary)
{
	const char *name = bvm_classes[class].name;

	switch (canary_judge(canary)) {
	case CANARY_DENIED:
		find(test, GOOD, BY_KERNEL, "canary", name,
		     "%s was denied, by its rule", canary->what);
		return;
	case CANARY_LET_PASS:
		find(test, FAILED, BY_KERNEL, "canary", name,
		     "%s was NOT denied (%s, %llu hits of its rule)",
		     canary->what,
		     canary->err ? strerror(canary->err) : "it worked",
		     canary->hits);
		return;
	case CANARY_NOT_SHOWN:
		break;
	}
	find(test, NOT_SHOWN, BY_KERNEL, "canary", name,
	     "%s: %s before any rule was asked", canary->what,
	     canary->tried ? strerror(canary->err) : "it could not be tried");
}

static void check_canaries(struct selftest *test)
{
	struct canary canaries[BVM_NUM_CLASSES] = {};
	char why[KFS_REPLY] = "no memory";
	unsigned int class, num_loads;
	int err;

	err = canary_run(&test->ctl->kfs, test->policyc, canaries, &num_loads,
			 why, sizeof(why));
	if (test->verdict.of.generation)
		test->verdict.of.generation += num_loads;
	if (err)
		find(test, FAILED, BY_KERNEL, "canary", "all", "%s", why);
	for (class = 1; class < BVM_NUM_CLASSES; class ++)
		if (!err && canaries[class].what)
			check_canary(test, class, &canaries[class]);
}

static void keep_verdict(struct selftest *test)
{
	int err;

	test->verdict.time = time(NULL);
	verdict_boot(test->verdict.boot);
	err = verdict_save(test->state_dir, &test->verdict);
	if (err)
		ctl_error("the verdict is not kept for status: %s: %s",
			  test->state_dir, strerror(-err));
}

static void print_end(const struct selftest *test)
{
	const struct verdict *verdict = &test->verdict;

	if (test->findings) {
		json_t *all =
			json_pack("{s:b, s:s, s:I, s:I, s:I, s:O}", "passed",
				  !verdict->failed, "tests_decided_by",
				  test->decides ? BY_KERNEL : BY_POLICYC,
				  "good", (json_int_t)verdict->good, "failed",
				  (json_int_t)verdict->failed, "not_shown",
				  (json_int_t)verdict->not_shown, "findings",
				  test->findings);

		ctl_dump(all);
		json_decref(all);
		return;
	}
	printf("\n%s: %u good, %u failed, %u not shown\n"
	       "tests decided by: %s\n"
	       "kernel: what the running kernel did or says. policyc: decided "
	       "by the compiler's\ncopy of the kernel's virtual machine, on "
	       "the same bytes; not by the kernel.\n",
	       verdict->failed ? "FAILED" : "passed", verdict->good,
	       verdict->failed, verdict->not_shown,
	       test->decides ? TESTED_BY_KERNEL : TESTED_BY_POLICYC);
}

enum { OPT_POLICIES = 256, OPT_STATE };

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "policies", required_argument, NULL, OPT_POLICIES },
	{ "state-dir", required_argument, NULL, OPT_STATE },
	{ NULL, 0, NULL, 0 },
};

static int parse_options(struct selftest *test, int argc, char **argv)
{
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == OPT_POLICIES)
			test->policies_dir = optarg;
		else if (opt == OPT_STATE)
			test->state_dir = optarg;
		else if (opt != 'j')
			return ctl_usage(argv[0], "bad option");
		else if (!test->findings)
			test->findings = json_array();
	}
	if (optind != argc)
		return ctl_usage(argv[0], "it takes no operands");
	return CTL_YES;
}

int ctl_selftest(struct ctl *ctl, int argc, char **argv)
{
	struct selftest test = {
		.ctl = ctl,
		.policies_dir = POLICIES_DIR,
		.state_dir = STATE_DIR,
		.policyc = ctl->policyc,
	};
	int code = parse_options(&test, argc, argv);

	if (!code)
		code = ctl_need_kernel(ctl);
	if (!code && geteuid()) {
		ctl_error("this needs root: it loads a policy");
		code = CTL_LACKS;
	}
	if (!code) {
		if (!test.policyc)
			test.policyc = compile_find_policyc(test.policyc_path,
							    PATH_MAX);
		/*
		 * Before the checks: a load or a mode that comes in between is
		 * none that they are of. The canaries' own is counted there.
		 */
		(void)verdict_look(&ctl->kfs, &test.verdict.of);
		check_policies(&test);
		check_bindings(&test);
		check_canaries(&test);
		keep_verdict(&test);
		print_end(&test);
		code = test.verdict.failed ? CTL_NO : CTL_YES;
	}
	json_decref(test.findings);
	return code;
}

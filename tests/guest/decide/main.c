// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - decide: does the kernel decide what the rules say?
 *
 * usage: decide [-p POLICIES] [-n REQUESTS] [-s SEED] [-c CALLS]
 *
 * Random policies, as tests/unit/oracle_test.c has them, are compiled and
 * loaded; random requests to each of them are decided by the kernel (the file
 * `decide`) and by the reference that reads the rules one by one. -c: real system
 * calls in place of requests, some under each policy (calls.h). Prints TAP.
 * Runs in the guest, as root, on a kernel for tests.
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ask.h"
#include "calls.h"
#include "tests/lib/policyc_build.h"
#include "tests/oracle/gen.h"

#define WORKERS 2
#define ALL_CLASSES ((1u << BVM_NUM_CLASSES) - 2)

/* What one worker found. */
struct tally {
	bool done;
	u64 pairs, different, interpreted;
	u64 denied, by_rule, audited, killed, quiet;
	u64 of_class[BVM_NUM_CLASSES];
	char first[512]; /* difference */
};

struct plan {
	u32 policies, requests, seed;
};

/* A request of the batch, for the comparison. */
struct wanted {
	struct oracle_request request;
	u32 verdict;
};

static void count(struct tally *t, const struct wanted *w)
{
	t->pairs++;
	t->of_class[w->request.class]++;
	t->denied += !!(w->verdict & BVM_VERDICT_DENY);
	t->by_rule += bvm_verdict_rule(w->verdict) != 0;
	t->audited += !!(w->verdict & BVM_VERDICT_AUDIT);
	t->killed += !!(w->verdict & BVM_VERDICT_KILL);
	t->quiet += !!(w->verdict & BVM_VERDICT_QUIET);
}

static void compare(struct tally *t, u32 policy, const struct wanted *w,
		    const struct bailiff_decide_answer *a)
{
	const struct oracle_request *rq = &w->request;
	const u32 want_err = ask_errno(rq, w->verdict);

	count(t, w);
	t->interpreted += !a->jited;
	if (a->verdict == w->verdict && a->err == want_err &&
	    !a->reason == !want_err)
		return;
	if (t->different++)
		return;
	(void)snprintf(
		t->first, sizeof(t->first),
		"policy %u, %s.%s path=%s exe=%s: the kernel says %#x, errno %u, "
		"reason %u; the rules %#x, errno %u",
		policy, bvm_classes[rq->class].name,
		bvm_op_name(rq->class, rq->ctx.op),
		rq->strings[BVM_STR_PATH - 1] ?: "-",
		rq->strings[BVM_STR_EXE - 1] ?: "-", a->verdict, a->err,
		a->reason, w->verdict, want_err);
}

static void flush(struct tally *t, struct ask *ask, u32 policy,
		  const struct wanted *wanted,
		  struct bailiff_decide_answer *answers)
{
	const u32 num = ask->num;
	const int ret = ask_run(ask, answers);

	if (ret)
		errx(1, "decide: %s", strerror(-ret));
	for (u32 i = 0; i < num; i++)
		compare(t, policy, &wanted[i], &answers[i]);
}

static struct ast_policy *load(struct gen *gen, const char *name, bool calls)
{
	struct ast_policy *ast = gen_policy(gen);
	struct bvm_image *img = arena_alloc(gen->arena, sizeof(*img));
	int ret;

	ast->name = name;
	ast->unmediated = ALL_CLASSES; /* for kernels that lack a hook */
	if (calls)
		calls_settle(ast);
	policyc_build(gen->arena, ast, img);
	ret = ask_write("load", img->bytes, img->len);
	if (ret)
		errx(1, "load: %s", strerror(-ret));
	return ast;
}

static void try_policy(struct tally *t, const struct plan *plan, u32 policy,
		       const char *name)
{
	static struct wanted wanted[BAILIFF_DECIDE_MAX_REQUESTS];
	static struct bailiff_decide_answer answers[BAILIFF_DECIDE_MAX_REQUESTS];
	struct gen gen = { .arena = arena_create(),
			   .state = gen_seed(plan->seed + policy) };
	const struct ast_policy *ast = load(&gen, name, false);
	struct ask ask;

	ask_init(&ask, name);
	for (u32 i = 0; i < plan->requests; i++) {
		struct wanted next;

		gen_request(&gen, ast, 1 + gen_below(&gen, BVM_NUM_CLASSES - 1),
			    &next.request);
		ask_settle(&next.request);
		next.verdict = oracle_eval(ast, &next.request);
		if (!ask_add(&ask, &next.request)) {
			flush(t, &ask, policy, wanted, answers);
			if (!ask_add(&ask, &next.request))
				errx(1, "a request is too long");
		}
		wanted[ask.num - 1] = next;
	}
	flush(t, &ask, policy, wanted, answers);
	ask_fini(&ask);
	arena_free(gen.arena);
}

/* The domains of a batch go a moment after it. */
static void unload(const char *name)
{
	int ret = -EBUSY;

	for (u32 i = 0; i < 100 && ret == -EBUSY; i++) {
		ret = ask_write("unload", name, strlen(name));
		if (ret)
			usleep(50000);
	}
	if (ret)
		errx(1, "unload: %s", strerror(-ret));
}

static void work(struct tally *t, const struct plan *plan, u32 worker)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "random-%u", worker);
	for (u32 i = worker; i < plan->policies; i += WORKERS)
		try_policy(t, plan, i, name);
	unload(name);
	t->done = true;
}

static void add(struct tally *to, const struct tally *from)
{
	if (!to->different && from->different)
		memcpy(to->first, from->first, sizeof(to->first));
	to->done &= from->done;
	to->pairs += from->pairs;
	to->different += from->different;
	to->interpreted += from->interpreted;
	to->denied += from->denied;
	to->by_rule += from->by_rule;
	to->audited += from->audited;
	to->killed += from->killed;
	to->quiet += from->quiet;
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++)
		to->of_class[i] += from->of_class[i];
}

static struct tally run(const struct plan *plan)
{
	struct tally sum = { .done = true };
	struct tally *t = mmap(NULL, WORKERS * sizeof(*t),
			       PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (t == MAP_FAILED)
		err(1, "memory for results");
	(void)fflush(stdout);
	for (u32 i = 0; i < WORKERS; i++) {
		const pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (!pid) {
			work(&t[i], plan, i);
			_exit(0);
		}
	}
	while (wait(NULL) > 0)
		;
	for (u32 i = 0; i < WORKERS; i++)
		add(&sum, &t[i]);
	return sum;
}

/* ---- claims ---- */

static u32 num_claims, num_failed;

static void claim(bool holds, const char *what)
{
	num_failed += !holds;
	printf("%sok %u - %s\n", holds ? "" : "not ", ++num_claims, what);
}

static void print_claims(const struct tally *t, const struct plan *plan)
{
	const u64 want = (u64)plan->policies * plan->requests;
	char text[256];

	claim(t->done && t->pairs == want, "every policy was tried to the end");
	(void)snprintf(text, sizeof(text),
		       "the kernel decides %llu pairs as the rules say",
		       (unsigned long long)t->pairs);
	claim(t->pairs && !t->different, text);
	if (t->different)
		printf("# %llu differ: %s\n", (unsigned long long)t->different,
		       t->first);
	claim(!t->interpreted, "all of them in code of the JIT");
	/* a test of one answer tests nothing */
	claim(t->denied > want / 10 && t->pairs - t->denied > want / 10 &&
		      t->by_rule > want / 7,
	      "many are allowed, many denied, many by a rule");
	claim(t->audited && t->killed && t->quiet,
	      "and there are audits, kills and quiet denials");
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++)
		if (t->of_class[i] < want / 20)
			claim(false, bvm_classes[i].name);
	printf("# %llu denied, %llu by a rule, %llu audited, %llu kill, %llu quiet\n",
	       (unsigned long long)t->denied, (unsigned long long)t->by_rule,
	       (unsigned long long)t->audited, (unsigned long long)t->killed,
	       (unsigned long long)t->quiet);
}

/* ---- real system calls ---- */

#define CALLS_PER_POLICY 100

static void try_calls(u32 num, u32 seed)
{
	struct calls_tally t = { 0 };
	char text[256];

	/* who is under a policy may send them here */
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGRTMAX, SIG_IGN);
	for (u32 i = 0; t.num < num; i++) {
		struct gen gen = { .arena = arena_create(),
				   .state = gen_seed(1000000 + seed + i) };
		const struct ast_policy *ast = load(&gen, "calls", true);

		calls_try(&gen, ast, CALLS_PER_POLICY, &t);
		arena_free(gen.arena);
	}
	unload("calls");
	(void)snprintf(text, sizeof(text),
		       "%u system calls end as the rules say", t.num);
	claim(!t.different, text);
	if (t.different)
		printf("# %u differ: %s\n", t.different, t.first);
	claim(t.denied > num / 5 && t.num - t.denied > num / 5,
	      "many of them are denied, and many are not");
	printf("# %u denied; %u of files, %u exec, %u network, %u tasks, %u ipc\n",
	       t.denied, t.of_class[BVM_CLASS_FILES],
	       t.of_class[BVM_CLASS_EXEC], t.of_class[BVM_CLASS_NETWORK],
	       t.of_class[BVM_CLASS_TASKS], t.of_class[BVM_CLASS_IPC]);
}

/* ---- what is no request ---- */

static void try_malformed(void)
{
	struct bailiff_decide_header h = { .magic = BAILIFF_DECIDE_MAGIC,
					   .policy = "nobody" };

	claim(ask_write("decide", &h, sizeof(h)) == -ENOENT,
	      "no policy of the name: ENOENT");
	h.magic++;
	claim(ask_write("decide", &h, sizeof(h)) == -EINVAL,
	      "another magic: EINVAL");
	claim(ask_write("decide", &h, 3) == -EINVAL, "half a header: EINVAL");
	h.magic = BAILIFF_DECIDE_MAGIC;
	h.num_requests = BAILIFF_DECIDE_MAX_REQUESTS + 1;
	claim(ask_write("decide", &h, sizeof(h)) == -E2BIG,
	      "too many requests: E2BIG");
}

int main(int argc, char **argv)
{
	struct plan plan = { .policies = 480, .requests = 2100, .seed = 1 };
	struct tally sum;
	u32 calls = 0;
	int option;

	while ((option = getopt(argc, argv, "p:n:s:c:")) != -1) {
		const u32 value = (u32)strtoul(optarg ?: "", NULL, 10);

		if (option == 'p')
			plan.policies = value;
		else if (option == 'n')
			plan.requests = value;
		else if (option == 's')
			plan.seed = value;
		else if (option == 'c')
			calls = value;
		else
			errx(2,
			     "usage: decide [-p POLICIES] [-n REQUESTS] [-s SEED] [-c CALLS]");
	}
	if (calls) {
		try_calls(calls, plan.seed);
	} else {
		try_malformed();
		sum = run(&plan);
		print_claims(&sum, &plan);
	}
	printf("1..%u\n", num_claims);
	return num_failed != 0;
}

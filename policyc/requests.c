// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "buf.h"
#include "input.h"
#include "judge.h"
#include "output.h"
#include "request.h"
#include "requests.h"

struct asker {
	struct arena *arena;
	const struct bvm_image *img;
	const struct ast_test *test;
	u32 index; /* of the test */
	struct buf *out;
};

/* bytes: NULL: there is no such string. */
static void put_bytes(struct buf *out, const void *bytes, size_t len)
{
	const u8 *at = bytes;

	buf_printf(out, bytes ? " =" : " -");
	for (size_t i = 0; bytes && i < len; i++)
		buf_printf(out, "%02x", at[i]);
}

/* What a hook says of it, too. Return: could one ask this? */
static bool settle(struct bvm_run *run, u32 class)
{
	const u32 op = run->ctx.op;

	if (class == BVM_CLASS_MOUNTS) {
		if (!run->strings[BVM_STR_PATH - 1].bytes)
			run->ctx.mounts.nameless |= 1;
		if (!run->strings[BVM_STR_SOURCE - 1].bytes)
			run->ctx.mounts.nameless |= 2;
		if (op == BVM_OP_MOUNTS_PIVOT_ROOT &&
		    !run->strings[BVM_STR_PATH - 1].bytes)
			return false;
	}
	return bvm_classes[class].mediated >> op & 1 &&
	       bvm_ctx_keeps_promises(class, &run->ctx);
}

static void put_case(const struct asker *a, u32 class,
		     const struct judge_case *c)
{
	struct bvm_run run = c->run;
	bool denied;

	if (!settle(&run, class))
		return;
	asked_renew(&run);
	denied = bvm_run_class(&run, class) & BVM_VERDICT_DENY;
	if (denied == a->test->allow)
		return;
	buf_printf(a->out, "%u %s %u", a->index, denied ? "deny" : "allow",
		   class);
	put_bytes(a->out, &run.ctx, bvm_classes[class].ctx_size);
	for (u32 i = 0; i < BVM_RUN_STRINGS; i++)
		put_bytes(a->out, run.strings[i].bytes, run.strings[i].len);
	put_bytes(a->out, run.argv, run.argv_len);
	buf_printf(a->out, "\n");
}

/* One operation, and of what is allowed one path: each must be. */
static void put_one(const struct asker *a, struct request one)
{
	struct judgement *j = arena_alloc(a->arena, sizeof(*j));

	if (judge_request(a->arena, a->img, &one, j) || j->widens ||
	    j->answer != (a->test->allow ? JUDGE_ALLOW : JUDGE_DENY))
		return;
	put_case(a, one.class, &j->shown);
}

static void put_paths(const struct asker *a, const struct request *request,
		      u32 op)
{
	struct request one = *request;

	one.ops = 1ull << op;
	if (!a->test->allow || one.num_paths < 2) {
		put_one(a, one);
		return;
	}
	one.num_paths = 1;
	for (u32 i = 0; i < request->num_paths; i++) {
		one.paths[0] = request->paths[i];
		put_one(a, one);
	}
}

static void put_test(const struct asker *a)
{
	struct judgement *j = arena_alloc(a->arena, sizeof(*j));
	struct request *request = arena_alloc(a->arena, sizeof(*request));
	struct request_error err;

	/* what is wrong with a test is said by `policyc test` */
	if (request_parse(a->arena, a->test->request, request, &err) ||
	    judge_request(a->arena, a->img, request, j) ||
	    j->answer != (a->test->allow ? JUDGE_ALLOW : JUDGE_DENY))
		return;
	for (u32 op = 0; op < BVM_MAX_OPS; op++)
		if (request->ops >> op & 1)
			put_paths(a, request, op);
}

int command_requests(struct run *run)
{
	struct buf out = BUF_INIT(run->arena);
	struct asker asker = { .arena = run->arena, .out = &out };
	struct input input;
	int code = input_open(run, run->operands[0], &input);

	if (code)
		return code;
	if (!input.ast) {
		diag_report(run->diag, NULL, NO_TESTS, run->operands[0]);
		return EXIT_BAD;
	}
	asker.img = input.img;
	for (u32 i = 0; i < input.ast->num_tests; i++) {
		asker.test = &input.ast->tests[i];
		asker.index = i;
		put_test(&asker);
	}
	buf_printf(&out, "tests %u\n", input.ast->num_tests);
	return output_write(run->arena, "-", &out) ? EXIT_MACHINE : EXIT_YES;
}

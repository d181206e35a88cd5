// SPDX-License-Identifier: GPL-2.0-only
/*
 * claim_test.c - proofs and differences of random policies, held against the
 * rules
 *
 * What is proved, no request of the set contradicts. What is not has a witness,
 * which is as the reference says, however what it leaves out is filled in; and
 * of all short paths over a few letters, none that is shorter would have done.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policyc/claim.h"
#include "policyc/diff.h"
#include "policyc/pattern.h"
#include "tests/lib/messages.h"
#include "tests/lib/policyc_build.h"
#include "tests/lib/suite.h"
#include "tests/oracle/eval.h"
#include "tests/oracle/gen.h"
#include "tests/oracle/match.h"
#include "tests/oracle/possible.h"

#define LOOPS 4
#define POLICIES 12
#define CLAIMS 24 /* of each policy */
#define REQUESTS 60 /* tried against each claim that is proved */
#define FILLINGS 12 /* of what a witness leaves out */
#define BIND (1u << 12)
#define MOVE (1u << 13)
#define DIFF_REQUESTS 300 /* of each pair of policies */
#define LETTERS "/abc"
#define MAX_SHORT 4 /* bytes of the paths that are all tried */

/* A claim as it is said, and what it is about. */
struct said {
	bool always;
	u32 class, op;
	const char *glob; /* of the object's path; NULL: any, or none */
	u32 uid_lo, uid_hi, port_lo, port_hi;
	bool has_remote; /* 10.0.0.0/8, family inet */
};

struct tally {
	u32 proved, failed, tried, filled, shorter;
};

/* ---- claims ---- */

static void put_quoted(struct buf *buf, const char *text)
{
	buf_put_u8(buf, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_put_u8(buf, '\\');
		buf_put_u8(buf, (u8)*text);
	}
	buf_put_u8(buf, '"');
}

static const char *gen_glob(struct gen *gen, const struct ast_policy *ast)
{
	static const char *const wide[] = { "/**", "/*", "/*/**", "/{a,b}**" };
	const char *glob;

	if (gen_below(gen, 2))
		return wide[gen_below(gen, ARRAY_SIZE(wide))];
	do {
		const struct ast_rule *rule =
			&ast->rules[gen_below(gen, ast->num_rules)];

		glob = gen_pattern(gen);
		if (rule->paths.num)
			glob = rule->paths.items[0].text;
		if (gen_below(gen, 2))
			glob = gen_path(gen, glob);
		/* a request's path is made plain: these would be others */
	} while (pattern_check(glob, NULL) || strstr(glob, ".."));
	return glob;
}

static void gen_range(struct gen *gen, u32 *lo, u32 *hi)
{
	*lo = gen_below(gen, 10);
	*hi = *lo + gen_below(gen, 3);
}

/* Its text; what it is about goes to *said. */
static const char *gen_claim(struct gen *gen, const struct ast_policy *ast,
			     struct said *said)
{
	static const u32 classes[] = {
		BVM_CLASS_FILES,      BVM_CLASS_FILES, BVM_CLASS_FILES,
		BVM_CLASS_EXEC,	      BVM_CLASS_IPC,   BVM_CLASS_NETWORK,
		BVM_CLASS_NAMESPACES,
	};
	const u64 remote = BVM_BIT(NETWORK, CONNECT) | BVM_BIT(NETWORK, SEND);
	struct buf buf = BUF_INIT(gen->arena);

	*said = (struct said){ .always = !gen_below(gen, 3),
			       .uid_hi = U32_MAX,
			       .port_hi = U32_MAX };
	said->class = classes[gen_below(gen, ARRAY_SIZE(classes))];
	do
		said->op = gen_below(gen, BVM_MAX_OPS);
	while (!(bvm_classes[said->class].mediated >> said->op & 1) ||
	       (said->class == BVM_CLASS_NETWORK &&
		!(remote >> said->op & 1)) ||
	       (said->class == BVM_CLASS_FILES &&
		said->op == BVM_OP_FILES_INHERIT));
	if (gen_below(gen, 2)) {
		gen_range(gen, &said->uid_lo, &said->uid_hi);
		buf_printf(&buf, "uid=%u-%u ", said->uid_lo, said->uid_hi);
	}
	/* no request says that a socket of inet has no address */
	if (said->class == BVM_CLASS_NETWORK) {
		said->has_remote = true;
		buf_printf(&buf, "family=inet to=10.0.0.0/8 ");
	}
	if (said->class == BVM_CLASS_NETWORK && gen_below(gen, 2)) {
		gen_range(gen, &said->port_lo, &said->port_hi);
		buf_printf(&buf, "port=%u-%u ", said->port_lo, said->port_hi);
	}
	/* one operation: `read` and `write` of files are groups in a claim */
	if (said->class == BVM_CLASS_FILES &&
	    (said->op == BVM_OP_FILES_READ || said->op == BVM_OP_FILES_WRITE))
		buf_printf(&buf, "open-");
	else
		buf_printf(&buf, "%s.", bvm_classes[said->class].name);
	buf_printf(&buf, "%s", bvm_op_name(said->class, said->op));
	if (said->class <= BVM_CLASS_EXEC) {
		said->glob = gen_glob(gen, ast);
		buf_printf(&buf, " ");
		put_quoted(&buf, said->glob);
	}
	return buf_text(&buf);
}

static bool is_in(const struct said *said, const struct oracle_request *r)
{
	static const u8 ten[13] = { [10] = 0xff, [11] = 0xff, [12] = 10 };
	const struct bvm_ctx_network *n = &r->ctx.network;
	const char *path = r->strings[BVM_STR_PATH - 1];
	u32 uid = 0;

	if (r->class != said->class || r->ctx.op != said->op)
		return false;
	for (u32 i = 0; i < bvm_classes[r->class].num_fields; i++) {
		const struct bvm_field *f = &bvm_classes[r->class].fields[i];

		if (!strcmp(f->name, "uid"))
			memcpy(&uid, (const u8 *)&r->ctx + f->off, sizeof(uid));
	}
	if (uid < said->uid_lo || uid > said->uid_hi)
		return false;
	if (said->glob && (!path || !oracle_match(said->glob, path)))
		return false;
	if (r->class != BVM_CLASS_NETWORK)
		return true;
	if (n->port < said->port_lo || n->port > said->port_hi)
		return false;
	return !said->has_remote ||
	       (n->family == 2 && n->has_addr &&
		!memcmp(n->remote.bytes, ten, sizeof(ten)));
}

static bool is_denied(const struct ast_policy *ast,
		      const struct oracle_request *r)
{
	return oracle_eval(ast, r) & BVM_VERDICT_DENY;
}

/* Is there a request of the set that says otherwise? */
static void contradict(struct gen *gen, const struct ast_policy *ast,
		       const struct said *said, const char *text,
		       struct tally *tally)
{
	for (u32 i = 0; i < REQUESTS; i++) {
		struct oracle_request r;

		gen_request(gen, ast, said->class, &r);
		r.ctx.op = said->op;
		if (said->glob)
			r.strings[BVM_STR_PATH - 1] = gen_path(gen, said->glob);
		if (said->class == BVM_CLASS_EXEC)
			r.ctx.exec.memfd = 0;
		if (!oracle_possible(&r) || !is_in(said, &r))
			continue;
		tally->tried++;
		ck_assert_msg(is_denied(ast, &r) != said->always,
			      "proved, but %s %s is not so: %s",
			      said->always ? "always" : "never", text,
			      r.strings[BVM_STR_PATH - 1] ?: "-");
	}
}

/* ---- witnesses ---- */

/* What a request says, over a random one; false if that does not go. */
static bool fill_in(struct gen *gen, const struct ast_policy *ast,
		    const struct request *request, struct oracle_request *r)
{
	const struct bvm_class_info *info = &bvm_classes[request->class];

	gen_request(gen, ast, request->class, r);
	r->ctx.op = (u32)__builtin_ctzll(request->ops);
	for (u32 i = 0; i < info->num_fields; i++) {
		const struct bvm_field *f = &info->fields[i];
		const struct request_choice *choice =
			request_choice(request, i);
		u64 handle;

		if (choice)
			memcpy((u8 *)&r->ctx + f->off,
			       &choice->values[gen_below(gen, choice->num)],
			       f->size);
		if (!(request->given >> i & 1))
			continue;
		memcpy((u8 *)&r->ctx + f->off,
		       (const u8 *)&request->ctx + f->off, f->size);
		if (f->kind != BVM_FIELD_STR && f->kind != BVM_FIELD_TEXT)
			continue;
		memcpy(&handle, (const u8 *)&request->ctx + f->off,
		       sizeof(handle));
		r->strings[request_handle(request->class, i) - 1] =
			handle ? request->texts[handle - 1] : NULL;
	}
	/* an object's path is not left out: without one it has none */
	if (request->class <= BVM_CLASS_NETWORK)
		r->strings[BVM_STR_PATH - 1] =
			request->num_paths ? request->paths[0] : NULL;
	if (request->class == BVM_CLASS_EXEC) {
		r->argv = request->argv;
		r->argv_len = request->argv_len;
		r->ctx.exec.memfd = !request->num_paths;
	}
	return oracle_possible(r);
}

/* What stands between the last quotes of the first message. */
static const char *find_witness(struct gen *gen, struct diag *diag,
				const char *claim, const char *end)
{
	const char *text = messages_of(gen->arena, diag);
	const char *at, *behind;

	at = strstr(text, claim);
	ck_assert_msg(at, "no claim in %s", text);
	at += strlen(claim) + strlen("': '");
	behind = strstr(at, end);
	ck_assert_msg(behind, "no witness in %s", text);
	return arena_strndup(gen->arena, at, (size_t)(behind - at));
}

/* Paths of up to len bytes over LETTERS, one after the other, from "". */
static bool next_path(char *path, u32 len)
{
	static const char letters[] = LETTERS;
	u32 n = (u32)strlen(path);

	while (n && path[n - 1] == letters[sizeof(letters) - 2])
		path[--n] = letters[0];
	if (n) {
		path[n - 1] = strchr(letters, path[n - 1])[1];
		return true;
	}
	n = (u32)strlen(path);
	path[n] = letters[0];
	path[n + 1] = '\0';
	return n < len;
}

/* The requests that a path is tried with: many, if not all. */
static bool try_path(struct gen *gen, const char *path, u32 class, u32 op,
		     u32 i, struct oracle_request *r)
{
	*r = (struct oracle_request){
		.class = class,
		.ctx.op = op,
		.strings = { [BVM_STR_PATH - 1] = path,
			     [BVM_STR_EXE - 1] = gen_below(gen, 2) ? "/a" :
								     NULL },
		.argv = "",
	};
	if (class == BVM_CLASS_EXEC) {
		r->ctx.exec.uid = i;
		r->ctx.exec.owner = gen_below(gen, 2);
	} else {
		r->ctx.files.uid = i;
		r->ctx.files.owner = gen_below(gen, 2);
		r->ctx.files.type = gen_below(gen, BVM_NUM_KINDS);
	}
	return oracle_possible(r);
}

static void find_shorter(struct gen *gen, const struct ast_policy *ast,
			 const struct said *said, const char *witness,
			 struct tally *tally)
{
	const size_t len = strlen(witness);
	char path[MAX_SHORT + 2] = "";

	while (next_path(path, MAX_SHORT) && strlen(path) < len) {
		for (u32 i = 0; i < 12 && oracle_match(said->glob, path); i++) {
			struct oracle_request r;

			if (!try_path(gen, path, said->class, said->op, i,
				      &r) ||
			    !is_in(said, &r))
				continue;
			tally->shorter++;
			ck_assert_msg(
				is_denied(ast, &r) != said->always,
				"%s %s: the witness is %s, and %s is shorter",
				said->always ? "always" : "never", said->glob,
				witness, path);
		}
	}
}

static void confirm(struct gen *gen, const struct ast_policy *ast,
		    const struct said *said, const char *witness,
		    struct tally *tally)
{
	struct request *request = arena_alloc(gen->arena, sizeof(*request));
	struct request_error err;
	u32 filled = 0;

	ck_assert_msg(!request_parse(gen->arena, witness, request, &err),
		      "%s: %s", witness, err.text);
	for (u32 i = 0; i < FILLINGS * 20 && filled < FILLINGS; i++) {
		struct oracle_request r;

		/* a port or a user may be left out, and be of the claim alone */
		if (!fill_in(gen, ast, request, &r) || !is_in(said, &r))
			continue;
		filled++;
		ck_assert_msg(is_denied(ast, &r) == said->always,
			      "%s is not so", witness);
	}
	ck_assert_msg(filled, "%s: no such request", witness);
	tally->filled += filled;
	if (said->glob)
		find_shorter(gen, ast, said, request->paths[0], tally);
}

static void try_claim(struct gen *gen, struct ast_policy *ast,
		      const struct bvm_image *img, struct tally *tally)
{
	static const struct diag_options options;
	struct diag *diag = diag_create(gen->arena, &options);
	struct said said;
	struct ast_claim claim = { .request = gen_claim(gen, ast, &said) };
	const char *witness;

	claim.always = said.always;
	ast->claims = &claim;
	ast->num_claims = 1;
	if (!claim_policy(gen->arena, diag, ast, img)) {
		ck_assert_uint_eq(diag_num_errors(diag), 0);
		tally->proved++;
		contradict(gen, ast, &said, claim.request, tally);
		return;
	}
	tally->failed++;
	witness = find_witness(gen, diag, claim.request,
			       said.always ? "' is denied" : "' is allowed");
	confirm(gen, ast, &said, witness, tally);
}

START_TEST(claims_hold_or_have_a_shortest_witness)
{
	struct gen gen = { .state = gen_seed(200 + _i) };
	struct tally tally = { 0 };

	for (u32 i = 0; i < POLICIES; i++) {
		struct bvm_image *img;
		struct ast_policy *ast;

		gen.arena = arena_create();
		img = arena_alloc(gen.arena, sizeof(*img));
		ast = gen_policy(&gen);
		policyc_build(gen.arena, ast, img);
		for (u32 k = 0; k < CLAIMS && ast->num_rules; k++)
			try_claim(&gen, ast, img, &tally);
		arena_free(gen.arena);
	}
	ck_assert_uint_gt(tally.proved, POLICIES * CLAIMS / 10);
	ck_assert_uint_gt(tally.failed, POLICIES * CLAIMS / 10);
	ck_assert_uint_gt(tally.tried, POLICIES * CLAIMS);
	ck_assert_uint_gt(tally.filled, POLICIES * CLAIMS);
	ck_assert_uint_gt(tally.shorter, POLICIES * CLAIMS);
}
END_TEST

/* ---- differences ---- */

struct pair {
	struct ast_policy *old, *new;
	struct changes changes;
};

/* What it may not widen decides, too (space_mounts_test.c); or no kernel asks. */
static bool is_mount(const struct oracle_request *r)
{
	const char *type = r->strings[BVM_STR_TEXT - 1];

	return r->class == BVM_CLASS_MOUNTS &&
	       (r->ctx.op == BVM_OP_MOUNTS_MOVE_MOUNT ||
		(r->ctx.op == BVM_OP_MOUNTS_MOUNT &&
		 (r->ctx.mounts.flags & (BIND | MOVE) ||
		  (type && !strcmp(type, "bind")))));
}

/* The same of both policies, modes included: does a request differ so? */
static bool differs_so(const struct pair *pair, const struct change *change,
		       const struct oracle_request *r)
{
	const u32 old = oracle_eval(pair->old, r);
	const u32 new = oracle_eval(pair->new, r);
	const bool was = old & BVM_VERDICT_DENY && !pair->old->audit[r->class];
	const bool is = new &BVM_VERDICT_DENY && !pair->new->audit[r->class];

	return was != is && was == change->wider &&
	       bvm_verdict_rule(old) == bvm_verdict_rule(change->verdicts[0]) &&
	       bvm_verdict_rule(new) == bvm_verdict_rule(change->verdicts[1]);
}

static bool is_told(const struct pair *pair, const struct oracle_request *r)
{
	for (u32 i = 0; i < pair->changes.num; i++) {
		const struct change *change = &pair->changes.items[i];

		if (change->class == r->class && change->ops >> r->ctx.op & 1 &&
		    (change->unmediated || differs_so(pair, change, r)))
			return true;
	}
	return false;
}

static struct oracle_request request_of(const struct space_point *point)
{
	struct oracle_request r = {
		.class = point->class,
		.ctx = point->ctx,
		.argv = point->argv,
		.argv_len = point->argv_len,
	};

	memcpy(r.strings, point->texts, sizeof(r.strings));
	return r;
}

/* Its point is one for each of its operations, and none is shorter. */
static void confirm_change(struct gen *gen, const struct pair *pair,
			   const struct change *change, u32 *tried)
{
	struct oracle_request r = request_of(&change->point);
	const char *witness = r.strings[BVM_STR_PATH - 1];
	char path[MAX_SHORT + 2] = "";

	if (is_mount(&r))
		return;
	ck_assert_msg(differs_so(pair, change, &r), "%s %s: no difference",
		      bvm_op_name(r.class, r.ctx.op), witness ?: "-");
	if (change->class > BVM_CLASS_EXEC || !witness)
		return;
	while (next_path(path, MAX_SHORT) && strlen(path) < strlen(witness)) {
		for (u32 i = 0; i < 12; i++) {
			if (!try_path(gen, path, r.class, change->point.op, i,
				      &r))
				continue;
			++*tried;
			ck_assert_msg(
				!differs_so(pair, change, &r),
				"%s: the witness is %s, and %s is shorter",
				bvm_op_name(r.class, r.ctx.op), witness, path);
		}
	}
}

static void compare(struct gen *gen, struct pair *pair)
{
	struct bvm_image *images = arena_array(gen->arena, 2, sizeof(*images));
	u32 class;

	policyc_build(gen->arena, pair->old, &images[0]);
	policyc_build(gen->arena, pair->new, &images[1]);
	ck_assert_int_eq(diff_images(gen->arena, &images[0], &images[1],
				     &pair->changes, &class),
			 0);
}

/* Some rules less, the modes of another: both ways something may differ. */
static void make_pair(struct gen *gen, struct pair *pair)
{
	pair->old = gen_policy(gen);
	pair->new = pair->old;
	for (u32 i = 0; i < 3 && pair->new->num_rules; i++)
		pair->new = policyc_without(
			gen->arena, pair->new,
			1 + gen_below(gen, pair->new->num_rules));
	pair->old->unmediated = pair->new->unmediated = 0;
	pair->new->audit[1 + gen_below(gen, BVM_NUM_CLASSES - 1)] ^= true;
}

START_TEST(differences_are_told_each_with_a_shortest_witness)
{
	struct gen gen = { .state = gen_seed(300 + _i) };
	u32 num = 0, tried = 0, differ = 0;

	for (u32 i = 0; i < POLICIES; i++) {
		struct pair pair = { .old = NULL };

		gen.arena = arena_create();
		make_pair(&gen, &pair);
		compare(&gen, &pair);
		for (u32 k = 0; k < pair.changes.num; k++)
			confirm_change(&gen, &pair, &pair.changes.items[k],
				       &tried);
		num += pair.changes.num;
		for (u32 k = 0; k < DIFF_REQUESTS; k++) {
			struct oracle_request r;
			bool was, is;

			gen_request(&gen, pair.old,
				    1 + k % (BVM_NUM_CLASSES - 1), &r);
			was = is_denied(pair.old, &r) &&
			      !pair.old->audit[r.class];
			is = is_denied(pair.new, &r) &&
			     !pair.new->audit[r.class];
			if (was == is || !oracle_possible(&r) || is_mount(&r))
				continue;
			differ++;
			ck_assert_msg(is_told(&pair, &r),
				      "%s.%s %s is not told",
				      bvm_classes[r.class].name,
				      bvm_op_name(r.class, r.ctx.op),
				      r.strings[BVM_STR_PATH - 1] ?: "-");
		}
		arena_free(gen.arena);
	}
	ck_assert_uint_gt(num, POLICIES);
	ck_assert_uint_gt(tried, POLICIES);
	ck_assert_uint_gt(differ, POLICIES);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("claim");
	TCase *tc = tcase_create("random");

	tcase_set_timeout(tc, 300);
	tcase_add_loop_test(tc, claims_hold_or_have_a_shortest_witness, 0,
			    LOOPS);
	tcase_add_loop_test(tc,
			    differences_are_told_each_with_a_shortest_witness,
			    0, LOOPS);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}

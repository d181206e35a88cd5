// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "family.h"
#include "reference.h"
#include "request.h"
#include "vm/exec.h"
#include "witness.h"
#include "witness_values.h"

#define NUM_MIXES 64 /* for each rule and operation */
#define ARGS (PRED_ARGS - PRED_FIRST_TEXT)

/* The witnesses of one class. */
struct trial {
	struct witness *w;
	const struct bvm_class_info *info;
	struct reference ref;
	struct witness_values values;
	const struct witness_point *point; /* that is being judged */
	bvm_atomic *slots;
	u8 *preds[REFERENCE_NUM]; /* per rule: witness_find_pred */
	u32 *looks; /* per rule: what it costs to ask it */
	u32 *about; /* room for one of seen */
	struct intern seen; /* operations with the rules about them */
	u64 looked;
	u64 seed; /* of mixtures */
	u32 num_near; /* count_near() */
	u64 near; /* requests that differ from those: met so far */
	u64 stride; /* of them, one of so many is tried; 0: they are counted */
	int err;
};

/* ---- what the rules say ---- */

static bool holds(const struct trial *t, const struct ast_rule *rule,
		  enum reference_of of, enum pred_field field)
{
	return witness_holds(&t->values, t->point, field,
			     t->preds[of][rule->number - 1]);
}

/* In a row are the rules of which a path matches and no exception does. */
static bool says(void *arg, const struct ast_rule *rule, enum reference_of of)
{
	const struct trial *t = arg;
	const u32 i = rule->number - 1;

	switch (of) {
	case REFERENCE_PATHS:
		return rule->paths.num &&
		       witness_in_row(&t->values, t->point->row, i);
	case REFERENCE_EXCEPT:
		return rule->except.num && !rule->paths.num && !rule->memfd &&
		       !witness_in_row(&t->values, t->point->row, i);
	case REFERENCE_SOURCES:
		return witness_in_row(&t->values, t->point->source_row,
				      i + t->w->ast->num_rules);
	case REFERENCE_EXE:
		return holds(t, rule, of, PRED_EXE);
	case REFERENCE_NAMES:
	case REFERENCE_FSTYPES:
		return holds(t, rule, of, PRED_TEXT);
	case REFERENCE_PEERS:
		return holds(t, rule, of, PRED_PEER_NAME);
	case REFERENCE_ARGS:
		return holds(t, rule, of, PRED_ARGS);
	case REFERENCE_NAMES_EXCEPT: /* the predicate of names has both */
	case REFERENCE_NUM:
		break;
	}
	return false;
}

/* ---- one witness ---- */

static bool has_path(const struct trial *t, const union bvm_ctx *ctx)
{
	switch (t->values.class) {
	case BVM_CLASS_FILES:
		return ctx->op != BVM_OP_FILES_INHERIT;
	case BVM_CLASS_EXEC:
		return !ctx->exec.memfd;
	case BVM_CLASS_NETWORK:
		return t->w->lowered->has_unix_paths &&
		       ctx->op != BVM_OP_NETWORK_CREATE;
	case BVM_CLASS_MOUNTS:
		return true;
	}
	return false;
}

/* Is the object's row what chooses among the rules of the class? */
static bool chooses_by_row(const struct trial *t, const union bvm_ctx *ctx)
{
	return t->values.class != BVM_CLASS_MOUNTS && has_path(t, ctx);
}

/* What no hook asks is not asked here: of these the rules may say anything. */
static void settle(const struct trial *t, struct witness_point *p)
{
	union bvm_ctx *ctx = &p->ctx;

	if (!has_path(t, ctx))
		p->row = 0;
	/* no argument is a command line, too: the shortest word */
	if (p->text[ARGS] == WITNESS_NO_TEXT && t->values.words[ARGS].num)
		p->text[ARGS] = 0;
	if (t->values.class == BVM_CLASS_TASKS &&
	    ctx->tasks.peer != BVM_PEER_OTHER)
		p->text[PRED_PEER_NAME - PRED_FIRST_TEXT] = WITNESS_NO_TEXT;
	if (t->values.class != BVM_CLASS_NETWORK)
		return;
	if (ctx->op == BVM_OP_NETWORK_CREATE ||
	    ctx->network.family != AF_UNIX_NUMBER) {
		ctx->network.peer = 0;
		p->row = 0;
		p->text[PRED_TEXT - PRED_FIRST_TEXT] = WITNESS_NO_TEXT;
	} else {
		ctx->network.has_addr = 0;
	}
	if (ctx->network.peer != BVM_PEER_OTHER)
		p->text[PRED_PEER_NAME - PRED_FIRST_TEXT] = WITNESS_NO_TEXT;
}

static void give_string(struct bvm_run *run, const struct trial *t, u32 handle,
			const struct bvm_str *str)
{
	for (u32 i = 0; i < t->info->num_fields; i++) {
		const struct bvm_field *f = &t->info->fields[i];
		const u64 number = handle;

		if (f->kind < BVM_FIELD_STR ||
		    request_handle(t->values.class, i) != handle)
			continue;
		run->strings[handle - 1] = *str;
		memcpy((u8 *)&run->ctx + f->off, &number, sizeof(number));
	}
}

static const struct word *word_of(const struct trial *t,
				  const struct witness_point *p,
				  enum pred_field field)
{
	const u32 text = field - PRED_FIRST_TEXT;

	if (p->text[text] == WITNESS_NO_TEXT)
		return NULL;
	return &t->values.words[text].items[p->text[text]];
}

static void give_text(struct bvm_run *run, const struct trial *t,
		      const struct witness_point *p, enum pred_field field,
		      u32 handle)
{
	const struct word *word = word_of(t, p, field);

	if (word)
		give_string(run, t, handle,
			    &(struct bvm_str){ .bytes = word->text,
					       .len = word->len });
}

static u32 ask_image(const struct trial *t, const struct witness_point *p)
{
	const struct word *args = word_of(t, p, PRED_ARGS);
	const u32 num_slots = t->w->img->meta->num_slots;
	struct bvm_run run = {
		.image = t->w->img,
		.slots = t->slots,
		.argv = args ? args->text : "",
		.argv_len = args ? args->len : 0,
		.ctx = p->ctx,
	};

	if (num_slots)
		memset(t->slots, 0, num_slots * sizeof(*t->slots));
	if (has_path(t, &p->ctx))
		give_string(&run, t, BVM_STR_PATH,
			    &(struct bvm_str){ .walked = true,
					       .accept = p->row });
	give_string(&run, t, BVM_STR_SOURCE,
		    &(struct bvm_str){ .walked = true,
				       .accept = p->source_row });
	give_text(&run, t, p, PRED_EXE, BVM_STR_EXE);
	give_text(&run, t, p, PRED_TEXT, BVM_STR_TEXT);
	give_text(&run, t, p, PRED_PEER_NAME, BVM_STR_PEER);
	return bvm_run_class(&run, t->values.class);
}

/* The rules that can match: of the row, or all of the class. */
static const u32 *rules_of(const struct trial *t, const struct witness_point *p,
			   u32 *num)
{
	const struct intern *rows = &t->w->lowered->rows;
	const u32 *items;

	*num = t->values.num_rules;
	if (!chooses_by_row(t, &p->ctx) || !t->w->lowered->has_paths)
		return t->values.rules;
	items = intern_get(rows, p->row);
	*num = intern_len(rows, p->row);
	while (*num && items[*num - 1] >= t->w->ast->num_rules)
		--*num;
	return items;
}

static void report(struct trial *t, const struct witness_point *p, u32 got,
		   u32 want)
{
	struct witness *w = t->w;
	const u32 rule = bvm_verdict_rule(want) ? bvm_verdict_rule(want) :
						  bvm_verdict_rule(got);

	diag_report(w->diag,
		    rule && rule <= w->ast->num_rules ?
			    &w->ast->rules[rule - 1].span :
			    &w->ast->name_span,
		    MISDECIDED, t->info->name,
		    bvm_op_name(t->values.class, p->ctx.op), p->row, got, want);
	t->err = -EINVAL;
}

/* The right that decides what becomes of it by another name; 0: none does. */
static u64 right_of(const struct trial *t, const struct witness_point *p)
{
	const struct bvm_op_info *ops = bvm_classes[BVM_CLASS_FILES].ops;
	const u32 op = p->ctx.op;

	if (!t->w->img->rights || !has_path(t, &p->ctx))
		return 0;
	if (t->values.class == BVM_CLASS_EXEC)
		return BVM_RIGHT_EXEC;
	if (t->values.class == BVM_CLASS_FILES && op < BVM_RIGHT_FILES_OPS &&
	    ops[op].how <= BVM_HOW_NAMES)
		return 1ull << op;
	return 0;
}

/* What is allowed may be, and what is denied need not be allowed. */
static void check_right(struct trial *t, const struct witness_point *p,
			u32 want)
{
	const u64 right = right_of(t, p);
	const struct bvm_rights *rights;

	if (!right)
		return;
	rights = &t->w->img->rights[p->row];
	if (right & (want & BVM_VERDICT_DENY ? ~rights->must : rights->may))
		return;
	diag_report(t->w->diag, &t->w->ast->name_span, MISSTATED,
		    "rights of row", p->row);
	t->err = -EINVAL;
}

static void try_point(struct trial *t, const struct witness_point *from)
{
	struct witness_point p = *from;
	const struct word *type;
	struct reference_request rq = {
		.class = t->values.class,
		.ctx = &p.ctx,
		.says = says,
		.arg = t,
	};
	u32 got, want;

	if (t->err || t->looked > WITNESS_MAX_LOOKS)
		return;
	settle(t, &p);
	type = word_of(t, &p, PRED_TEXT);
	rq.fstype = type ? type->text : NULL;
	rq.rules = rules_of(t, &p, &rq.num_rules);
	for (u32 i = 0; i < rq.num_rules; i++)
		t->looked += t->looks[rq.rules[i]];
	t->looked++;
	t->w->num++;
	t->point = &p;
	got = ask_image(t, &p);
	want = reference_judge(&t->ref, &rq);
	if (got != want)
		report(t, &p, got, want);
	else
		check_right(t, &p, want);
}

/* ---- what differs in one field ---- */

/* How many values there are to put into a field. */
static u32 num_values(const struct trial *t, u32 field)
{
	const struct bvm_field *f = &t->info->fields[field];

	if (f->kind == BVM_FIELD_SCALAR)
		return t->values.numbers[field].num;
	return f->kind == BVM_FIELD_ADDR ? t->values.num_addresses : 0;
}

static void set_value(const struct trial *t, struct witness_point *p, u32 field,
		      u32 value)
{
	const struct bvm_field *f = &t->info->fields[field];
	u8 *at = (u8 *)&p->ctx + f->off;

	if (f->kind == BVM_FIELD_SCALAR) {
		memcpy(at, &t->values.numbers[field].items[value], sizeof(u32));
		return;
	}
	p->ctx.network.has_addr = 1;
	memcpy(at, &t->values.addresses[value], sizeof(struct bvm_addr));
}

/* Rows of paths that mounts may have; those of others are objects. */
static u32 num_rows(const struct trial *t)
{
	return t->values.class == BVM_CLASS_MOUNTS && t->w->lowered->has_paths ?
		       t->w->lowered->rows.num :
		       0;
}

/* A number below limit; the same ones in every build. */
static u32 roll(struct trial *t, u32 limit)
{
	t->seed = t->seed * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)(t->seed >> 33) % limit;
}

/* Several fields at once: what one rule asks may be hidden by another one. */
static void mix(struct trial *t, struct witness_point *p)
{
	const u32 one_in = 2 + roll(t, 4);

	for (u32 i = 1; i < t->info->num_fields; i++)
		if (num_values(t, i) && !roll(t, one_in))
			set_value(t, p, i, roll(t, num_values(t, i)));
	for (u32 i = 0; i < PRED_NUM_TEXTS; i++)
		if (t->values.words[i].num && !roll(t, one_in))
			p->text[i] = roll(t, t->values.words[i].num);
	if (num_rows(t) && !roll(t, one_in))
		p->row = roll(t, num_rows(t));
	if (num_rows(t) && !roll(t, one_in))
		p->source_row = roll(t, num_rows(t));
}

/* How many requests differ from one; near() makes the k-th of them. */
static u32 count_near(const struct trial *t)
{
	u32 num = NUM_MIXES + 2 * num_rows(t);

	for (u32 i = 1; i < t->info->num_fields; i++)
		num += num_values(t, i);
	for (u32 i = 0; i < PRED_NUM_TEXTS; i++)
		if (t->values.words[i].num)
			num += t->values.words[i].num + 1;
	return num;
}

static void near(struct trial *t, struct witness_point *p, u32 k)
{
	for (u32 i = 1; i < t->info->num_fields; i++) {
		if (k < num_values(t, i)) {
			set_value(t, p, i, k);
			return;
		}
		k -= num_values(t, i);
	}
	for (u32 i = 0; i < PRED_NUM_TEXTS; i++) {
		const u32 num = t->values.words[i].num;

		if (num && k <= num) {
			p->text[i] = k < num ? k : WITNESS_NO_TEXT;
			return;
		}
		k -= num ? num + 1 : 0;
	}
	if (k < num_rows(t))
		p->row = k;
	else if (k < 2 * num_rows(t))
		p->source_row = k - num_rows(t);
	else
		mix(t, p);
}

/* They are only counted at first; then one of every stride is tried. */
static void vary(struct trial *t, const struct witness_point *from)
{
	const u64 begin = t->near;

	t->near += t->num_near;
	if (!t->stride)
		return;
	for (u64 k = (begin + t->stride - 1) / t->stride * t->stride;
	     k < t->near; k += t->stride) {
		struct witness_point p = *from;

		near(t, &p, (u32)(k - begin));
		try_point(t, &p);
	}
}

/* ---- all of them ---- */

static bool is_about(const struct ast_rule *rule, u32 op)
{
	return rule->ops >> op & 1 ||
	       (rule->implies_create && op == (rule->class == BVM_CLASS_MOUNTS ?
						       BVM_OP_MOUNTS_FSMOUNT :
						       BVM_OP_NETWORK_CREATE));
}

static struct witness_point plain_point(const struct trial *t, u32 op, u32 row)
{
	struct witness_point p = { .ctx.op = op, .row = row };

	for (u32 i = 0; i < PRED_NUM_TEXTS; i++)
		p.text[i] = WITNESS_NO_TEXT;
	if (t->values.class == BVM_CLASS_NETWORK) {
		p.ctx.network.family = AF_UNIX_NUMBER;
		p.ctx.network.type = 1;
	}
	return p;
}

static bool any_about(const struct trial *t, u32 op, const u32 *rules, u32 num)
{
	for (u32 i = 0; i < num; i++)
		if (is_about(&t->w->ast->rules[rules[i]], op))
			return true;
	return false;
}

/* Has no row before had the same rules about the operation? */
static bool is_new(struct trial *t, u32 op, const u32 *rules, u32 num)
{
	const u32 known = t->seen.num;
	u32 *about = t->about;
	u32 n = 0;

	about[n++] = op;
	for (u32 i = 0; i < num; i++)
		if (is_about(&t->w->ast->rules[rules[i]], op))
			about[n++] = rules[i];
	return intern_put(&t->seen, about, n) == known;
}

/* One operation on an object of one row, and the rules about it. */
static void try_object(struct trial *t, u32 op, u32 row)
{
	const struct witness_point plain = plain_point(t, op, row);
	u32 num;
	const u32 *rules = rules_of(t, &plain, &num);
	const bool differs = is_new(t, op, rules, num);

	/* where no rule is about it, one operation stands for the others */
	if (!differs && row % BVM_MAX_OPS != op &&
	    !any_about(t, op, rules, num))
		return;
	if (t->stride)
		try_point(t, &plain);
	if (differs)
		vary(t, &plain);
	for (u32 i = 0; i < num; i++) {
		const struct ast_rule *rule = &t->w->ast->rules[rules[i]];
		struct witness_point met = plain;

		if (t->looked > WITNESS_MAX_LOOKS || !is_about(rule, op))
			continue;
		witness_meet(&t->values, rule, &met);
		if (t->stride)
			try_point(t, &met);
		if (differs)
			vary(t, &met);
	}
}

static void try_objects(struct trial *t)
{
	const u64 ops = bvm_classes[t->values.class].mediated;

	t->near = 0;
	t->seed = 1;
	intern_init(&t->seen, t->values.arena);
	for (u32 op = 0; op < BVM_MAX_OPS; op++) {
		const struct witness_point p = plain_point(t, op, 0);
		const bool by_row = chooses_by_row(t, &p.ctx) &&
				    t->w->lowered->has_paths;
		const u32 num = by_row ? t->w->lowered->rows.num : 1;

		for (u32 row = 0; ops >> op & 1 && row < num; row++)
			try_object(t, op, row);
	}
}

static void find_looks(struct trial *t)
{
	const struct ast_policy *ast = t->w->ast;

	t->looks =
		arena_array(t->values.arena, ast->num_rules + 1, sizeof(u32));
	for (u32 i = 0; i < ast->num_rules; i++) {
		const struct ast_rule *r = &ast->rules[i];

		t->looks[i] = 1 + r->to.num + r->to_except.num + r->at.num +
			      r->at_except.num + r->ports.num +
			      r->when.uid.num + r->ioctls.num;
	}
}

static void find_preds(struct trial *t)
{
	const struct witness_values *v = &t->values;

	for (u32 of = 0; of < REFERENCE_NUM; of++) {
		t->preds[of] = arena_array(v->arena, t->w->ast->num_rules + 1,
					   sizeof(u8));
		for (u32 i = 0; i < v->num_rules; i++)
			t->preds[of][v->rules[i]] = (u8)witness_find_pred(
				v, &t->w->ast->rules[v->rules[i]], of);
	}
}

static int try_class(struct witness *w, u32 class)
{
	struct trial *t = arena_alloc(w->arena, sizeof(*t));
	const u32 num_slots = w->img->meta->num_slots;

	t->w = w;
	t->info = &bvm_classes[class];
	t->values = (struct witness_values){
		.arena = w->arena,
		.ast = w->ast,
		.lowered = w->lowered,
		.class = class,
	};
	t->slots = arena_array(w->arena, num_slots + 1, sizeof(*t->slots));
	reference_init(&t->ref, w->ast);
	/* texts that have no word were not proved either */
	if (witness_find_values(&t->values, w->img, &w->tables[class]))
		return -EINVAL;
	t->about = arena_array(w->arena, (size_t)w->ast->num_rules + 1,
			       sizeof(u32));
	find_looks(t);
	find_preds(t);
	t->num_near = count_near(t);
	try_objects(t); /* counts */
	t->stride = t->near / WITNESS_MAX_NEAR + 1;
	/* not the same one of each object */
	while (t->stride > 1 && t->num_near % t->stride == 0)
		t->stride++;
	try_objects(t);
	return t->err;
}

#ifdef BVM_TEST_BUILD
void (*witness_spoil)(const struct bvm_image *img);
#endif

int witness_try(struct witness *w)
{
	int ret = 0;

#ifdef BVM_TEST_BUILD
	if (witness_spoil)
		witness_spoil(w->img);
#endif
	for (u32 class = 1; class < BVM_NUM_CLASSES && !ret; class ++)
		if (w->lowered->classes[class].num_keys)
			ret = try_class(w, class);
	return ret;
}

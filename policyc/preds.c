// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "passes.h"
#include "preds_parts.h"

/* Descriptors of these kinds give away more than one object. */
#define KIND_BIT(KIND) (1ull << BVM_KIND_##KIND)
#define NAMED_KINDS                                                            \
	(KIND_BIT(UNKNOWN) | KIND_BIT(IO_URING) | KIND_BIT(USERFAULTFD) |      \
	 KIND_BIT(BPF) | KIND_BIT(PERF) | KIND_BIT(SECCOMP) | KIND_BIT(NSFS) | \
	 KIND_BIT(MOUNT) | KIND_BIT(FANOTIFY))

void preds_init(struct preds *preds, struct arena *arena, struct diag *diag,
		u32 class)
{
	memset(preds, 0, sizeof(*preds));
	preds->arena = arena;
	preds->diag = diag;
	preds->class = class;
}

const char *pred_field_name(enum pred_field field)
{
	static const char *const names[] = {
		[PRED_UID] = "uid",
		[PRED_GID] = "gid",
		[PRED_HOST_UID] = "host-uid",
		[PRED_OWNER] = "owner",
		[PRED_TYPE] = "type",
		[PRED_IOCTL] = "ioctl",
		[PRED_FAMILY] = "family",
		[PRED_SOCKTYPE] = "type",
		[PRED_PROTOCOL] = "protocol",
		[PRED_PORT] = "port",
		[PRED_PEER_PORT] = "peer-port",
		[PRED_REMOTE] = "remote",
		[PRED_LOCAL] = "local",
		[PRED_EXE] = "exe",
		[PRED_TEXT] = "text",
		[PRED_PEER_NAME] = "peer",
		[PRED_ARGS] = "args",
		[PRED_NO_NEW_PRIVS] = "no-new-privs",
		[PRED_SIGNAL] = "signal",
		[PRED_PEER] = "peer",
		[PRED_TARGET] = "target",
		[PRED_SOURCE] = "source",
		[PRED_FLAGS] = "flags",
	};

	_Static_assert(ARRAY_SIZE(names) == PRED_NUM_FIELDS, "a name each");
	return field == PRED_RATE ? "rate" : names[field];
}

bool pred_is_ipv4(const struct ast_cidr *cidr)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

	return cidr->len >= 96 &&
	       !memcmp(cidr->addr.bytes, mapped, sizeof(mapped));
}

/* ---- canonical sets ---- */

static int compare_ranges(const void *a, const void *b)
{
	const struct pred_range *x = a;
	const struct pred_range *y = b;

	return x->lo < y->lo ? -1 : x->lo > y->lo;
}

/* Sort, and merge what overlaps or touches; values are far below U64_MAX. */
static u32 merge_ranges(struct pred_range *ranges, u32 num)
{
	u32 last = 0;

	qsort(ranges, num, sizeof(*ranges), compare_ranges);
	for (u32 i = 1; i < num; i++) {
		if (ranges[i].lo > ranges[last].hi + 1)
			ranges[++last] = ranges[i];
		else if (ranges[i].hi > ranges[last].hi)
			ranges[last].hi = ranges[i].hi;
	}
	return num ? last + 1 : 0;
}

static int compare_cidrs(const void *a, const void *b)
{
	const struct ast_cidr *x = a;
	const struct ast_cidr *y = b;
	int ret = memcmp(&x->addr, &y->addr, sizeof(x->addr));

	if (ret)
		return ret;
	return x->len < y->len ? -1 : x->len > y->len;
}

static struct ast_cidrs sort_cidrs(struct arena *arena,
				   const struct ast_cidrs *cidrs)
{
	struct ast_cidrs out = { .num = 0 };

	if (!cidrs->num)
		return out;
	out.items = arena_array(arena, cidrs->num, sizeof(*out.items));
	memcpy(out.items, cidrs->items, cidrs->num * sizeof(*out.items));
	qsort(out.items, cidrs->num, sizeof(*out.items), compare_cidrs);
	for (u32 i = 0; i < cidrs->num; i++)
		if (!i || compare_cidrs(&out.items[i], &out.items[i - 1]))
			out.items[out.num++] = out.items[i];
	return out;
}

static int compare_patterns(const void *a, const void *b)
{
	const struct ast_pattern *x = a;
	const struct ast_pattern *y = b;

	return strcmp(x->text, y->text);
}

static struct ast_patterns sort_patterns(struct arena *arena,
					 const struct ast_patterns *patterns)
{
	struct ast_patterns out = { .num = 0 };

	if (!patterns->num)
		return out;
	out.items = arena_array(arena, patterns->num, sizeof(*out.items));
	memcpy(out.items, patterns->items, patterns->num * sizeof(*out.items));
	qsort(out.items, patterns->num, sizeof(*out.items), compare_patterns);
	for (u32 i = 0; i < patterns->num; i++)
		if (!i ||
		    compare_patterns(&out.items[i], &out.items[out.num - 1]))
			out.items[out.num++] = out.items[i];
	return out;
}

static int compare_args(const void *a, const void *b)
{
	const struct ast_args *x = a;
	const struct ast_args *y = b;

	for (u32 i = 0; i < x->num && i < y->num; i++) {
		int ret = strcmp(x->items[i], y->items[i]);

		if (ret)
			return ret;
	}
	if (x->num != y->num)
		return x->num < y->num ? -1 : 1;
	return (int)x->rest - (int)y->rest;
}

/* ---- sharing ---- */

static bool same_cidrs(const struct ast_cidrs *x, const struct ast_cidrs *y)
{
	if (x->num != y->num)
		return false;
	for (u32 i = 0; i < x->num; i++)
		if (compare_cidrs(&x->items[i], &y->items[i]))
			return false;
	return true;
}

static bool same_patterns(const struct ast_patterns *x,
			  const struct ast_patterns *y)
{
	if (x->num != y->num)
		return false;
	for (u32 i = 0; i < x->num; i++)
		if (compare_patterns(&x->items[i], &y->items[i]))
			return false;
	return true;
}

static bool same_args(const struct pred *x, const struct pred *y)
{
	if (x->num_args != y->num_args)
		return false;
	for (u32 i = 0; i < x->num_args; i++)
		if (compare_args(&x->args[i], &y->args[i]))
			return false;
	return true;
}

static bool same_pred(const struct pred *x, const struct pred *y)
{
	return x->field == y->field && x->field != PRED_RATE &&
	       x->num_ranges == y->num_ranges && x->mask == y->mask &&
	       (!x->num_ranges ||
		!memcmp(x->ranges, y->ranges,
			x->num_ranges * sizeof(*x->ranges))) &&
	       same_cidrs(&x->in, &y->in) &&
	       same_cidrs(&x->except, &y->except) &&
	       same_patterns(&x->match, &y->match) &&
	       same_patterns(&x->unless, &y->unless) && same_args(x, y);
}

static int too_many(struct preds *preds, const struct pred *pred)
{
	u32 last = BVM_MAX_PREDICATES - 1;

	diag_report(preds->diag, pred->rule ? &pred->rule->span : NULL,
		    TOO_MANY_CONDITIONS, bvm_classes[preds->class].name,
		    BVM_MAX_PREDICATES);
	for (u32 i = last - 2; i <= last; i++)
		if (preds->items[i].rule)
			diag_note_at(preds->diag, &preds->items[i].rule->span,
				     "this rule has another '%s'",
				     pred_field_name(preds->items[i].field));
	diag_note(preds->diag,
		  "rules with equal values share one: use a variable");
	return -E2BIG;
}

void pred_add(struct need *need, struct pred *pred)
{
	struct preds *preds = need->preds;
	u32 i = 0;

	if (need->err)
		return;
	while (i < preds->num && !(passes_has(PASS_PREDICATES) &&
				   same_pred(&preds->items[i], pred)))
		i++;
	if (i == BVM_MAX_PREDICATES) {
		pred->rule = need->rule;
		need->err = too_many(preds, pred);
		return;
	}
	if (i == preds->num) {
		preds->items[i] = *pred;
		preds->items[i].rule = need->rule;
		preds->num++;
	}
	need->bits |= 1ull << i;
}

void pred_add_ranges(struct need *need, enum pred_field field,
		     struct pred_range *ranges, u32 num)
{
	struct pred pred = { .field = field, .ranges = ranges };

	pred.num_ranges = merge_ranges(ranges, num);
	pred_add(need, &pred);
}

void pred_add_spans(struct need *need, enum pred_field field,
		    const struct ast_ranges *from)
{
	struct pred_range *ranges;

	if (!from->num)
		return;
	ranges = arena_array(need->preds->arena, from->num, sizeof(*ranges));
	for (u32 i = 0; i < from->num; i++)
		ranges[i] = (struct pred_range){ from->items[i].lo,
						 from->items[i].hi };
	pred_add_ranges(need, field, ranges, from->num);
}

void pred_add_values(struct need *need, enum pred_field field,
		     const u32 *values, u32 num)
{
	struct pred_range *ranges;

	if (!num)
		return;
	ranges = arena_array(need->preds->arena, num, sizeof(*ranges));
	for (u32 i = 0; i < num; i++)
		ranges[i] = (struct pred_range){ values[i], values[i] };
	pred_add_ranges(need, field, ranges, num);
}

static void add_mask(struct need *need, enum pred_field field, u64 mask)
{
	u32 values[64];
	u32 num = 0;

	for (u32 i = 0; i < 64; i++)
		if (mask >> i & 1)
			values[num++] = i;
	pred_add_values(need, field, values, num);
}

void pred_add_cidrs(struct need *need, enum pred_field field,
		    const struct ast_cidrs *in, const struct ast_cidrs *except)
{
	static struct ast_cidr all[2] = {
		{ .len = 0 },
		{ .addr.bytes = { [10] = 0xff, [11] = 0xff }, .len = 96 },
	};
	const struct ast_cidrs any = { .items = all, .num = ARRAY_SIZE(all) };
	struct pred pred = { .field = field };

	if (!in->num && !except->num)
		return;
	pred.in = sort_cidrs(need->preds->arena, in->num ? in : &any);
	pred.except = sort_cidrs(need->preds->arena, except);
	pred_add(need, &pred);
}

void pred_add_patterns(struct need *need, enum pred_field field,
		       const struct ast_patterns *match,
		       const struct ast_patterns *unless)
{
	struct pred pred = { .field = field };

	if (!match->num)
		return;
	pred.match = sort_patterns(need->preds->arena, match);
	if (unless)
		pred.unless = sort_patterns(need->preds->arena, unless);
	pred_add(need, &pred);
}

static void add_args(struct need *need)
{
	const struct ast_rule *rule = need->rule;
	struct pred pred = { .field = PRED_ARGS };
	struct ast_args *args;

	if (!rule->num_args)
		return;
	args = arena_array(need->preds->arena, rule->num_args, sizeof(*args));
	memcpy(args, rule->args, rule->num_args * sizeof(*args));
	qsort(args, rule->num_args, sizeof(*args), compare_args);
	pred.args = args;
	pred.num_args = rule->num_args;
	pred_add(need, &pred);
}

static void add_answer(struct need *need, enum pred_field field,
		       enum ast_answer answer)
{
	const u32 value = answer == AST_YES;

	if (answer != AST_ANY)
		pred_add_values(need, field, &value, 1);
}

/* ---- rules ---- */

static void add_when(struct need *need)
{
	const struct ast_when *when = &need->rule->when;

	pred_add_spans(need, PRED_UID, &when->uid);
	pred_add_spans(need, PRED_GID, &when->gid);
	pred_add_spans(need, PRED_HOST_UID, &when->host_uid);
	add_answer(need, PRED_OWNER, when->owner);
	add_answer(need, PRED_NO_NEW_PRIVS, when->no_new_privs);
	pred_add_patterns(need, PRED_EXE, &when->exe, NULL);
}

static int finish(const struct need *need, u64 *bits)
{
	*bits = need->bits;
	return need->err;
}

/* One predicate: of these kinds, or of that name. */
static void add_peer(struct need *need)
{
	const struct ast_rule *rule = need->rule;
	struct pred pred = { .field = PRED_PEER };

	if (!rule->peers && !rule->peer_names.num)
		return;
	pred.ranges = arena_array(need->preds->arena, 32, sizeof(*pred.ranges));
	for (u32 i = 0; i < 32; i++)
		if (rule->peers >> i & 1)
			pred.ranges[pred.num_ranges++] =
				(struct pred_range){ i, i };
	pred.num_ranges = merge_ranges(pred.ranges, pred.num_ranges);
	if (rule->peer_names.num)
		pred.match =
			sort_patterns(need->preds->arena, &rule->peer_names);
	pred_add(need, &pred);
}

int preds_of_rule(struct preds *preds, const struct ast_rule *rule, u64 *bits)
{
	static const u32 yes = 1;
	struct need need = { .preds = preds, .rule = rule };

	add_when(&need);
	if (rule->owner)
		pred_add_values(&need, PRED_OWNER, &yes, 1);
	add_mask(&need, PRED_TYPE, rule->types);
	pred_add_values(&need, PRED_SIGNAL, rule->signals, rule->num_signals);
	add_peer(&need);
	pred_add_patterns(&need, PRED_TEXT, &rule->names, &rule->names_except);
	pred_add_spans(&need, PRED_IOCTL, &rule->ioctls);
	add_args(&need);
	if (rule->class == BVM_CLASS_MOUNTS)
		pred_add_mount(&need);
	if (rule->class == BVM_CLASS_NETWORK)
		pred_add_network(&need);
	return finish(&need, bits);
}

int preds_of_serve(struct preds *preds, const struct ast_rule *rule, u64 *bits)
{
	struct need need = { .preds = preds, .rule = rule };

	add_when(&need);
	pred_add_own_end(&need);
	return finish(&need, bits);
}

int preds_of_incoming(struct preds *preds, const struct ast_rule *rule,
		      u64 *bits)
{
	struct need need = { .preds = preds, .rule = rule };

	pred_add_network(&need);
	return finish(&need, bits);
}

int preds_of_create(struct preds *preds, const struct ast_rule *rule, u64 *bits)
{
	struct need need = { .preds = preds, .rule = rule };

	add_when(&need);
	if (rule->class == BVM_CLASS_MOUNTS) {
		pred_add_fstypes(&need);
		return finish(&need, bits);
	}
	pred_add_create_families(&need);
	pred_add_socket(&need);
	return finish(&need, bits);
}

int preds_of_inherit(struct preds *preds, const struct ast_rule *rule,
		     u64 *bits)
{
	struct need need = { .preds = preds, .rule = rule };

	need.err = preds_of_rule(preds, rule, &need.bits);
	if (!rule->types)
		add_mask(&need, PRED_TYPE, ~NAMED_KINDS);
	return finish(&need, bits);
}

int preds_of_rate(struct preds *preds, const struct ast_rule *rule, u64 *bits)
{
	struct need need = { .preds = preds, .rule = rule };
	struct pred pred = { .field = PRED_RATE };
	u32 num = 0;

	for (u32 i = 0; i < preds->num; i++)
		num += preds->items[i].field == PRED_RATE;
	if (num == PREDS_MAX_RATES) {
		diag_report(preds->diag, &rule->span, TOO_MANY, PREDS_MAX_RATES,
			    arena_printf(preds->arena,
					 "rules of class %s "
					 "with a 'rate'",
					 bvm_classes[preds->class].name));
		return -E2BIG;
	}
	pred_add(&need, &pred);
	return finish(&need, bits);
}

int preds_of_named_kinds(struct preds *preds, u64 *bits)
{
	struct need need = { .preds = preds };

	add_mask(&need, PRED_TYPE, NAMED_KINDS);
	return finish(&need, bits);
}

int preds_of_own_tasks(struct preds *preds, u64 *bits)
{
	struct need need = { .preds = preds };

	add_mask(&need, PRED_PEER, 1u << BVM_PEER_SELF);
	return finish(&need, bits);
}

bool pred_has(const struct pred *pred, u64 value)
{
	for (u32 i = 0; i < pred->num_ranges; i++)
		if (value >= pred->ranges[i].lo && value <= pred->ranges[i].hi)
			return true;
	return false;
}

static bool ranges_meet(const struct pred *x, const struct pred *y)
{
	u32 i = 0, j = 0;

	while (i < x->num_ranges && j < y->num_ranges) {
		if (x->ranges[i].hi < y->ranges[j].lo)
			i++;
		else if (y->ranges[j].hi < x->ranges[i].lo)
			j++;
		else
			return true;
	}
	return false;
}

bool preds_may_hold(const struct preds *preds, u64 need)
{
	for (u32 i = 0; i < preds->num; i++) {
		const struct pred *x = &preds->items[i];

		/* a number or a text: what sets it apart is not looked for */
		if (!(need >> i & 1) || !x->num_ranges || x->match.num)
			continue;
		for (u32 j = i + 1; j < preds->num; j++) {
			const struct pred *y = &preds->items[j];

			if (need >> j & 1 && y->field == x->field &&
			    !y->match.num && !ranges_meet(x, y))
				return false;
		}
	}
	return true;
}

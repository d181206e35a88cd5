// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "diff.h"
#include "diff_rights_show.h"
#include "diff_syscalls.h"
#include "input.h"
#include "point.h"
#include "show.h"

/* ---- finding ---- */

struct compare {
	struct arena *arena;
	struct space_query query;
	struct changes *changes;
	u32 first; /* change of the class */
};

static bool denies(const struct bvm_image *img, u32 class, u32 verdict)
{
	return point_is_denied(verdict) &&
	       !(img->meta->audit_classes >> class & 1);
}

static bool is_same_object(const struct space_point *a,
			   const struct space_point *b)
{
	const char *x = a->texts[BVM_STR_PATH - 1];
	const char *y = b->texts[BVM_STR_PATH - 1];

	if (a->class == BVM_CLASS_CAPABILITIES)
		return a->ctx.capabilities.cap == b->ctx.capabilities.cap;
	return x && y ? !strcmp(x, y) : x == y;
}

/* Another operation or point of a change that is there? */
static bool is_known(struct compare *c, const struct space_point *point,
		     const u32 *verdicts, bool wider)
{
	for (u32 i = c->first; i < c->changes->num; i++) {
		struct change *known = &c->changes->items[i];

		if (known->wider != wider ||
		    memcmp(known->point.widens, point->widens,
			   sizeof(point->widens)) != 0 ||
		    bvm_verdict_rule(known->verdicts[0]) !=
			    bvm_verdict_rule(verdicts[0]) ||
		    bvm_verdict_rule(known->verdicts[1]) !=
			    bvm_verdict_rule(verdicts[1]))
			continue;
		/* capabilities are told one by one */
		if (known->ops >> point->op & 1 &&
		    (point->class != BVM_CLASS_CAPABILITIES ||
		     is_same_object(&known->point, point)))
			return true;
		if (!is_same_object(&known->point, point))
			continue;
		known->ops |= 1ull << point->op;
		return true;
	}
	return false;
}

static void add(struct changes *changes, struct arena *arena,
		const struct change *change)
{
	changes->items = arena_grow(arena, changes->items, changes->num,
				    sizeof(*change));
	changes->items[changes->num++] = *change;
}

static bool look(void *arg, const struct space_point *point,
		 const u32 *verdicts)
{
	struct compare *c = arg;
	bool was = denies(c->query.images[0], point->class, verdicts[0]);
	bool is = denies(c->query.images[1], point->class, verdicts[1]);
	struct change change = {
		.class = point->class,
		.ops = 1ull << point->op,
		.wider = was,
		.point = *point,
		.verdicts = { verdicts[0], verdicts[1] },
	};

	if (was != is && !is_known(c, point, verdicts, was))
		add(c->changes, c->arena, &change);
	return true;
}

/* ---- what is the same without looking ---- */

static const struct bvm_section *table_section(const struct bvm_image *img,
					       u32 index)
{
	const struct bvm_section *section = (const void *)(img->header + 1);

	while (section->type != BVM_SECTION_TABLE || section->id != index)
		section++;
	return section;
}

static bool is_same_table(const struct bvm_image *a, const struct bvm_image *b,
			  u32 index)
{
	const struct bvm_section *x = table_section(a, index);
	const struct bvm_section *y = table_section(b, index);

	return x->len == y->len &&
	       !memcmp(a->bytes + x->off, b->bytes + y->off, x->len);
}

/* What names would give: mounts may not widen it. */
static bool is_same_rights(const struct bvm_image *a, const struct bvm_image *b)
{
	if (!a->rights || !b->rights)
		return !a->rights && !b->rights;
	return a->rights_dfa == b->rights_dfa &&
	       a->num_rights == b->num_rights &&
	       a->num_closures == b->num_closures &&
	       !memcmp(a->rights, b->rights,
		       a->num_rights * sizeof(*a->rights)) &&
	       !memcmp(a->closures, b->closures,
		       a->num_closures * sizeof(*a->closures));
}

/*
 * The same instructions and the same tables, but for what one of the images has
 * more of: the verifier of the other one let no instruction go so far.
 */
static bool is_same_class(const struct bvm_image *a, const struct bvm_image *b,
			  u32 class)
{
	const struct bvm_program *x = &a->programs[class];
	const struct bvm_program *y = &b->programs[class];
	u32 num = x->header->num_insns;

	if ((a->meta->audit_classes ^ b->meta->audit_classes) >> class & 1 ||
	    num != y->header->num_insns ||
	    memcmp(x->insns, y->insns, num * sizeof(*x->insns)) != 0)
		return false;
	for (u32 i = 0; i < a->num_tables && i < b->num_tables; i++)
		if (!is_same_table(a, b, i))
			return false;
	return class != BVM_CLASS_MOUNTS || is_same_rights(a, b);
}

int diff_images(struct arena *arena, const struct bvm_image *old,
		const struct bvm_image *new, struct changes *changes,
		u32 *class)
{
	struct compare c = { .arena = arena, .changes = changes };
	const u32 freed = new->meta->unmediated ^ old->meta->unmediated;

	memset(changes, 0, sizeof(*changes));
	c.query.images[0] = old;
	c.query.images[1] = new;
	c.query.num_images = 2;
	c.query.rights = true;
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++) {
		const struct change unjudged = {
			.class = i,
			.ops = bvm_classes[i].mediated,
			.wider = new->meta->unmediated >> i & 1,
			.unmediated = true,
		};
		int ret;

		*class = i;
		if (!bvm_classes[i].mediated)
			continue;
		c.query.class = i;
		c.query.ops = bvm_classes[i].mediated;
		c.query.sought = SPACE_DIFFERENT;
		c.query.never_denies[0] = old->meta->audit_classes >> i & 1;
		c.query.never_denies[1] = new->meta->audit_classes >> i & 1;
		c.first = changes->num;
		ret = is_same_class(old, new, i) ?
			      0 :
			      space_walk(arena, &c.query, look, &c);
		if (ret)
			return ret;
		if (freed >> i & 1)
			add(changes, arena, &unjudged);
	}
	return 0;
}

/* ---- showing ---- */

struct report {
	struct run *run;
	struct input inputs[2];
	struct changes changes;
	struct rights_changes rights;
	struct call_changes calls;
};

static const char *request_of(const struct report *r,
			      const struct change *change)
{
	const struct space_query query = {
		.images = { r->inputs[0].img, r->inputs[1].img },
		.num_images = 2,
		.class = change->class,
		.ops = change->ops,
	};

	return point_request(r->run->arena, &query, &change->point,
			     change->verdicts);
}

static struct widening widening_of(const struct report *r,
				   const struct change *change, u32 side)
{
	return widens_find(r->inputs[side].img,
			   change->point.texts[BVM_STR_SOURCE - 1],
			   change->point.texts[BVM_STR_PATH - 1], true);
}

static void print_widening(const struct report *r, const struct change *change,
			   u32 side)
{
	const struct widening w = widening_of(r, change, side);

	diff_rights_print_widening(r->run->arena, &r->inputs[side], side,
				   change->class, &w,
				   change->point.texts[BVM_STR_SOURCE - 1],
				   change->point.texts[BVM_STR_PATH - 1]);
}

static void print_side(const struct report *r, const struct change *change,
		       u32 side)
{
	const struct input *input = &r->inputs[side];
	struct buf buf = BUF_INIT(r->run->arena);
	u32 rule = bvm_verdict_rule(change->verdicts[side]);
	bool deny = point_is_denied(change->verdicts[side]);
	bool audit = input->img->meta->audit_classes >> change->class & 1;
	const struct ast_rule *source = NULL;

	if (change->point.widens[side]) {
		print_widening(r, change, side);
		return;
	}
	if (input->ast && rule && rule <= input->ast->num_rules)
		source = &input->ast->rules[rule - 1];
	show_rule(&buf, input->img, change->class, rule);
	printf("  %s: %s: %s%s\n", side ? "new" : "old",
	       deny ? "deny" : "allow", buf_text(&buf),
	       deny && audit ? ", but the class is in audit mode" : "");
	if (source)
		show_source(source);
}

static void print_change(const struct report *r, const struct change *change)
{
	struct buf ops = BUF_INIT(r->run->arena);

	show_ops(&ops, change->class, change->ops);
	printf("newly %s: %s", change->wider ? "allowed" : "denied",
	       bvm_classes[change->class].name);
	if (change->unmediated) {
		printf(", on kernels that do not judge it: 'unmediated' "
		       "names it%s\n",
		       change->wider ? "" : " no more");
		return;
	}
	printf(" %s: %s\n", buf_text(&ops), request_of(r, change));
	for (u32 side = 0; side < 2; side++)
		print_side(r, change, side);
}

static void put_json_text(struct buf *buf, const char *name, const char *text)
{
	buf_printf(buf, "\"%s\":", name);
	buf_put_json(buf, text, strlen(text));
}

static void put_json_side(struct buf *buf, const struct report *r,
			  const struct change *change, u32 side)
{
	const struct bvm_image *img = r->inputs[side].img;
	u32 rule = bvm_verdict_rule(change->verdicts[side]);

	buf_printf(buf, ",\"%s\":{\"verdict\":\"%s\",\"audit\":%s",
		   side ? "new" : "old",
		   point_is_denied(change->verdicts[side]) ? "deny" : "allow",
		   img->meta->audit_classes >> change->class & 1 ? "true" :
								   "false");
	if (change->point.widens[side]) {
		const struct widening w = widening_of(r, change, side);

		buf_printf(buf, ",\"widens\":");
		widens_put_json(buf, &w);
	} else if (rule && rule <= img->num_rules) {
		buf_printf(buf, ",\"rule\":%u,", rule);
		put_json_text(buf, "file",
			      bvm_image_string(img, img->rules[rule - 1].file));
		buf_printf(buf, ",\"line\":%u", img->rules[rule - 1].line);
	}
	buf_printf(buf, "}");
}

static void put_json_change(struct buf *buf, const struct report *r,
			    const struct change *change)
{
	const char *comma = "";

	buf_printf(buf, "{\"change\":\"%s\",",
		   change->wider ? "allowed" : "denied");
	put_json_text(buf, "class", bvm_classes[change->class].name);
	buf_printf(buf, ",\"operations\":[");
	for (u32 op = 0; op < BVM_MAX_OPS; op++) {
		if (!(change->ops >> op & 1))
			continue;
		buf_printf(buf, "%s\"%s\"", comma,
			   bvm_op_name(change->class, op));
		comma = ",";
	}
	buf_printf(buf, "],");
	if (change->unmediated) {
		buf_printf(buf, "\"unmediated\":true}");
		return;
	}
	put_json_text(buf, "request", request_of(r, change));
	put_json_side(buf, r, change, 0);
	put_json_side(buf, r, change, 1);
	buf_printf(buf, "}");
}

static void print_json(const struct report *r)
{
	struct buf buf = BUF_INIT(r->run->arena);

	buf_printf(&buf, "[");
	for (u32 i = 0; i < r->changes.num; i++) {
		buf_printf(&buf, "%s", i ? ",\n " : "");
		put_json_change(&buf, r, &r->changes.items[i]);
	}
	for (u32 i = 0; i < r->rights.num; i++) {
		buf_printf(&buf, "%s", i || r->changes.num ? ",\n " : "");
		diff_rights_put_json(&buf, r->inputs, &r->rights.items[i]);
	}
	for (u32 i = 0; i < r->calls.num; i++) {
		buf_printf(&buf, "%s",
			   i || r->changes.num || r->rights.num ? ",\n " : "");
		diff_syscalls_put_json(&buf, &r->calls.items[i]);
	}
	printf("%s]\n", buf_text(&buf));
}

static u32 num_changes(const struct report *r)
{
	return r->changes.num + r->rights.num + r->calls.num;
}

static void print_text(const struct report *r, u32 wider)
{
	const u32 num = num_changes(r);

	for (u32 i = 0; i < r->changes.num; i++)
		print_change(r, &r->changes.items[i]);
	for (u32 i = 0; i < r->rights.num; i++)
		diff_rights_print(r->run->arena, r->inputs,
				  &r->rights.items[i]);
	for (u32 i = 0; i < r->calls.num; i++)
		diff_syscalls_print(r->run->arena, &r->calls.items[i]);
	if (num)
		printf("%u newly allowed, %u newly denied\n", wider,
		       num - wider);
	else
		printf("no difference\n");
}

int command_diff(struct run *run)
{
	struct report *r = arena_alloc(run->arena, sizeof(*r));
	u32 wider = 0, class = 0;
	const char *why;
	int ret;

	r->run = run;
	for (u32 side = 0; side < 2; side++) {
		int code =
			input_open(run, run->operands[side], &r->inputs[side]);

		if (code)
			return code;
	}
	ret = diff_images(run->arena, r->inputs[0].img, r->inputs[1].img,
			  &r->changes, &class);
	why = space_why(ret);
	if (!ret) {
		class = BVM_CLASS_FILES;
		ret = diff_rights(run->arena, r->inputs[0].img,
				  r->inputs[1].img, DIFF_RIGHTS_MAX_PAIRS,
				  &r->rights);
		why = ret == -E2BIG ?
			      "its names have too many kinds of rights" :
			      space_why(ret);
	}
	if (ret) {
		diag_report(run->diag, NULL, DIFF_OPEN, bvm_classes[class].name,
			    why);
		return EXIT_BAD;
	}
	for (u32 i = 0; i < r->changes.num; i++)
		wider += r->changes.items[i].wider;
	for (u32 i = 0; i < r->rights.num; i++)
		wider += r->rights.items[i].wider;
	diff_syscalls(run->arena, r->inputs[0].img, r->inputs[1].img,
		      &r->calls);
	for (u32 i = 0; i < r->calls.num; i++)
		wider += r->calls.items[i].wider;
	if (run->json)
		print_json(r);
	else
		print_text(r, wider);
	return wider || (run->exact && num_changes(r)) ? EXIT_NO : EXIT_YES;
}

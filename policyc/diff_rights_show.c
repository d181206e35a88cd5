// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "diff_rights_show.h"
#include "point.h"
#include "show.h"

const char *diff_rights_request(struct arena *arena,
				const struct bvm_image *old,
				const struct bvm_image *new,
				const struct rights_change *change)
{
	/* that it is a directory is said, even if the name alone would do */
	const struct request tree = {
		.given = 1ull << request_field(BVM_CLASS_FILES, "type"),
	};
	const struct space_query query = {
		.images = { old, new },
		.num_images = 2,
		.class = BVM_CLASS_FILES,
		.ops = change->ops,
		.set.request = change->is_tree ? &tree : NULL,
	};

	return point_request(arena, &query, &change->point, change->verdicts);
}

static struct widening widening_of(const struct input *input,
				   const struct rights_change *change)
{
	if (!input->img->rights)
		return (struct widening){ 0 };
	return widens_find(input->img, change->point.texts[BVM_STR_PATH - 1],
			   change->to, change->is_tree);
}

static bool is_widening(const struct widening *w)
{
	return w->lacks || w->conditional || w->below;
}

void diff_rights_print_widening(struct arena *arena, const struct input *input,
				u32 side, u32 class, const struct widening *w,
				const char *from, const char *to)
{
	struct buf buf = BUF_INIT(arena);

	widens_show(&buf, w, from, to, "    ");
	printf("  %s: deny: widens%s\n%s", side ? "new" : "old",
	       input->img->meta->audit_classes >> class & 1 ?
		       ", but the class is in audit mode" :
		       "",
	       buf_text(&buf));
}

static void print_side(struct arena *arena, const struct input *input,
		       const struct rights_change *change, u32 side)
{
	const u32 rule = bvm_verdict_rule(change->verdicts[side]);
	const bool deny = point_is_denied(change->verdicts[side]);
	const struct widening w = widening_of(input, change);
	struct buf buf = BUF_INIT(arena);

	if (is_widening(&w)) {
		diff_rights_print_widening(
			arena, input, side, BVM_CLASS_FILES, &w,
			change->point.texts[BVM_STR_PATH - 1], change->to);
		return;
	}
	show_rule(&buf, input->img, BVM_CLASS_FILES, rule);
	printf("  %s: %s: %s%s\n", side ? "new" : "old",
	       deny ? "deny" : "allow", buf_text(&buf),
	       deny ? ", but the class is in audit mode" : "");
	if (input->ast && rule && rule <= input->ast->num_rules)
		show_source(&input->ast->rules[rule - 1]);
}

void diff_rights_print(struct arena *arena, const struct input *inputs,
		       const struct rights_change *change)
{
	struct buf ops = BUF_INIT(arena);

	show_ops(&ops, BVM_CLASS_FILES, change->ops);
	printf("newly %s: files %s: %s\n", change->wider ? "allowed" : "denied",
	       buf_text(&ops),
	       diff_rights_request(arena, inputs[0].img, inputs[1].img,
				   change));
	for (u32 side = 0; side < SPACE_MAX_IMAGES; side++)
		print_side(arena, &inputs[side], change, side);
}

static void put_member(struct buf *buf, const char *name, const char *text)
{
	buf_printf(buf, ",\"%s\":", name);
	buf_put_json(buf, text, strlen(text));
}

static void put_side(struct buf *buf, const struct input *input,
		     const struct rights_change *change, u32 side)
{
	const struct bvm_image *img = input->img;
	const u32 rule = bvm_verdict_rule(change->verdicts[side]);
	const struct widening w = widening_of(input, change);

	buf_printf(buf, ",\"%s\":{\"verdict\":\"%s\",\"audit\":%s",
		   side ? "new" : "old",
		   point_is_denied(change->verdicts[side]) ? "deny" : "allow",
		   img->meta->audit_classes >> BVM_CLASS_FILES & 1 ? "true" :
								     "false");
	if (is_widening(&w)) {
		buf_printf(buf, ",\"widens\":");
		widens_put_json(buf, &w);
	} else if (rule && rule <= img->num_rules) {
		buf_printf(buf, ",\"rule\":%u", rule);
		put_member(buf, "file",
			   bvm_image_string(img, img->rules[rule - 1].file));
		buf_printf(buf, ",\"line\":%u", img->rules[rule - 1].line);
	}
	buf_printf(buf, "}");
}

void diff_rights_put_json(struct buf *buf, const struct input *inputs,
			  const struct rights_change *change)
{
	const char *comma = "";

	buf_printf(buf,
		   "{\"change\":\"%s\",\"class\":\"files\",\"operations\":[",
		   change->wider ? "allowed" : "denied");
	for (u32 op = 0; op < BVM_MAX_OPS; op++) {
		if (!(change->ops >> op & 1))
			continue;
		buf_printf(buf, "%s\"%s\"", comma,
			   bvm_op_name(BVM_CLASS_FILES, op));
		comma = ",";
	}
	buf_printf(buf, "]");
	put_member(buf, "request",
		   diff_rights_request(buf->arena, inputs[0].img, inputs[1].img,
				       change));
	for (u32 side = 0; side < SPACE_MAX_IMAGES; side++)
		put_side(buf, &inputs[side], change, side);
	buf_printf(buf, "}");
}

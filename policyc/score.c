// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "claim.h"
#include "input.h"
#include "point.h"
#include "score.h"
#include "show.h"

/* Stands for the weights of score.def, which sensitive.def has none of. */
#include "score.def"

struct row {
	u32 weight;
	const char *claim;
	const char *reason;
};

static const struct row general[] = {
#define SCORE(weight, claim, reason) { weight, claim, reason },
#include "score.def"
#undef SCORE
};

static const struct {
	const char *path;
	bool read, write, exec;
	const char *reason;
} sensitive[] = {
#define SENSITIVE(path, read, write, exec, reason) \
	{ path, read, write, exec, reason },
#include "sensitive.def"
#undef SENSITIVE
};

struct search {
	struct arena *arena;
	const struct bvm_image *img;
	struct space_query query;
	bool found;
	struct space_point point;
	u32 verdict;
};

static bool is_unjudged(const struct bvm_image *img, u32 class)
{
	return (img->meta->audit_classes | img->meta->unmediated) >> class & 1;
}

static bool look(void *arg, const struct space_point *point,
		 const u32 *verdicts)
{
	struct search *s = arg;

	if (point_is_denied(verdicts[0]) && !is_unjudged(s->img, point->class))
		return true;
	s->found = true;
	s->point = *point;
	s->verdict = verdicts[0];
	return false;
}

static int try_row(struct arena *arena, const struct bvm_image *img,
		   const struct row *row, struct score *score)
{
	struct search *s = arena_alloc(arena, sizeof(*s));
	struct request_error err;
	struct score_item item = {
		.weight = row->weight,
		.claim = row->claim,
		.reason = row->reason,
	};
	int ret;

	s->arena = arena;
	s->img = img;
	s->query.images[0] = img;
	s->query.num_images = 1;
	s->query.sought = SPACE_ALLOWED;
	if (claim_parse(arena, row->claim, &s->query, &err))
		return -EINVAL;
	ret = space_walk(arena, &s->query, look, s);
	if (ret || !s->found)
		return ret;
	item.class = s->query.class;
	item.request = point_request(arena, &s->query, &s->point, &s->verdict);
	if (!point_is_denied(s->verdict))
		item.rule = bvm_verdict_rule(s->verdict);
	score->items =
		arena_grow(arena, score->items, score->num, sizeof(item));
	score->items[score->num++] = item;
	score->total += row->weight;
	return 0;
}

static int try_path(struct arena *arena, const struct bvm_image *img, u32 i,
		    struct score *score, const char **claim)
{
	const struct {
		bool asked;
		const char *verb;
		u32 weight;
	} ways[] = {
		{ sensitive[i].read, "files.read", SCORE_READ },
		{ sensitive[i].write, "files.write", SCORE_WRITE },
		{ sensitive[i].exec, "exec", SCORE_EXEC },
	};

	for (u32 k = 0; k < ARRAY_SIZE(ways); k++) {
		const struct row row = {
			.weight = ways[k].weight,
			.claim = arena_printf(arena, "%s %s", ways[k].verb,
					      sensitive[i].path),
			.reason = sensitive[i].reason,
		};
		int ret;

		if (!ways[k].asked)
			continue;
		*claim = row.claim;
		ret = try_row(arena, img, &row, score);
		if (ret)
			return ret;
	}
	return 0;
}

int score_image(struct arena *arena, const struct bvm_image *img,
		struct score *score, const char **claim)
{
	int ret = 0;

	memset(score, 0, sizeof(*score));
	for (u32 i = 0; i < ARRAY_SIZE(general) && !ret; i++) {
		*claim = general[i].claim;
		ret = try_row(arena, img, &general[i], score);
	}
	for (u32 i = 0; i < ARRAY_SIZE(sensitive) && !ret; i++)
		ret = try_path(arena, img, i, score, claim);
	return ret;
}

/* ---- the command ---- */

static void print_text(const struct input *input, const struct score *score,
		       struct arena *arena)
{
	printf("score %llu, where 0 is best\n",
	       (unsigned long long)score->total);
	for (u32 i = 0; i < score->num; i++) {
		const struct score_item *item = &score->items[i];
		struct buf buf = BUF_INIT(arena);

		show_rule(&buf, input->img, item->class, item->rule);
		printf("%4u  %s: %s (%s)\n", item->weight, item->request,
		       item->reason, buf_text(&buf));
	}
}

static void print_json(const struct score *score, struct arena *arena)
{
	struct buf buf = BUF_INIT(arena);

	buf_printf(&buf, "{\"score\":%llu,\"items\":[",
		   (unsigned long long)score->total);
	for (u32 i = 0; i < score->num; i++) {
		const struct score_item *item = &score->items[i];

		buf_printf(&buf, "%s{\"weight\":%u,\"rule\":%u,\"request\":",
			   i ? ",\n " : "", item->weight, item->rule);
		buf_put_json(&buf, item->request, strlen(item->request));
		buf_printf(&buf, ",\"reason\":");
		buf_put_json(&buf, item->reason, strlen(item->reason));
		buf_printf(&buf, "}");
	}
	printf("%s]}\n", buf_text(&buf));
}

int command_score(struct run *run)
{
	struct input *input = arena_alloc(run->arena, sizeof(*input));
	struct score score;
	const char *claim;
	int ret = input_open(run, run->operands[0], input);

	if (ret)
		return ret;
	ret = score_image(run->arena, input->img, &score, &claim);
	if (ret) {
		diag_report(run->diag, NULL, CLAIM_OPEN, claim, space_why(ret));
		return EXIT_BAD;
	}
	if (run->json)
		print_json(&score, run->arena);
	else
		print_text(input, &score, run->arena);
	return EXIT_YES;
}

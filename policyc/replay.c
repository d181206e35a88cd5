// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "judge.h"
#include "replay.h"
#include "show.h"

/* May a rule that matches the program's path look at its arguments? */
static bool needs_args(const struct input *input, const struct judge_case *c)
{
	const struct intern *rows;
	const u32 *items;

	if (!input->ast) {
		for (u32 i = 0; i < input->img->num_tables; i++)
			if (input->img->tables[i].kind == BVM_TABLE_ARGV)
				return true;
		return false;
	}
	rows = &input->lowered->rows;
	items = intern_get(rows, c->row);
	for (u32 i = 0; i < intern_len(rows, c->row); i++)
		if (items[i] < input->ast->num_rules &&
		    input->ast->rules[items[i]].class == BVM_CLASS_EXEC &&
		    input->ast->rules[items[i]].num_args)
			return true;
	return false;
}

static void answer(struct arena *arena, const struct input *input,
		   const struct logline *line,
		   const struct judgement *judgement, struct replay *replay)
{
	struct buf buf = BUF_INIT(arena);

	replay->widens = judgement->widens;
	replay->extra = judgement->extra;
	if (!replay->widens)
		replay->rule = bvm_verdict_rule(judgement->shown.verdict);
	replay->tree = judgement->tree_widens;
	if (judgement->answer == JUDGE_ALLOW ||
	    judgement->answer == JUDGE_DENY) {
		replay->answer = judgement->answer == JUDGE_ALLOW ?
					 REPLAY_ALLOW :
					 REPLAY_DENY;
		if (line->class != BVM_CLASS_EXEC ||
		    !needs_args(input, &judgement->shown))
			return;
		buf_printf(&buf, "arguments");
	} else {
		show_field_names(&buf, line->class, judgement->open);
	}
	replay->answer = REPLAY_OPEN;
	replay->why = arena_strdup(arena, buf_text(&buf));
}

int replay_line(struct arena *arena, const struct input *input,
		const struct logline *line, struct replay *replay)
{
	memset(replay, 0, sizeof(*replay));
	/* with the user left open first: it may be another in the container */
	for (int same_uid = 0; same_uid < 2; same_uid++) {
		struct judgement judgement = { 0 };
		struct request request;
		int ret;

		if (logline_request(arena, line, same_uid, &request))
			return -EINVAL;
		ret = judge_request(arena, input->img, &request, &judgement);
		if (ret == -ENOENT)
			return -EINVAL;
		replay->same_uid = same_uid;
		if (ret) {
			replay->answer = REPLAY_OPEN;
			replay->why = "too much that is not recorded";
			continue;
		}
		answer(arena, input, line, &judgement, replay);
		if (replay->answer != REPLAY_OPEN)
			return 0;
	}
	return 0;
}

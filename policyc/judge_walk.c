// SPDX-License-Identifier: GPL-2.0-only
#include "judge_walk.h"
#include "point.h"

static bool keep(void *arg, const struct space_point *point,
		 const u32 *verdicts)
{
	struct judge_walk *walk = arg;
	const bool denied = point_is_denied(verdicts[0]);

	if (walk->num[denied] < JUDGE_WALK_MAX)
		walk->points[denied][walk->num[denied]++] = *point;
	return walk->num[0] < JUDGE_WALK_MAX || walk->num[1] < JUDGE_WALK_MAX;
}

int judge_walk_find(struct judge_walk *walk, const char *path)
{
	struct request *request = arena_alloc(walk->arena, sizeof(*request));
	struct space_query query = {
		.images = { walk->img },
		.num_images = 1,
		.class = walk->request->class,
		.ops = 1ull << walk->op,
		.set.request = request,
	};

	*request = *walk->request;
	request->num_paths = path ? 1 : 0;
	request->paths[0] = path;
	for (u32 k = 0; k < 2; k++) {
		walk->points[k] = arena_array(walk->arena, JUDGE_WALK_MAX,
					      sizeof(*walk->points[k]));
		walk->num[k] = 0;
	}
	for (u32 k = 0; k < 2; k++) {
		int ret;

		query.sought = k ? SPACE_DENIED : SPACE_ALLOWED;
		ret = space_walk(walk->arena, &query, keep, walk);
		if (ret)
			return ret;
		if (walk->num[0] && walk->num[1])
			return 0;
	}
	return 0;
}

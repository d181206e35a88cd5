// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "judge_rename.h"
#include "vm/rights.h"
#include "vm/table.h"

#define FLAG_BIND (1u << 12)
#define FLAG_MOVE (1u << 13)

bool judge_rename_is_mount(u32 op, u32 flags, const char *source)
{
	return source && source[0] == '/' &&
	       (op == BVM_OP_MOUNTS_MOVE_MOUNT ||
		(op == BVM_OP_MOUNTS_MOUNT && flags & (FLAG_BIND | FLAG_MOVE)));
}

bool judge_rename_find(const struct request *request, const union bvm_ctx *ctx,
		       struct judge_rename *rename)
{
	const u64 moves = BVM_BIT(FILES, RENAME) | BVM_BIT(FILES, LINK) |
			  BVM_BIT(FILES, CREATE);

	rename->from = request->paths[0];
	rename->to = request->paths[1];
	rename->is_tree = ctx->files.type == BVM_KIND_DIR;
	if (request->class == BVM_CLASS_FILES)
		return request->num_paths == 2 && !(request->ops & ~moves);
	rename->from = request->texts[BVM_STR_SOURCE - 1];
	rename->to = request->paths[0];
	rename->is_tree = true;
	return request->class == BVM_CLASS_MOUNTS &&
	       !(request->ops & (request->ops - 1)) &&
	       judge_rename_is_mount((u32)__builtin_ctzll(request->ops),
				     ctx->mounts.flags, rename->from);
}

static u32 state_of(const struct bvm_image *img, const char *path, bool below)
{
	const struct bvm_table *t = &img->tables[img->rights_dfa];
	u32 state = bvm_dfa_feed(t, bvm_dfa_start(t), path, strlen(path));

	/* the name of the root ends in a '/' */
	return below && path[1] ? bvm_dfa_step(t, state, '/') : state;
}

u64 judge_rename_gain(const struct bvm_image *img,
		      const struct judge_rename *rename, bool below)
{
	const u32 from = state_of(img, rename->from, below);
	const u32 to = state_of(img, rename->to, below);

	return below ? bvm_rights_gained_below(img, from, to) :
		       bvm_rights_gained(img, from, to);
}

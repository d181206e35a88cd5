// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "learn_moves.h"

static bool is_known(const struct learn_moves *moves,
		     const struct logline *line)
{
	for (u32 i = 0; i < moves->num; i++) {
		const struct logline *other = &moves->items[i]->line;

		if (other->class == line->class && other->op == line->op &&
		    !strcmp(other->object, line->object))
			return true;
	}
	return false;
}

static bool add_line(struct learn_moves *moves, const struct logline *move,
		     u32 class, u32 op)
{
	struct event *event = arena_alloc(moves->arena, sizeof(*event));
	struct logline *line = &event->line;

	*line = *move;
	line->class = class;
	line->op = op;
	line->renamed = move->detail;
	/* of no type: what the new name may must be had under all conditions */
	line->detail = class == BVM_CLASS_NETWORK ? "unix" : "";
	if (is_known(moves, line))
		return false;
	moves->items = arena_grow(moves->arena, moves->items, moves->num,
				  sizeof(struct event *));
	moves->items[moves->num++] = event;
	return true;
}

bool learn_moves_add(struct learn_moves *moves, const struct logline *move,
		     u64 extra)
{
	bool added = false;

	for (u32 op = 0; op < BVM_RIGHT_FILES_OPS; op++)
		if (extra >> op & 1)
			added |= add_line(moves, move, BVM_CLASS_FILES, op);
	for (u32 op = BVM_OP_NETWORK_BIND; op <= BVM_OP_NETWORK_SEND; op++)
		if (extra & BVM_RIGHT_UNIX(op))
			added |= add_line(moves, move, BVM_CLASS_NETWORK, op);
	if (extra & BVM_RIGHT_EXEC)
		added |=
			add_line(moves, move, BVM_CLASS_EXEC, BVM_OP_EXEC_EXEC);
	return added;
}

static bool is_below(const char *path, const char *dir)
{
	const size_t len = strlen(dir);

	return !strncmp(path, dir, len) && path[len] == '/';
}

bool learn_moves_is_tree(const struct event *const *events, u32 num,
			 const struct logline *move)
{
	for (u32 i = 0; i < num; i++)
		if (is_below(events[i]->line.object, move->object) ||
		    is_below(events[i]->line.object, move->detail))
			return true;
	return false;
}

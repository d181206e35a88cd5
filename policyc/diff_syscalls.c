// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "diff_syscalls.h"
#include "sysfilter.h"
#include "sysnames.h"

static u32 ask(const struct bvm_image *img, u32 number)
{
	if (!img->syscalls)
		return SYSFILTER_ALLOW;
	return sysfilter_run(img->filter, img->syscalls->num_insns,
			     SYSFILTER_X86_64, number);
}

/* Numbers without a call are one: the last of them stands for all. */
static bool is_named(u32 number)
{
	char *name = sysnames_name(number);
	const bool named = name;

	free(name);
	return named || number == SYSNAMES_MAX - 1;
}

void diff_syscalls(struct arena *arena, const struct bvm_image *old,
		   const struct bvm_image *new, struct call_changes *changes)
{
	memset(changes, 0, sizeof(*changes));
	for (u32 i = 0; i < SYSNAMES_MAX; i++) {
		const struct call_change change = {
			.number = i,
			.wider = sysfilter_denies(ask(old, i)),
			.actions = { ask(old, i), ask(new, i) },
		};

		if (change.wider == sysfilter_denies(change.actions[1]) ||
		    !is_named(i))
			continue;
		changes->items = arena_grow(arena, changes->items, changes->num,
					    sizeof(change));
		changes->items[changes->num++] = change;
	}
}

static void put_name(struct buf *buf, u32 number)
{
	char *name = sysnames_name(number);

	buf_printf(buf, "%s", name ? name : "of any other number");
	free(name);
}

void diff_syscalls_print(struct arena *arena, const struct call_change *change)
{
	struct buf buf = BUF_INIT(arena);

	put_name(&buf, change->number);
	printf("newly %s: system call %s\n",
	       change->wider ? "allowed" : "denied", buf_text(&buf));
	for (u32 side = 0; side < 2; side++) {
		struct buf action = BUF_INIT(arena);

		sysfilter_show(&action, change->actions[side]);
		printf("  %s: %s\n", side ? "new" : "old", buf_text(&action));
	}
}

void diff_syscalls_put_json(struct buf *buf, const struct call_change *change)
{
	buf_printf(buf, "{\"change\":\"%s\",\"system_call\":\"",
		   change->wider ? "allowed" : "denied");
	put_name(buf, change->number);
	buf_printf(buf, "\"");
	for (u32 side = 0; side < 2; side++) {
		buf_printf(buf, ",\"%s\":\"", side ? "new" : "old");
		sysfilter_show(buf, change->actions[side]);
		buf_printf(buf, "\"");
	}
	buf_printf(buf, "}");
}

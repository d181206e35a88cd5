// SPDX-License-Identifier: GPL-2.0-only
/*
 * args.c - the arguments of a program that is about to run
 *
 *	bprm->p                                                 bprm->exec
 *	argv[0] \0 argv[1] \0 ... \0 environment \0 ... \0 path
 */
#include <linux/binfmts.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "args.h"
#include "vm/hooks.h"
#include "vm/limits.h"

/* Bytes up to the end of a page, of the room, and of all strings. */
static u32 next_piece(const struct linux_binprm *bprm, unsigned long at,
		      u32 room)
{
	unsigned long page = PAGE_SIZE - offset_in_page(at);

	return min3(page, (unsigned long)room, bprm->exec - at);
}

/* Where argv[1] begins, or what follows the arguments. 0: cannot be read. */
static unsigned long skip_first(const struct linux_binprm *bprm, char *buf)
{
	unsigned long at = bprm->p;

	while (at < bprm->exec) {
		u32 len = next_piece(bprm, at, BVM_MAX_ARGV);
		const char *end;

		if (access_remote_vm(bprm->mm, at, buf, len, FOLL_FORCE) != len)
			return 0;
		end = memchr(buf, 0, len);
		if (end)
			return at + (end - buf) + 1;
		at += len;
	}
	return 0;
}

/* Bytes of the first num strings in buf; 0 if they are not all there. */
static u32 strings_len(const char *buf, u32 len, u32 num)
{
	u32 at = 0;

	while (num--) {
		const char *end = memchr(buf + at, 0, len - at);

		if (!end)
			return 0;
		at = end - buf + 1;
	}
	return at;
}

static u32 copy(const struct linux_binprm *bprm, struct bailiff_args *args)
{
	u32 num = bprm->argc > 1 ? bprm->argc - 1 : 0;
	unsigned long at;
	u32 len = 0;

	if (!num)
		return BVM_REASON_NONE;
	if (num > BVM_MAX_ARGS)
		return BVM_REASON_ARGV;
	at = skip_first(bprm, args->bytes);
	if (!at)
		return BVM_REASON_BROKEN;
	while (len < BVM_MAX_ARGV && at < bprm->exec) {
		u32 piece = next_piece(bprm, at, BVM_MAX_ARGV - len);

		if (access_remote_vm(bprm->mm, at, args->bytes + len, piece,
				     FOLL_FORCE) != piece)
			return BVM_REASON_BROKEN;
		at += piece;
		len += piece;
		args->len = strings_len(args->bytes, len, num);
		if (args->len)
			return BVM_REASON_NONE;
	}
	return BVM_REASON_ARGV;
}

/* Who is being killed cannot read them: __get_user_pages() in mm/gup.c. */
void bailiff_args_copy(const struct linux_binprm *bprm,
		       struct bailiff_args *args)
{
	args->len = 0;
	args->bytes = kvmalloc(BVM_MAX_ARGV, GFP_KERNEL);
	args->reason = args->bytes ? copy(bprm, args) : BVM_REASON_NO_MEMORY;
}

void bailiff_args_drop(struct bailiff_args *args)
{
	kvfree(args->bytes);
	args->bytes = NULL;
}

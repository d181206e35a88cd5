// SPDX-License-Identifier: GPL-2.0-only
/*
 * mqueue.c - POSIX message queues, which are files of a file system of theirs
 *
 * mq_open(3) finds them on a mount that nobody sees; where that file system is
 * mounted, open(2) does too. Both end here.
 */
#include <linux/fs.h>

#include "cred.h"
#include "decide.h"
#include "mqueue.h"

int bailiff_mqueue_judge(const struct dentry *dentry, const struct cred *cred)
{
	const struct bailiff_set *set = bailiff_cred_set(cred);
	struct bailiff_request rq BAILIFF_UNSET;

	if (likely(!bailiff_mqueue_has(dentry)) || !set || d_is_dir(dentry))
		return 0;
	bailiff_request_init(&rq, cred, set, BVM_CLASS_IPC);
	rq.ops = BVM_BIT(IPC, MQUEUE);
	/* No queue is ever renamed. */
	rq.detail = dentry->d_name.name;
	return bailiff_decide(&rq);
}

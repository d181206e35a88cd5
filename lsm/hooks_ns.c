// SPDX-License-Identifier: GPL-2.0-only
/*
 * hooks_ns.c - making namespaces
 *
 * User namespaces alone have a hook: the kernel asks for CAP_SYS_ADMIN before
 * it makes one of any other kind, and class capabilities judges that.
 */
#include "attach.h"
#include "common.h"
#include "compat.h"
#include "cred.h"
#include "decide.h"

/* cred is what the task will have; its domains are those it has now. */
static int hook_userns_create(const struct cred *cred)
{
	const struct bailiff_set *set = bailiff_current_set();
	struct bailiff_request rq BAILIFF_UNSET;

	if (likely(!set))
		return 0;
	bailiff_request_init(&rq, current_cred(), set, BVM_CLASS_NAMESPACES);
	rq.ops = BVM_BIT(NAMESPACES, USERNS_CREATE);
	return bailiff_decide(&rq);
}

static struct security_hook_list hooks[] __ro_after_init = {
	LSM_HOOK_INIT(userns_create, hook_userns_create),
};

void __init bailiff_ns_add_hooks(void)
{
	bailiff_add_hooks(hooks);
}

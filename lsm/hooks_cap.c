// SPDX-License-Identifier: GPL-2.0-only
/*
 * hooks_cap.c - using capabilities
 */
#include <linux/security.h>

#include "attach.h"
#include "common.h"
#include "compat.h"
#include "cred.h"
#include "decide.h"
#include "known.h"

/*
 * Comes after the kernel's own answer was yes: what a task lacks anyway is
 * never asked here. The subject is cred, not always the caller. The arguments
 * are those of the hook, and stay so (__used), that it has none to move before
 * its test.
 */
static noinline __used int judge(const struct cred *cred,
				 struct user_namespace *ns, int cap,
				 unsigned int opts)
{
	const struct bailiff_set *set = bailiff_cred_set(cred);
	struct bailiff_request rq BAILIFF_UNSET;

	bailiff_request_begin(&rq, cred, BVM_CLASS_CAPABILITIES);
	rq.ctx.capabilities.cap = cap;
	if (bailiff_known(set, BVM_CLASS_CAPABILITIES,
			  BVM_OP_CAPABILITIES_CAPABILITY, &rq.ctx))
		return 0;
	bailiff_request_complete(&rq, cred, set, BVM_CLASS_CAPABILITIES);
	rq.ops = BVM_BIT(CAPABILITIES, CAPABILITY);
	rq.silent = opts & CAP_OPT_NOAUDIT;
	return bailiff_decide(&rq);
}

static int hook_capable(const struct cred *cred, struct user_namespace *ns,
			int cap, unsigned int opts)
{
	return likely(!bailiff_cred_set(cred)) ? 0 : judge(cred, ns, cap, opts);
}

static struct security_hook_list hooks[] __ro_after_init = {
	LSM_HOOK_INIT(capable, hook_capable),
};

void __init bailiff_cap_add_hooks(void)
{
	bailiff_add_hooks(hooks);
}

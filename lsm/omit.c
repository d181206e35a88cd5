// SPDX-License-Identifier: GPL-2.0-only
/*
 * omit.c - a hook left out, to see whether the tests notice; for test builds
 *
 * bailiff.omit=1 on the command line makes the file `omit`. What is written to
 * it, "off HOOK" and "on HOOK", is as if that one had not been registered: the
 * key that guards our call of it is turned. Kernels that keep the hooks in
 * lists have them in memory that is read-only: there is no such file there.
 */
#include "omit.h"

#ifdef BAILIFF_CAN_OMIT
#include <linux/args.h>
#include <linux/jump_label.h>
#include <linux/moduleparam.h>
#include <linux/string.h>

#include "common.h"
#include "compat.h"
#include "setup.h"

bool bailiff_omit __ro_after_init;
module_param_named(omit, bailiff_omit, bool, 0444);

struct omittable {
	const char *name;
	const struct lsm_static_call *calls; /* MAX_LSM_COUNT of them */
};

#define ROW_0(hook)
#define ROW_1(hook) { #hook, static_calls_table.hook },

#define GROUP(title)
#define REASON(key, text)
#define HOOK(hook, kernels, context, allow, subject, text) \
	CONCATENATE(ROW_, __is_defined(BAILIFF_HAS_HOOK_##hook))(hook)
#define JUDGES(hook, CLASS, OP, test)
#define ALSO(hook, CLASS, OP, test)
#define PROOF(hook, test)
#define UNPROVED(hook, why)
#define UNUSED(hook, kernels, context, allow, key)
#define PLANNED(hook, kernels, context, allow, text)
static const struct omittable omittables[] = {
#include "hooks.def"
};
#undef GROUP
#undef REASON
#undef HOOK
#undef JUDGES
#undef ALSO
#undef PROOF
#undef UNPROVED
#undef UNUSED
#undef PLANNED

/* Our call of the hook, or NULL. */
static const struct lsm_static_call *find_call(const char *hook)
{
	for (size_t i = 0; i < ARRAY_SIZE(omittables); i++) {
		const struct lsm_static_call *calls = omittables[i].calls;

		if (strcmp(omittables[i].name, hook) != 0)
			continue;
		for (u32 k = 0; k < MAX_LSM_COUNT; k++)
			if (calls[k].hl && calls[k].hl->lsmid == &bailiff_lsmid)
				return &calls[k];
	}
	return NULL;
}

static int run_omit(struct bailiff_channel *ch, char *data, size_t len)
{
	const char *hook = strim(data);
	const struct lsm_static_call *call;
	bool off = str_has_prefix(hook, "off ");

	if (!off && !str_has_prefix(hook, "on "))
		return -EINVAL;
	hook += off ? strlen("off ") : strlen("on ");
	call = find_call(hook);
	if (!call)
		return -ENOENT;
	if (off)
		static_branch_disable(call->active);
	else
		static_branch_enable(call->active);
	return 0;
}

const struct bailiff_command bailiff_omit_command = {
	.max_len = 64,
	.admin = true,
	.run = run_omit,
};
#endif /* BAILIFF_CAN_OMIT */

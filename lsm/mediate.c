// SPDX-License-Identifier: GPL-2.0-only
/*
 * mediate.c - which operations the running kernel brings before us
 */
#include <linux/kconfig.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/string.h>

#include "common.h"
#include "mediate.h"
#include "probe.h"

/* 1 if the headers of this kernel have the hook, else 0. */
#define HAS_HOOK(hook) __is_defined(BAILIFF_HAS_HOOK_##hook)

/* An operation that a kernel without the hook does not mediate. */
struct need {
	const char *hook;
	u8 class;
	u8 op;
	bool present; /* in this kernel */
};

struct used {
	const char *hook;
	bool present; /* in this kernel */
};

#define GROUP(title)
#define REASON(key, text)
#define HOOK(hook, kernels, context, allow, subject, text)
#define UNUSED(hook, kernels, context, allow, key)
#define PLANNED(hook, kernels, context, allow, text)
#define JUDGES(name, CLASS, OP, test)        \
	{                                    \
		.hook = #name,               \
		.class = BVM_CLASS_##CLASS,  \
		.op = BVM_OP_##CLASS##_##OP, \
		.present = HAS_HOOK(name),   \
	},
#define ALSO(hook, CLASS, OP, test)
#define PROOF(hook, test)
#define UNPROVED(hook, why)
static const struct need needs[] = {
#include "hooks.def"
};
#undef HOOK
#undef JUDGES

#define HOOK(name, kernels, context, allow, subject, text) \
	{ #name, HAS_HOOK(name) },
#define JUDGES(hook, CLASS, OP, test)
static const struct used used[] = {
#include "hooks.def"
};
#undef GROUP
#undef REASON
#undef HOOK
#undef UNUSED
#undef PLANNED
#undef JUDGES
#undef ALSO
#undef PROOF
#undef UNPROVED

/*
 * bailiff.lacks=HOOK,HOOK: act as on a kernel without these. Policies are
 * refused that were not before, so it is no way out; but it is for tests.
 */
#ifdef CONFIG_SECURITY_BAILIFF_TEST
static char lacks[128];
module_param_string(lacks, lacks, sizeof(lacks), 0444);
#else
static const char lacks[] = "";
#endif

static bool is_lacking(const char *hook)
{
	size_t len = strlen(hook);
	const char *at;

	for (at = lacks; *at; at += strcspn(at, ","), at += *at == ',') {
		if (strcspn(at, ",") == len && strncmp(at, hook, len) == 0)
			return true;
	}
	return false;
}

static bool is_there(const char *hook, bool present)
{
	return present && !is_lacking(hook);
}

const char *bailiff_missing_hook(u32 class, u32 op)
{
	for (size_t i = 0; i < ARRAY_SIZE(needs); i++) {
		if (needs[i].class == class && needs[i].op == op &&
		    !is_there(needs[i].hook, needs[i].present))
			return needs[i].hook;
	}
	return NULL;
}

u64 bailiff_mediated(u32 class)
{
	u64 ops = bvm_classes[class].mediated;

	for (u32 op = 0; op < BVM_MAX_OPS; op++) {
		if ((ops & BIT_ULL(op)) && bailiff_missing_hook(class, op))
			ops &= ~BIT_ULL(op);
	}
	return ops;
}

int bailiff_for_each_missing(int (*visit)(const char *hook, void *arg),
			     void *arg)
{
	for (size_t i = 0; i < ARRAY_SIZE(used); i++) {
		int ret = 0;

		if (!is_there(used[i].hook, used[i].present))
			ret = visit(used[i].hook, arg);
		if (ret)
			return ret;
	}
	return 0;
}

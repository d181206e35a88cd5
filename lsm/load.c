// SPDX-License-Identifier: GPL-2.0-only
/*
 * load.c - from the bytes of an image to a policy that can decide
 */
#include <linux/err.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/vmalloc.h>

#include <crypto/sha2.h>

#include "common.h"
#include "compat.h"
#include "exe.h"
#include "feed.h"
#include "load.h"
#include "mediate.h"
#include "memo.h"
#include "vm/helpers.h"
#include "vm/insn.h"
#include "vm/verify.h"

static_assert(BAILIFF_DIGEST_LEN == SHA256_DIGEST_SIZE);

/* Does the policy accept that this class is not, or not wholly, mediated? */
static bool is_waived(const struct bvm_image *image, u32 class)
{
	return image->meta->unmediated & BIT(class);
}

/* The first of the operations that are missing, and how it comes. */
static int refuse(const char *where, u32 class, u64 missing,
		  struct bvm_error *err)
{
	u32 op = __ffs64(missing);
	const char *hook = bailiff_missing_hook(class, op);

	return bvm_fail(err, -EOPNOTSUPP, 0,
			"%soperation %s.%s is not mediated by this kernel%s%s",
			where, bvm_classes[class].name, bvm_op_name(class, op),
			hook ? ": it has no hook " : "", hook ?: "");
}

/* BVM_NEEDS_* that this kernel lacks. */
static u32 lacks(void)
{
	u32 needs = 0;

	if (!BAILIFF_SOCKETS_HAVE_DOMAINS)
		needs |= BVM_NEEDS_ALL;
	if (!BAILIFF_TELLS_MPTCP_SOURCE)
		needs |= BVM_NEEDS_MPTCP_SOURCE;
	return needs;
}

static int check_needs(const struct bvm_image *image,
		       const struct bvm_rule *rule, struct bvm_error *err)
{
	u32 missing = rule->needs & lacks();

	if (!missing || is_waived(image, rule->class))
		return 0;
	if (missing & BVM_NEEDS_SOCKET_PEER)
		return bvm_fail(
			err, -EOPNOTSUPP, 0,
			"%s:%u: this kernel does not say whose a socket is: no rule with 'peer'",
			bvm_image_string(image, rule->file), rule->line);
	return bvm_fail(
		err, -EOPNOTSUPP, 0,
		"%s:%u: this kernel does not say who connects by mptcp: name the protocols that 'from' is about",
		bvm_image_string(image, rule->file), rule->line);
}

/* What cannot be enforced is refused, by the line that asks for it. */
static int check_rules(const struct bvm_image *image, struct bvm_error *err)
{
	char where[128];

	for (u32 i = 0; i < image->num_rules; i++) {
		const struct bvm_rule *rule = &image->rules[i];
		u64 missing = rule->ops & ~bailiff_mediated(rule->class);
		int ret;

		ret = check_needs(image, rule, err);
		if (ret)
			return ret;
		if (!missing || is_waived(image, rule->class))
			continue;
		scnprintf(where, sizeof(where),
			  "%s:%u: ", bvm_image_string(image, rule->file),
			  rule->line);
		return refuse(where, rule->class, missing, err);
	}
	return 0;
}

/* Nor may a default be without effect where no rule names the operation. */
static int check_classes(const struct bvm_image *image, struct bvm_error *err)
{
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++) {
		u64 missing = bvm_classes[i].mediated & ~bailiff_mediated(i);

		if (missing && !is_waived(image, i))
			return refuse("", i, missing, err);
	}
	return 0;
}

static bool calls(const struct bvm_program *program, u32 helper)
{
	for (u32 i = 0; program->header && i < program->header->num_insns; i++)
		if (program->insns[i].code == BVM_CALL &&
		    program->insns[i].imm == helper)
			return true;
	return false;
}

static int check_programs(const struct bvm_image *image, struct bvm_error *err)
{
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++) {
		if (image->programs[i].header || !bvm_classes[i].mediated ||
		    is_waived(image, i))
			continue;
		return bvm_fail(err, -EINVAL, 0, "no program for class %s",
				bvm_classes[i].name);
	}
	return 0;
}

static int prepare_programs(struct bailiff_policy *policy,
			    struct bvm_error *err)
{
	void *scratch = kvmalloc(bvm_verify_scratch(), GFP_KERNEL);
	int ret;

	if (!scratch)
		return bvm_fail(err, -ENOMEM, 0, "no memory for the verifier");
	ret = bvm_image_verify(&policy->image, BVM_KERNEL_STACK, scratch, err);
	for (u32 i = 1; !ret && i < BVM_NUM_CLASSES; i++) {
		if (policy->image.programs[i].header)
			ret = bailiff_prog_init(&policy->prog[i],
						&policy->image, i, scratch,
						err);
		cond_resched();
	}
	kvfree(scratch);
	return ret;
}

static void summarize(struct bailiff_policy *policy)
{
	const struct bvm_image *image = &policy->image;

	for (u32 i = 0; i < image->num_rules; i++)
		policy->ruled_classes |= BIT(image->rules[i].class);
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++)
		if (calls(&image->programs[i], BVM_HELPER_MATCH_TEXT))
			policy->text_classes |= BIT(i);
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++)
		if (bailiff_exe_is_asked(image, i))
			policy->exe_classes |= BIT(i);
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++)
		/* who has no name is denied by no program */
		if (bailiff_memo_fits(image, i) &&
		    !(policy->exe_classes & BIT(i)))
			policy->memo_classes |= BIT(i);
	policy->asks_args =
		calls(&image->programs[BVM_CLASS_EXEC], BVM_HELPER_ARGV);
	policy->path_rules = image->meta->flags & BVM_META_PATH_RULES;
	if (policy->path_rules)
		policy->named_classes = policy->ruled_classes;
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++)
		if (calls(&image->programs[i], BVM_HELPER_MATCH))
			policy->named_classes |= BIT(i);
	policy->audit_classes = image->meta->audit_classes;
	policy->loaded = ktime_get_real_seconds();
	sha256(image->bytes, image->len, policy->digest);
}

/* What is found out once, so that no request has to. */
static int prepare_shortcuts(struct bailiff_policy *policy,
			     struct bvm_error *err)
{
	const struct bvm_image *image = &policy->image;

	if (image->rights_dfa >= image->num_tables)
		return 0;
	policy->final =
		bailiff_feed_find_final(&image->tables[image->rights_dfa]);
	return policy->final ?
		       0 :
		       bvm_fail(err, -ENOMEM, 0, "no memory for the automaton");
}

/* `policy=refuse` must go on meaning what is built in. */
static int check_name(const struct bvm_image *image, struct bvm_error *err)
{
	if (strcmp(image->name, BAILIFF_REFUSE) != 0)
		return 0;
	return bvm_fail(err, -EINVAL, 0, "the name '%s' is built in",
			BAILIFF_REFUSE);
}

static int prepare(struct bailiff_policy *policy, size_t len,
		   struct bvm_error *err)
{
	int ret;

	ret = bvm_image_parse(policy->bytes, len, &policy->image, err);
	if (!ret)
		ret = check_name(&policy->image, err);
	if (!ret)
		ret = check_rules(&policy->image, err);
	if (!ret)
		ret = check_classes(&policy->image, err);
	if (!ret)
		ret = check_programs(&policy->image, err);
	if (ret)
		return ret;
	policy->hits = bailiff_hits_alloc(policy->image.num_rules + 1);
	if (!policy->hits)
		return bvm_fail(err, -ENOMEM, 0, "no memory for counters");
	ret = prepare_programs(policy, err);
	if (!ret)
		ret = prepare_shortcuts(policy, err);
	if (!ret)
		summarize(policy);
	return ret;
}

struct bailiff_policy *bailiff_load(void *bytes, size_t len,
				    struct bvm_error *err)
{
	struct bailiff_policy *policy;
	int ret;

	policy = kvzalloc(sizeof(*policy), GFP_KERNEL_ACCOUNT);
	if (!policy) {
		kvfree(bytes);
		(void)bvm_fail(err, -ENOMEM, 0, "no memory for the policy");
		return ERR_PTR(-ENOMEM);
	}
	policy->bytes = bytes;
	ret = prepare(policy, len, err);
	if (ret) {
		bailiff_policy_free(policy);
		return ERR_PTR(ret);
	}
	return policy;
}

#ifdef CONFIG_SECURITY_BAILIFF_KUNIT_TEST
#include "load_test.c"
#endif

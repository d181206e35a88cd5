// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake_decide.h"
#include "fake_kernel.h"
#include "lsm/uapi/bailiff_decide.h"
#include "vm/exec.h"
#include "vm/image.h"

struct fake_decide fake_decide;

struct bytes {
	const char *at;
	size_t left;
};

/* Return: NULL: there are not as many. */
static const void *take(struct bytes *in, size_t len)
{
	const void *at = in->at;

	if (len > in->left)
		return NULL;
	in->at += len;
	in->left -= len;
	return at;
}

/* Return: is it allowed; -EINVAL. */
static int decide(struct bvm_run *run, struct bytes *in)
{
	const size_t before = in->left;
	struct bailiff_decide_request head;
	const void *at = take(in, sizeof(head));
	size_t size;

	if (!at)
		return -EINVAL;
	memcpy(&head, at, sizeof(head));
	if (!head.class || head.class >= BVM_NUM_CLASSES)
		return -EINVAL;
	size = bvm_classes[head.class].ctx_size;
	at = take(in, size);
	if (!at)
		return -EINVAL;
	memcpy(&run->ctx, at, size);
	for (u32 i = 0; i < BVM_RUN_STRINGS; i++) {
		run->strings[i] = (struct bvm_str){};
		if (head.str_len[i] == BAILIFF_DECIDE_NONE)
			continue;
		fake_decide.num_strings++;
		run->strings[i].len = head.str_len[i];
		run->strings[i].bytes = take(in, head.str_len[i]);
		if (!run->strings[i].bytes)
			return -EINVAL;
	}
	run->argv_len = head.argv_len;
	run->argv = take(in, head.argv_len);
	if (!run->argv || !take(in, -(before - in->left) & 7) ||
	    !bvm_ctx_keeps_promises(head.class, &run->ctx))
		return -EINVAL;
	return !(bvm_run_class(run, head.class) & BVM_VERDICT_DENY);
}

static int decide_all(const struct fake_policy *policy, struct bytes *in,
		      struct bailiff_decide_answer *answers, unsigned int num)
{
	struct bvm_image *image = malloc(sizeof(*image));
	bvm_atomic *slots = NULL;
	struct bvm_run run = { .image = image };
	int err = bvm_image_parse(policy->image, policy->len, image, NULL);

	if (!err)
		slots = calloc(image->meta->num_slots + 1, sizeof(*slots));
	run.slots = slots;
	for (u32 i = 0; !err && i < num; i++) {
		int allowed = decide(&run, in);

		if (allowed < 0)
			err = allowed;
		answers[i].err =
			(allowed > 0) == (i + 1 != fake_decide.lie_at) ? 0 :
									 EACCES;
	}
	free(slots);
	free(image);
	return err ? err : in->left ? -EINVAL : 0;
}

int fake_decide_write(struct fake_kernel *kernel, const void *data, size_t len,
		      void **answers, size_t *answers_len)
{
	struct bytes in = { data, len };
	struct bailiff_decide_header head;
	const struct fake_policy *policy;
	const void *at = take(&in, sizeof(head));
	int err;

	if (fake_decide.err || !at)
		return fake_decide.err ? -fake_decide.err : -EINVAL;
	memcpy(&head, at, sizeof(head));
	if (head.magic != BAILIFF_DECIDE_MAGIC)
		return -EINVAL;
	policy = fake_kernel_find(kernel, head.policy);
	if (!policy)
		return -ENOENT;
	fake_decide.num_requests = head.num_requests;
	fake_decide.num_strings = 0;
	*answers_len = head.num_requests * sizeof(struct bailiff_decide_answer);
	*answers = calloc(1, *answers_len + 1);
	err = decide_all(policy, &in, *answers, head.num_requests);
	if (err)
		free(*answers);
	if (fake_decide.cut)
		*answers_len -= sizeof(struct bailiff_decide_answer);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * image_fuzz.c - no bytes harm the parser, and what it takes can be run
 *
 * The first byte says whether the rest are an image or changes to a small one:
 * three bytes each, where (16 bits) and what.
 */
#include <stdlib.h>

#include "tests/lib/bvm_build.h"
#include "vm/exec.h"
#include "vm/rights.h"
#include "vm/table.h"
#include "vm/verify.h"

static struct bvm_build small;
static struct bvm_image image;
static void *scratch;

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

/* Of its exact size, so that the sanitizer sees what goes past it. */
static u8 *make_image(const u8 *data, size_t len, size_t *image_len)
{
	u8 *bytes;
	size_t i;

	if (!(data[0] & 1)) {
		*image_len = len - 1;
		bytes = malloc(len);
		memcpy(bytes, data + 1, len - 1);
		return bytes;
	}
	*image_len = small.len;
	bytes = malloc(small.len);
	memcpy(bytes, small.bytes, small.len);
	for (i = 1; i + 3 <= len; i += 3)
		bytes[(data[i] | data[i + 1] << 8) % small.len] = data[i + 2];
	return bytes;
}

/* Handles are the hook's, not the input's: the text, or none. */
static void give_strings(struct bvm_run *run, u32 class)
{
	const struct bvm_class_info *info = &bvm_classes[class];
	u32 i;

	for (i = 0; i < info->num_fields; i++) {
		u8 *at = (u8 *)&run->ctx + info->fields[i].off;
		const u64 handle = *at & 1;

		if (info->fields[i].kind >= BVM_FIELD_STR)
			memcpy(at, &handle, sizeof(handle));
	}
}

static void run_programs(const u8 *data, size_t len)
{
	static const char text[] = "/ab";
	static bvm_atomic slots[BVM_MAX_SLOTS];
	struct bvm_run run;
	u32 class;

	for (class = 1; class < BVM_NUM_CLASSES; class ++) {
		memset(&run, 0, sizeof(run));
		run.image = &image;
		run.slots = slots;
		run.argv = text;
		run.argv_len = len % sizeof(text);
		run.strings[0].bytes = text;
		run.strings[0].len = len % sizeof(text);
		memcpy(&run.ctx, data,
		       len < sizeof(run.ctx) ? len : sizeof(run.ctx));
		give_strings(&run, class);
		(void)bvm_run_class(&run, class);
	}
}

static const struct bvm_rights *rights_of(u32 state)
{
	return &image.rights[bvm_dfa_accept(&image.tables[image.rights_dfa],
					    state)];
}

/*
 * Whatever closures the image states, a tree that gains nothing gains nothing
 * under any of the names that the input spells.
 */
static void check_rights(const u8 *data, size_t len)
{
	const struct bvm_table *t = &image.tables[image.rights_dfa];
	u32 from = data[0] % t->count, to = data[len / 2] % t->count;
	size_t i;

	if (bvm_rights_gained_below(&image, from, to))
		return;
	for (i = 0; i < len; i++) {
		const struct bvm_rights *old = rights_of(from);
		const struct bvm_rights *new = rights_of(to);

		if (old != new &&new->may & ~old->must)
			abort();
		from = bvm_dfa_step(t, from, data[i]);
		to = bvm_dfa_step(t, to, data[i]);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct bvm_error err;
	size_t image_len;
	u8 *bytes;

	if (!scratch) {
		scratch = malloc(bvm_verify_scratch());
		bvm_build_small(&small);
	}
	if (!len)
		return 0;
	bytes = make_image(data, len, &image_len);
	if (!bvm_image_parse(bytes, image_len, &image, &err)) {
		if (image.rights_dfa < image.num_tables)
			check_rights(data, len);
		if (!bvm_image_verify(&image, BVM_KERNEL_STACK, scratch, &err))
			run_programs(data, len);
	}
	free(bytes);
	return 0;
}

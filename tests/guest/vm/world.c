// SPDX-License-Identifier: GPL-2.0-only
/*
 * world.c - an image with a table of every kind, and requests on it
 */
#include <err.h>

#include "engines.h"
#include "tests/lib/bvm_build.h"
#include "tests/lib/bvm_input.h"
#include "tests/lib/roll.h"

static struct bvm_build build;
static struct bvm_image image;

/* Some that the tables know, and some that they do not. */
static const struct {
	const char *bytes;
	u32 len;
} paths[] = { { "/a", 2 },     { "/ab", 3 }, { "/abc", 4 }, { "/", 1 },
	      { "/ab\0b", 5 }, { "/b", 2 },  { "/ab", 2 },  { "", 0 } },
  lists[] = { { "-g\0x", 5 }, { "-s\0a\0b\0c", 9 }, { "", 0 },
	      { "-g", 3 },    { "-g\0x\0y", 7 },    { "-s\0", 4 },
	      { "\xff", 2 },  { "-s\0a", 5 } };

void world_init(void)
{
	struct bvm_error error;

	bvm_build_full(&build);
	if (bvm_image_parse(build.bytes, build.len, &image, &error))
		errx(1, "the image: %s", error.text);
}

const struct bvm_image *world_image(void)
{
	return &image;
}

u32 world_ctx_len(u32 class)
{
	return sizeof(struct bailiff_test_request) +
	       bvm_classes[class].ctx_size;
}

void world_make_ctx(u64 *seed, u32 class, u8 *bytes)
{
	struct bailiff_test_request *rq = (void *)bytes;
	const u64 r = roll_word(seed);
	struct bvm_run run;

	memset(rq, 0, sizeof(*rq));
	rq->now_ns = r & 8 ? r >> 48 : r >> 2;
	rq->path_len = paths[r & 7].len;
	memcpy(rq->path, paths[r & 7].bytes, rq->path_len);
	rq->argv_len = lists[r >> 4 & 7].len;
	memcpy(rq->argv, lists[r >> 4 & 7].bytes, rq->argv_len);
	world_make_run(class, bytes, NULL, &run);
	bvm_input_request(seed, class, &run);
	memcpy(rq + 1, &run.ctx, bvm_classes[class].ctx_size);
}

void world_make_run(u32 class, const u8 *bytes, bvm_atomic *slots,
		    struct bvm_run *run)
{
	const struct bailiff_test_request *rq = (const void *)bytes;

	memset(run, 0, sizeof(*run));
	run->image = &image;
	run->strings[0].bytes = rq->path;
	run->strings[0].len = rq->path_len;
	run->argv = rq->argv;
	run->argv_len = rq->argv_len;
	run->slots = slots;
	run->now_ns = rq->now_ns;
	memcpy(&run->ctx, rq + 1, bvm_classes[class].ctx_size);
}

void world_fill_slots(bvm_atomic *slots)
{
	for (u32 i = 0; i < image.meta->num_slots; i++)
		bvm_atomic_set(&slots[i], (u64)i * i);
}

u64 world_sum_slots(const bvm_atomic *slots)
{
	u64 sum = 0;

	for (u32 i = 0; i < image.meta->num_slots; i++)
		sum = bailiff_test_fold(sum, bvm_atomic_read(&slots[i]));
	return sum;
}

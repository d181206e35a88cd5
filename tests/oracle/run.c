// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "policyc/request.h"
#include "run.h"

#define MAX_SLOTS 32

u32 oracle_run(const struct bvm_image *img,
	       const struct oracle_request *request)
{
	const struct bvm_class_info *info = &bvm_classes[request->class];
	bvm_atomic slots[MAX_SLOTS] = { 0 }; /* full buckets */
	struct bvm_run run = {
		.image = img,
		.slots = slots,
		.ctx = request->ctx,
		.argv = request->argv,
		.argv_len = request->argv_len,
	};

	if (img->meta->num_slots > MAX_SLOTS)
		abort();
	for (u32 i = 0; i < info->num_fields; i++) {
		u64 handle;

		if (info->fields[i].kind < BVM_FIELD_STR)
			continue;
		handle = request_handle(request->class, i);
		run.strings[handle - 1].bytes = request->strings[handle - 1];
		if (!request->strings[handle - 1])
			continue;
		run.strings[handle - 1].len =
			strlen(request->strings[handle - 1]);
		memcpy((u8 *)&run.ctx + info->fields[i].off, &handle,
		       sizeof(handle));
	}
	return bvm_run_class(&run, request->class);
}

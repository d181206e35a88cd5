// SPDX-License-Identifier: GPL-2.0-only
/* proto_fuzz.c - packets between worker and parent: any bytes, either way */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "daemon/proto.h"

/* What was accepted can be used: its strings end inside it. */
static void use(const struct proto_message *message)
{
	switch (message->type) {
	case PROTO_COMPILE:
		assert(strlen(message->u.compile.file) < PROTO_FILE);
		break;
	case PROTO_LOAD:
		assert(strlen(message->u.digest.digest) < COMPILE_DIGEST_HEX);
		break;
	case PROTO_UNLOAD:
		assert(strlen(message->u.name.name) < BVM_MAX_NAME);
		break;
	case PROTO_SAVED:
	case PROTO_KEEP:
	case PROTO_FORGET:
		assert(strlen(message->u.file.file) < PROTO_FILE);
		break;
	case PROTO_BUILD:
		assert(strlen(message->u.build.file) < PROTO_FILE);
		assert(strlen(message->u.build.name) < PROTO_VALUE);
		assert(strlen(message->u.build.image) < PROTO_VALUE);
		assert(strlen(message->u.build.unit) < PROTO_VALUE);
		break;
	case PROTO_REACH:
		assert(strlen(message->u.reach.policy) < BVM_MAX_NAME);
		assert(strlen(message->u.reach.root) < PATH_MAX);
		break;
	case PROTO_DESCRIBE:
		assert(strlen(message->u.describe.id) < BUNDLES_ID);
		break;
	case PROTO_BIND:
		assert(strlen(message->u.bind.policies) < PROTO_POLICIES);
		assert(strlen(message->u.bind.label) < BVM_MAX_NAME);
		break;
	case PROTO_POLICY:
		assert(strlen(message->u.policy.name) < BVM_MAX_NAME);
		assert(strlen(message->u.policy.digest) < COMPILE_DIGEST_HEX);
		break;
	case PROTO_COMPILED:
		assert(strlen(message->u.compiled.digest) < COMPILE_DIGEST_HEX);
		assert(strlen(message->u.compiled.text) < PROTO_TEXT);
		break;
	case PROTO_DONE:
		assert(strlen(message->u.done.text) < KFS_REPLY);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct proto_message message;

	if (!len)
		return 0;
	/* the first byte: who sends, and whether a descriptor came along */
	if (!proto_parse(data + 1, len - 1, data[0] & 1,
			 data[0] & 2 ? PROTO_FROM_PARENT : PROTO_FROM_WORKER,
			 &message))
		use(&message);
	return 0;
}

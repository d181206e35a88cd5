// SPDX-License-Identifier: GPL-2.0-only
/*
 * request_fuzz.c - any text is a request that gets an answer, or is refused
 */
#include <stdlib.h>

#include "policyc/image_out.h"
#include "policyc/judge.h"
#include "policyc/parse.h"
#include "policyc/source.h"

static const char policy[] = "bailiff: 1\n"
			     "policy: x\n"
			     "files:\n"
			     "  - allow: [read, manage]\n"
			     "    paths: [/a/**, /b]\n"
			     "    when: {uid: [1, 5-9]}\n"
			     "  - deny: write\n"
			     "    paths: /a/*.c\n"
			     "    type: [regular, dir]\n"
			     "network:\n"
			     "  - allow: listen\n"
			     "    protocol: tcp\n"
			     "  - allow: connect\n"
			     "    protocol: [tcp, udp]\n"
			     "    ports: [80, 8000-8999]\n"
			     "    to: [10.0.0.0/8, \"fd00::/8\"]\n";

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static const struct bvm_image *get_image(void)
{
	static const struct diag_options shown = { .json = false };
	static const struct parse_options options = { .no_includes = true };
	static struct bvm_image img;
	static struct arena *arena;
	struct diag *diag;
	struct buf *out;
	struct bvm_error err;
	const struct ast_policy *ast;

	if (arena)
		return &img;
	arena = arena_create();
	diag = diag_create(arena, &shown);
	out = arena_alloc(arena, sizeof(*out));
	out->arena = arena;
	ast = parse_text(arena, diag, &options,
			 source_create(arena, "x", policy, strlen(policy)));
	if (!ast || image_build(arena, diag, ast, out) ||
	    image_load(arena, out->data, out->len, &img, &err)) {
		diag_print(diag, stderr);
		abort();
	}
	return &img;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	const struct bvm_image *img = get_image();
	struct arena *arena = arena_create();
	struct judgement judgement = { .answer = JUDGE_ALLOW };
	struct request request;
	struct request_error err;

	if (request_parse(arena, arena_strndup(arena, (const char *)data, len),
			  &request, &err)) {
		if (!err.text[0])
			abort();
	} else {
		for (u32 i = 0; i < request.num_paths; i++)
			if (request.paths[i][0] != '/' ||
			    strstr(request.paths[i], "//"))
				abort();
		(void)judge_request(arena, img, &request, &judgement);
	}
	arena_free(arena);
	return 0;
}

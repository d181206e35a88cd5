// SPDX-License-Identifier: GPL-2.0-only
#include "policyc_fixture.h"

struct arena *arena;
struct diag *diag;

void policyc_setup(void)
{
	static const struct diag_options options;

	arena = arena_create();
	diag = diag_create(arena, &options);
}

void policyc_teardown(void)
{
	arena_free(arena);
}

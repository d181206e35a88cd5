// SPDX-License-Identifier: GPL-2.0-only
#include "command.h"

static void summarize(const struct run *run, const char *path,
		      const struct ast_policy *policy)
{
	if (run->json)
		return;
	printf("%s: policy %s: %u rules from %u file%s, no errors\n", path,
	       policy->name, policy->num_rules, policy->num_sources,
	       policy->num_sources == 1 ? "" : "s");
}

int command_check(struct run *run)
{
	int code = EXIT_YES;
	int i;

	for (i = 0; i < run->num_operands; i++) {
		const struct ast_policy *policy = parse_policy(
			run->arena, run->diag, &run->parse, run->operands[i]);

		if (policy)
			summarize(run, run->operands[i], policy);
		else
			code = EXIT_BAD;
	}
	return code;
}

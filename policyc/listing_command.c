// SPDX-License-Identifier: GPL-2.0-only
#include "listing.h"
#include "listing_command.h"

int command_show(struct run *run)
{
	struct buf buf = BUF_INIT(run->arena);
	const struct ast_policy *policy;

	policy = parse_policy(run->arena, run->diag, &run->parse,
			      run->operands[0]);
	if (!policy)
		return EXIT_BAD;
	if (run->json)
		listing_json(&buf, policy);
	else
		listing_policy(&buf, policy, true);
	(void)fputs(buf_text(&buf), stdout);
	return EXIT_YES;
}

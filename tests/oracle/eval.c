// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "eval.h"
#include "match.h"
#include "policyc/reference.h"

static bool any_pattern(const struct ast_patterns *patterns, const char *path)
{
	for (u32 i = 0; path && i < patterns->num; i++)
		if (oracle_match(patterns->items[i].text, path))
			return true;
	return false;
}

/* names: "/a/b", each of them alone is looked at */
static bool match_name(const struct ast_patterns *patterns, const char *names)
{
	char one[256] = "/";

	for (; names && *names; names += strcspn(names, "/")) {
		size_t len = strcspn(++names, "/");

		memcpy(one + 1, names, len);
		one[len + 1] = '\0';
		if (any_pattern(patterns, one))
			return true;
	}
	return false;
}

/* A command line; args are globs of '*' and literal bytes. */
static bool match_line(const struct ast_args *args,
		       const struct oracle_request *rq)
{
	const char *at = rq->argv, *end = at + rq->argv_len;

	for (u32 i = 0; i < args->num; i++) {
		if (at == end || !oracle_match_arg(args->items[i], at))
			return false;
		at += strlen(at) + 1;
	}
	return args->rest || at == end;
}

static bool any_line(const struct ast_rule *rule,
		     const struct oracle_request *rq)
{
	for (u32 i = 0; i < rule->num_args; i++)
		if (match_line(&rule->args[i], rq))
			return true;
	return false;
}

static bool says(void *arg, const struct ast_rule *rule, enum reference_of of)
{
	const struct oracle_request *rq = arg;
	const char *path = rq->strings[BVM_STR_PATH - 1];
	const char *text = rq->strings[BVM_STR_TEXT - 1];

	switch (of) {
	case REFERENCE_PATHS:
		return any_pattern(&rule->paths, path);
	case REFERENCE_EXCEPT:
		return any_pattern(&rule->except, path);
	case REFERENCE_SOURCES:
		return any_pattern(&rule->sources,
				   rq->strings[BVM_STR_SOURCE - 1]);
	case REFERENCE_EXE:
		return any_pattern(&rule->when.exe,
				   rq->strings[BVM_STR_EXE - 1]);
	case REFERENCE_NAMES:
		return any_pattern(&rule->names, text);
	case REFERENCE_NAMES_EXCEPT:
		return any_pattern(&rule->names_except, text);
	case REFERENCE_FSTYPES:
		return any_pattern(&rule->fstypes, text);
	case REFERENCE_PEERS:
		return match_name(&rule->peer_names,
				  rq->strings[BVM_STR_PEER - 1]);
	case REFERENCE_ARGS:
		return any_line(rule, rq);
	case REFERENCE_NUM:
		break;
	}
	return false;
}

u32 oracle_eval(const struct ast_policy *ast,
		const struct oracle_request *request)
{
	const struct reference_request rq = {
		.class = request->class,
		.ctx = &request->ctx,
		.fstype = request->strings[BVM_STR_TEXT - 1],
		.says = says,
		.arg = (void *)(uintptr_t)request,
	};
	struct reference ref;

	reference_init(&ref, ast);
	return reference_judge(&ref, &rq);
}

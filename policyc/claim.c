// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "claim.h"
#include "operand.h"
#include "point.h"
#include "show.h"

#define MAX_BLAMED 8 /* rules that a report names */
#define GLOB_BYTES "*?[{\\"

/* ---- what a request leaves as a set ---- */

/* Prefixes and port ranges that were cut out of a text. */
struct cut {
	u32 to_len, at_len, bare_len; /* 0: none; bare: of the endpoint */
	u32 port_last;
};

/* "10.0.0.0/8" to "10.0.0.0". Return: bits; 0: no prefix. */
static u32 cut_prefix(char *address)
{
	char *slash = strchr(address, '/');
	char *end;
	unsigned long len;
	bool v4;

	if (!slash || !isdigit((u8)slash[1]))
		return 0;
	v4 = !memchr(address, ':', (size_t)(slash - address));
	len = strtoul(slash + 1, &end, 10);
	if (len > (v4 ? 32 : 128))
		return 0; /* left there, for request.c to refuse */
	memmove(slash, end, strlen(end) + 1);
	/* the prefix of length 0 is all of a family */
	return (u32)len + (v4 ? 96 : 0);
}

/* ":1-1023" to ":1". Return: 1023; 0: no range. */
static u32 cut_range(char *address)
{
	char *colon = strrchr(address, ':');
	char *dash = colon ? strchr(colon, '-') : NULL;
	unsigned long last;
	char *end;

	if (!dash || dash == colon + 1 || !isdigit((u8)dash[1]))
		return 0;
	last = strtoul(dash + 1, &end, 10);
	if (*end || last > 65535)
		return 0;
	*dash = '\0';
	return (u32)last;
}

static void cut_word(char *word, struct cut *cut)
{
	char *equals = strchr(word, '=');

	if (equals && (!strncmp(word, "to=", 3) || !strncmp(word, "from=", 5)))
		cut->to_len = cut_prefix(equals + 1);
	else if (equals && !strncmp(word, "at=", 3))
		cut->at_len = cut_prefix(equals + 1);
	else if (!equals && (isdigit((u8)*word) || *word == '[' ||
			     !strncmp(word, "any:", 4))) {
		cut->port_last = cut_range(word);
		cut->bare_len = cut_prefix(word);
	}
}

/* Words with quotes hold neither addresses nor ranges. */
static const char *cut_text(struct arena *arena, const char *text,
			    struct cut *cut)
{
	struct buf buf = BUF_INIT(arena);
	char *rest, *word;

	memset(cut, 0, sizeof(*cut));
	if (strpbrk(text, "'\"\\"))
		return text;
	rest = arena_strdup(arena, text);
	while ((word = strsep(&rest, " \t\n"))) {
		if (!*word)
			continue;
		cut_word(word, cut);
		buf_printf(&buf, "%s%s", buf.len ? " " : "", word);
	}
	return buf_text(&buf);
}

static int set_prefixes(const struct cut *cut, struct space_query *query,
			struct request_error *err)
{
	struct space_set *set = &query->set;
	const u64 local = BVM_BIT(NETWORK, BIND) | BVM_BIT(NETWORK, LISTEN) |
			  BVM_BIT(NETWORK, ACCEPT) | BVM_BIT(NETWORK, RECEIVE);

	set->port_last = cut->port_last;
	set->remote_len = cut->to_len ? cut->to_len : 128;
	set->local_len = cut->at_len ? cut->at_len : 128;
	if (cut->bare_len && query->ops & local)
		set->local_len = cut->bare_len;
	else if (cut->bare_len)
		set->remote_len = cut->bare_len;
	set->has_prefix = cut->to_len || cut->at_len || cut->bare_len;
	if ((set->has_prefix || cut->port_last) &&
	    query->class != BVM_CLASS_NETWORK)
		return operand_fail(err, "an address, and no socket");
	return 0;
}

/* ---- paths ---- */

static int set_paths(struct arena *arena, const struct request *request,
		     struct space_query *query, struct request_error *err)
{
	struct nfa *nfa = nfa_create(arena);
	struct fsm *fsm = arena_alloc(arena, sizeof(*fsm));
	struct pattern_error bad;
	struct fsm_blame blame;
	struct intern accepts;

	if (request->num_paths > 1) {
		(void)operand_fail(err, "two paths in one claim");
		return operand_hint(err, "claim each alone: 'rename %.80s'",
				    request->paths[0]);
	}
	if (!request->num_paths || !strpbrk(request->paths[0], GLOB_BYTES))
		return 0;
	if (nfa_add(nfa, request->paths[0], 0, &bad))
		return operand_fail(err, "bad pattern: %s", bad.text);
	intern_init(&accepts, arena);
	if (fsm_build(arena, nfa, &accepts, fsm, &blame))
		return operand_fail(err, "the pattern makes over %u states",
				    FSM_MAX_STATES);
	fsm_minimise(arena, fsm);
	query->set.paths = fsm;
	return 0;
}

/* Globs elsewhere would be taken as they are written: nobody means that. */
static int refuse_globs(const struct request *request,
			struct request_error *err)
{
	bool glob = request->argv_len &&
		    memchr(request->argv, '*', request->argv_len);

	for (u32 i = 0; i < BVM_RUN_STRINGS; i++)
		glob = glob || (request->texts[i] &&
				strpbrk(request->texts[i], GLOB_BYTES));
	if (!glob)
		return 0;
	(void)operand_fail(err, "a glob that is not the object's path");
	return operand_hint(err, "leave it out: what is not given is free");
}

/* What requests take as not there unless they say so is free in a claim. */
static void set_free(const char *text, struct request *request,
		     struct space_set *set)
{
	int field = -1;

	if (request->class == BVM_CLASS_EXEC) {
		set->any_args = !request->argv_len;
		if (set->any_args && !strstr(text, "chain="))
			field = request_field(BVM_CLASS_EXEC, "chain");
	}
	if (request->class == BVM_CLASS_MOUNTS && !request->mount_flags &&
	    !strstr(text, "flags="))
		field = request_field(BVM_CLASS_MOUNTS, "flags");
	if (field >= 0)
		request->given &= ~(1ull << field);
}

int claim_parse(struct arena *arena, const char *text,
		struct space_query *query, struct request_error *err)
{
	struct request *request = arena_alloc(arena, sizeof(*request));
	struct cut cut;
	int ret =
		request_parse(arena, cut_text(arena, text, &cut), request, err);

	if (ret)
		return ret;
	query->class = request->class;
	query->ops = request->ops;
	query->set.request = request;
	set_free(text, request, &query->set);
	ret = set_prefixes(&cut, query, err);
	if (!ret)
		ret = set_paths(arena, request, query, err);
	return ret ? ret : refuse_globs(request, err);
}

/* ---- proofs ---- */

struct proof {
	struct arena *arena;
	struct diag *diag;
	const struct ast_policy *ast;
	const struct ast_claim *claim;
	struct space_query query;
	bool failed;
	bool any; /* request at all */
	struct space_point witness; /* with the shortest path so far */
	u32 verdict;
	u32 blamed[MAX_BLAMED];
	u32 num_blamed;
};

static size_t length_of(const struct space_point *point)
{
	const char *path = point->texts[BVM_STR_PATH - 1];

	return path ? strlen(path) : 0;
}

static void blame(struct proof *p, u32 rule)
{
	for (u32 i = 0; i < p->num_blamed; i++)
		if (p->blamed[i] == rule)
			return;
	if (p->num_blamed < MAX_BLAMED)
		p->blamed[p->num_blamed++] = rule;
}

static bool look(void *arg, const struct space_point *point,
		 const u32 *verdicts)
{
	struct proof *p = arg;

	p->any = true;
	if (p->claim->always == !point_is_denied(verdicts[0]))
		return true;
	blame(p, bvm_verdict_rule(verdicts[0]));
	if (!p->failed || length_of(point) < length_of(&p->witness)) {
		p->witness = *point;
		p->verdict = verdicts[0];
	}
	p->failed = true;
	return true;
}

static void note_rules(const struct proof *p)
{
	const char *does = p->claim->always ? "denies" : "allows";

	for (u32 i = 0; i < p->num_blamed; i++) {
		struct buf buf = BUF_INIT(p->arena);
		u32 rule = p->blamed[i];

		show_rule(&buf, p->query.images[0], p->query.class, rule);
		if (rule && rule <= p->ast->num_rules)
			diag_note_at(p->diag, &p->ast->rules[rule - 1].span,
				     "%s %s it", buf_text(&buf), does);
		else
			diag_note(p->diag, "%s %s it", buf_text(&buf), does);
	}
}

static void report(struct proof *p)
{
	const char *witness =
		point_request(p->arena, &p->query, &p->witness, &p->verdict);

	if (p->claim->always)
		diag_report(p->diag, &p->claim->span, CLAIM_ALWAYS,
			    p->claim->request, witness);
	else
		diag_report(p->diag, &p->claim->span, CLAIM_NEVER,
			    p->claim->request, witness);
	note_rules(p);
}

static bool prove(struct proof *p)
{
	struct request_error err = { .text = "" };
	int ret = claim_parse(p->arena, p->claim->request, &p->query, &err);

	if (ret) {
		diag_report(p->diag, &p->claim->span, REQUEST, err.text);
		if (err.hint[0])
			diag_note(p->diag, "%s", err.hint);
		return false;
	}
	ret = space_walk(p->arena, &p->query, look, p);
	/* a proof about nothing would be taken for one about something */
	if (ret || !p->any) {
		diag_report(p->diag, &p->claim->span, CLAIM_OPEN,
			    p->claim->request,
			    ret ? space_why(ret) : "no request is like that");
		return false;
	}
	if (p->failed)
		report(p);
	return !p->failed;
}

u32 claim_policy(struct arena *arena, struct diag *diag,
		 const struct ast_policy *ast, const struct bvm_image *img)
{
	u32 failed = 0;

	for (u32 i = 0; i < ast->num_claims; i++) {
		struct proof *p = arena_alloc(arena, sizeof(*p));

		p->arena = arena;
		p->diag = diag;
		p->ast = ast;
		p->claim = &ast->claims[i];
		p->query.images[0] = img;
		p->query.num_images = 1;
		failed += !prove(p);
	}
	return failed;
}

// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "borders.h"
#include "claim.h"
#include "family.h"
#include "operand.h"
#include "point.h"
#include "show.h"
#include "widens.h"

#define MAX_BLAMED 8 /* rules that a report names */
#define GLOB_BYTES "*?[{\\"

#define NO_PREFIX U32_MAX

/* ---- what a request leaves as a set ---- */

struct cut_range {
	const char *name; /* of a field */
	u64 last;
};

/* Prefixes and ranges that were cut out of words. */
struct cut {
	u32 to_len, at_len, bare_len; /* or NO_PREFIX; bare: of the endpoint */
	struct cut_range ranges[SPACE_MAX_RANGES];
	u32 num_ranges;
};

/* "10.0.0.0/8" to "10.0.0.0". Return: bits, or NO_PREFIX. */
static u32 cut_prefix(char *address)
{
	char *slash = strchr(address, '/');
	char *end;
	unsigned long len;
	bool v4;

	if (!slash || !isdigit((u8)slash[1]))
		return NO_PREFIX;
	v4 = !memchr(address, ':', (size_t)(slash - address));
	len = strtoul(slash + 1, &end, 10);
	if (len > (v4 ? 32 : 128))
		return NO_PREFIX; /* left there, for request.c to refuse */
	memmove(slash, end, strlen(end) + 1);
	return (u32)len + (v4 ? BORDERS_V4_BITS : 0);
}

/* "1-1023" to "1", of the field called name. */
static void cut_range(char *number, const char *name, struct cut *cut)
{
	size_t digits = strspn(number, "0123456789");
	char *last = number + digits + 1;
	size_t more = number[digits] == '-' ? strspn(last, "0123456789") : 0;

	/* what is no range stays there, for request.c to refuse */
	if (!digits || !more || more > 10 || last[more] ||
	    cut->num_ranges == SPACE_MAX_RANGES)
		return;
	cut->ranges[cut->num_ranges++] =
		(struct cut_range){ name, strtoull(last, NULL, 10) };
	number[digits] = '\0';
}

static void cut_attribute(char *word, struct cut *cut)
{
	static const struct {
		const char *attribute, *field;
	} numbers[] = {
		{ "uid=", "uid" },
		{ "gid=", "gid" },
		{ "host-uid=", "host_uid" },
		{ "port=", "port" },
		{ "peer-port=", "peer_port" },
	};
	char *value = strchr(word, '=') + 1;

	if (!strncmp(word, "to=", 3) || !strncmp(word, "from=", 5))
		cut->to_len = cut_prefix(value);
	else if (!strncmp(word, "at=", 3))
		cut->at_len = cut_prefix(value);
	for (u32 i = 0; i < ARRAY_SIZE(numbers); i++)
		if (!strncmp(word, numbers[i].attribute,
			     (size_t)(value - word)))
			cut_range(value, numbers[i].field, cut);
}

static void cut_endpoint(char *word, struct cut *cut)
{
	char *colon = strrchr(word, ':');

	if (!isdigit((u8)*word) && *word != '[' && strncmp(word, "any:", 4))
		return;
	if (colon)
		cut_range(colon + 1, "port", cut);
	cut->bare_len = cut_prefix(word);
}

/* The words of a text; operands are cut only of class network. */
static int parse_cut(struct arena *arena, const char *text, bool network,
		     struct cut *cut, struct request *request,
		     struct request_error *err)
{
	const char **words =
		arena_array(arena, REQUEST_MAX_WORDS, sizeof(*words));
	u32 num, i;
	int ret = request_split(arena, text, words, &num, err);

	*cut = (struct cut){ NO_PREFIX, NO_PREFIX, NO_PREFIX, .num_ranges = 0 };
	for (i = 0; i < num && request_is_attribute(words[i]); i++) {
		char *word = arena_strdup(arena, words[i]);

		cut_attribute(word, cut);
		words[i] = word;
	}
	while (network && ++i < num) {
		char *word = arena_strdup(arena, words[i]);

		cut_endpoint(word, cut);
		words[i] = word;
	}
	return ret ? ret : request_parse_words(arena, words, num, request, err);
}

/* An address is one of all the families whose sockets have such. */
static void free_family(struct request *request)
{
	static const u32 families[] = { AF_INET_NUMBER, AF_INET6_NUMBER,
					AF_RDS_NUMBER, AF_SMC_NUMBER };
	const bool v6 = request->family_implied == AF_INET6_NUMBER;
	struct request_choice *choice = &request->choices[request->num_choices];
	u32 field;

	if (!request->family_implied)
		return;
	field = (u32)request_field(BVM_CLASS_NETWORK, "family");
	request->given &= ~(1ull << field);
	if (request_choice(request, field))
		return;
	choice->field = field;
	choice->num = ARRAY_SIZE(families) - v6;
	memcpy(choice->values, families + v6, choice->num * sizeof(u32));
	request->num_choices++;
}

static int set_ranges(const struct cut *cut, struct space_query *query,
		      struct request_error *err)
{
	struct space_set *set = &query->set;

	for (u32 i = 0; i < cut->num_ranges; i++) {
		const struct cut_range *range = &cut->ranges[i];
		/* request.c knew it: it has read where the range begins */
		u32 field = (u32)request_field(query->class, range->name);
		u64 max = bvm_classes[query->class].fields[field].max;

		if (range->last > max)
			return operand_fail(err, "%s is at most %llu, got %llu",
					    range->name,
					    (unsigned long long)max,
					    (unsigned long long)range->last);
		for (u32 k = 0; k < set->num_ranges; k++)
			if (set->ranges[k].field == field)
				return operand_fail(err, "%s is said twice",
						    range->name);
		set->ranges[set->num_ranges++] =
			(struct space_range){ field, (u32)range->last };
	}
	return 0;
}

static void set_prefixes(const struct cut *cut, struct space_query *query)
{
	struct space_set *set = &query->set;
	const u64 local = BVM_BIT(NETWORK, BIND) | BVM_BIT(NETWORK, LISTEN) |
			  BVM_BIT(NETWORK, ACCEPT) | BVM_BIT(NETWORK, RECEIVE);

	set->remote_len = cut->to_len != NO_PREFIX ? cut->to_len : 128;
	set->local_len = cut->at_len != NO_PREFIX ? cut->at_len : 128;
	if (cut->bare_len != NO_PREFIX && query->ops & local)
		set->local_len = cut->bare_len;
	else if (cut->bare_len != NO_PREFIX)
		set->remote_len = cut->bare_len;
	set->has_prefix = set->remote_len != 128 || set->local_len != 128;
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
				    blame.max_states);
	fsm_minimise(arena, fsm);
	query->set.paths = fsm;
	return 0;
}

/* Globs elsewhere would be taken as they are written: nobody means that. */
static int refuse_globs(const struct request *request,
			struct request_error *err)
{
	const char *end = request->argv ? request->argv + request->argv_len :
					  NULL;
	bool glob = false;

	/* arguments have patterns of their own, and a last "..." */
	for (const char *arg = request->argv; arg && arg < end;
	     arg += strlen(arg) + 1)
		glob = glob || strpbrk(arg, GLOB_BYTES) ||
		       (!strcmp(arg, "...") && arg + sizeof("...") == end);
	for (u32 i = 0; i < BVM_RUN_STRINGS; i++)
		glob = glob || (request->texts[i] &&
				strpbrk(request->texts[i], GLOB_BYTES));
	if (!glob)
		return 0;
	(void)operand_fail(err, "a glob that is not the object's path");
	return operand_hint(err, "leave it out: what is not given is free");
}

/* `mount any /t`, `move-mount any /t`: of whatever type, whatever it is. */
static void free_any(struct request *request, const char *name, u64 *handle)
{
	const char *text = *handle ? request->texts[*handle - 1] : NULL;

	if (!text || strcmp(text, "any") != 0)
		return;
	request->texts[*handle - 1] = NULL;
	*handle = 0;
	request->given &= ~(1ull << request_field(BVM_CLASS_MOUNTS, name));
}

/* What requests take as not there unless they say so is free in a claim. */
static void set_free(struct request *request, struct space_set *set)
{
	u32 field;

	if (request->class == BVM_CLASS_EXEC) {
		set->any_args = !request->argv_len;
		field = (u32)request_field(BVM_CLASS_EXEC, "chain");
		if (set->any_args)
			request->given &= ~(1ull << field) | request->said;
	}
	/* `mount bind` has that flag, and whichever else */
	if (request->class == BVM_CLASS_MOUNTS) {
		field = (u32)request_field(BVM_CLASS_MOUNTS, "flags");
		request->given &= ~(1ull << field) | request->said;
		free_any(request, "text", &request->ctx.mounts.text);
		free_any(request, "source", &request->ctx.mounts.source);
	}
	if (request->class == BVM_CLASS_NETWORK)
		free_family(request);
}

/* "write" of "files.write" */
static const char *strip_class(const char *verb)
{
	const char *dot = strchr(verb, '.');

	return dot ? dot + 1 : verb;
}

/*
 * `read` and `write` of files are groups, as in rules: a rule that allows one
 * allows more than to open, and a claim says nothing of it otherwise. Those of
 * the network stay operations, since the rest of their groups has no address.
 */
static u64 ops_of(const struct request *request)
{
	const struct bvm_class_info *info = &bvm_classes[request->class];
	const char *name = strip_class(request->verb);

	if (request->class != BVM_CLASS_FILES)
		return request->ops;
	for (u32 i = 0; i < info->num_groups; i++)
		if (!strcmp(info->groups[i].name, name))
			return info->groups[i].ops & info->mediated;
	return request->ops;
}

int claim_parse(struct arena *arena, const char *text,
		struct space_query *query, struct request_error *err)
{
	struct request *request = arena_alloc(arena, sizeof(*request));
	struct cut cut;
	int ret = parse_cut(arena, text, true, &cut, request, err);

	if (request->class != BVM_CLASS_NETWORK)
		ret = parse_cut(arena, text, false, &cut, request, err);
	if (ret)
		return ret;
	query->class = request->class;
	query->ops = ops_of(request);
	query->set.request = request;
	set_free(request, &query->set);
	set_prefixes(&cut, query);
	ret = set_ranges(&cut, query, err);
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
	bool partly; /* not all were looked at */
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
	if (!point->widens[0])
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

/* Who meant to open and nothing else has a word for it. */
static void note_group(struct proof *p)
{
	const struct request *request = p->query.set.request;

	if (!request->group && !(request->ops >> p->witness.op & 1))
		diag_note(p->diag,
			  "'%s' is the group, as in rules; 'open-%s' is to "
			  "open, alone",
			  request->verb, strip_class(request->verb));
}

/* No rule denies that, but what the mount point would give. */
static void note_widening(const struct proof *p)
{
	const char *from = p->witness.texts[BVM_STR_SOURCE - 1];
	const char *to = p->witness.texts[BVM_STR_PATH - 1];
	struct buf buf = BUF_INIT(p->arena);
	struct widening w;

	if (!p->witness.widens[0])
		return;
	w = widens_find(p->query.images[0], from, to, true);
	show_rights(&buf, w.lacks | w.conditional | w.below);
	diag_note(p->diag,
		  "%s, or what is below it, would have rights that "
		  "%s does not always have: %s",
		  to, from, buf_text(&buf));
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
	note_group(p);
	note_widening(p);
	if (p->partly)
		diag_note(p->diag, "a shorter one may be there: %s",
			  space_why(-E2BIG));
}

static void report_request(struct diag *diag, const struct span *span,
			   const struct request_error *err)
{
	diag_report(diag, span, REQUEST, err->text);
	if (err->hint[0])
		diag_note(diag, "%s", err->hint);
}

void claim_check_requests(struct arena *arena, struct diag *diag,
			  const struct ast_policy *ast)
{
	struct request_error err = { .text = "" };

	for (u32 i = 0; i < ast->num_tests; i++) {
		struct request *request = arena_alloc(arena, sizeof(*request));

		if (request_parse(arena, ast->tests[i].request, request, &err))
			report_request(diag, &ast->tests[i].span, &err);
	}
	for (u32 i = 0; i < ast->num_claims; i++) {
		struct space_query query = { .num_images = 0 };

		if (claim_parse(arena, ast->claims[i].request, &query, &err))
			report_request(diag, &ast->claims[i].span, &err);
	}
}

static bool prove(struct proof *p)
{
	struct request_error err = { .text = "" };
	int ret = claim_parse(p->arena, p->claim->request, &p->query, &err);

	if (ret) {
		report_request(p->diag, &p->claim->span, &err);
		return false;
	}
	p->query.sought = p->claim->always ? SPACE_DENIED : SPACE_ALLOWED;
	p->query.rights = true;
	ret = space_walk(p->arena, &p->query, look, p);
	/* what was found is one, whatever else there is */
	p->partly = ret == -E2BIG && p->failed;
	if (p->partly)
		ret = 0;
	/* a proof about nothing would be taken for one about something */
	if (ret || !p->any) {
		diag_report(p->diag, &p->claim->span, CLAIM_OPEN,
			    p->claim->request,
			    ret ? space_why(ret) : "no request is like that");
		return false;
	}
	if (p->failed)
		report(p);
	else if (!p->claim->always && p->ast->unmediated >> p->query.class & 1)
		diag_report(p->diag, &p->claim->span, CLAIM_UNMEDIATED,
			    p->claim->request,
			    bvm_classes[p->query.class].name);
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

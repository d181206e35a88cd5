// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "gen.h"
#include "policyc/pattern.h"
#include "policyc/rule_peer.h"
#include "tests/lib/roll.h"

#define MAX_RULES 28 /* and four */
#define ONE_IN(gen, n) (!gen_below(gen, n))

u32 gen_below(struct gen *gen, u32 limit)
{
	return (roll_word(&gen->state) >> 20) % limit;
}

static const char *pick(struct gen *gen, const char *const *words, u32 num)
{
	return words[gen_below(gen, num)];
}

#define PICK(gen, words) pick(gen, words, ARRAY_SIZE(words))

/* ---- patterns and paths ---- */

const char *gen_pattern(struct gen *gen)
{
	static const char *const parts[] = {
		"a",	 "b",	  "ab",		"c",	  "*",	  "**",
		"a*",	 "*b",	  "?",		"a?",	  "[ab]", "[^a]",
		"{a,b}", "{a,}b", "{a,b/c}",	"{*,ab}", "**b",  "a**",
		"\\*",	 "x+y",	  "{a{b,c},d}", "[a-c]*", "*a*b", "..a",
	};
	char text[128] = "";
	u32 num = 1 + gen_below(gen, 4);

	if (ONE_IN(gen, 40))
		return "/";
	do {
		text[0] = '\0';
		for (u32 i = 0; i < num; i++) {
			strcat(text, "/");
			strcat(text, PICK(gen, parts));
		}
	} while (pattern_check(text, NULL));
	return arena_strdup(gen->arena, text);
}

static char *put_part(struct gen *gen, char *out, char c)
{
	static const char letters[] = "abcdx*+";

	if (c == '?')
		*out++ = letters[gen_below(gen, 7)];
	for (u32 i = gen_below(gen, 3); c == '*' && i; i--)
		*out++ = ONE_IN(gen, 6) ? '/' : letters[gen_below(gen, 7)];
	return out;
}

/* Something a pattern might match: its letters, with luck in its wildcards. */
const char *gen_path(struct gen *gen, const char *pattern)
{
	char text[512], *out = text;
	size_t len, kept = 1;

	*out++ = '/';
	for (const char *p = pattern + 1; *p; p++) {
		if (*p == '*' || *p == '?')
			out = put_part(gen, out, *p);
		else if (*p == '{' || *p == ',' || *p == '\\')
			continue;
		else if (*p == '}' || *p == ']' || *p == '[' || *p == '^')
			out -= out > text + 1 && ONE_IN(gen, 2);
		else
			*out++ = *p;
	}
	if (ONE_IN(gen, 3))
		text[gen_below(gen, out - text)] = "ab/c*"[gen_below(gen, 5)];
	*out = '\0';
	/* as paths are: no "//", no '/' at the end */
	len = out - text;
	text[0] = '/';
	for (size_t i = 1; i < len; i++)
		if (text[i] != '/' || text[kept - 1] != '/')
			text[kept++] = text[i];
	while (kept > 1 && text[kept - 1] == '/')
		kept--;
	return arena_strndup(gen->arena, text, kept);
}

static struct ast_patterns gen_patterns(struct gen *gen, u32 num)
{
	struct ast_patterns p = { .num = num };

	p.items = arena_array(gen->arena, num, sizeof(*p.items));
	for (u32 i = 0; i < num; i++)
		p.items[i].text = gen_pattern(gen);
	return p;
}

/* ---- rules ---- */

static struct ast_ranges gen_ranges(struct gen *gen, u32 max)
{
	struct ast_ranges r = { .num = 1 + gen_below(gen, 4) };

	r.items = arena_array(gen->arena, r.num, sizeof(*r.items));
	for (u32 i = 0; i < r.num; i++) {
		r.items[i].lo = gen_below(gen, max);
		r.items[i].hi = r.items[i].lo + gen_below(gen, 3);
	}
	if (ONE_IN(gen, 8))
		r.items[0].hi = U32_MAX;
	return r;
}

static void gen_address(struct gen *gen, struct bvm_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	if (ONE_IN(gen, 2)) {
		addr->bytes[10] = addr->bytes[11] = 0xff;
		addr->bytes[12] = 10 + gen_below(gen, 2);
	} else if (!ONE_IN(gen, 5)) {
		addr->bytes[0] = 0xfd;
	}
	addr->bytes[13] = gen_below(gen, 3) * 64;
	addr->bytes[15] = gen_below(gen, 4);
}

static struct ast_cidrs gen_cidrs(struct gen *gen)
{
	static const u32 lens[] = { 0, 1, 8, 96, 104, 106, 112, 127, 128 };
	struct ast_cidrs c = { .num = 1 + gen_below(gen, 3) };

	c.items = arena_array(gen->arena, c.num, sizeof(*c.items));
	for (u32 i = 0; i < c.num; i++) {
		u32 len = lens[gen_below(gen, ARRAY_SIZE(lens))];

		gen_address(gen, &c.items[i].addr);
		c.items[i].len = len;
		for (u32 bit = len; bit < 128; bit++)
			c.items[i].addr.bytes[bit / 8] &= ~(0x80 >> bit % 8);
	}
	return c;
}

static u32 *gen_values(struct gen *gen, const u32 *from, u32 num_from, u32 *num)
{
	u32 *values = arena_array(gen->arena, 2, sizeof(u32));

	*num = 1 + gen_below(gen, 2);
	for (u32 i = 0; i < *num; i++)
		values[i] = from[gen_below(gen, num_from)];
	return values;
}

static const u32 families[] = { 1, 2, 10, 16 };
static const u32 socktypes[] = { 1, 2, 3, 5 };
static const u32 protocols[] = { 0, 1, 6, 17, 132, 262 };

#define VALUES(gen, from, num) gen_values(gen, from, ARRAY_SIZE(from), num)

/* Globs for one of names; what stands around each is given. */
static struct ast_patterns gen_names(struct gen *gen, const char *before,
				     const char *behind)
{
	static const char *const globs[] = { "a",   "a*",     "?b",   "web",
					     "*-*", "{b,w*}", "[^a]*" };
	struct ast_patterns p = { .num = 1 + gen_below(gen, 2) };

	p.items = arena_array(gen->arena, p.num, sizeof(*p.items));
	for (u32 i = 0; i < p.num; i++)
		p.items[i].text = arena_printf(gen->arena, "%s%s%s", before,
					       PICK(gen, globs), behind);
	return p;
}

/* Abstract names: patterns that begin with an @, as paths do with a slash. */
static struct ast_patterns gen_abstract(struct gen *gen, u32 num)
{
	struct ast_patterns p = gen_patterns(gen, num);

	for (u32 i = 0; i < num; i++) {
		char *text = arena_strdup(gen->arena, p.items[i].text);

		text[0] = '@';
		p.items[i].text = text;
	}
	return p;
}

static void gen_unix_rule(struct gen *gen, struct ast_rule *rule)
{
	/* a name is not what these are about: check.c */
	rule->ops &= ~(BVM_BIT(NETWORK, CREATE) | BVM_BIT(NETWORK, RECEIVE));
	if (ONE_IN(gen, 4)) {
		rule->ops &= BVM_BIT(NETWORK, CONNECT) | BVM_BIT(NETWORK, SEND);
		rule->peers = 1 + gen_below(gen, 15);
		if (ONE_IN(gen, 2))
			rule->peer_names = gen_names(gen, RULE_PEER_BEFORE,
						     RULE_PEER_BEHIND);
	}
	if (ONE_IN(gen, 2)) {
		rule->paths = gen_patterns(gen, 1 + gen_below(gen, 3));
		if (ONE_IN(gen, 3))
			rule->except = gen_patterns(gen, 1);
		return;
	}
	rule->names = gen_abstract(gen, 1 + gen_below(gen, 2));
	if (ONE_IN(gen, 3))
		rule->names_except = gen_abstract(gen, 1);
}

static void gen_network_rule(struct gen *gen, struct ast_rule *rule)
{
	if (ONE_IN(gen, 3)) {
		rule->implies_create = ONE_IN(gen, 2);
		gen_unix_rule(gen, rule);
		return;
	}
	rule->incoming = ONE_IN(gen, 3);
	if (rule->incoming)
		rule->ops &= BVM_BIT(NETWORK, BIND) | BVM_BIT(NETWORK, LISTEN) |
			     BVM_BIT(NETWORK, ACCEPT) |
			     BVM_BIT(NETWORK, RECEIVE);
	rule->implies_create = ONE_IN(gen, 2);
	if (ONE_IN(gen, 3))
		rule->families = VALUES(gen, families, &rule->num_families);
	if (ONE_IN(gen, 4))
		rule->socktypes = VALUES(gen, socktypes, &rule->num_socktypes);
	if (ONE_IN(gen, 3))
		rule->protocols = VALUES(gen, protocols, &rule->num_protocols);
	if (ONE_IN(gen, 2))
		rule->ports = gen_ranges(gen, 12);
	if (ONE_IN(gen, 5))
		rule->peer_ports = gen_ranges(gen, 12);
	if (ONE_IN(gen, 3))
		rule->to = gen_cidrs(gen);
	if (ONE_IN(gen, 5))
		rule->to_except = gen_cidrs(gen);
	if (ONE_IN(gen, 5))
		rule->at = gen_cidrs(gen);
	if (ONE_IN(gen, 8))
		rule->at_except = gen_cidrs(gen);
}

static const char *const arg_globs[] = {
	"-g",  "*",	     "a/*",   "",	  "/a/b",   "-*",
	"**",  "?",	     "[^a]",  "[a-c/]b?", "{,-g}",  "{a,-*}b",
	"\\*", "{a{/,b},}*", "*[/b]", "?\\\\*",	  "+(a|b)",
};

static void gen_args(struct gen *gen, struct ast_rule *rule)
{
	rule->num_args = 1 + gen_below(gen, 2);
	rule->args =
		arena_array(gen->arena, rule->num_args, sizeof(*rule->args));
	for (u32 i = 0; i < rule->num_args; i++) {
		struct ast_args *args = &rule->args[i];

		args->num = gen_below(gen, 3);
		args->rest = ONE_IN(gen, 4);
		args->items = arena_array(gen->arena, args->num + 1,
					  sizeof(*args->items));
		for (u32 j = 0; j < args->num; j++)
			args->items[j] = PICK(gen, arg_globs);
	}
}

static void gen_argv(struct gen *gen, struct oracle_request *request)
{
	static const char *const args[] = { "-g",     "a/b",   "",   "/a/b",
					    "-x",     "b",     "/",  "ab/",
					    "*",      "-ab",   "a*", "x\\/",
					    "+(a|b)", "cb\xff" };
	char *argv = arena_alloc(gen->arena, 64);

	request->argv = argv;
	for (u32 i = gen_below(gen, 4); i; i--)
		argv = stpcpy(argv, PICK(gen, args)) + 1;
	request->argv_len = argv - request->argv;
}

static void gen_file_rule(struct gen *gen, struct ast_rule *rule)
{
	if (!ONE_IN(gen, 6))
		rule->paths = gen_patterns(gen, 1 + gen_below(gen, 3));
	if (ONE_IN(gen, 4))
		rule->except = gen_patterns(gen, 1 + gen_below(gen, 2));
	if (rule->class == BVM_CLASS_EXEC) {
		rule->memfd = ONE_IN(gen, 6);
		if (ONE_IN(gen, 3))
			gen_args(gen, rule);
		return;
	}
	rule->owner = ONE_IN(gen, 5);
	if (ONE_IN(gen, 5))
		rule->ioctls = gen_ranges(gen, 10);
	if (ONE_IN(gen, 4))
		rule->types = gen_below(gen, 1u << 20) | 1u << 19;
}

static const char *const names[] = { "a", "ab", "b", "web", "net-pf-16" };

static void gen_task_rule(struct gen *gen, struct ast_rule *rule)
{
	static const u32 signals[] = { 0, 1, 9, 15, 33, 64 };

	if (ONE_IN(gen, 3))
		rule->signals = VALUES(gen, signals, &rule->num_signals);
	if (ONE_IN(gen, 2))
		rule->peers = 1 + gen_below(gen, 15);
	if (ONE_IN(gen, 3))
		rule->peer_names =
			gen_names(gen, RULE_PEER_BEFORE, RULE_PEER_BEHIND);
}

static struct ast_patterns gen_fstypes(struct gen *gen)
{
	static const char *const types[] = { "tmpfs",	"proc", "ext?",	 "*fs",
					     "overlay", "bind", "{a,b}*" };
	struct ast_patterns p = { .num = 1 + gen_below(gen, 2) };

	p.items = arena_array(gen->arena, p.num, sizeof(*p.items));
	for (u32 i = 0; i < p.num; i++)
		p.items[i].text = PICK(gen, types);
	return p;
}

static void gen_mount_rule(struct gen *gen, struct ast_rule *rule)
{
	rule->implies_create = rule->kind == BVM_RULE_ALLOW &&
			       rule->ops & BVM_BIT(MOUNTS, MOUNT);
	if (ONE_IN(gen, 3))
		rule->paths = gen_patterns(gen, 1 + gen_below(gen, 2));
	if (ONE_IN(gen, 5))
		rule->sources = gen_patterns(gen, 1 + gen_below(gen, 2));
	if (ONE_IN(gen, 5))
		rule->fstypes = gen_fstypes(gen);
	if (ONE_IN(gen, 5))
		rule->mount_flags = 1u << gen_below(gen, 3) |
				    1u << gen_below(gen, 32);
}

static u64 gen_ops(struct gen *gen, u32 class)
{
	u64 all = bvm_classes[class].mediated;
	u64 ops =
		((u64)gen_below(gen, U32_MAX) << 11 ^ gen_below(gen, U32_MAX)) &
		all;

	return ONE_IN(gen, 3) || !ops ? all : ops;
}

static void gen_rule(struct gen *gen, struct ast_rule *rule)
{
	static const u32 kinds[] = { BVM_RULE_ALLOW, BVM_RULE_ALLOW,
				     BVM_RULE_ALLOW, BVM_RULE_DENY,
				     BVM_RULE_DENY,  BVM_RULE_AUDIT };
	u32 class = 1 + gen_below(gen, BVM_NUM_CLASSES + 1);

	/* some more for those that have the most to go wrong */
	rule->class = class < BVM_NUM_CLASSES ? class : 1 + class % 2;
	rule->kind = kinds[gen_below(gen, ARRAY_SIZE(kinds))];
	rule->ops = gen_ops(gen, rule->class);
	if (ONE_IN(gen, 3))
		rule->when.uid = gen_ranges(gen, 8);
	if (ONE_IN(gen, 8))
		rule->when.gid = gen_ranges(gen, 8);
	if (ONE_IN(gen, 8))
		rule->when.host_uid = gen_ranges(gen, 8);
	if (ONE_IN(gen, 4))
		rule->when.exe = gen_patterns(gen, 1 + gen_below(gen, 2));
	if (ONE_IN(gen, 6))
		rule->when.no_new_privs = 1 + gen_below(gen, 2);
	if (rule->class <= BVM_CLASS_EXEC && ONE_IN(gen, 6))
		rule->when.owner = 1 + gen_below(gen, 2);
	if (ONE_IN(gen, 8)) {
		rule->rate.interval_ns = 1000;
		rule->rate.burst = 1 + gen_below(gen, 3);
	}
	if (rule->kind == BVM_RULE_DENY) {
		rule->kill = ONE_IN(gen, 4);
		rule->quiet = ONE_IN(gen, 3);
	}
	if (rule->class == BVM_CLASS_NETWORK)
		gen_network_rule(gen, rule);
	else if (rule->class == BVM_CLASS_CAPABILITIES)
		rule->caps = (u64)gen_below(gen, U32_MAX) << 9 ^
			     gen_below(gen, U32_MAX);
	else if (rule->class == BVM_CLASS_MOUNTS)
		gen_mount_rule(gen, rule);
	else if (rule->class == BVM_CLASS_TASKS)
		gen_task_rule(gen, rule);
	else if (rule->class == BVM_CLASS_KERNEL && ONE_IN(gen, 2))
		rule->names = gen_names(gen, "", "");
	else if (rule->class <= BVM_CLASS_EXEC)
		gen_file_rule(gen, rule);
}

struct ast_policy *gen_policy(struct gen *gen)
{
	struct ast_policy *ast = arena_alloc(gen->arena, sizeof(*ast));
	u32 err = ONE_IN(gen, 3) ? ENOENT : 0;

	ast->name = "random";
	ast->description = "";
	ast->num_rules = ONE_IN(gen, 20) ? 0 : 4 + gen_below(gen, MAX_RULES);
	ast->rules =
		arena_array(gen->arena, ast->num_rules, sizeof(*ast->rules));
	for (u32 class = 1; class < BVM_NUM_CLASSES; class ++)
		ast->defaults[class] = ONE_IN(gen, 4) ? AST_ALLOW : AST_DENY;
	for (u32 i = 0; i < ast->num_rules; i++) {
		ast->rules[i].number = i + 1;
		gen_rule(gen, &ast->rules[i]);
		/* one errno for all: overlapping ones must not differ */
		if (ast->rules[i].kind == BVM_RULE_DENY)
			ast->rules[i].err = err;
	}
	return ast;
}

/* ---- requests ---- */

/* A prefix of some rule, or NULL. */
static const struct ast_cidr *gen_prefix(struct gen *gen,
					 const struct ast_policy *ast)
{
	for (u32 tries = 0; tries < 8 && ast->num_rules; tries++) {
		const struct ast_rule *rule =
			&ast->rules[gen_below(gen, ast->num_rules)];
		const struct ast_cidrs *const all[] = {
			&rule->to, &rule->to_except, &rule->at, &rule->at_except
		};
		const struct ast_cidrs *from =
			all[gen_below(gen, ARRAY_SIZE(all))];

		if (from->num)
			return &from->items[gen_below(gen, from->num)];
	}
	return NULL;
}

/* The first or the last address of the prefix, or the one beyond it. */
static struct bvm_addr gen_end(struct gen *gen, const struct ast_cidr *prefix)
{
	const bool last = ONE_IN(gen, 2), beyond = ONE_IN(gen, 2);
	struct bvm_addr addr = prefix->addr;

	for (u32 bit = prefix->len; last && bit < 128; bit++)
		addr.bytes[bit / 8] |= 0x80 >> bit % 8;
	for (u32 i = sizeof(addr.bytes); beyond && i-- > 0;) {
		addr.bytes[i] += last ? 1 : 0xff;
		if (addr.bytes[i] != (last ? 0 : 0xff))
			break;
	}
	return addr;
}

static void gen_near_address(struct gen *gen, const struct ast_policy *ast,
			     struct bvm_addr *addr)
{
	const struct ast_cidr *prefix = ONE_IN(gen, 2) ? gen_prefix(gen, ast) :
							 NULL;

	if (prefix)
		*addr = gen_end(gen, prefix);
	else
		gen_address(gen, addr);
}

static void gen_network(struct gen *gen, const struct ast_policy *ast,
			struct bvm_ctx_network *net)
{
	net->family = families[gen_below(gen, ARRAY_SIZE(families))];
	net->type = socktypes[gen_below(gen, ARRAY_SIZE(socktypes))];
	net->protocol = protocols[gen_below(gen, ARRAY_SIZE(protocols))];
	net->port = ONE_IN(gen, 20) ? 65535 : gen_below(gen, 16);
	net->peer_port = gen_below(gen, 16);
	net->has_addr = !ONE_IN(gen, 5);
	gen_near_address(gen, ast, &net->remote);
	gen_near_address(gen, ast, &net->local);
}

/* The patterns of a rule that speak of a string of a request. */
static const struct ast_patterns *patterns_of(struct gen *gen,
					      const struct ast_rule *rule,
					      enum bvm_str_handle handle)
{
	bool except = ONE_IN(gen, 4);

	switch (handle) {
	case BVM_STR_EXE:
		return &rule->when.exe;
	case BVM_STR_TEXT:
		return except ? &rule->names_except : &rule->names;
	case BVM_STR_SOURCE:
		return &rule->sources;
	default:
		return except ? &rule->except : &rule->paths;
	}
}

/* Something that some rule's patterns may match. */
static const char *gen_string(struct gen *gen, const struct ast_policy *ast,
			      enum bvm_str_handle handle)
{
	const char *pattern = NULL;

	for (u32 tries = 0; tries < 8 && ast->num_rules && !pattern; tries++) {
		const struct ast_rule *rule =
			&ast->rules[gen_below(gen, ast->num_rules)];
		const struct ast_patterns *from =
			patterns_of(gen, rule, handle);

		if (from->num)
			pattern = from->items[gen_below(gen, from->num)].text;
	}
	return gen_path(gen, pattern ? pattern : gen_pattern(gen));
}

static void gen_numbers(struct gen *gen, const struct bvm_class_info *info,
			union bvm_ctx *ctx)
{
	for (u32 i = 1; i < info->num_fields; i++) {
		u32 value = ONE_IN(gen, 30) ? U32_MAX : gen_below(gen, 10);

		if (value > info->fields[i].max)
			value = gen_below(gen, info->fields[i].max + 1);
		if (info->fields[i].kind == BVM_FIELD_SCALAR)
			memcpy((u8 *)ctx + info->fields[i].off, &value,
			       sizeof(value));
	}
}

static void gen_mount(struct gen *gen, const struct ast_policy *ast,
		      struct oracle_request *request)
{
	static const char *const types[] = { "tmpfs",	"proc", "ext4", "bind",
					     "overlay", "ax",	"" };

	request->ctx.mounts.flags = gen_below(gen, 8) |
				    1u << gen_below(gen, 32);
	if (!ONE_IN(gen, 3))
		request->ctx.mounts.nameless = 0;
	if (!ONE_IN(gen, 10))
		request->strings[BVM_STR_PATH - 1] =
			gen_string(gen, ast, BVM_STR_PATH);
	if (!ONE_IN(gen, 4))
		request->strings[BVM_STR_SOURCE - 1] =
			gen_string(gen, ast, BVM_STR_SOURCE);
	if (!ONE_IN(gen, 8))
		request->strings[BVM_STR_TEXT - 1] = PICK(gen, types);
}

/* A unix socket has a path, an abstract name, or neither. */
static void gen_unix(struct gen *gen, const struct ast_policy *ast,
		     struct oracle_request *request)
{
	char *name;

	if (ONE_IN(gen, 2) || request->ctx.op == BVM_OP_NETWORK_CREATE)
		return;
	request->ctx.network.family = 1;
	request->ctx.network.has_addr = 0;
	request->ctx.network.peer = gen_below(gen, 4);
	if (request->ctx.network.peer == BVM_PEER_OTHER)
		request->strings[BVM_STR_PEER - 1] =
			arena_printf(gen->arena, "/%s", PICK(gen, names));
	if (ONE_IN(gen, 2)) {
		request->strings[BVM_STR_PATH - 1] =
			gen_string(gen, ast, BVM_STR_PATH);
	} else if (!ONE_IN(gen, 5)) {
		name = arena_strdup(gen->arena,
				    gen_string(gen, ast, BVM_STR_TEXT));
		name[0] = '@';
		request->strings[BVM_STR_TEXT - 1] = name;
	}
}

void gen_request(struct gen *gen, const struct ast_policy *ast, u32 class,
		 struct oracle_request *request)
{
	const struct bvm_class_info *info = &bvm_classes[class];
	union bvm_ctx *ctx = &request->ctx;

	memset(request, 0, sizeof(*request));
	request->class = class;
	do
		ctx->op = gen_below(gen, BVM_MAX_OPS);
	while (!(info->mediated >> ctx->op & 1));
	gen_numbers(gen, info, ctx);
	if (class == BVM_CLASS_FILES)
		ctx->files.type = gen_below(gen, BVM_NUM_KINDS);
	if (class == BVM_CLASS_CAPABILITIES)
		ctx->capabilities.cap = gen_below(gen, 41);
	if (class == BVM_CLASS_NETWORK)
		gen_network(gen, ast, &ctx->network);
	if (class == BVM_CLASS_MOUNTS)
		gen_mount(gen, ast, request);
	if (class == BVM_CLASS_TASKS && ONE_IN(gen, 2))
		ctx->tasks.signal = 15;
	if (class == BVM_CLASS_TASKS && ctx->tasks.peer == BVM_PEER_OTHER)
		request->strings[BVM_STR_PEER - 1] = arena_printf(
			gen->arena, ONE_IN(gen, 2) ? "/%s" : "/%s/%s",
			PICK(gen, names), PICK(gen, names));
	if (class == BVM_CLASS_KERNEL && !ONE_IN(gen, 4))
		request->strings[BVM_STR_TEXT - 1] = PICK(gen, names);
	if (class == BVM_CLASS_EXEC)
		gen_argv(gen, request);
	if ((class == BVM_CLASS_EXEC && !ctx->exec.memfd) ||
	    (class == BVM_CLASS_FILES && ctx->op != BVM_OP_FILES_INHERIT))
		request->strings[BVM_STR_PATH - 1] =
			gen_string(gen, ast, BVM_STR_PATH);
	if (class == BVM_CLASS_NETWORK)
		gen_unix(gen, ast, request);
	if (!ONE_IN(gen, 10))
		request->strings[BVM_STR_EXE - 1] =
			gen_string(gen, ast, BVM_STR_EXE);
}

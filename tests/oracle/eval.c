// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "eval.h"
#include "match.h"

/* What a rule is asked. */
struct question {
	const struct ast_policy *ast;
	u32 class;
	const union bvm_ctx *ctx;
	const char *path;
	const char *exe;
	const char *text;
	const char *peers; /* "/a/b" */
	const char *argv, *argv_end;
	const char *source;
};

static bool in_ranges(const struct ast_ranges *ranges, u64 value)
{
	for (u32 i = 0; i < ranges->num; i++)
		if (value >= ranges->items[i].lo &&
		    value <= ranges->items[i].hi)
			return true;
	return !ranges->num;
}

static bool in_values(const u32 *values, u32 num, u32 value)
{
	for (u32 i = 0; i < num; i++)
		if (values[i] == value)
			return true;
	return !num;
}

static bool any_pattern(const struct ast_patterns *patterns, const char *path)
{
	for (u32 i = 0; path && i < patterns->num; i++)
		if (oracle_match(patterns->items[i].text, path))
			return true;
	return false;
}

/* ---- addresses ---- */

static bool same_bits(const struct bvm_addr *x, const struct bvm_addr *y,
		      u32 len)
{
	for (u32 bit = 0; bit < len; bit++)
		if ((x->bytes[bit / 8] ^ y->bytes[bit / 8]) & 0x80 >> bit % 8)
			return false;
	return true;
}

static bool is_ipv4(const struct bvm_addr *addr)
{
	const struct bvm_addr mapped = { .bytes = {
						 [10] = 0xff, [11] = 0xff } };

	return same_bits(addr, &mapped, 96);
}

static bool any_cidr(const struct ast_cidrs *cidrs, const struct bvm_addr *addr)
{
	for (u32 i = 0; i < cidrs->num; i++) {
		const struct ast_cidr *cidr = &cidrs->items[i];

		/* ::/0 is IPv6, 0.0.0.0/0 is ::ffff:0:0/96 */
		if (is_ipv4(addr) && cidr->len < 96)
			continue;
		if (same_bits(&cidr->addr, addr, cidr->len))
			return true;
	}
	return false;
}

static bool match_address(const struct ast_cidrs *in,
			  const struct ast_cidrs *except, bool has_addr,
			  const struct bvm_addr *addr)
{
	if (!in->num && !except->num)
		return true;
	return has_addr && (!in->num || any_cidr(in, addr)) &&
	       !any_cidr(except, addr);
}

/* ---- network ---- */

static bool type_carries(u32 type, u32 protocol)
{
	switch (protocol) {
	case 6:
	case 262:
		return type == 1;
	case 17:
	case 136:
		return type == 2;
	case 132:
		return type == 1 || type == 5;
	case 1:
	case 58:
		return type == 2 || type == 3;
	}
	return true;
}

static bool match_socket(const struct ast_rule *rule,
			 const struct bvm_ctx_network *net)
{
	if (!in_values(rule->socktypes, rule->num_socktypes, net->type))
		return false;
	if (!rule->num_protocols)
		return true;
	return in_values(rule->protocols, rule->num_protocols, net->protocol) &&
	       (rule->num_socktypes || type_carries(net->type, net->protocol));
}

static bool match_family(const struct ast_rule *rule, u32 family)
{
	bool inet = rule->num_protocols || rule->ports.num ||
		    rule->peer_ports.num || rule->to.num ||
		    rule->to_except.num || rule->at.num || rule->at_except.num;

	if (rule->num_families)
		return in_values(rule->families, rule->num_families, family);
	if (!inet && (rule->paths.num || rule->names.num || rule->peers ||
		      rule->peer_names.num))
		return family == 1;
	return !inet || family == 2 || family == 10;
}

static bool match_network(const struct ast_rule *rule,
			  const struct bvm_ctx_network *net)
{
	/* a rule about who connects: nobody has yet */
	bool serves = rule->incoming && (net->op == BVM_OP_NETWORK_BIND ||
					 net->op == BVM_OP_NETWORK_LISTEN);

	return match_family(rule, net->family) && match_socket(rule, net) &&
	       in_ranges(&rule->ports, net->port) &&
	       (serves || in_ranges(&rule->peer_ports, net->peer_port)) &&
	       (serves || match_address(&rule->to, &rule->to_except,
					net->has_addr, &net->remote)) &&
	       match_address(&rule->at, &rule->at_except, net->has_addr,
			     &net->local);
}

/* The socket that an allow of connect, listen, send or accept needs. */
static bool match_create(const struct ast_rule *rule,
			 const struct bvm_ctx_network *net)
{
	const struct ast_cidrs *cidrs = rule->to.num ? &rule->to : &rule->at;
	bool v4 = false, v6 = false;

	for (u32 i = 0; i < cidrs->num && !rule->incoming; i++) {
		bool four = cidrs->items[i].len >= 96 &&
			    is_ipv4(&cidrs->items[i].addr);

		v4 |= four;
		v6 |= !four;
	}
	if (!rule->num_families && v4 != v6)
		return net->family == (v4 ? 2 : 10) && match_socket(rule, net);
	return match_family(rule, net->family) && match_socket(rule, net);
}

/* ---- rules ---- */

/* A number that many classes have. */
static u32 number(const struct question *q, const char *name)
{
	const struct bvm_class_info *info = &bvm_classes[q->class];
	u32 value = U32_MAX;

	for (u32 i = 0; i < info->num_fields; i++)
		if (!strcmp(info->fields[i].name, name))
			memcpy(&value, (const u8 *)q->ctx + info->fields[i].off,
			       sizeof(value));
	return value;
}

static bool is_answer(enum ast_answer want, u32 value)
{
	return want == AST_ANY || (want == AST_YES) == (value == 1);
}

static bool match_when(const struct ast_rule *rule, const struct question *q)
{
	const struct ast_when *when = &rule->when;

	return in_ranges(&when->uid, number(q, "uid")) &&
	       in_ranges(&when->gid, number(q, "gid")) &&
	       in_ranges(&when->host_uid, number(q, "host_uid")) &&
	       is_answer(when->no_new_privs, number(q, "no_new_privs")) &&
	       (when->owner == AST_ANY ||
		is_answer(when->owner, number(q, "owner"))) &&
	       (!when->exe.num || any_pattern(&when->exe, q->exe));
}

static bool must_be_named(u32 kind)
{
	switch (kind) {
	case BVM_KIND_UNKNOWN:
	case BVM_KIND_IO_URING:
	case BVM_KIND_USERFAULTFD:
	case BVM_KIND_BPF:
	case BVM_KIND_PERF:
	case BVM_KIND_SECCOMP:
	case BVM_KIND_NSFS:
	case BVM_KIND_MOUNT:
	case BVM_KIND_FANOTIFY:
		return true;
	}
	return false;
}

static bool match_file(const struct ast_rule *rule, const struct question *q)
{
	const struct bvm_ctx_files *file = &q->ctx->files;

	if (rule->types && !(rule->types >> file->type & 1))
		return false;
	if (rule->owner && !file->owner)
		return false;
	if (!in_ranges(&rule->ioctls, file->ioctl))
		return false;
	return file->op != BVM_OP_FILES_INHERIT || rule->types ||
	       rule->kind != BVM_RULE_ALLOW || !must_be_named(file->type);
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

static bool match_peer(const struct ast_rule *rule, const struct question *q,
		       u32 peer)
{
	return (!rule->peers && !rule->peer_names.num) ||
	       rule->peers >> peer & 1 ||
	       match_name(&rule->peer_names, q->peers);
}

static bool match_task(const struct ast_rule *rule, const struct question *q)
{
	const struct bvm_ctx_tasks *tasks = &q->ctx->tasks;

	if (!match_peer(rule, q, tasks->peer))
		return false;
	return in_values(rule->signals, rule->num_signals, tasks->signal);
}

/* A command line; args are globs of '*' and literal bytes. */
static bool match_line(const struct ast_args *args, const struct question *q)
{
	const char *at = q->argv;

	for (u32 i = 0; i < args->num; i++) {
		if (at == q->argv_end || !oracle_match_arg(args->items[i], at))
			return false;
		at += strlen(at) + 1;
	}
	return args->rest || at == q->argv_end;
}

static bool match_program(const struct ast_rule *rule, const struct question *q)
{
	bool any = !rule->num_args;

	for (u32 i = 0; i < rule->num_args && !q->ctx->exec.chain; i++)
		any |= match_line(&rule->args[i], q);
	return any;
}

/* The object of exec is a path, or none: memfd. */
static bool match_object(const struct ast_rule *rule, const struct question *q)
{
	if (q->class == BVM_CLASS_EXEC && q->ctx->exec.memfd)
		return rule->memfd || !rule->paths.num;
	if (rule->paths.num || rule->memfd)
		return any_pattern(&rule->paths, q->path) &&
		       !any_pattern(&rule->except, q->path);
	return !any_pattern(&rule->except, q->path);
}

/* ---- mounts ---- */

/* A name that is not known is what a deny may be for, and no allow is. */
static bool match_place(const struct ast_rule *rule,
			const struct ast_patterns *patterns, bool nameless,
			const char *path)
{
	if (!patterns->num)
		return true;
	return nameless ? rule->kind != BVM_RULE_ALLOW :
			  any_pattern(patterns, path);
}

/* Types that show other files again must be named where names decide. */
static bool match_fstype(const struct ast_rule *rule, const struct question *q)
{
	bool names = false;

	if (rule->fstypes.num)
		return any_pattern(&rule->fstypes, q->text);
	for (u32 i = 0; i < q->ast->num_rules; i++)
		names |= q->ast->rules[i].paths.num ||
			 q->ast->rules[i].except.num ||
			 q->ast->rules[i].sources.num;
	if (rule->kind != BVM_RULE_ALLOW || !names ||
	    !(rule->ops & BVM_BIT(MOUNTS, MOUNT)))
		return true;
	return q->text && strcmp(q->text, "overlay") &&
	       strcmp(q->text, "ecryptfs");
}

static bool match_mount(const struct ast_rule *rule, const struct question *q)
{
	const struct bvm_ctx_mounts *ctx = &q->ctx->mounts;

	if (q->ctx->op == BVM_OP_MOUNTS_FSMOUNT && rule->implies_create &&
	    rule->kind == BVM_RULE_ALLOW)
		return match_fstype(rule, q);
	return rule->ops >> q->ctx->op & 1 &&
	       match_place(rule, &rule->paths, ctx->nameless & 1, q->path) &&
	       match_place(rule, &rule->sources, ctx->nameless & 2,
			   q->source) &&
	       (!rule->mount_flags || rule->mount_flags & ctx->flags) &&
	       match_fstype(rule, q);
}

static bool matches(const struct ast_rule *rule, const struct question *q)
{
	bool creates = q->class == BVM_CLASS_NETWORK &&
		       q->ctx->op == BVM_OP_NETWORK_CREATE &&
		       rule->kind == BVM_RULE_ALLOW && rule->implies_create;

	/* what comes in comes to a socket: nobody calls */
	bool incoming = q->class == BVM_CLASS_NETWORK &&
			(q->ctx->op == BVM_OP_NETWORK_ACCEPT ||
			 q->ctx->op == BVM_OP_NETWORK_RECEIVE);

	if (rule->class != q->class || (!incoming && !match_when(rule, q)))
		return false;
	if (creates)
		return match_create(rule, &q->ctx->network);
	if (q->class == BVM_CLASS_MOUNTS)
		return match_mount(rule, q);
	if (!(rule->ops >> q->ctx->op & 1))
		return false;
	if (!match_object(rule, q))
		return false;
	if (rule->names.num && (!any_pattern(&rule->names, q->text) ||
				any_pattern(&rule->names_except, q->text)))
		return false;
	switch (q->class) {
	case BVM_CLASS_FILES:
		return match_file(rule, q);
	case BVM_CLASS_EXEC:
		return match_program(rule, q);
	case BVM_CLASS_NETWORK:
		return match_network(rule, &q->ctx->network) &&
		       match_peer(rule, q, q->ctx->network.peer);
	case BVM_CLASS_CAPABILITIES:
		return rule->caps >> q->ctx->capabilities.cap & 1;
	case BVM_CLASS_TASKS:
		return match_task(rule, q);
	case BVM_CLASS_KERNEL:
		return !rule->names.num || any_pattern(&rule->names, q->text);
	}
	return true;
}

static u32 class_errno(u32 class)
{
	bool access = class == BVM_CLASS_FILES || class == BVM_CLASS_EXEC ||
		      class == BVM_CLASS_NETWORK;

	return access ? EACCES : EPERM;
}

u32 oracle_eval(const struct ast_policy *ast,
		const struct oracle_request *request)
{
	const union bvm_ctx *ctx = &request->ctx;
	const u32 class = request->class;
	const struct question q = {
		.ast = ast,
		.class = class,
		.ctx = ctx,
		.path = request->strings[BVM_STR_PATH - 1],
		.exe = request->strings[BVM_STR_EXE - 1],
		.text = request->strings[BVM_STR_TEXT - 1],
		.peers = request->strings[BVM_STR_PEER - 1],
		.argv = request->argv,
		.argv_end = request->argv + request->argv_len,
		.source = request->strings[BVM_STR_SOURCE - 1],
	};
	const struct ast_rule *deny = NULL, *allow = NULL;
	bool kill = false, quiet = true, audit = false, frozen = false;
	u32 flags = 0;

	for (u32 i = 0; i < ast->num_rules; i++) {
		const struct ast_rule *rule = &ast->rules[i];

		if (!matches(rule, &q))
			continue;
		if (rule->kind == BVM_RULE_DENY) {
			deny = deny ? deny : rule;
			kill |= rule->kill;
			quiet &= rule->quiet;
		}
		if (rule->kind == BVM_RULE_ALLOW)
			allow = allow ? allow : rule;
		audit |= rule->kind == BVM_RULE_AUDIT;
	}
	if (deny)
		return bvm_verdict(BVM_VERDICT_DENY |
					   (kill ? BVM_VERDICT_KILL : 0) |
					   (quiet ? BVM_VERDICT_QUIET : 0),
				   deny->err ? deny->err : class_errno(class),
				   deny->number);
	flags = audit ? BVM_VERDICT_AUDIT : 0;
	if (allow)
		return bvm_verdict(flags, 0, allow->number);
	if (class == BVM_CLASS_TASKS && ctx->tasks.peer == BVM_PEER_SELF)
		return bvm_verdict(flags, 0, 0);
	if (class == BVM_CLASS_NETWORK && ctx->network.peer == BVM_PEER_SELF &&
	    (ctx->op == BVM_OP_NETWORK_CONNECT ||
	     ctx->op == BVM_OP_NETWORK_SEND))
		return bvm_verdict(flags, 0, 0);
	for (u32 i = 0; class == BVM_CLASS_MOUNTS && i < ast->num_rules; i++)
		frozen |= ast->rules[i].paths.num > 0 ||
			  ast->rules[i].sources.num > 0;
	if (ast->defaults[class] == AST_DENY || frozen ||
	    (class == BVM_CLASS_FILES && ctx->op == BVM_OP_FILES_INHERIT &&
	     must_be_named(ctx->files.type)) ||
	    (class == BVM_CLASS_TASKS && ctx->op == BVM_OP_TASKS_TRACE))
		return bvm_verdict(BVM_VERDICT_DENY, class_errno(class), 0);
	return bvm_verdict(flags, 0, 0);
}

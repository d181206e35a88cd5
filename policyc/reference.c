// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "reference.h"

/* What a rule is asked. */
struct question {
	const struct reference *ref;
	const struct reference_request *rq;
	u32 class;
	const union bvm_ctx *ctx;
};

/* What patterns of a rule say of a string of the request. */
static bool says(const struct question *q, const struct ast_rule *rule,
		 enum reference_of of)
{
	return q->rq->says(q->rq->arg, rule, of);
}

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
	/* RDS and SMC reach the same addresses: no way round a deny of them */
	if (rule->kind != BVM_RULE_ALLOW && !rule->num_protocols &&
	    (family == 21 || family == 43))
		return true;
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
/* A field by its name; it is looked for, so only where a rule asks for it. */
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

static bool field_is(enum ast_answer want, const struct question *q,
		     const char *name)
{
	return want == AST_ANY || (want == AST_YES) == (number(q, name) == 1);
}

static bool field_in(const struct ast_ranges *ranges, const struct question *q,
		     const char *name)
{
	return !ranges->num || in_ranges(ranges, number(q, name));
}

static bool match_when(const struct ast_rule *rule, const struct question *q)
{
	const struct ast_when *when = &rule->when;

	return field_in(&when->uid, q, "uid") &&
	       field_in(&when->gid, q, "gid") &&
	       field_in(&when->host_uid, q, "host_uid") &&
	       field_is(when->no_new_privs, q, "no_new_privs") &&
	       field_is(when->owner, q, "owner") &&
	       (!when->exe.num || says(q, rule, REFERENCE_EXE));
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

static bool match_peer(const struct ast_rule *rule, const struct question *q,
		       u32 peer)
{
	return (!rule->peers && !rule->peer_names.num) ||
	       rule->peers >> peer & 1 ||
	       (rule->peer_names.num && says(q, rule, REFERENCE_PEERS));
}

static bool match_task(const struct ast_rule *rule, const struct question *q)
{
	const struct bvm_ctx_tasks *tasks = &q->ctx->tasks;

	if (!match_peer(rule, q, tasks->peer))
		return false;
	return in_values(rule->signals, rule->num_signals, tasks->signal);
}

static bool match_program(const struct ast_rule *rule, const struct question *q)
{
	return !rule->num_args ||
	       (!q->ctx->exec.chain && says(q, rule, REFERENCE_ARGS));
}

/* The object of exec is a path, or none: memfd. */
static bool match_object(const struct ast_rule *rule, const struct question *q)
{
	if (q->class == BVM_CLASS_EXEC && q->ctx->exec.memfd)
		return rule->memfd || !rule->paths.num;
	if (rule->paths.num || rule->memfd)
		return says(q, rule, REFERENCE_PATHS) &&
		       !says(q, rule, REFERENCE_EXCEPT);
	return !says(q, rule, REFERENCE_EXCEPT);
}

/* ---- mounts ---- */

/* A name that is not known is what a deny may be for, and no allow is. */
static bool match_place(const struct ast_rule *rule, const struct question *q,
			bool nameless, enum reference_of of)
{
	return nameless ? rule->kind != BVM_RULE_ALLOW : says(q, rule, of);
}

/* Types that show other files again must be named where names decide. */
static bool match_fstype(const struct ast_rule *rule, const struct question *q)
{
	const char *type = q->rq->fstype;

	if (rule->fstypes.num)
		return says(q, rule, REFERENCE_FSTYPES);
	if (rule->kind != BVM_RULE_ALLOW || !q->ref->has_names ||
	    !(rule->ops & BVM_BIT(MOUNTS, MOUNT)))
		return true;
	return type && strcmp(type, "overlay") && strcmp(type, "ecryptfs");
}

static bool match_mount(const struct ast_rule *rule, const struct question *q)
{
	const struct bvm_ctx_mounts *ctx = &q->ctx->mounts;

	if (q->ctx->op == BVM_OP_MOUNTS_FSMOUNT && rule->implies_create &&
	    rule->kind == BVM_RULE_ALLOW)
		return match_fstype(rule, q);
	return rule->ops >> q->ctx->op & 1 &&
	       (!rule->paths.num ||
		match_place(rule, q, ctx->nameless & 1, REFERENCE_PATHS)) &&
	       (!rule->sources.num ||
		match_place(rule, q, ctx->nameless & 2, REFERENCE_SOURCES)) &&
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
	if (rule->names.num && (!says(q, rule, REFERENCE_NAMES) ||
				says(q, rule, REFERENCE_NAMES_EXCEPT)))
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
	}
	return true;
}

static u32 class_errno(u32 class)
{
	bool access = class == BVM_CLASS_FILES || class == BVM_CLASS_EXEC ||
		      class == BVM_CLASS_NETWORK;

	return access ? EACCES : EPERM;
}

/* What the rules that match say together. */
struct verdicts {
	const struct ast_rule *deny, *allow; /* the first ones */
	bool kill, quiet, audit;
};

static void hear(struct verdicts *v, const struct ast_rule *rule)
{
	if (rule->kind == BVM_RULE_DENY) {
		v->deny = v->deny ? v->deny : rule;
		v->kill |= rule->kill;
		v->quiet &= rule->quiet;
	}
	if (rule->kind == BVM_RULE_ALLOW)
		v->allow = v->allow ? v->allow : rule;
	v->audit |= rule->kind == BVM_RULE_AUDIT;
}

/* No rule denies or allows. */
static bool default_denies(const struct question *q)
{
	const union bvm_ctx *ctx = q->ctx;

	if (q->class == BVM_CLASS_TASKS && ctx->tasks.peer == BVM_PEER_SELF)
		return false;
	if (q->class == BVM_CLASS_NETWORK &&
	    ctx->network.peer == BVM_PEER_SELF &&
	    (ctx->op == BVM_OP_NETWORK_CONNECT ||
	     ctx->op == BVM_OP_NETWORK_SEND))
		return false;
	if (q->ref->ast->defaults[q->class] == AST_DENY)
		return true;
	if (q->class == BVM_CLASS_MOUNTS && q->ref->freezes_mounts)
		return true;
	if (q->class == BVM_CLASS_FILES && ctx->op == BVM_OP_FILES_INHERIT)
		return must_be_named(ctx->files.type);
	return q->class == BVM_CLASS_TASKS && ctx->op == BVM_OP_TASKS_TRACE;
}

static u32 conclude(const struct question *q, const struct verdicts *v)
{
	const u32 flags = v->audit ? BVM_VERDICT_AUDIT : 0;

	if (v->deny)
		return bvm_verdict(
			BVM_VERDICT_DENY | (v->kill ? BVM_VERDICT_KILL : 0) |
				(v->quiet ? BVM_VERDICT_QUIET : 0),
			v->deny->err ? v->deny->err : class_errno(q->class),
			v->deny->number);
	if (v->allow)
		return bvm_verdict(flags, 0, v->allow->number);
	if (default_denies(q))
		return bvm_verdict(BVM_VERDICT_DENY, class_errno(q->class), 0);
	return bvm_verdict(flags, 0, 0);
}

void reference_init(struct reference *ref, const struct ast_policy *ast)
{
	memset(ref, 0, sizeof(*ref));
	ref->ast = ast;
	for (u32 i = 0; i < ast->num_rules; i++) {
		const struct ast_rule *rule = &ast->rules[i];

		ref->freezes_mounts |= rule->paths.num || rule->sources.num;
		ref->has_names |= rule->except.num > 0;
	}
	ref->has_names |= ref->freezes_mounts;
}

u32 reference_judge(const struct reference *ref,
		    const struct reference_request *rq)
{
	const struct question q = {
		.ref = ref,
		.rq = rq,
		.class = rq->class,
		.ctx = rq->ctx,
	};
	const u32 num = rq->rules ? rq->num_rules : ref->ast->num_rules;
	struct verdicts verdicts = { .quiet = true };

	for (u32 i = 0; i < num; i++) {
		const struct ast_rule *rule =
			&ref->ast->rules[rq->rules ? rq->rules[i] : i];

		if (matches(rule, &q))
			hear(&verdicts, rule);
	}
	return conclude(&q, &verdicts);
}

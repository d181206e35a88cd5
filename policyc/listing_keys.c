// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "listing.h"
#include "rule_mount.h"
#include "rule_peer.h"
#include "show.h"

/* What is being listed: the key that values are added to is the last. */
struct lister {
	struct arena *arena;
	struct listing_keys keys;
};

static void begin(struct lister *l, const char *name)
{
	l->keys.items = arena_grow(l->arena, l->keys.items, l->keys.num,
				   sizeof(*l->keys.items));
	l->keys.items[l->keys.num++] = (struct listing_key){ .name = name };
}

static void add(struct lister *l, const char *value)
{
	struct listing_key *key = &l->keys.items[l->keys.num - 1];

	key->values = arena_grow(l->arena, key->values, key->num,
				 sizeof(*key->values));
	key->values[key->num++] = value;
}

static void put_one(struct lister *l, const char *name, const char *value)
{
	begin(l, name);
	add(l, value);
}

static void add_patterns(struct lister *l, const struct ast_patterns *patterns)
{
	for (u32 i = 0; i < patterns->num; i++)
		add(l, patterns->items[i].text);
}

static void put_patterns(struct lister *l, const char *name,
			 const struct ast_patterns *patterns)
{
	if (!patterns->num)
		return;
	begin(l, name);
	add_patterns(l, patterns);
}

static void put_ranges(struct lister *l, const char *name,
		       const struct ast_ranges *ranges)
{
	if (!ranges->num)
		return;
	begin(l, name);
	for (u32 i = 0; i < ranges->num; i++) {
		const struct ast_range *r = &ranges->items[i];

		add(l, r->lo == r->hi ?
			       arena_printf(l->arena, "%llu",
					    (unsigned long long)r->lo) :
			       arena_printf(l->arena, "%llu-%llu",
					    (unsigned long long)r->lo,
					    (unsigned long long)r->hi));
	}
}

static void put_cidrs(struct lister *l, const char *name,
		      const struct ast_cidrs *cidrs)
{
	if (!cidrs->num)
		return;
	begin(l, name);
	for (u32 i = 0; i < cidrs->num; i++) {
		struct buf buf = BUF_INIT(l->arena);

		show_prefix(&buf, &cidrs->items[i].addr, cidrs->items[i].len);
		add(l, arena_strdup(l->arena, buf_text(&buf)));
	}
}

static void put_names(struct lister *l, const char *name,
		      const struct bvm_name *names, const u32 *numbers, u32 num)
{
	if (!num)
		return;
	begin(l, name);
	for (u32 i = 0; i < num; i++)
		add(l, bvm_name_of(names, numbers[i]));
}

/* The names of a set of numbers. */
static void put_set(struct lister *l, const char *name,
		    const struct bvm_name *names, u64 set)
{
	if (!set)
		return;
	begin(l, name);
	for (u32 i = 0; i < 64; i++)
		if (set >> i & 1)
			add(l, bvm_name_of(names, i));
}

/* ---- allow, deny, audit ---- */

/* The largest group that adds to what is covered, and no more than ops. */
static const struct bvm_group *next_group(u32 class, u64 ops, u64 covered)
{
	const struct bvm_class_info *info = &bvm_classes[class];
	const struct bvm_group *best = NULL;
	u64 most = 0;

	for (u32 i = 0; i < info->num_groups; i++) {
		const struct bvm_group *group = &info->groups[i];
		const u64 means = group->ops & info->mediated;

		if (!means || means & ~ops || !(means & ~covered) ||
		    __builtin_popcountll(means) <= __builtin_popcountll(most))
			continue;
		best = group;
		most = means;
	}
	return best;
}

/* The fewest words, as they are easier to read; show has the rest beside. */
static void add_ops(struct lister *l, const struct ast_rule *rule)
{
	const u64 all = bvm_classes[rule->class].mediated;
	const struct bvm_group *group;
	u64 covered = 0;

	if (rule->ops == all) {
		add(l, "all");
		return;
	}
	while ((group = next_group(rule->class, rule->ops, covered))) {
		add(l, group->name);
		covered |= group->ops & all;
	}
	for (u32 op = 0; op < BVM_MAX_OPS; op++)
		if (rule->ops & ~covered & 1ull << op)
			add(l, bvm_op_name(rule->class, op));
}

static void add_caps(struct lister *l, u64 caps)
{
	if (caps == U64_MAX) {
		add(l, "all");
		return;
	}
	for (u32 i = 0; i < 64; i++)
		if (caps >> i & 1)
			add(l, bvm_name_of(bvm_cap_names, i));
}

static void put_subject(struct lister *l, const struct ast_rule *rule)
{
	begin(l, show_rule_kind(rule->kind));
	if (rule->class == BVM_CLASS_CAPABILITIES) {
		add_caps(l, rule->caps);
	} else if (rule->class == BVM_CLASS_EXEC) {
		add_patterns(l, &rule->paths);
		if (rule->memfd)
			add(l, "memfd");
	} else {
		add_ops(l, rule);
	}
}

/* ---- keys of classes ---- */

static void put_files(struct lister *l, const struct ast_rule *rule)
{
	put_patterns(l, "paths", &rule->paths);
	put_patterns(l, "except", &rule->except);
	put_set(l, "type", bvm_kind_names, rule->types);
	if (rule->owner)
		put_one(l, "owner", "true");
	if (!rule->ioctls.num)
		return;
	begin(l, "ioctl");
	for (u32 i = 0; i < rule->ioctls.num; i++) {
		const u32 num = (u32)rule->ioctls.items[i].lo;
		const char *name = bvm_name_of(bvm_ioctl_names, num);

		add(l, name ? name : arena_printf(l->arena, "0x%x", num));
	}
}

static const char *args_text(struct arena *arena, const struct ast_args *args)
{
	struct buf buf = BUF_INIT(arena);
	const char *comma = "";

	buf_put_u8(&buf, '[');
	for (u32 i = 0; i < args->num; i++, comma = ", ") {
		buf_printf(&buf, "%s", comma);
		buf_put_json(&buf, args->items[i], strlen(args->items[i]));
	}
	buf_printf(&buf, args->rest ? "%s...]" : "]", comma);
	return arena_strdup(arena, buf_text(&buf));
}

static void put_exec(struct lister *l, const struct ast_rule *rule)
{
	put_patterns(l, "except", &rule->except);
	if (!rule->num_args)
		return;
	begin(l, "args");
	for (u32 i = 0; i < rule->num_args; i++)
		add(l, args_text(l->arena, &rule->args[i]));
	l->keys.items[l->keys.num - 1].lists = true;
}

static void put_peers(struct lister *l, const struct ast_rule *rule)
{
	const size_t around =
		strlen(RULE_PEER_BEFORE) + strlen(RULE_PEER_BEHIND);

	if (!rule->peers && !rule->peer_names.num)
		return;
	begin(l, "peer");
	for (u32 i = 0; i < 32; i++)
		if (rule->peers >> i & 1)
			add(l, bvm_name_of(bvm_peer_names, i));
	for (u32 i = 0; i < rule->peer_names.num; i++) {
		const char *text = rule->peer_names.items[i].text;

		add(l, arena_strndup(l->arena, text + strlen(RULE_PEER_BEFORE),
				     strlen(text) - around));
	}
}

static void put_network(struct lister *l, const struct ast_rule *rule)
{
	put_names(l, "family", bvm_family_names, rule->families,
		  rule->num_families);
	put_names(l, "type", bvm_socktype_names, rule->socktypes,
		  rule->num_socktypes);
	put_names(l, "protocol", bvm_protocol_names, rule->protocols,
		  rule->num_protocols);
	put_ranges(l, "ports", &rule->ports);
	put_ranges(l, "peer-ports", &rule->peer_ports);
	put_cidrs(l, rule->incoming ? "from" : "to", &rule->to);
	put_cidrs(l, "at", &rule->at);
	put_patterns(l, "unix", &rule->paths);
	put_patterns(l, "unix", &rule->names);
	/* of one of them: a rule has but one `except` */
	put_cidrs(l, "except", &rule->to_except);
	put_cidrs(l, "except", &rule->at_except);
	put_patterns(l, "except", &rule->except);
	put_patterns(l, "except", &rule->names_except);
	put_peers(l, rule);
}

static void put_mounts(struct lister *l, const struct ast_rule *rule)
{
	put_patterns(l, "fstype", &rule->fstypes);
	put_patterns(l, "source", &rule->sources);
	put_patterns(l, "target", &rule->paths);
	if (!rule->mount_flags)
		return;
	begin(l, "flags");
	for (u32 i = 0; rule_mount_flags[i].name; i++)
		if (rule->mount_flags & rule_mount_flags[i].num)
			add(l, rule_mount_flags[i].name);
}

static void put_class(struct lister *l, const struct ast_rule *rule)
{
	switch (rule->class) {
	case BVM_CLASS_FILES:
		put_files(l, rule);
		break;
	case BVM_CLASS_EXEC:
		put_exec(l, rule);
		break;
	case BVM_CLASS_NETWORK:
		put_network(l, rule);
		break;
	case BVM_CLASS_MOUNTS:
		put_mounts(l, rule);
		break;
	case BVM_CLASS_TASKS:
		put_names(l, "signals", bvm_signal_names, rule->signals,
			  rule->num_signals);
		put_peers(l, rule);
		break;
	case BVM_CLASS_KERNEL:
		put_patterns(l, "names", &rule->names);
		break;
	default:
		break;
	}
}

/* ---- keys of all rules ---- */

static void put_answer(struct lister *l, const char *name,
		       enum ast_answer answer)
{
	if (answer != AST_ANY)
		put_one(l, name, answer == AST_YES ? "true" : "false");
}

static void put_when(struct lister *l, const struct ast_when *when)
{
	const u32 first = l->keys.num;

	put_ranges(l, "uid", &when->uid);
	put_ranges(l, "gid", &when->gid);
	put_ranges(l, "host-uid", &when->host_uid);
	put_patterns(l, "exe", &when->exe);
	put_answer(l, "owner", when->owner);
	put_answer(l, "no-new-privs", when->no_new_privs);
	for (u32 i = first; i < l->keys.num; i++)
		l->keys.items[i].when = true;
}

/* The rate that gives this interval again: it was rounded up. */
static void put_rate(struct lister *l, const struct ast_rate *rate)
{
	const u64 second = 1000000000ull;
	const u64 ns = rate->interval_ns;
	const u64 num = ns ? (second + ns - 1) / ns : 0;

	if (ns)
		put_one(l, "rate",
			arena_printf(l->arena, "%llu/s burst %u",
				     (unsigned long long)num, rate->burst));
}

struct listing_keys listing_keys(struct arena *arena,
				 const struct ast_rule *rule)
{
	struct lister l = { .arena = arena };

	put_subject(&l, rule);
	put_class(&l, rule);
	put_when(&l, &rule->when);
	if (rule->message)
		put_one(&l, "message", rule->message);
	if (rule->err)
		put_one(&l, "errno", bvm_name_of(bvm_errno_names, rule->err));
	if (rule->quiet)
		put_one(&l, "quiet", "true");
	if (rule->kill)
		put_one(&l, "kill", "true");
	put_rate(&l, &rule->rate);
	return l.keys;
}

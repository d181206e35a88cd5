// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "request.h"
#include "rule_peer.h"
#include "rule_mount.h"
#include "show.h"
#include "source.h"

#define MAX_VALUES 6 /* of a predicate; the rest is counted */

void show_rule(struct buf *buf, const struct bvm_image *img, u32 class,
	       u32 rule)
{
	const struct bvm_rule *r;

	if (!rule || rule > img->num_rules) {
		buf_printf(buf, "%s %s",
			   rule ? "a broken invariant in" : "the default of",
			   bvm_classes[class].name);
		if (!rule && img->defaults)
			buf_printf(buf, ", %s:%u",
				   bvm_image_string(img,
						    img->defaults[class].file),
				   img->defaults[class].line);
		return;
	}
	r = &img->rules[rule - 1];
	buf_printf(buf, "rule %u, %s:%u", rule, bvm_image_string(img, r->file),
		   r->line);
}

void show_source(const struct ast_rule *rule)
{
	size_t len;
	const char *line;

	if (!rule->span.source)
		return;
	line = source_line(rule->span.source, rule->span.line, &len);
	printf("%8u | %.*s\n", rule->span.line, (int)len, line);
}

const char *show_rule_kind(u32 kind)
{
	static const char *const kinds[] = { "allow", "deny", "audit" };

	return kinds[kind];
}

void show_verdict(struct buf *buf, const struct bvm_image *img, u32 class,
		  u32 verdict)
{
	u32 err = bvm_verdict_errno(verdict);
	const char *name = bvm_name_of(bvm_errno_names, err);

	buf_printf(buf, "%s: ", verdict & BVM_VERDICT_DENY ? "deny" : "allow");
	show_rule(buf, img, class, bvm_verdict_rule(verdict));
	if (err && name)
		buf_printf(buf, ", %s", name);
	else if (err)
		buf_printf(buf, ", errno %u", err);
	if (verdict & BVM_VERDICT_KILL)
		buf_printf(buf, ", kills");
	if (verdict & BVM_VERDICT_QUIET)
		buf_printf(buf, ", quiet");
	if (verdict & BVM_VERDICT_AUDIT)
		buf_printf(buf, ", recorded");
}

void show_ops(struct buf *buf, u32 class, u64 ops)
{
	const char *comma = "";

	for (u32 op = 0; op < BVM_MAX_OPS; op++) {
		if (!(ops >> op & 1))
			continue;
		buf_printf(buf, "%s%s", comma, bvm_op_name(class, op));
		comma = ", ";
	}
}

/* Operations of a class among rights: "mounts.mount from there". */
static void show_rights_of(struct buf *buf, u32 class, u64 ops,
			   const char *where)
{
	for (u32 op = 0; op < BVM_MAX_OPS; op++) {
		if (!(ops >> op & 1))
			continue;
		buf_printf(buf, "%s%s.%s%s", buf->len ? ", " : "",
			   bvm_classes[class].name, bvm_op_name(class, op),
			   where);
	}
}

/* Operations on a unix socket: those bits stand for several. */
static u64 unix_ops(u64 rights)
{
	u64 ops = rights >> BVM_RIGHT_NETWORK_SHIFT & 0x3e;

	if (rights & BVM_RIGHT_UNIX_REACH)
		ops |= BVM_BIT(NETWORK, CONNECT) | BVM_BIT(NETWORK, SEND);
	if (rights & BVM_RIGHT_UNIX_SERVE)
		ops |= BVM_BIT(NETWORK, BIND) | BVM_BIT(NETWORK, LISTEN) |
		       BVM_BIT(NETWORK, ACCEPT);
	return ops;
}

void show_rights(struct buf *buf, u64 rights)
{
	struct buf out = BUF_INIT(buf->arena);
	const u64 files = (1ull << BVM_RIGHT_FILES_OPS) - 1;

	show_ops(&out, BVM_CLASS_FILES, rights & files);
	if (rights & BVM_RIGHT_EXEC)
		buf_printf(&out, "%sexec", out.len ? ", " : "");
	show_rights_of(&out, BVM_CLASS_NETWORK, unix_ops(rights), " there");
	if (rights >> BVM_RIGHT_SOURCE_SHIFT &
	    ((1u << BVM_RIGHT_SOURCE_BITS) - 1))
		buf_printf(&out, "%sto be mounted elsewhere",
			   out.len ? ", " : "");
	buf_printf(buf, "%s", buf_text(&out));
}

/* ---- fields ---- */

/* The words for a field's numbers, or NULL. */
static const struct bvm_name *words_of(u32 class, const char *name)
{
	if (!strcmp(name, "type"))
		return class == BVM_CLASS_NETWORK ? bvm_socktype_names :
						    bvm_kind_names;
	if (!strcmp(name, "family"))
		return bvm_family_names;
	if (!strcmp(name, "protocol"))
		return bvm_protocol_names;
	if (!strcmp(name, "cap"))
		return bvm_cap_names;
	if (!strcmp(name, "signal"))
		return bvm_signal_names;
	if (!strcmp(name, "peer"))
		return bvm_peer_names;
	if (!strcmp(name, "ioctl"))
		return bvm_ioctl_names;
	return NULL;
}

static void show_number(struct buf *buf, const struct bvm_name *words, u64 num)
{
	const char *word = words ? bvm_name_of(words, num) : NULL;

	if (word)
		buf_printf(buf, "%s", word);
	else if (words == bvm_ioctl_names)
		buf_printf(buf, "0x%llx", (unsigned long long)num);
	else
		buf_printf(buf, "%llu", (unsigned long long)num);
}

static void show_flags(struct buf *buf, u64 mask)
{
	const char *comma = "";

	for (u32 i = 0; rule_mount_flags[i].name; i++) {
		if (!(mask & rule_mount_flags[i].num))
			continue;
		buf_printf(buf, "%s%s", comma, rule_mount_flags[i].name);
		comma = ",";
	}
}

static void show_address(struct buf *buf, const struct bvm_addr *addr)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };
	char text[INET6_ADDRSTRLEN] = "";

	if (!memcmp(addr->bytes, mapped, sizeof(mapped)))
		(void)inet_ntop(AF_INET, addr->bytes + 12, text, sizeof(text));
	else
		(void)inet_ntop(AF_INET6, addr->bytes, text, sizeof(text));
	buf_printf(buf, "%s", text);
}

void show_prefix(struct buf *buf, const struct bvm_addr *addr, u32 len)
{
	const struct ast_cidr cidr = { .addr = *addr, .len = len };

	show_address(buf, addr);
	buf_printf(buf, "/%u", pred_is_ipv4(&cidr) ? len - 96 : len);
}

/* Nothing for a caller that has no such text, as in requests. */
static void show_text(struct buf *buf, const struct bvm_run *run, u32 handle)
{
	if (handle)
		buf_printf(buf, "%s", run->strings[handle - 1].bytes);
}

void show_field_names(struct buf *buf, u32 class, u64 fields)
{
	const char *comma = "";

	for (u32 i = 0; i < bvm_classes[class].num_fields; i++) {
		if (!(fields >> i & 1))
			continue;
		buf_printf(buf, "%s%s", comma,
			   request_attr_name(buf->arena, class, i));
		comma = ", ";
	}
}

void show_fields(struct buf *buf, u32 class, const struct bvm_run *run,
		 u64 fields)
{
	const char *space = "";

	for (u32 i = 0; i < bvm_classes[class].num_fields; i++) {
		const struct bvm_field *field = &bvm_classes[class].fields[i];
		const u8 *at = (const u8 *)&run->ctx + field->off;
		u32 number;

		if (!(fields >> i & 1) || field->kind == BVM_FIELD_STR)
			continue;
		buf_printf(buf, "%s%s=", space,
			   request_attr_name(buf->arena, class, i));
		space = " ";
		memcpy(&number, at, sizeof(number));
		if (field->kind == BVM_FIELD_TEXT)
			show_text(buf, run, number);
		else if (field->kind == BVM_FIELD_ADDR)
			show_address(buf, (const void *)at);
		else if (!strcmp(field->name, "flags"))
			show_flags(buf, number);
		else
			show_number(buf, words_of(class, field->name), number);
	}
}

/* ---- predicates ---- */

static const struct bvm_name *pred_words(enum pred_field field)
{
	switch (field) {
	case PRED_TYPE:
		return bvm_kind_names;
	case PRED_IOCTL:
		return bvm_ioctl_names;
	case PRED_FAMILY:
		return bvm_family_names;
	case PRED_SOCKTYPE:
		return bvm_socktype_names;
	case PRED_SIGNAL:
		return bvm_signal_names;
	case PRED_PEER:
		return bvm_peer_names;
	default:
		return NULL;
	}
}

static void show_range(struct buf *buf, enum pred_field field,
		       const struct pred_range *range)
{
	const struct bvm_name *words = pred_words(field);

	if (field == PRED_PROTOCOL) {
		show_number(buf, bvm_socktype_names, range->lo >> 10);
		buf_printf(buf, " ");
		show_number(buf, bvm_protocol_names,
			    range->lo & BVM_PROTOCOL_OTHER);
		return;
	}
	show_number(buf, words, range->lo);
	if (range->hi > range->lo) {
		buf_printf(buf, words ? " to " : "-");
		show_number(buf, words, range->hi);
	}
}

static void show_cidrs(struct buf *buf, const struct ast_cidrs *cidrs)
{
	for (u32 i = 0; i < cidrs->num && i < MAX_VALUES; i++) {
		buf_printf(buf, i ? ", " : " ");
		show_prefix(buf, &cidrs->items[i].addr, cidrs->items[i].len);
	}
	if (cidrs->num > MAX_VALUES)
		buf_printf(buf, " and %u more", cidrs->num - MAX_VALUES);
}

static void show_patterns(struct buf *buf, const struct ast_patterns *patterns)
{
	for (u32 i = 0; i < patterns->num && i < MAX_VALUES; i++)
		buf_printf(buf, "%s%s", i ? ", " : " ",
			   patterns->items[i].text);
	if (patterns->num > MAX_VALUES)
		buf_printf(buf, " and %u more", patterns->num - MAX_VALUES);
}

/* The names in patterns that begin and end as rule_peer.h says. */
static void show_peers(struct buf *buf, const struct pred *pred)
{
	const u32 around = strlen(RULE_PEER_BEFORE) + strlen(RULE_PEER_BEHIND);

	for (u32 i = 0; i < pred->match.num && i < MAX_VALUES; i++) {
		const char *text = pred->match.items[i].text;

		buf_printf(buf, "%s%.*s", i || pred->num_ranges ? ", " : " ",
			   (int)(strlen(text) - around),
			   text + strlen(RULE_PEER_BEFORE));
	}
	if (pred->match.num > MAX_VALUES)
		buf_printf(buf, " and %u more", pred->match.num - MAX_VALUES);
}

/* ["-g", "*"], ["-x", ...] */
static void show_args(struct buf *buf, const struct pred *pred)
{
	for (u32 i = 0; i < pred->num_args && i < MAX_VALUES; i++) {
		const struct ast_args *args = &pred->args[i];
		const char *comma = "";

		buf_printf(buf, i ? ", [" : " [");
		for (u32 j = 0; j < args->num; j++, comma = ", ") {
			buf_printf(buf, "%s", comma);
			buf_put_json(buf, args->items[j],
				     strlen(args->items[j]));
		}
		buf_printf(buf, args->rest ? "%s...]" : "]", comma);
	}
	if (pred->num_args > MAX_VALUES)
		buf_printf(buf, " and %u more", pred->num_args - MAX_VALUES);
}

void show_pred(struct buf *buf, const struct pred *pred)
{
	const bool fstype = pred->field == PRED_TEXT && pred->rule &&
			    pred->rule->class == BVM_CLASS_MOUNTS;

	buf_printf(buf, "%s", fstype ? "fstype" : pred_field_name(pred->field));
	/* whose ranges are rows, which say nothing to people */
	if (pred->field == PRED_TARGET || pred->field == PRED_SOURCE) {
		show_patterns(buf, pred->field == PRED_TARGET ?
					   &pred->rule->paths :
					   &pred->rule->sources);
		return;
	}
	if (pred->field == PRED_FLAGS) {
		buf_printf(buf, " ");
		show_flags(buf, pred->mask);
		return;
	}
	for (u32 i = 0; i < pred->num_ranges && i < MAX_VALUES; i++) {
		buf_printf(buf, i ? ", " : " ");
		show_range(buf, pred->field, &pred->ranges[i]);
	}
	if (pred->num_ranges > MAX_VALUES)
		buf_printf(buf, " and %u more", pred->num_ranges - MAX_VALUES);
	show_cidrs(buf, &pred->in);
	if (pred->field == PRED_PEER)
		show_peers(buf, pred);
	else
		show_patterns(buf, &pred->match);
	if (pred->except.num || pred->unless.num)
		buf_printf(buf, " except");
	show_cidrs(buf, &pred->except);
	show_patterns(buf, &pred->unless);
	show_args(buf, pred);
}

// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "family.h"
#include "judge.h"
#include "point.h"
#include "show.h"

/* ---- words ---- */

static bool is_plain(const char *text)
{
	return *text && !strpbrk(text, " \t\n'\"\\");
}

/* As a shell and request.c read it. */
static void put_word(struct buf *buf, const char *text)
{
	if (is_plain(text)) {
		buf_printf(buf, " %s", text);
		return;
	}
	buf_printf(buf, " \"");
	for (; *text; text++) {
		if (strchr("\"\\", *text))
			buf_put_u8(buf, '\\');
		buf_put_u8(buf, (u8)*text);
	}
	buf_printf(buf, "\"");
}

static u64 field_bit(u32 class, const char *name)
{
	int field = request_field(class, name);

	return field < 0 ? 0 : 1ull << field;
}

/* A verb that two classes have needs the class's name. */
static void put_verb(struct buf *buf, u32 class, u32 op)
{
	const char *name = bvm_op_name(class, op);
	u32 num = 0;

	for (u32 other = 1; other < BVM_NUM_CLASSES; other++)
		num += bvm_op_by_name(other, name) >= 0;
	if (num > 1)
		buf_printf(buf, "%s.%s", bvm_classes[class].name, name);
	else
		buf_printf(buf, "%s", name);
}

static void show_one(struct buf *buf, const struct space_point *point,
		     u64 field)
{
	struct bvm_run run = { .ctx = point->ctx };

	for (u32 i = 0; i < BVM_RUN_STRINGS; i++)
		run.strings[i].bytes = point->texts[i];
	show_fields(buf, point->class, &run, field);
}

/* The value of a field alone, without its name. */
static const char *value_of(struct arena *arena,
			    const struct space_point *point, const char *name)
{
	struct buf buf = BUF_INIT(arena);

	show_one(&buf, point, field_bit(point->class, name));
	return strchr(buf_text(&buf), '=') + 1;
}

/* ---- operands ---- */

static bool is_local_op(u32 op)
{
	return op == BVM_OP_NETWORK_BIND || op == BVM_OP_NETWORK_LISTEN ||
	       op == BVM_OP_NETWORK_ACCEPT || op == BVM_OP_NETWORK_RECEIVE;
}

/* "tcp" stands for a type and a protocol. */
static const char *protocol_word(const struct space_point *point)
{
	const struct bvm_ctx_network *n = &point->ctx.network;

	if (n->type == 1 && n->protocol == 6)
		return "tcp";
	if (n->type == 2 && n->protocol == 17)
		return "udp";
	return NULL;
}

/* Fields that the operands say, if they are kept. */
static u64 socket_operands(const struct space_point *point, u64 keep)
{
	const struct bvm_ctx_network *n = &point->ctx.network;
	const u64 pair = field_bit(BVM_CLASS_NETWORK, "type") |
			 field_bit(BVM_CLASS_NETWORK, "protocol");
	const u64 address = field_bit(
		BVM_CLASS_NETWORK, is_local_op(point->op) ? "local" : "remote");
	u64 said = field_bit(BVM_CLASS_NETWORK, "has_addr");

	if ((keep & pair) == pair && protocol_word(point))
		said |= pair;
	if (!n->has_addr)
		said |= field_bit(BVM_CLASS_NETWORK, "remote") |
			field_bit(BVM_CLASS_NETWORK, "local");
	if (n->has_addr)
		said |= address | field_bit(BVM_CLASS_NETWORK, "port");
	if (n->has_addr && keep & address && family_is_inet(n->family))
		said |= field_bit(BVM_CLASS_NETWORK, "family");
	if (n->path || n->text)
		said |= field_bit(BVM_CLASS_NETWORK, "family") |
			field_bit(BVM_CLASS_NETWORK, "text");
	return said;
}

static void put_socket(struct buf *buf, const struct space_point *point,
		       u64 keep)
{
	const struct bvm_ctx_network *n = &point->ctx.network;
	const char *end = is_local_op(point->op) ? "local" : "remote";
	const u64 pair = field_bit(BVM_CLASS_NETWORK, "type") |
			 field_bit(BVM_CLASS_NETWORK, "protocol");
	const char *address;

	if ((keep & pair) == pair && protocol_word(point))
		buf_printf(buf, " %s", protocol_word(point));
	if (n->path || n->text)
		put_word(buf, n->path ? point->texts[BVM_STR_PATH - 1] :
					point->texts[BVM_STR_TEXT - 1]);
	if (!n->has_addr)
		return;
	address = keep & field_bit(BVM_CLASS_NETWORK, end) ?
			  value_of(buf->arena, point, end) :
			  "any";
	/* IPv4 in a socket of IPv6 */
	if (n->family == 10 && !strchr(address, ':') &&
	    strcmp(address, "any") != 0)
		address = arena_printf(buf->arena, "::ffff:%s", address);
	buf_printf(buf, strchr(address, ':') ? " [%s]" : " %s", address);
	if (keep & field_bit(BVM_CLASS_NETWORK, "port"))
		buf_printf(buf, ":%u", n->port);
}

static void put_program(struct buf *buf, const struct space_point *point)
{
	const char *arg = point->argv;

	if (point->ctx.exec.memfd)
		buf_printf(buf, " memfd");
	else
		put_word(buf, point->texts[BVM_STR_PATH - 1]);
	for (; arg && arg < point->argv + point->argv_len;
	     arg += strlen(arg) + 1)
		put_word(buf, arg);
}

static void put_mount(struct buf *buf, const struct space_point *point,
		      u64 keep)
{
	const char *type = point->texts[BVM_STR_TEXT - 1];
	const char *source = point->texts[BVM_STR_SOURCE - 1];
	const char *path = point->texts[BVM_STR_PATH - 1];

	if (point->op == BVM_OP_MOUNTS_MOUNT ||
	    point->op == BVM_OP_MOUNTS_FSMOUNT)
		put_word(buf, type ? type : "any");
	if (source && (point->op == BVM_OP_MOUNTS_MOVE_MOUNT ||
		       keep & field_bit(BVM_CLASS_MOUNTS, "source")))
		put_word(buf, source);
	else if (point->op == BVM_OP_MOUNTS_MOVE_MOUNT)
		put_word(buf, "any");
	if (point->op != BVM_OP_MOUNTS_FSMOUNT)
		put_word(buf, path ? path : "without-a-name");
}

static void put_file(struct buf *buf, const struct space_point *point, u64 keep)
{
	if (point->op == BVM_OP_FILES_INHERIT) {
		if (keep & field_bit(BVM_CLASS_FILES, "type"))
			buf_printf(buf, " %s",
				   value_of(buf->arena, point, "type"));
		return;
	}
	put_word(buf, point->texts[BVM_STR_PATH - 1]);
	if (point->pair)
		put_word(buf, point->pair->to);
	if (point->op == BVM_OP_FILES_IOCTL &&
	    keep & field_bit(BVM_CLASS_FILES, "ioctl"))
		buf_printf(buf, " %s", value_of(buf->arena, point, "ioctl"));
}

/* Fields that are no attributes of a request, or said by its operands. */
static u64 find_said(const struct space_point *point, u64 keep)
{
	static const char *const names[] = { "op",     "path",	   "memfd",
					     "source", "nameless", "cap" };
	u32 class = point->class;
	u64 said = 0;

	for (u32 i = 0; i < ARRAY_SIZE(names); i++)
		said |= field_bit(class, names[i]);
	if (class == BVM_CLASS_FILES)
		said |= field_bit(class, "ioctl");
	if (class == BVM_CLASS_FILES && point->op == BVM_OP_FILES_INHERIT)
		said |= field_bit(class, "type");
	if (class == BVM_CLASS_NETWORK)
		said |= socket_operands(point, keep);
	if (class == BVM_CLASS_TASKS)
		said |= field_bit(class, "signal");
	if (class == BVM_CLASS_KERNEL ||
	    (class == BVM_CLASS_MOUNTS && (point->op == BVM_OP_MOUNTS_MOUNT ||
					   point->op == BVM_OP_MOUNTS_FSMOUNT)))
		said |= field_bit(class, "text");
	return said;
}

static void put_attributes(struct buf *buf, const struct space_point *point,
			   u64 fields)
{
	u32 class = point->class;
	int peer = request_field(class, "peer");

	for (u32 i = 0; i < bvm_classes[class].num_fields; i++) {
		u64 bit = fields & 1ull << i;
		struct buf one = BUF_INIT(buf->arena);

		if (!bit || bit == field_bit(class, "peer_name"))
			continue;
		/* a policy's name says whose peer it is, too */
		if ((int)i == peer && point->texts[BVM_STR_PEER - 1] &&
		    fields & field_bit(class, "peer_name"))
			buf_printf(&one, "peer=%s",
				   point->texts[BVM_STR_PEER - 1] + 1);
		else
			show_one(&one, point, bit);
		put_word(buf, buf_text(&one));
	}
}

static const char *spell(struct arena *arena, const struct space_point *point,
			 u64 keep)
{
	struct buf buf = BUF_INIT(arena);
	const char *text = point->texts[BVM_STR_TEXT - 1];

	put_attributes(&buf, point, keep & ~find_said(point, keep));
	if (buf.len)
		buf_put_u8(&buf, ' ');
	put_verb(&buf, point->class, point->op);
	switch (point->class) {
	case BVM_CLASS_FILES:
		put_file(&buf, point, keep);
		break;
	case BVM_CLASS_EXEC:
		put_program(&buf, point);
		break;
	case BVM_CLASS_NETWORK:
		put_socket(&buf, point, keep);
		break;
	case BVM_CLASS_CAPABILITIES:
		buf_printf(&buf, " %s", value_of(arena, point, "cap"));
		break;
	case BVM_CLASS_MOUNTS:
		put_mount(&buf, point, keep);
		break;
	case BVM_CLASS_TASKS:
		if (point->op == BVM_OP_TASKS_SIGNAL &&
		    keep & field_bit(BVM_CLASS_TASKS, "signal"))
			buf_printf(&buf, " %s",
				   value_of(arena, point, "signal"));
		break;
	case BVM_CLASS_KERNEL:
		if (text && keep & field_bit(BVM_CLASS_KERNEL, "text"))
			put_word(&buf, text);
		break;
	}
	return buf_text(&buf) + strspn(buf_text(&buf), " ");
}

/* ---- the shortest ---- */

static bool confirms(struct arena *arena, const struct space_query *query,
		     const char *text, const u32 *verdicts)
{
	struct request *request = arena_alloc(arena, sizeof(*request));
	struct judgement *j = arena_alloc(arena, sizeof(*j));
	struct request_error err;

	if (request_parse(arena, text, request, &err) ||
	    request->class != query->class)
		return false;
	for (u32 k = 0; k < query->num_images; k++) {
		enum judge_answer want =
			point_is_denied(verdicts[k]) ? JUDGE_DENY : JUDGE_ALLOW;

		if (judge_request(arena, query->images[k], request, j) ||
		    j->answer != want)
			return false;
	}
	return true;
}

/* What the author of a claim said stays in its witness. */
static u64 find_fixed(const struct space_query *query,
		      const struct space_point *point)
{
	static const char *const names[] = {
		"uid",	  "gid",	  "host_uid", "exe",	"owner",
		"family", "type",	  "protocol", "remote", "local",
		"signal", "no_new_privs", "source"
	};
	const struct request *r = query->set.request;
	u64 fixed = 0;

	if (!r)
		return 0;
	for (u32 i = 0; i < ARRAY_SIZE(names); i++)
		fixed |= field_bit(query->class, names[i]);
	/* no peer and port 0 are what the kernel has where there is none */
	if (query->class == BVM_CLASS_NETWORK && point->ctx.network.port)
		fixed |= field_bit(query->class, "port");
	return fixed & r->given;
}

const char *point_request(struct arena *arena, const struct space_query *query,
			  const struct space_point *point, const u32 *verdicts)
{
	const u64 fixed = find_fixed(query, point);
	u64 keep = (1ull << bvm_classes[point->class].num_fields) - 1;
	const char *text = spell(arena, point, keep);

	/* those that say most go last, so that they stay if one may go */
	for (u32 i = bvm_classes[point->class].num_fields; i--;) {
		u64 less = keep & ~(1ull << i);
		const char *shorter = spell(arena, point, less);

		if (fixed >> i & 1)
			continue;
		if (strcmp(text, shorter) != 0 &&
		    confirms(arena, query, shorter, verdicts)) {
			keep = less;
			text = shorter;
		}
	}
	return text;
}

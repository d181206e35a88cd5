// SPDX-License-Identifier: GPL-2.0-only
/*
 * space_parts.c - the parts of a request, a value for each of their answers
 *
 * What depends on each other is one part: an address has a family, only unix
 * sockets have names, an interpreter has no arguments.
 */
#include <errno.h>
#include <string.h>

#include "family.h"
#include "space_mounts.h"
#include "space_values.h"
#include "vm/helpers.h"

/* ---- what the kernel can ask ---- */

static bool has_field(u64 fields, u32 class, const char *name)
{
	int field = request_field(class, name);

	return field >= 0 && fields >> field & 1;
}

#define STREAM 1
#define DGRAM 2
#define SEQPACKET 5
#define TCP 6

/* unix_create(): the protocol is none or that of the family, 1. */
static bool is_of_unix(const struct bvm_ctx_network *n)
{
	return n->protocol <= 1 &&
	       (n->type == STREAM || n->type == DGRAM || n->type == SEQPACKET);
}

/* Other families have other protocols, and none of these streams. */
static bool is_tcp(const struct bvm_ctx_network *n)
{
	return n->type == STREAM && n->protocol == TCP;
}

static bool is_possible_socket(u64 fields, const struct space_point *point)
{
	const struct bvm_ctx_network *n = &point->ctx.network;
	bool creates = point->op == BVM_OP_NETWORK_CREATE;

	if (has_field(fields, BVM_CLASS_NETWORK, "port") && creates && n->port)
		return false;
	if (has_field(fields, BVM_CLASS_NETWORK, "peer_port") && creates &&
	    n->peer_port)
		return false;
	if (!has_field(fields, BVM_CLASS_NETWORK, "family"))
		return true;
	/* what such a socket would be is found out after its creation is judged */
	if (!creates && n->family == AF_UNIX_NUMBER && !is_of_unix(n))
		return false;
	if (!creates && is_tcp(n) && !family_is_inet(n->family))
		return false;
	if (creates && (n->has_addr || n->text))
		return false;
	/* one that cannot be read is denied for that, and no program is asked */
	if (!creates && !n->has_addr && family_is_inet(n->family))
		return false;
	return !n->path || (n->family == AF_UNIX_NUMBER && !n->text);
}

static bool is_possible_mount(u64 fields, const struct space_point *point)
{
	const struct bvm_ctx_mounts *m = &point->ctx.mounts;
	u64 op = 1ull << point->op;

	/* the type is known of whatever is there: lsm/hooks_mount.c */
	if (has_field(fields, BVM_CLASS_MOUNTS, "flags") && m->flags &&
	    !(op & (BVM_BIT(MOUNTS, MOUNT) | BVM_BIT(MOUNTS, MOVE_MOUNT))))
		return false;
	if (has_field(fields, BVM_CLASS_MOUNTS, "source") && m->source &&
	    !(op & (BVM_BIT(MOUNTS, MOUNT) | BVM_BIT(MOUNTS, MOVE_MOUNT))))
		return false;
	if (has_field(fields, BVM_CLASS_MOUNTS, "path") && m->path &&
	    point->op == BVM_OP_MOUNTS_FSMOUNT)
		return false;
	return true;
}

bool space_is_possible(u64 fields, const struct space_point *point)
{
	const u64 named = BVM_BIT(KERNEL, MODULE_REQUEST) |
			  BVM_BIT(KERNEL, KEYRING) | BVM_BIT(KERNEL, LOCKDOWN);

	switch (point->class) {
	case BVM_CLASS_FILES:
		return !has_field(fields, BVM_CLASS_FILES, "ioctl") ||
		       !point->ctx.files.ioctl ||
		       point->op == BVM_OP_FILES_IOCTL;
	case BVM_CLASS_NETWORK:
		return is_possible_socket(fields, point);
	case BVM_CLASS_TASKS:
		return !has_field(fields, BVM_CLASS_TASKS, "signal") ||
		       !point->ctx.tasks.signal ||
		       point->op == BVM_OP_TASKS_SIGNAL;
	case BVM_CLASS_MOUNTS:
		return is_possible_mount(fields, point);
	case BVM_CLASS_KERNEL:
		return !has_field(fields, BVM_CLASS_KERNEL, "text") ||
		       !point->ctx.kernel.text || named >> point->op & 1;
	}
	return true;
}

static u32 bit(u64 value, u32 shift)
{
	return value ? 1u << shift : 0;
}

/* What space_is_possible looks at, so that it stays in what is kept. */
static u32 shape_of(const struct space_point *point)
{
	const union bvm_ctx *c = &point->ctx;

	switch (point->class) {
	case BVM_CLASS_FILES:
		return !!c->files.ioctl;
	case BVM_CLASS_NETWORK:
		return bit(c->network.port, 0) | bit(c->network.peer_port, 1) |
		       bit(c->network.has_addr, 2) | bit(c->network.text, 3) |
		       bit(c->network.family == AF_UNIX_NUMBER, 4) |
		       bit(family_is_inet(c->network.family), 5) |
		       bit(is_of_unix(&c->network), 6) |
		       bit(is_tcp(&c->network), 7);
	case BVM_CLASS_TASKS:
		return !!c->tasks.signal;
	case BVM_CLASS_MOUNTS:
		return bit(c->mounts.flags, 0) | bit(c->mounts.text, 1) |
		       bit(c->mounts.source, 2) | bit(c->mounts.path, 3) |
		       space_mounts_shape(point) << 4;
	case BVM_CLASS_KERNEL:
		return !!c->kernel.text;
	}
	return 0;
}

/* ---- settings ---- */

struct builder {
	struct space *s;
	struct space_part part;
	struct intern kinds;
};

static void begin(struct builder *b, struct space *s, const char *const *names)
{
	memset(b, 0, sizeof(*b));
	b->s = s;
	intern_init(&b->kinds, s->arena);
	for (; *names; names++)
		b->part.fields |= 1ull
				  << request_field(s->query->class, *names);
}

/* Keep a point unless one is there that means the same to all images. */
static void add(struct builder *b, const struct space_point *point)
{
	struct space *s = b->s;
	struct space_setting setting = { .point = *point };
	u32 key[1 + 2 * SPACE_MAX_IMAGES] = { shape_of(point) };
	u32 known = b->kinds.num;

	for (u32 k = 0; k < s->query->num_images; k++) {
		setting.preds[k] = space_ask(s, k, point).preds;
		memcpy(&key[1 + 2 * k], &setting.preds[k], sizeof(u64));
	}
	if (intern_put(&b->kinds, key, ARRAY_SIZE(key)) != known)
		return;
	b->part.settings = arena_grow(s->arena, b->part.settings, b->part.num,
				      sizeof(setting));
	b->part.settings[b->part.num++] = setting;
}

/* No two parts may decide one predicate: then they would be no parts. */
static void finish(struct builder *b)
{
	struct space *s = b->s;
	struct space_part *part = &b->part;

	if (!part->num) {
		s->empty = true;
		return;
	}
	/* what all settings say must hold of the base, too */
	space_apply(s, part->fields, &s->base, &part->settings[0].point);
	if (part->num == 1)
		return;
	for (u32 k = 0; k < s->query->num_images; k++) {
		for (u32 i = 1; i < part->num; i++)
			part->mask[k] |= part->settings[i].preds[k] ^
					 part->settings[0].preds[k];
		for (u32 i = 0; i < part->num; i++)
			part->settings[i].preds[k] &= part->mask[k];
		for (u32 p = 0; p < s->num_parts; p++)
			if (s->parts[p].mask[k] & part->mask[k])
				s->err = -EOPNOTSUPP;
		if (s->mount_mask[k] & part->mask[k])
			s->err = -EOPNOTSUPP;
	}
	s->parts[s->num_parts++] = *part;
}

static void set_number(const struct space *s, struct space_point *point,
		       const char *name, u32 value)
{
	int field = request_field(s->query->class, name);

	memcpy((u8 *)&point->ctx + s->info->fields[field].off, &value,
	       sizeof(value));
}

/* NULL: there is no such text. */
static void set_text(const struct space *s, struct space_point *point,
		     const char *name, const char *text)
{
	int field = request_field(s->query->class, name);
	const u64 named = request_handle(s->query->class, field);
	const u64 handle = text ? named : 0;

	point->texts[named - 1] = text;
	memcpy((u8 *)&point->ctx + s->info->fields[field].off, &handle,
	       sizeof(handle));
}

/* ---- parts of one field ---- */

static void find_number(struct space *s, const char *name)
{
	const char *const names[] = { name, NULL };
	struct builder b;
	u32 *values;
	u32 num = space_values(s, name, &values);

	begin(&b, s, names);
	for (u32 i = 0; i < num; i++) {
		struct space_point point = s->base;

		set_number(s, &point, name, values[i]);
		add(&b, &point);
	}
	finish(&b);
}

static void find_text(struct space *s, const char *name, enum words_kind kind)
{
	const char *const names[] = { name, NULL };
	struct space_point point = s->base;
	struct words words;
	struct builder b;

	if (space_is_given(s, name))
		return;
	space_texts(s, name, kind, &words);
	begin(&b, s, names);
	for (u32 i = 0; i < words.num; i++) {
		set_text(s, &point, name, words.items[i].text);
		add(&b, &point);
	}
	set_text(s, &point, name, NULL);
	add(&b, &point);
	finish(&b);
}

/* Flags are bits: one of each set of bits that all masks treat alike. */
static void find_flags(struct space *s)
{
	static const char *const names[] = { "flags", NULL };
	struct space_point point = s->base;
	struct builder b;
	u32 bits[32];
	u32 num = space_flag_bits(s, bits);

	if (space_is_given(s, "flags"))
		return;
	begin(&b, s, names);
	/* what the request says of them is in all */
	add(&b, &point);
	for (u32 at = 0; at < b.part.num; at++) {
		for (u32 i = 0; i < num; i++) {
			point = b.part.settings[at].point;
			point.ctx.mounts.flags |= bits[i];
			add(&b, &point);
		}
	}
	finish(&b);
}

/* ---- parts of several fields ---- */

/* Add a point with everybody who may be at the other end. */
static void add_peers(struct builder *b, struct space_point point)
{
	struct space *s = b->s;
	struct words words;
	u32 *peers;
	u32 num = space_values(s, "peer", &peers);

	space_texts(s, "peer_name", WORDS_BELOW, &words);
	for (u32 i = 0; i < num; i++) {
		set_number(s, &point, "peer", peers[i]);
		if (space_is_given(s, "peer_name")) {
			add(b, &point);
			continue;
		}
		for (u32 k = 0; k < words.num && peers[i] == BVM_PEER_OTHER;
		     k++) {
			set_text(s, &point, "peer_name", words.items[k].text);
			add(b, &point);
		}
		set_text(s, &point, "peer_name", NULL);
		add(b, &point);
	}
}

static void find_peer(struct space *s)
{
	static const char *const names[] = { "peer", "peer_name", NULL };
	struct builder b;

	begin(&b, s, names);
	add_peers(&b, s->base);
	finish(&b);
}

static void find_protocols(struct space *s, struct builder *b)
{
	static const char *const names[] = { "type", "protocol", NULL };
	struct space_point point = s->base;
	u32 *types, *protocols;
	u32 num_types = space_values(s, "type", &types);
	u32 num_protocols = space_values(s, "protocol", &protocols);

	begin(b, s, names);
	for (u32 i = 0; i < num_types; i++) {
		for (u32 k = 0; k < num_protocols; k++) {
			set_number(s, &point, "type", types[i]);
			set_number(s, &point, "protocol", protocols[k]);
			add(b, &point);
		}
	}
}

/* Addresses of a family at one end, one for each answer. */
static void find_end(struct space *s, const char *name, u32 family,
		     struct builder *b)
{
	const char *const names[] = { name, NULL };
	int field = request_field(BVM_CLASS_NETWORK, name);
	struct space_point point = s->base;
	struct bvm_addr *list;
	u32 num = space_addresses(s, name, family, &list);

	begin(b, s, names);
	point.ctx.network.has_addr = 1;
	point.ctx.network.family = family;
	for (u32 i = 0; i < num; i++) {
		memcpy((u8 *)&point.ctx + s->info->fields[field].off, &list[i],
		       sizeof(list[i]));
		add(b, &point);
	}
}

/* A socket without a name. */
static struct space_point bare_socket(const struct space *s, u32 family)
{
	struct space_point point = s->base;

	set_text(s, &point, "text", NULL);
	set_text(s, &point, "peer_name", NULL);
	point.ctx.network.peer = BVM_PEER_NONE;
	point.ctx.network.family = family;
	return point;
}

static void add_other(struct builder *b, u32 family)
{
	const struct space_point point = bare_socket(b->s, family);

	add(b, &point);
}

static void add_inet(struct builder *b, u32 family)
{
	struct space *s = b->s;
	struct space_point point = bare_socket(s, family);
	struct builder remote, local;

	bool given = space_is_given(s, "has_addr");

	if (!given || !s->base.ctx.network.has_addr) {
		point.ctx.network.has_addr = 0;
		add(b, &point);
	}
	if (given && !s->base.ctx.network.has_addr)
		return;
	find_end(s, "remote", family, &remote);
	find_end(s, "local", family, &local);
	point.ctx.network.has_addr = 1;
	for (u32 i = 0; i < remote.part.num; i++) {
		const struct space_point *r = &remote.part.settings[i].point;

		for (u32 k = 0; k < local.part.num; k++) {
			const struct space_point *l =
				&local.part.settings[k].point;

			point.ctx.network.remote = r->ctx.network.remote;
			point.ctx.network.local = l->ctx.network.local;
			add(b, &point);
		}
	}
}

static void add_unix(struct builder *b)
{
	struct space *s = b->s;
	struct space_point point = s->base;
	struct words words;

	point.ctx.network.family = AF_UNIX_NUMBER;
	if (space_is_given(s, "text")) {
		add_peers(b, point);
		return;
	}
	set_text(s, &point, "text", NULL);
	add_peers(b, point);
	space_texts(s, "text", WORDS_ABSTRACT, &words);
	for (u32 i = 0; i < words.num; i++) {
		set_text(s, &point, "text", words.items[i].text);
		add_peers(b, point);
	}
}

/* No unix socket has such a number. */
static bool is_ported(const struct space *s)
{
	return (space_is_given(s, "port") && s->base.ctx.network.port) ||
	       (space_is_given(s, "peer_port") &&
		s->base.ctx.network.peer_port);
}

static void find_sockets(struct space *s, struct builder *b)
{
	static const char *const names[] = { "family",	  "has_addr", "remote",
					     "local",	  "text",     "peer",
					     "peer_name", NULL };
	bool addressed = space_is_given(s, "has_addr") &&
			 s->base.ctx.network.has_addr;
	/* only unix sockets know who is at the other end */
	bool reached = space_is_given(s, "peer") &&
		       s->base.ctx.network.peer != BVM_PEER_NONE;
	u32 *families;
	u32 num = space_values(s, "family", &families);

	begin(b, s, names);
	for (u32 i = 0; i < num; i++) {
		if (families[i] == AF_UNIX_NUMBER && !addressed &&
		    !is_ported(s))
			add_unix(b);
		else if ((family_is_inet(families[i]) ||
			  family_carries_inet(families[i])) &&
			 !reached)
			add_inet(b, families[i]);
		else if (families[i] != AF_UNIX_NUMBER && !addressed &&
			 !reached)
			add_other(b, families[i]);
	}
}

/* What a socket speaks depends on its family. */
static void find_network(struct space *s)
{
	static const char *const none[] = { NULL };
	struct builder sockets, protocols, b;

	find_sockets(s, &sockets);
	find_protocols(s, &protocols);
	begin(&b, s, none);
	b.part.fields = sockets.part.fields | protocols.part.fields;
	for (u32 i = 0; i < protocols.part.num; i++)
		for (u32 k = 0; k < sockets.part.num; k++) {
			struct space_point point =
				sockets.part.settings[k].point;

			space_apply(s, protocols.part.fields, &point,
				    &protocols.part.settings[i].point);
			add(&b, &point);
		}
	finish(&b);
}

static void find_arguments(struct space *s)
{
	static const char *const names[] = { "chain", NULL };
	const struct space_set *set = &s->query->set;
	struct space_point point = s->base;
	struct words words;
	struct builder b;

	if (set->request && !set->any_args)
		return;
	space_arguments(s, &words);
	begin(&b, s, names);
	b.part.fields |= SPACE_ARGV;
	set_number(s, &point, "chain", 0);
	for (u32 i = 0; i < words.num; i++) {
		point.argv = words.items[i].text;
		point.argv_len = words.items[i].len;
		add(&b, &point);
	}
	set_number(s, &point, "chain", 1);
	point.argv_len = 0;
	add(&b, &point);
	finish(&b);
}

/* The mount point: a path of the set, or one that has no name. */
static void find_target(struct space *s)
{
	static const char *const names[] = { "path", "nameless", NULL };
	struct space_point point = s->base;
	const struct request *r = s->query->set.request;
	struct builder b;

	begin(&b, s, names);
	for (u32 i = 0; i < s->paths.num; i++) {
		set_text(s, &point, "path", s->paths.items[i].text);
		add(&b, &point);
	}
	if (!r || !r->num_paths) {
		set_text(s, &point, "path", NULL);
		point.ctx.mounts.nameless = 1;
		add(&b, &point);
	}
	finish(&b);
}

static void find_source(struct space *s)
{
	static const char *const names[] = { "source", "nameless", NULL };
	struct space_point point = s->base;
	struct words words;
	struct builder b;

	if (space_is_given(s, "source"))
		return;
	space_texts(s, "source", WORDS_PATH, &words);
	begin(&b, s, names);
	set_text(s, &point, "source", NULL);
	add(&b, &point);
	for (u32 i = 0; i < words.num; i++) {
		set_text(s, &point, "source", words.items[i].text);
		add(&b, &point);
	}
	/* a name that is no path */
	set_text(s, &point, "source", "none");
	add(&b, &point);
	set_text(s, &point, "source", NULL);
	point.ctx.mounts.nameless = 2;
	add(&b, &point);
	finish(&b);
}

/* ---- all of them ---- */

static bool is_in(const char *name, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(name, *list))
			return true;
	return false;
}

static void find_rest(struct space *s)
{
	/* these are in parts above, or chosen object by object */
	static const char *const others[] = { "op",    "path",	   "memfd",
					      "cap",   "nameless", "source",
					      "flags", "peer",	   "peer_name",
					      "chain", NULL };
	static const char *const sockets[] = { "family",   "has_addr", "remote",
					       "local",	   "text",     "type",
					       "protocol", NULL };
	bool network = s->query->class == BVM_CLASS_NETWORK;

	for (u32 i = 0; i < s->info->num_fields && !s->err; i++) {
		const struct bvm_field *f = &s->info->fields[i];

		if (is_in(f->name, others) ||
		    (network && is_in(f->name, sockets)))
			continue;
		if (f->kind == BVM_FIELD_TEXT)
			find_text(s, f->name,
				  strcmp(f->name, "text") ? WORDS_BELOW :
							    WORDS_TEXT);
		else
			find_number(s, f->name);
	}
}

void space_find_parts(struct space *s)
{
	u32 class = s->query->class;

	space_find_values(s);
	if (s->err)
		return;
	if (class == BVM_CLASS_NETWORK)
		find_network(s);
	if (class == BVM_CLASS_TASKS)
		find_peer(s);
	if (class == BVM_CLASS_EXEC)
		find_arguments(s);
	if (class == BVM_CLASS_MOUNTS) {
		s->binds = space_mounts_widen(s);
		if (s->binds) {
			space_find_mounts(s);
		} else {
			find_target(s);
			find_source(s);
		}
		find_flags(s);
	}
	find_rest(s);
	s->settled = ~0ull;
	for (u32 i = 0; i < s->num_parts; i++)
		s->settled &= ~s->parts[i].fields;
}

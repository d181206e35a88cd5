// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "import_aa_net.h"
#include "import_aa_others.h"
#include "pattern.h"

#define ALL_OPS "create, bind, connect, listen, accept, send"
#define WITH_RECEIVE "[" ALL_OPS ", receive]"

/* Families that AppArmor can name and Bailiff cannot. */
static const char *const other_families[] = {
	"ax25",	   "ipx",    "appletalk",  "netrom",   "bridge",  "atmpvc",
	"x25",	   "rose",   "netbeui",	   "security", "ash",	  "econet",
	"atmsvc",  "sna",    "irda",	   "pppox",    "wanpipe", "llc",
	"ib",	   "mpls",   "can",	   "tipc",     "iucv",	  "rxrpc",
	"isdn",	   "phonet", "ieee802154", "caif",     "nfc",	  "kcm",
	"qipcrtr", "mctp",
};

static bool is_other_family(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(other_families); i++)
		if (!strcmp(other_families[i], word))
			return true;
	return false;
}

static bool has_name(const struct bvm_name *names, const char *word)
{
	return bvm_name_find(names, word) >= 0;
}

/* ---- network ---- */

struct socket_kind {
	const char *family, *type, *protocol;
	bool other; /* a family without a name here */
	bool access; /* operations were named */
};

static const char *take_word(struct socket_kind *kind, const char *word)
{
	static const char *const access[] = {
		"create", "bind",     "listen",	 "accept",  "connect",
		"send",	  "receive",  "getattr", "setattr", "getopt",
		"setopt", "shutdown", "r",	 "w",	    "rw",
	};

	if (has_name(bvm_family_names, word)) {
		kind->family = word;
	} else if (is_other_family(word)) {
		kind->other = true;
	} else if (has_name(bvm_socktype_names, word)) {
		kind->type = word;
	} else if (has_name(bvm_protocol_names, word)) {
		kind->protocol = word;
	} else {
		for (size_t i = 0; i < ARRAY_SIZE(access); i++)
			if (!strcmp(access[i], word)) {
				kind->access = true;
				return NULL;
			}
		return "no family, type or protocol of sockets";
	}
	return NULL;
}

/* AppArmor looks at the type that goes with a protocol, and no further. */
static void put_kind(struct aa *aa, const struct aa_rule *rule,
		     const struct socket_kind *kind)
{
	struct import *im = aa->im;
	const bool type_only = kind->protocol && rule->deny;
	const char *type = kind->type;

	if (kind->family)
		import_out_key(im, BVM_CLASS_NETWORK, "family", kind->family);
	else if (kind->protocol)
		import_out_key(im, BVM_CLASS_NETWORK, "family",
			       "[inet, inet6]");
	if (type_only && !type)
		type = !strcmp(kind->protocol, "tcp") ? "stream" :
		       !strcmp(kind->protocol, "udp") ? "dgram" :
							NULL;
	if (type)
		import_out_key(im, BVM_CLASS_NETWORK, "type", type);
	if (kind->protocol && (!type_only || !type))
		import_out_key(im, BVM_CLASS_NETWORK, "protocol",
			       kind->protocol);
}

static void put_sockets(struct aa *aa, const struct aa_rule *rule,
			const struct socket_kind *kind, const char *word)
{
	/* no hook of the kernel sees what others receive */
	const bool receive = (!kind->family || strstr(kind->family, "inet")) &&
			     (!kind->type || strcmp(kind->type, "stream")) &&
			     (!kind->protocol ||
			      !strcmp(kind->protocol, "udp") ||
			      !strcmp(kind->protocol, "icmp"));

	import_out_rule(aa->im, BVM_CLASS_NETWORK, &rule->span, word,
			receive ? WITH_RECEIVE : "[" ALL_OPS "]");
	put_kind(aa, rule, kind);
	if (rule->deny)
		aa_others_quiet(aa, rule, BVM_CLASS_NETWORK);
}

void aa_net_take(struct aa *aa, const struct aa_rule *rule,
		 const struct aa_args *args)
{
	struct socket_kind kind = { 0 };
	bool narrow = args->num_conds || args->target;

	for (u32 i = 0; i < args->words.num; i++) {
		const char *why = take_word(&kind, args->words.items[i]);

		if (!why)
			continue;
		import_out_left(aa->im, &rule->span, "'%s': %s",
				args->words.items[i], why);
		if (!rule->deny)
			return;
	}
	narrow |= kind.access;
	if (narrow)
		import_out_left(aa->im, &rule->span,
				"operations and addresses of a network rule%s",
				rule->deny ? "; all are denied" : "");
	if (kind.other) {
		import_out_left(aa->im, &rule->span,
				"a family without a name in Bailiff%s",
				rule->deny ? "; all such are denied" : "");
		/* what `network` allows must not be that */
		if (!rule->deny)
			return;
		aa->other_families_denied = true;
		return;
	}
	if (narrow && !rule->deny)
		return;
	if (!rule->deny && !kind.family && !kind.protocol) {
		aa->any_family = arena_grow(aa->im->arena, aa->any_family,
					    aa->num_any_family,
					    sizeof(*aa->any_family));
		aa->any_family[aa->num_any_family++] =
			(struct aa_any_family){ *rule, kind.type };
		return;
	}
	put_sockets(aa, rule, &kind, rule->deny ? "deny" : "allow");
	if (rule->audit && !rule->deny)
		put_sockets(aa, rule, &kind, "audit");
}

void aa_net_finish(struct aa *aa)
{
	struct import_list known = { 0 };
	const char *words;

	for (const struct bvm_name *name = bvm_family_names; name->name; name++)
		if (strncmp(name->name, "inet", strlen("inet")))
			import_list_add(aa->im->arena, &known, name->name);
	words = import_out_words(aa->im->arena, &known);
	for (u32 i = 0; i < aa->num_any_family; i++) {
		const struct aa_any_family *any = &aa->any_family[i];
		const struct socket_kind kind = {
			.family = aa->other_families_denied ? words : NULL,
			.type = any->type,
		};
		const struct socket_kind inet = {
			.family = "[inet, inet6]",
			.type = any->type,
		};

		put_sockets(aa, &any->rule, &kind, "allow");
		if (kind.family)
			put_sockets(aa, &any->rule, &inet, "allow");
		if (any->rule.audit)
			put_sockets(aa, &any->rule, &kind, "audit");
	}
}

/* ---- unix ---- */

/* Names: "@x" is abstract, "none" is none, else a path. NULL: no equal. */
static const char *address_pattern(struct aa *aa, const struct aa_cond *addr)
{
	struct import_list texts = { 0 };
	struct pattern_error err;
	const char *why, *text;

	if (addr->values.num != 1)
		return NULL;
	why = aa_vars_expand(&aa->vars, addr->values.items[0], &texts);
	if (why || texts.num != 1)
		return NULL;
	text = texts.items[0];
	if ((*text != '@' && *text != '/') || strstr(text, "[^") ||
	    strstr(text, "/*") || strpbrk(text, "\\$"))
		return NULL;
	for (const char *c = text; *c; c++)
		if ((u8)*c <= 0x20 || (u8)*c >= 0x7f)
			return NULL;
	if (*text == '@' ? pattern_check_text(text, &err) :
			   pattern_check(text, &err))
		return NULL;
	return text;
}

struct unix_rule {
	const char *type; /* or NULL */
	const char *addr; /* pattern, or NULL */
	const char *peer; /* or NULL */
};

static void put_unix(struct aa *aa, const struct aa_rule *rule,
		     const struct import_list *ops,
		     const struct unix_rule *what)
{
	struct import *im = aa->im;
	struct import_list addr = { 0 };

	for (u32 i = 0; i < 1u + (rule->audit && !rule->deny); i++) {
		import_out_rule(im, BVM_CLASS_NETWORK, &rule->span,
				i	   ? "audit" :
				rule->deny ? "deny" :
					     "allow",
				import_out_words(im->arena, ops));
		import_out_key(im, BVM_CLASS_NETWORK, "family", "unix");
		if (what->type)
			import_out_key(im, BVM_CLASS_NETWORK, "type",
				       what->type);
		if (what->peer)
			import_out_key(im, BVM_CLASS_NETWORK, "peer",
				       what->peer);
		if (what->addr && !addr.num)
			import_list_add(im->arena, &addr, what->addr);
		if (addr.num)
			import_out_texts(im, BVM_CLASS_NETWORK, "unix", &addr);
	}
	if (rule->deny)
		aa_others_quiet(aa, rule, BVM_CLASS_NETWORK);
}

/* Which operations the words of a rule name; none means all. */
static void unix_ops(struct aa *aa, const struct aa_rule *rule,
		     const struct aa_args *args, bool local, bool remote,
		     struct import_list *ops)
{
	static const struct {
		const char *name;
		bool local, remote; /* with a local, remote address */
	} all[] = {
		/* and receive, which no hook sees */
		{ "create", false, false }, { "bind", true, false },
		{ "connect", false, true }, { "listen", true, false },
		{ "accept", true, false },  { "send", false, true },
	};
	const bool any = !args->words.num;
	bool skipped = false;

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		const char *name = all[i].name;
		const bool named = any || import_list_has(&args->words, name) ||
				   (!strcmp(name, "send") &&
				    (import_list_has(&args->words, "w") ||
				     import_list_has(&args->words, "rw")));

		if (!named)
			continue;
		if (!rule->deny &&
		    ((local && !all[i].local) || (remote && !all[i].remote)))
			skipped = true;
		else
			import_list_add(aa->im->arena, ops, name);
	}
	/* `listen` is a group, which brings the other two along */
	if (!rule->deny && import_list_has(ops, "listen") &&
	    (!import_list_has(ops, "bind") ||
	     !import_list_has(ops, "accept"))) {
		import_out_left(aa->im, &rule->span,
				"listen without bind and accept");
		for (u32 i = 0; i < ops->num; i++)
			if (!strcmp(ops->items[i], "listen"))
				ops->items[i] = ops->items[--ops->num];
	}
	if (skipped && !any)
		import_out_left(aa->im, &rule->span,
				"some of the operations: no rule gives them "
				"an address or a peer");
}

void aa_net_take_unix(struct aa *aa, const struct aa_rule *rule,
		      const struct aa_args *args)
{
	const struct aa_cond *type = aa_args_cond(args, "type");
	const struct aa_cond *local = aa_args_cond(args, "addr");
	const struct aa_cond *remote = aa_args_cond(args, "peer.addr");
	const struct aa_cond *label = aa_args_cond(args, "peer.label");
	const enum aa_peer peer = aa_others_peer(aa, label);
	const struct aa_cond *addr = remote ?: local;
	struct unix_rule what = { 0 };
	struct import_list ops = { 0 };
	const bool whole = !rule->deny && !args->words.num && !args->num_conds;
	bool exact = !(local && remote) && peer != AA_PEER_UNKNOWN &&
		     !aa_args_cond(args, "opt") &&
		     !aa_args_cond(args, "attr") &&
		     !aa_args_cond(args, "protocol");

	if (type && type->values.num == 1 &&
	    has_name(bvm_socktype_names, type->values.items[0]))
		what.type = type->values.items[0];
	else if (type)
		exact = false;
	if (addr && exact)
		what.addr = address_pattern(aa, addr);
	exact &= !addr || what.addr;
	if (peer == AA_PEER_SELF)
		what.peer = "self";
	else if (peer == AA_PEER_HOST)
		what.peer = "host";
	if (!exact) {
		import_out_left(aa->im, &rule->span,
				"conditions without an equal%s",
				rule->deny ? "; denied without them" : "");
		if (!rule->deny)
			return;
		what.peer = what.addr = NULL;
	} else if (!rule->deny && !whole) {
		import_out_left(aa->im, &rule->span,
				"all unix sockets, which any such rule allows "
				"on kernels where AppArmor looks at their "
				"family alone");
	}
	/* of a deny no operation is left out: it is denied to any address */
	if (rule->deny && (what.peer || what.addr)) {
		import_out_left(aa->im, &rule->span,
				"the address or peer: denied without it");
		what.peer = what.addr = NULL;
	}
	if (what.addr &&
	    !import_out_condition(aa->im, BVM_CLASS_NETWORK, what.addr,
				  IMPORT_MAX_ADDRESSES)) {
		import_out_left(aa->im, &rule->span,
				"over %u different addresses",
				IMPORT_MAX_ADDRESSES);
		return;
	}
	unix_ops(aa, rule, args, local, remote || what.peer, &ops);
	if (!ops.num && rule->deny)
		import_list_add(aa->im->arena, &ops, "create");
	if (!ops.num)
		import_out_left(aa->im, &rule->span,
				"options, names and packets of unix sockets: "
				"nobody asks for them here");
	else
		put_unix(aa, rule, &ops, &what);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * hooks_unix.c - unix sockets: by path, by abstract name, by the other end
 *
 * The path by which the kernel finds a socket is the caller's; the one that
 * the socket remembers is its maker's, who may live in another file tree. So
 * the caller's is resolved first, and judged when the kernel has come to the
 * same inode; whoever exchanges the file in between is denied.
 */
#include <linux/namei.h>
#include <linux/un.h>
#include <net/af_unix.h>

#include "address.h"
#include "attach.h"
#include "common.h"
#include "compat.h"
#include "cred.h"
#include "decide.h"
#include "early.h"
#include "path.h"
#include "peer.h"
#include "sock.h"
#include "target.h"
#include "unix.h"

#define NAME_OFF offsetof(struct sockaddr_un, sun_path)

/* An abstract name as rules see it: its first byte, a NUL, is an @. */
struct abstract {
	char bytes[UNIX_PATH_MAX];
	u32 len; /* 0: no such name */
};

static void read_abstract(const struct sockaddr_un *un, int len,
			  struct abstract *name)
{
	name->len = 0;
	if (len <= (int)NAME_OFF || un->sun_path[0])
		return;
	name->len = min_t(u32, len - NAME_OFF, sizeof(name->bytes));
	memcpy(name->bytes, un->sun_path, name->len);
	name->bytes[0] = '@';
}

static void set_text(struct bailiff_request *rq, const struct abstract *name)
{
	if (!name->len)
		return;
	rq->text.bytes = name->bytes;
	rq->text.len = name->len;
	rq->ctx.network.text = BVM_STR_TEXT;
}

static void init_request(struct bailiff_request *rq, const struct sock *sk,
			 const struct bailiff_set *set, u64 op)
{
	bailiff_request_init(rq, current_cred(), set, BVM_CLASS_NETWORK);
	rq->ops = op;
	bailiff_address_socket(rq, sk);
}

/* ---- what the caller names ---- */

static bool is_path(const struct sockaddr_un *un, int len)
{
	return len > (int)NAME_OFF && len <= (int)sizeof(*un) &&
	       un->sun_family == AF_UNIX && un->sun_path[0];
}

/* As unix_find_bsd() will. A path without a NUL at its end is one, too. */
static int find(const struct sockaddr_un *un, int len, struct path *path)
{
	char text[UNIX_PATH_MAX + 1];

	len -= NAME_OFF;
	memcpy(text, un->sun_path, len);
	text[len] = 0;
	return kern_path(text, LOOKUP_FOLLOW, path);
}

int bailiff_unix_name(const struct sock *sk, const struct sockaddr *address,
		      int len, u64 op)
{
	const struct sockaddr_un *un = (const struct sockaddr_un *)address;
	struct bailiff_target *target = bailiff_target_begin();
	struct path path = {};
	int err;

	if (!target)
		return -EACCES;
	if (is_path(un, len)) {
		err = find(un, len, &path);
		if (err)
			return err;
	}
	target->path = path;
	target->sk = sk;
	target->op = op;
	return 0;
}

void bailiff_unix_name_nobody(void)
{
	bailiff_target_clear();
}

int bailiff_unix_bind(const struct sock *sk, const struct sockaddr *address,
		      int len)
{
	const struct sockaddr_un *un = (const struct sockaddr_un *)address;
	const struct bailiff_set *set = bailiff_current_set();
	struct bailiff_target *target;
	struct bailiff_request rq BAILIFF_UNSET;
	struct abstract name;

	if (is_path(un, len)) {
		target = bailiff_target_begin();
		if (!target)
			return -EACCES;
		target->binds = sk->sk_type;
		target->bound = sk->sk_socket;
		return 0;
	}
	/* Without a name the kernel chooses an abstract one. */
	read_abstract(un, len, &name);
	init_request(&rq, sk, set, BVM_BIT(NETWORK, BIND));
	set_text(&rq, &name);
	return bailiff_early_decide(&rq, sk->sk_socket);
}

int bailiff_unix_made(const struct path *path)
{
	const struct bailiff_set *set = bailiff_current_set();
	struct bailiff_target *target = bailiff_target_get();
	struct bailiff_request rq BAILIFF_UNSET;
	struct socket *bound;

	if (!set || !target || !target->binds)
		return 0;
	bailiff_request_init(&rq, current_cred(), set, BVM_CLASS_NETWORK);
	rq.ops = BVM_BIT(NETWORK, BIND);
	rq.ctx.network.family = AF_UNIX;
	rq.ctx.network.type = target->binds;
	rq.walk = BAILIFF_WALK_NEW;
	bailiff_request_path(&rq, path, 0);
	bound = target->bound;
	target->bound = NULL;
	target->binds = 0;
	return bailiff_early_decide(&rq, bound);
}

/* ---- what the kernel has found ---- */

/* The name that a socket has. What lies behind it stays while sk lives. */
static const struct path *name_of(const struct sock *sk, struct abstract *name)
{
	const struct unix_sock *u = unix_sk(sk);
	const struct unix_address *addr = smp_load_acquire(&u->addr);

	name->len = 0;
	if (!addr)
		return NULL;
	if (u->path.dentry)
		return &u->path;
	read_abstract(addr->name, addr->len, name);
	return NULL;
}

static bool is_same_file(const struct path *a, const struct path *b)
{
	return a->dentry && b->dentry &&
	       d_backing_inode(a->dentry) == d_backing_inode(b->dentry);
}

/* Under the locks of both sockets. */
static int judge(const struct sock *sk, const struct sock *other,
		 const struct bailiff_set *set)
{
	const struct bailiff_target *target = bailiff_target_get();
	const struct path *found;
	struct bailiff_request rq BAILIFF_UNSET;
	struct abstract name;

	/* Sent to where it is connected; or by the kernel, for itself. */
	if (!target || target->binds || target->sk != sk)
		return 0;
	init_request(&rq, sk, set, target->op);
	/* Their domains live while `other` does, which is locked. */
	bailiff_peer_fill(&rq, bailiff_sock_set(other));
	found = name_of(other, &name);
	set_text(&rq, &name);
	if (target->path.dentry) {
		rq.walk = BAILIFF_WALK_UNLINKED;
		bailiff_request_path(&rq, &target->path, 0);
	}
	/* The file is another one by now, or the address was rewritten. */
	if ((found || target->path.dentry) &&
	    (!found || !is_same_file(found, &target->path)))
		rq.reason = BVM_REASON_DISCONNECTED;
	/* A message is sent and gone; a connection stays. */
	if (target->op == BVM_BIT(NETWORK, SEND))
		return bailiff_decide(&rq);
	return bailiff_early_decide(&rq, sk->sk_socket);
}

static int hook_unix_stream_connect(struct sock *sk, struct sock *other,
				    struct sock *newsk)
{
	const struct bailiff_set *set = bailiff_current_set();

	/* What the server will accept is the server's, though we made it. */
	bailiff_sock_copy(other, newsk);
	return likely(!set) ? 0 : judge(sk, other, set);
}

static int hook_unix_may_send(struct socket *sock, struct socket *other)
{
	const struct bailiff_set *set = bailiff_current_set();

	return likely(!set) ? 0 : judge(sock->sk, other->sk, set);
}

/* By the socket's own name: `name` is to live as long as the request. */
static void ask_own(struct bailiff_request *rq, const struct sock *sk, u64 op,
		    struct abstract *name)
{
	const struct path *path = name_of(sk, name);

	init_request(rq, sk, bailiff_current_set(), op);
	set_text(rq, name);
	if (!path)
		return;
	/* Servers may remove the name of a socket that they serve. */
	rq->walk = BAILIFF_WALK_UNLINKED;
	bailiff_request_path(rq, path, 0);
}

int bailiff_unix_own(const struct sock *sk, u64 op, struct socket *newsock)
{
	struct bailiff_request rq BAILIFF_UNSET;
	struct abstract name;

	ask_own(&rq, sk, op, &name);
	return bailiff_early_decide(&rq, newsock);
}

static struct sock *get_peer(struct sock *sk)
{
	struct sock *other;

	unix_state_lock(sk);
	other = unix_peer(sk);
	if (other)
		sock_hold(other);
	unix_state_unlock(sk);
	return other;
}

/*
 * To whom a socket is connected. By which path the caller found him is not
 * known any more: it is the one that he has bound, which in another file tree
 * is foreign.
 */
static int judge_peer(const struct sock *sk)
{
	const struct bailiff_set *set = bailiff_current_set();
	struct sock *other = get_peer((struct sock *)sk);
	const struct path *found;
	struct path path = {};
	struct bailiff_request rq BAILIFF_UNSET;
	struct abstract name = {};
	int err;

	init_request(&rq, sk, set, BVM_BIT(NETWORK, CONNECT));
	rq.again = true;
	if (!other) {
		rq.reason = BVM_REASON_DISCONNECTED;
		return bailiff_decide(&rq);
	}
	/* He may be closing, and gives his path back then. */
	unix_state_lock(other);
	found = name_of(other, &name);
	if (found) {
		path = *found;
		path_get(&path);
	}
	unix_state_unlock(other);
	bailiff_peer_fill(&rq, bailiff_sock_set(other));
	set_text(&rq, &name);
	if (path.dentry) {
		rq.walk = BAILIFF_WALK_UNLINKED;
		bailiff_request_path(&rq, &path, 0);
	}
	err = bailiff_decide(&rq);
	path_put(&path);
	sock_put(other);
	return err;
}

int bailiff_unix_again(const struct sock *sk, u64 op)
{
	struct bailiff_request rq BAILIFF_UNSET;
	struct abstract name;

	if (op == BVM_BIT(NETWORK, CONNECT))
		return judge_peer(sk);
	ask_own(&rq, sk, op, &name);
	rq.again = true;
	return bailiff_decide(&rq);
}

static struct security_hook_list hooks[] __ro_after_init = {
	LSM_HOOK_INIT(unix_stream_connect, hook_unix_stream_connect),
	LSM_HOOK_INIT(unix_may_send, hook_unix_may_send),
};

void __init bailiff_unix_add_hooks(void)
{
	bailiff_add_hooks(hooks);
}

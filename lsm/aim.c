// SPDX-License-Identifier: GPL-2.0-only
/*
 * aim.c - to which addresses each CPU has just let sockets reach
 */
#include <linux/hash.h>
#include <linux/in.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>

#include "aim.h"
#include "compat.h"
#include "known.h"
#include "policy.h"
#include "sock.h"
#include "trace.h"

#define ENTRIES_BITS 5

/* The question. */
struct aim {
	u64 to; /* family, port and address, as given */
	u64 from; /* address and port of the socket, and its type */
	u64 ids; /* uid and gid of the caller, as he sees them */
	u64 what; /* his uid on the host, protocol, op, no_new_privs */
};

/* Of one CPU, with preemption off, in tasks alone: no interrupt comes between. */
struct entry {
	u64 generation; /* 0: nothing */
	struct aim aim;
	u32 rule;
};

static DEFINE_PER_CPU(struct entry[1 << ENTRIES_BITS], aims);

static_assert(offsetofend(struct sockaddr_in, sin_addr) == sizeof(u64));
static_assert(BVM_MAX_OPS <= 1 << 8 && BVM_PROTOCOL_OTHER < 1 << 16);

static u64 word_to(const struct sockaddr *address)
{
	u64 word;

	memcpy(&word, address, sizeof(word));
	return word;
}

static u64 word_from(__be32 address, u32 port, u32 type)
{
	return (__force u32)address | (u64)port << 32 | (u64)type << 48;
}

static u64 word_ids(u32 uid, u32 gid)
{
	return uid | (u64)gid << 32;
}

static u64 word_what(u32 host_uid, u32 protocol, u32 op, bool no_new_privs)
{
	return host_uid | (u64)protocol << 32 | (u64)op << 48 |
	       (u64)no_new_privs << 56;
}

static struct entry *entry_of(const struct aim *aim)
{
	return &this_cpu_ptr(aims)[hash_64(aim->to ^ aim->what, ENTRIES_BITS)];
}

static bool same_aim(const struct aim *a, const struct aim *b)
{
	return a->to == b->to && a->from == b->from && a->ids == b->ids &&
	       a->what == b->what;
}

/* Is it of the kind of which all is in the words? */
static bool fits(const struct sock *sk, const struct sockaddr *address, int len)
{
	return sk->sk_family == AF_INET && !bailiff_sock_is_mptcp(sk) &&
	       len >= (int)sizeof(struct sockaddr_in) &&
	       address->sa_family == AF_INET;
}

/* Of one domain alone, as in bailiff_known(). */
static bool is_asked(const struct bailiff_set *set)
{
	return set->num == 1 && !static_branch_unlikely(&bailiff_tracing) &&
	       in_task();
}

bool bailiff_aim_passes(const struct sock *sk, const struct bailiff_set *set,
			const struct sockaddr *address, int len, u32 op)
{
	const struct cred *cred = current_cred();
	const struct bailiff_policy *policy;
	const struct entry *entry;
	struct aim aim;
	bool passes;

	if (!fits(sk, address, len) || !is_asked(set))
		return false;
	aim.to = word_to(address);
	aim.from = word_from(READ_ONCE(sk->sk_rcv_saddr),
			     READ_ONCE(inet_sk(sk)->inet_num), sk->sk_type);
	aim.ids = word_ids(bailiff_shown_uid(cred, cred->euid),
			   bailiff_shown_gid(cred, cred->egid));
	aim.what = word_what(__kuid_val(cred->euid), sk->sk_protocol, op,
			     task_no_new_privs(current));
	rcu_read_lock();
	preempt_disable();
	policy = bailiff_slot_active(set->domain[0].slot);
	entry = entry_of(&aim);
	passes = entry->generation == policy->generation &&
		 same_aim(&entry->aim, &aim);
	if (passes)
		bailiff_hits_count(policy->hits, entry->rule);
	preempt_enable();
	rcu_read_unlock();
	return passes;
}

static bool is_v4(const struct bvm_addr *addr)
{
	return ipv6_addr_v4mapped((const struct in6_addr *)addr);
}

static __be32 v4_of(const struct bvm_addr *addr)
{
	return ((const struct in6_addr *)addr)->s6_addr32[3];
}

static void fill(struct entry *entry, const struct bvm_ctx_network *net,
		 const struct sockaddr *address, u32 op)
{
	entry->aim = (struct aim){
		.to = word_to(address),
		.from = word_from(v4_of(&net->local), net->peer_port,
				  net->type),
		.ids = word_ids(net->uid, net->gid),
		.what = word_what(net->host_uid, net->protocol, op,
				  net->no_new_privs),
	};
}

void bailiff_aim_keep(const struct bailiff_set *set,
		      const struct bvm_ctx_network *net,
		      const struct sockaddr *address, u32 op)
{
	const union bvm_ctx *ctx = container_of(net, union bvm_ctx, network);
	const struct bailiff_policy *policy;
	struct entry next = {}, *entry;

	if (!is_asked(set) || net->family != AF_INET || !is_v4(&net->local) ||
	    address->sa_family != AF_INET)
		return;
	fill(&next, net, address, op);
	rcu_read_lock();
	policy = bailiff_slot_active(set->domain[0].slot);
	next.rule = bailiff_known_rule(policy, BVM_CLASS_NETWORK, op, ctx);
	next.generation = policy->generation;
	if (next.rule) {
		preempt_disable();
		entry = entry_of(&next.aim);
		*entry = next;
		preempt_enable();
	}
	rcu_read_unlock();
}

/* They make a socket by hand, of which only one with our blob can be made. */
#if defined(CONFIG_SECURITY_BAILIFF_KUNIT_TEST) && \
	defined(BAILIFF_HAVE_LBS_SOCK)
#include "aim_test.c"
#endif

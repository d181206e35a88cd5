// SPDX-License-Identifier: GPL-2.0-only
/*
 * aim_test.c - what was let reach is known again while nothing is another;
 * included by aim.c
 */
#include "address.h"
#include "memo.h"
#include "shortcut_kunit.h"

#define CONNECT BVM_OP_NETWORK_CONNECT

/* A socket, to where it reaches, and what that is judged by. */
struct scene {
	struct inet_sock *sk;
	struct sockaddr_in to;
	union bvm_ctx ctx; /* the request that is made of those */
	struct judge judge;
};

static struct bailiff_sock *blob_of(const struct scene *s)
{
	return s->sk->sk.sk_security + bailiff_blob_sizes.lbs_sock;
}

static void set_ctx(struct scene *s)
{
	const struct cred *cred = current_cred();

	s->ctx = (union bvm_ctx){
		.network = {
			.family = AF_INET,
			.type = s->sk->sk.sk_type,
			.protocol = s->sk->sk.sk_protocol,
			.port = ntohs(s->to.sin_port),
			.peer_port = s->sk->inet_num,
			.uid = bailiff_shown_uid(cred, cred->euid),
			.gid = bailiff_shown_gid(cred, cred->egid),
			.host_uid = __kuid_val(cred->euid),
			.has_addr = 1,
			.no_new_privs = task_no_new_privs(current),
		},
	};
	bailiff_address_v4(&s->ctx.network.remote, s->to.sin_addr.s_addr);
	bailiff_address_v4(&s->ctx.network.local, s->sk->inet_rcv_saddr);
}

static int scene_init(struct kunit *test)
{
	struct scene *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	s->sk = kunit_kzalloc(test, sizeof(*s->sk), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, s->sk);
	s->sk->sk.sk_security = kunit_kzalloc(
		test, bailiff_blob_sizes.lbs_sock + sizeof(*blob_of(s)),
		GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, s->sk->sk.sk_security);
	s->sk->sk.sk_family = AF_INET;
	s->sk->sk.sk_type = SOCK_DGRAM;
	s->sk->sk.sk_protocol = IPPROTO_UDP;
	s->sk->inet_rcv_saddr = htonl(0x0a000001);
	s->sk->inet_num = 4000;
	s->to.sin_family = AF_INET;
	s->to.sin_port = htons(53);
	s->to.sin_addr.s_addr = htonl(0x0a000002);
	set_ctx(s);
	judge_init(test, &s->judge, BVM_CLASS_NETWORK);
	test->priv = s;
	return 0;
}

static void scene_exit(struct kunit *test)
{
	struct scene *s = test->priv;

	if (s)
		judge_fini(&s->judge);
}

static bool passes_as(const struct scene *s, int len, u32 op)
{
	return bailiff_aim_passes(&s->sk->sk, s->judge.set,
				  (const struct sockaddr *)&s->to, len, op);
}

static bool passes(const struct scene *s)
{
	return passes_as(s, sizeof(s->to), CONNECT);
}

/* As when the program has just answered so. */
static void keep(const struct scene *s, u32 verdict)
{
	const struct bailiff_memo_key key = {
		.generation = s->judge.policy.generation,
		.class = BVM_CLASS_NETWORK,
		.op = CONNECT,
		.ctx = &s->ctx,
	};

	bailiff_memo_keep(&key, verdict);
	bailiff_aim_keep(s->judge.set, &s->ctx.network,
			 (const struct sockaddr *)&s->to, CONNECT);
}

/* The test may go to another CPU, and interrupts take places: a few tries. */
static bool is_kept(const struct scene *s)
{
	for (u32 i = 0; i < 20; i++) {
		keep(s, bvm_verdict(0, 0, RULE));
		if (passes(s))
			return true;
	}
	return false;
}

static void the_same_passes_and_is_counted(struct kunit *test)
{
	struct scene *s = test->priv;

	KUNIT_EXPECT_FALSE(test, passes(s));
	KUNIT_EXPECT_TRUE(test, is_kept(s));
	KUNIT_EXPECT_EQ(test, bailiff_hits_read(s->judge.policy.hits, RULE), 1);
}

static void another_socket_or_address_does_not(struct kunit *test)
{
	struct scene *s = test->priv;
	const struct sockaddr_in to = s->to;
	struct sock *sk = &s->sk->sk;

	TOLD(s->to.sin_addr.s_addr ^= htonl(1), s->to = to);
	TOLD(s->to.sin_port ^= htons(1), s->to = to);
	TOLD(s->to.sin_family = AF_UNSPEC, s->to = to);
	TOLD(s->sk->inet_rcv_saddr ^= htonl(1),
	     s->sk->inet_rcv_saddr ^= htonl(1));
	TOLD(s->sk->inet_num ^= 1, s->sk->inet_num ^= 1);
	TOLD(sk->sk_family = AF_INET6, sk->sk_family = AF_INET);
	TOLD(sk->sk_type = SOCK_RAW, sk->sk_type = SOCK_DGRAM);
	TOLD(sk->sk_protocol = IPPROTO_UDPLITE, sk->sk_protocol = IPPROTO_UDP);
	TOLD(blob_of(s)->mptcp = true, blob_of(s)->mptcp = false);
	KUNIT_ASSERT_TRUE(test, is_kept(s));
	KUNIT_EXPECT_FALSE(test, passes_as(s, sizeof(to) - 1, CONNECT));
	KUNIT_EXPECT_FALSE(test, passes_as(s, sizeof(to), BVM_OP_NETWORK_SEND));
}

static void another_policy_does_not(struct kunit *test)
{
	struct scene *s = test->priv;

	TOLD(s->judge.policy.generation++, s->judge.policy.generation--);
	TOLD(s->judge.set->num = 2, s->judge.set->num = 1);
	TOLD(static_branch_inc(&bailiff_tracing),
	     static_branch_dec(&bailiff_tracing));
}

/* Of another caller: whoever the test runs as is another, each time. */
static void another_caller_does_not(struct kunit *test)
{
	struct scene *s = test->priv;
	const struct bvm_ctx_network net = s->ctx.network;

	NEVER(s->ctx.network.uid++, s->ctx.network = net);
	NEVER(s->ctx.network.gid++, s->ctx.network = net);
	NEVER(s->ctx.network.host_uid++, s->ctx.network = net);
	NEVER(s->ctx.network.no_new_privs ^= 1, s->ctx.network = net);
	NEVER(s->ctx.network.family = AF_INET6, s->ctx.network = net);
	NEVER(s->ctx.network.local.bytes[0] = 1, s->ctx.network = net);
	KUNIT_EXPECT_TRUE(test, is_kept(s));
}

static void only_what_a_rule_allows_is_kept(struct kunit *test)
{
	const u32 verdicts[] = {
		bvm_verdict(0, 0, 0), /* the default */
		bvm_verdict(0, 0, RULE + 1), /* there is no such rule */
		bvm_verdict(BVM_VERDICT_DENY, EACCES, RULE),
		bvm_verdict(BVM_VERDICT_AUDIT, 0, RULE),
	};
	struct scene *s = test->priv;

	for (u32 i = 0; i < ARRAY_SIZE(verdicts); i++) {
		for (u32 k = 0; k < 10; k++) {
			keep(s, verdicts[i]);
			KUNIT_EXPECT_FALSE(test, passes(s));
		}
	}
	s->judge.policy.memo_classes = 0;
	KUNIT_EXPECT_FALSE(test, is_kept(s));
}

/* Not even where it would be an answer. */
static void interrupts_have_no_part_in_it(struct kunit *test)
{
	struct scene *s = test->priv;

	KUNIT_ASSERT_TRUE(test, is_kept(s));
	local_bh_disable();
	__preempt_count_add(SOFTIRQ_OFFSET);
	KUNIT_EXPECT_FALSE(test, passes(s));
	__preempt_count_sub(SOFTIRQ_OFFSET);
	local_bh_enable();
}

static struct kunit_case aim_cases[] = {
	KUNIT_CASE(the_same_passes_and_is_counted),
	KUNIT_CASE(another_socket_or_address_does_not),
	KUNIT_CASE(another_policy_does_not),
	KUNIT_CASE(another_caller_does_not),
	KUNIT_CASE(only_what_a_rule_allows_is_kept),
	KUNIT_CASE(interrupts_have_no_part_in_it),
	{}
};

static struct kunit_suite aim_suite = {
	.name = "bailiff-aim",
	.init = scene_init,
	.exit = scene_exit,
	.test_cases = aim_cases,
};

kunit_test_suite(aim_suite);

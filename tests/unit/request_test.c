// SPDX-License-Identifier: GPL-2.0-only
#include <check.h>
#include <stdlib.h>

#include "policyc/request.h"
#include "tests/lib/suite.h"

static struct arena *arena;
static struct request r;
static struct request_error err;

static void setup(void)
{
	arena = arena_create();
}

static void teardown(void)
{
	arena_free(arena);
}

static void must_parse(const char *text)
{
	ck_assert_msg(!request_parse(arena, text, &r, &err), "%s: %s", text,
		      err.text);
}

static bool given(const char *name)
{
	return r.given >> request_field(r.class, name) & 1;
}

START_TEST(operations_win_over_groups_of_the_same_name)
{
	must_parse("write /x");
	ck_assert(!r.group && r.ops == BVM_BIT(FILES, WRITE));
	must_parse("manage /x");
	ck_assert(r.group && r.ops & BVM_BIT(FILES, MKDIR));
	/* only what is judged */
	ck_assert(!(r.ops & ~bvm_classes[BVM_CLASS_FILES].mediated));
	must_parse("listen tcp any:80");
	ck_assert(!r.group && r.ops == BVM_BIT(NETWORK, LISTEN));
}
END_TEST

START_TEST(operand_tells_the_class_of_a_verb_of_two)
{
	must_parse("create /x");
	ck_assert_uint_eq(r.class, BVM_CLASS_FILES);
	must_parse("create tcp");
	ck_assert_uint_eq(r.class, BVM_CLASS_NETWORK);
	must_parse("network.create udp");
	ck_assert(r.class == BVM_CLASS_NETWORK && r.ctx.network.type == 2);
}
END_TEST

START_TEST(what_has_no_name_is_given_by_its_number)
{
	must_parse("protocol=0 network.create");
	ck_assert(given("protocol") && !r.ctx.network.protocol);
	must_parse("family=38 type=10 network.create");
	ck_assert_uint_eq(r.ctx.network.family, 38);
	ck_assert_uint_eq(r.ctx.network.type, 10);
	ck_assert(request_parse(arena, "protocol=99999 network.create", &r,
				&err));
	ck_assert_ptr_nonnull(strstr(err.text, "protocol is at most"));
	ck_assert(
		request_parse(arena, "protocol=0x1 network.create", &r, &err));
}
END_TEST

START_TEST(attributes_come_before_the_verb)
{
	must_parse("uid=33 host-uid=100033 owner=yes type=regular read '/a b'");
	ck_assert_uint_eq(r.ctx.files.uid, 33);
	ck_assert_uint_eq(r.ctx.files.host_uid, 100033);
	ck_assert_uint_eq(r.ctx.files.owner, 1);
	ck_assert_uint_eq(r.ctx.files.type, BVM_KIND_REGULAR);
	ck_assert(given("uid") && given("type") && !given("gid"));
	ck_assert_str_eq(r.paths[0], "/a b");
}
END_TEST

START_TEST(requests_of_tasks_say_signal_and_peer)
{
	must_parse("peer=host signal kill");
	ck_assert_uint_eq(r.class, BVM_CLASS_TASKS);
	ck_assert_uint_eq(r.ctx.tasks.signal, 9);
	ck_assert_uint_eq(r.ctx.tasks.peer, BVM_PEER_HOST);
	ck_assert(given("peer_name") && !r.texts[BVM_STR_PEER - 1]);
	must_parse("peer=web signal rtmin+1");
	ck_assert_uint_eq(r.ctx.tasks.signal, 35);
	ck_assert_uint_eq(r.ctx.tasks.peer, BVM_PEER_OTHER);
	ck_assert_str_eq(r.texts[BVM_STR_PEER - 1], "/web");
	must_parse("signal");
	ck_assert(!given("signal") && !given("peer"));
	must_parse("ptrace-read");
	ck_assert(given("signal") && !r.ctx.tasks.signal);
	must_parse("ptrace");
	ck_assert(r.group &&
		  r.ops == (BVM_BIT(TASKS, TRACE) | BVM_BIT(TASKS, READ)));
}
END_TEST

START_TEST(requests_of_kernel_may_have_a_name)
{
	must_parse("module-request net-pf-16");
	ck_assert_uint_eq(r.class, BVM_CLASS_KERNEL);
	ck_assert_str_eq(r.texts[BVM_STR_TEXT - 1], "net-pf-16");
	must_parse("keyring");
	ck_assert(!given("text"));
	must_parse("bpf");
	ck_assert(given("text") && !r.texts[BVM_STR_TEXT - 1]);
	must_parse("userns-create");
	ck_assert_uint_eq(r.class, BVM_CLASS_NAMESPACES);
	must_parse("shm");
	ck_assert_uint_eq(r.class, BVM_CLASS_IPC);
}
END_TEST

static const struct {
	const char *text, *path;
	bool note; /* it was read differently */
} paths[] = {
	{ "read /a/../b", "/b", true },
	{ "read /a//b/.", "/a/b", true },
	{ "read /../..", "/", true },
	{ "read /", "/", false },
	{ "read /a/", "/a", true },
	{ "read \"/a\\\"b\"", "/a\"b", false },
	{ "read /a\\ b", "/a b", false },
	{ "read '/a\\b'", "/a\\b", false },
	{ "read /a/..b/.c", "/a/..b/.c", false },
	{ "read /a/b/../../c", "/c", true },
};

START_TEST(paths_are_resolved_as_text)
{
	must_parse(paths[_i].text);
	ck_assert_str_eq(r.paths[0], paths[_i].path);
	ck_assert(!r.note == !paths[_i].note);
}
END_TEST

static const struct {
	const char *text;
	u32 family, type, protocol, port;
	const char *addr; /* field that holds the address, or NULL */
	u8 last; /* byte of it */
} sockets[] = {
	{ "connect tcp 10.0.0.1:80", 2, 1, 6, 80, "remote", 1 },
	{ "connect udp [fd00::2]:53", 10, 2, 17, 53, "remote", 2 },
	{ "connect tcp fd00::3", 10, 1, 6, 0, "remote", 3 },
	{ "bind tcp 0.0.0.7:81", 2, 1, 6, 81, "local", 7 },
	{ "accept tcp [::8]:82", 10, 1, 6, 82, "local", 8 },
	{ "send any 10.0.0.9:5", 2, 0, 0, 5, "remote", 9 },
	{ "connect unix /run/x", 1, 0, 0, 0, NULL, 0 },
	{ "connect @name", 1, 0, 0, 0, NULL, 0 },
	{ "create inet raw icmp", 2, 3, 1, 0, NULL, 0 },
	{ "create netlink", 16, 0, 0, 0, NULL, 0 },
	{ "connect any:22", 0, 0, 0, 22, NULL, 0 },
};

START_TEST(sockets_and_addresses)
{
	const struct bvm_ctx_network *net = &r.ctx.network;
	const struct bvm_addr *addr;

	must_parse(sockets[_i].text);
	ck_assert_uint_eq(r.class, BVM_CLASS_NETWORK);
	ck_assert_uint_eq(net->family, sockets[_i].family);
	ck_assert_uint_eq(net->type, sockets[_i].type);
	ck_assert_uint_eq(net->protocol, sockets[_i].protocol);
	ck_assert_uint_eq(net->port, sockets[_i].port);
	ck_assert(given("family") == (sockets[_i].family != 0));
	ck_assert(given("remote") ==
		  (sockets[_i].addr && sockets[_i].addr[0] == 'r'));
	if (!sockets[_i].addr)
		return;
	ck_assert(given(sockets[_i].addr) && net->has_addr);
	addr = sockets[_i].addr[0] == 'r' ? &net->remote : &net->local;
	ck_assert_uint_eq(addr->bytes[15], sockets[_i].last);
	ck_assert_uint_eq(addr->bytes[11], net->family == 2 ? 0xff : 0);
}
END_TEST

static const struct {
	const char *text;
	u32 family;
	u32 implied; /* nothing but the address says it */
} mapped[] = {
	{ "connect tcp 10.0.0.1:80", 2, 2 },
	{ "connect inet tcp 10.0.0.1:80", 2, 0 },
	{ "family=inet connect tcp 10.0.0.1:80", 2, 0 },
	/* as the kernel records sockets of IPv6 that reach IPv4 */
	{ "connect inet6 tcp 10.0.0.1:80", 10, 0 },
	{ "family=inet6 connect tcp 10.0.0.1:80", 10, 0 },
	{ "connect tcp [::ffff:10.0.0.1]:80", 10, 10 },
	{ "family=inet6 connect inet6 tcp 10.0.0.1:80", 10, 0 },
	{ "connect smc 10.0.0.1:80", 43, 0 },
	{ "family=rds connect [::ffff:10.0.0.1]:80", 21, 0 },
};

START_TEST(sockets_of_ipv6_have_addresses_of_ipv4_too)
{
	static const u8 address[16] = {
		[10] = 0xff, [11] = 0xff, [12] = 10, [15] = 1
	};

	must_parse(mapped[_i].text);
	ck_assert_uint_eq(r.ctx.network.family, mapped[_i].family);
	ck_assert(given("family") && given("remote"));
	ck_assert_uint_eq(r.family_implied, mapped[_i].implied);
	ck_assert_mem_eq(r.ctx.network.remote.bytes, address, 16);
	ck_assert_uint_eq(r.ctx.network.port, 80);
}
END_TEST

START_TEST(other_classes)
{
	must_parse("capability CAP_NET_RAW");
	ck_assert_uint_eq(r.ctx.capabilities.cap, 13);
	must_parse("exec /bin/sh -c 'id; x'");
	ck_assert_uint_eq(r.num_paths, 1);
	ck_assert_uint_eq(r.argv_len, 9);
	ck_assert_mem_eq(r.argv, "-c\0id; x", 9);
	must_parse("exec /bin/sh");
	ck_assert_uint_eq(r.argv_len, 0);
	must_parse("exec memfd ''");
	ck_assert(r.ctx.exec.memfd && !r.num_paths && r.argv_len == 1);
	must_parse("rename /a /b");
	ck_assert(r.num_paths == 2 && r.ops == BVM_BIT(FILES, RENAME));
	must_parse("inherit pipe");
	ck_assert(r.ctx.files.type == BVM_KIND_PIPE && !r.num_paths);
	must_parse("ioctl /dev/tty 0x5413");
	ck_assert(r.ctx.files.ioctl == 0x5413 && given("ioctl"));
	must_parse("ioctl=TCGETS ioctl /dev/tty");
	ck_assert(r.ctx.files.ioctl == 0x5401 && r.num_paths == 1);
	must_parse("ioctl /dev/tty");
	ck_assert(!given("ioctl"));
	must_parse("stat /dev/tty");
	ck_assert(given("ioctl") && !r.ctx.files.ioctl);
	must_parse("pivot-root /new");
	ck_assert_uint_eq(r.class, BVM_CLASS_MOUNTS);
}
END_TEST

static const struct {
	const char *text, *says;
} bad[] = {
	{ "", "no verb" },
	{ "uid=1", "no verb" },
	{ "raed /x", "did you mean 'read'" },
	{ "zzzzzz /x", "attributes, verb, operands" },
	{ "nothing.read /x", "no operation" },
	{ "read", "takes a path" },
	{ "read /a /b", "takes a path" },
	{ "read a", "starts with '/'" },
	{ "read '/a", "not closed" },
	{ "exe=x read /y", "starts with '/'" },
	{ "exe=/x exe=/z read /y", "said twice" },
	{ "path=/x read /y", "no attribute 'path'" },
	{ "swap", "not judged in this version" },
	{ "ioctl", "a path and a command" },
	{ "ioctl /a b c", "a path and a command" },
	{ "ioctl /a TCGTES", "did you mean 'TCGETS'" },
	{ "ioctl /a 21505", "write its number: 0x" },
	{ "ioctl=TCGETS read /a", "said to be" },
	{ "uid=root read /y", "decimal" },
	{ "uid=033 read /y", "decimal" },
	{ "uid=4294967296 read /y", "at most" },
	{ "owner=2 read /y", "true or false" },
	{ "type=pope read /y", "did you mean 'pipe'" },
	{ "uid=1 uid=2 read /y", "1 and 2" },
	{ "connect tcp 10.0.0.1:80:90", "no address" },
	{ "connect tcp 10.0.0.256", "no address" },
	{ "connect tcp [fd00::1", "bad address" },
	{ "connect tcp 10.0.0.1:65536", "at most 65535" },
	{ "connect tcp 10.0.0.1:80 80", "after the address" },
	{ "family=netlink connect tcp 10.0.0.1:80", "said to be" },
	{ "inet connect tcp 10.0.0.1:80", "no operation" },
	{ "connect inet tcp [::ffff:10.0.0.1]:80", "said to be" },
	{ "family=smc connect inet 10.0.0.1:80", "said to be" },
	{ "family=inet connect inet6 udp 10.0.0.1:53", "said to be" },
	{ "connect unix 10.0.0.1:80", "said to be" },
	{ "capability sysadmin", "did you mean 'sys_admin'" },
	{ "capability", "takes a capability" },
	{ "signal tern", "did you mean 'term'" },
	{ "signal 65", "at most 64" },
	{ "signal term kill", "takes a signal" },
	{ "ptrace-read 5", "takes nothing more" },
	{ "peer=host peer=self signal", "said to be" },
	{ "peer=a peer=b signal", "said twice" },
	{ "bpf x", "takes nothing more" },
	{ "module-request a b", "takes one name" },
	{ "swap", "not judged in this version" },
	{ "shm x", "takes nothing more" },
	{ "inherit /x", "read /x" },
	{ "op=3 read /x", "no attribute" },
};

START_TEST(bad_requests_say_what_is_wrong)
{
	ck_assert_int_eq(request_parse(arena, bad[_i].text, &r, &err), -EINVAL);
	ck_assert_msg(strstr(err.text, bad[_i].says) ||
			      strstr(err.hint, bad[_i].says),
		      "'%s': %s; %s", bad[_i].text, err.text, err.hint);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("request");
	TCase *tc = tcase_create("grammar");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, operations_win_over_groups_of_the_same_name);
	tcase_add_test(tc, operand_tells_the_class_of_a_verb_of_two);
	tcase_add_test(tc, what_has_no_name_is_given_by_its_number);
	tcase_add_test(tc, attributes_come_before_the_verb);
	tcase_add_loop_test(tc, paths_are_resolved_as_text, 0,
			    ARRAY_SIZE(paths));
	tcase_add_loop_test(tc, sockets_and_addresses, 0, ARRAY_SIZE(sockets));
	tcase_add_loop_test(tc, sockets_of_ipv6_have_addresses_of_ipv4_too, 0,
			    ARRAY_SIZE(mapped));
	tcase_add_test(tc, other_classes);
	tcase_add_test(tc, requests_of_tasks_say_signal_and_peer);
	tcase_add_test(tc, requests_of_kernel_may_have_a_name);
	tcase_add_loop_test(tc, bad_requests_say_what_is_wrong, 0,
			    ARRAY_SIZE(bad));
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}

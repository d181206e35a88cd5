// SPDX-License-Identifier: GPL-2.0-only
/* proto_test.c - nothing but a whole, typed message goes from side to side */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/proto.h"
#include "tests/lib/suite.h"

struct packet {
	uint32_t type;
	uint32_t serial;
	char payload[sizeof(struct proto_compiled) + 64];
};

static struct packet packet;
static struct proto_message message;

static int parse(uint32_t type, size_t payload_len, bool has_fd,
		 enum proto_sender sender)
{
	packet.type = type;
	packet.serial = 5;
	return proto_parse(&packet, 8 + payload_len, has_fd, sender, &message);
}

static const struct {
	uint32_t type;
	size_t len;
	enum proto_sender sender;
	bool must_have_fd;
} types[] = {
	{ PROTO_COMPILE, sizeof(struct proto_compile), PROTO_FROM_WORKER,
	  false },
	{ PROTO_LOAD, sizeof(struct proto_digest), PROTO_FROM_WORKER, false },
	{ PROTO_UNLOAD, sizeof(struct proto_name), PROTO_FROM_WORKER, false },
	{ PROTO_BIND, sizeof(struct proto_bind), PROTO_FROM_WORKER, true },
	{ PROTO_SYNC, sizeof(struct proto_empty), PROTO_FROM_WORKER, false },
	{ PROTO_COUNT, sizeof(struct proto_empty), PROTO_FROM_WORKER, false },
	{ PROTO_SAVED, sizeof(struct proto_file), PROTO_FROM_WORKER, false },
	{ PROTO_KEEP, sizeof(struct proto_file), PROTO_FROM_WORKER, false },
	{ PROTO_FORGET, sizeof(struct proto_file), PROTO_FROM_WORKER, false },
	{ PROTO_ROTATE, sizeof(struct proto_empty), PROTO_FROM_WORKER, false },
	{ PROTO_ALIVE, sizeof(struct proto_alive), PROTO_FROM_WORKER, false },
	{ PROTO_BUILD, sizeof(struct proto_build), PROTO_FROM_WORKER, false },
	{ PROTO_LOOK, sizeof(struct proto_empty), PROTO_FROM_WORKER, false },
	{ PROTO_REACH, sizeof(struct proto_reach), PROTO_FROM_WORKER, false },
	{ PROTO_COMPILED, sizeof(struct proto_compiled), PROTO_FROM_PARENT,
	  false },
	{ PROTO_DONE, sizeof(struct proto_done), PROTO_FROM_PARENT, false },
	{ PROTO_POLICY, sizeof(struct proto_policy), PROTO_FROM_PARENT, true },
	{ PROTO_LOG, sizeof(struct proto_empty), PROTO_FROM_PARENT, true },
	{ PROTO_COUNTERS, sizeof(struct proto_empty), PROTO_FROM_PARENT, true },
	{ PROTO_CGROUPS, sizeof(struct proto_empty), PROTO_FROM_PARENT, true },
	{ PROTO_REACHED, sizeof(struct proto_empty), PROTO_FROM_PARENT, true },
};

START_TEST(every_type_parses_at_its_size_only)
{
	enum proto_sender sender = types[_i].sender;
	size_t len = types[_i].len;
	bool fd = types[_i].must_have_fd;

	memset(&packet, 0, sizeof(packet));
	ck_assert_int_eq(parse(types[_i].type, len, fd, sender), 0);
	ck_assert_uint_eq(message.type, types[_i].type);
	ck_assert_uint_eq(message.serial, 5);
	ck_assert_int_eq(parse(types[_i].type, len - 1, fd, sender), -EPROTO);
	ck_assert_int_eq(parse(types[_i].type, len + 1, fd, sender), -EPROTO);
	ck_assert_int_eq(parse(types[_i].type, 0, fd, sender), -EPROTO);
}
END_TEST

START_TEST(the_wrong_sender_is_refused)
{
	memset(&packet, 0, sizeof(packet));
	ck_assert_int_eq(parse(types[_i].type, types[_i].len,
			       types[_i].must_have_fd, !types[_i].sender),
			 -EPROTO);
}
END_TEST

START_TEST(unknown_types_are_refused)
{
	static const uint32_t unknown[] = { 0, 15, 23, 31, 32, UINT32_MAX };

	memset(&packet, 0, sizeof(packet));
	ck_assert_int_eq(parse(unknown[_i], 4, false, PROTO_FROM_WORKER),
			 -EPROTO);
}
END_TEST

START_TEST(a_header_that_is_cut_is_refused)
{
	ck_assert_int_eq(proto_parse(&packet, (size_t)_i, false,
				     PROTO_FROM_WORKER, &message),
			 -EPROTO);
}
END_TEST

START_TEST(strings_need_their_end)
{
	memset(&packet, 0, sizeof(packet));
	memset(packet.payload, 'a', sizeof(struct proto_file));
	ck_assert_int_eq(parse(PROTO_KEEP, sizeof(struct proto_file), false,
			       PROTO_FROM_WORKER),
			 -EPROTO);
	packet.payload[sizeof(struct proto_file) - 1] = '\0';
	ck_assert_int_eq(parse(PROTO_KEEP, sizeof(struct proto_file), false,
			       PROTO_FROM_WORKER),
			 0);
}
END_TEST

START_TEST(the_second_string_is_checked_too)
{
	struct proto_bind bind = { .policies = "a" };

	memset(bind.label, 'b', sizeof(bind.label));
	memcpy(packet.payload, &bind, sizeof(bind));
	ck_assert_int_eq(parse(PROTO_BIND, sizeof(bind), true,
			       PROTO_FROM_WORKER),
			 -EPROTO);
}
END_TEST

START_TEST(descriptors_only_where_they_belong)
{
	memset(&packet, 0, sizeof(packet));
	ck_assert_int_eq(parse(PROTO_DONE, sizeof(struct proto_done), true,
			       PROTO_FROM_PARENT),
			 -EPROTO);
	ck_assert_int_eq(parse(PROTO_POLICY, sizeof(struct proto_policy), false,
			       PROTO_FROM_PARENT),
			 -EPROTO);
	ck_assert_int_eq(parse(PROTO_COMPILED, sizeof(struct proto_compiled),
			       true, PROTO_FROM_PARENT),
			 0);
	ck_assert_int_eq(parse(PROTO_REACH, sizeof(struct proto_reach), true,
			       PROTO_FROM_WORKER),
			 0);
}
END_TEST

START_TEST(a_message_arrives_with_its_descriptor)
{
	struct proto_message sent = {
		.type = PROTO_POLICY,
		.serial = 9,
		.u.policy = { .generation = 3, .name = "web" },
	};
	struct stat ours, theirs;
	int pair[2];

	ck_assert_int_eq(proto_pair(pair), 0);
	sent.fd = open("/dev/null", O_RDONLY);
	ck_assert_int_eq(proto_send(pair[0], &sent), 0);
	ck_assert_int_eq(proto_receive(pair[1], PROTO_FROM_PARENT, &message),
			 0);
	ck_assert_str_eq(message.u.policy.name, "web");
	ck_assert_uint_eq(message.u.policy.generation, 3);
	ck_assert_int_ne(message.fd, sent.fd);
	fstat(sent.fd, &ours);
	ck_assert_int_eq(fstat(message.fd, &theirs), 0);
	ck_assert_uint_eq(ours.st_rdev, theirs.st_rdev);
	ck_assert(fcntl(message.fd, F_GETFD) & FD_CLOEXEC);
}
END_TEST

static int next_fd(void)
{
	int fd = open("/dev/null", O_RDONLY);

	close(fd);
	return fd;
}

static void send_fds(int sock, uint32_t type, size_t len, size_t num_fds)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(3 * sizeof(int))];
	} control = {};
	struct iovec part = { &packet, 8 + len };
	struct msghdr msg = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = CMSG_SPACE(num_fds * sizeof(int)),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	int fds[3] = { 0, 0, 0 };

	memset(&packet, 0, sizeof(packet));
	packet.type = type;
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(num_fds * sizeof(int));
	memcpy(CMSG_DATA(cmsg), fds, num_fds * sizeof(int));
	ck_assert_int_gt(sendmsg(sock, &msg, 0), 0);
}

START_TEST(refused_descriptors_are_closed)
{
	int pair[2], before;

	ck_assert_int_eq(proto_pair(pair), 0);
	before = next_fd();
	send_fds(pair[0], PROTO_DONE, sizeof(struct proto_done), 1);
	ck_assert_int_eq(proto_receive(pair[1], PROTO_FROM_PARENT, &message),
			 -EPROTO);
	send_fds(pair[0], PROTO_LOG, sizeof(struct proto_empty), 3);
	ck_assert_int_eq(proto_receive(pair[1], PROTO_FROM_PARENT, &message),
			 -EPROTO);
	ck_assert_int_eq(next_fd(), before);
}
END_TEST

START_TEST(an_oversized_packet_is_refused)
{
	static char big[sizeof(packet) + 4096];
	int pair[2];

	ck_assert_int_eq(proto_pair(pair), 0);
	big[0] = PROTO_SYNC;
	ck_assert_int_gt(send(pair[0], big, sizeof(big), 0), 0);
	ck_assert_int_eq(proto_receive(pair[1], PROTO_FROM_WORKER, &message),
			 -EPROTO);
}
END_TEST

START_TEST(the_end_of_the_other_side_is_told)
{
	int pair[2];

	ck_assert_int_eq(proto_pair(pair), 0);
	close(pair[0]);
	ck_assert_int_eq(proto_receive(pair[1], PROTO_FROM_WORKER, &message),
			 -EPIPE);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("proto");
	TCase *tcase = tcase_create("proto");

	tcase_add_loop_test(tcase, every_type_parses_at_its_size_only, 0, 11);
	tcase_add_loop_test(tcase, the_wrong_sender_is_refused, 0, 11);
	tcase_add_loop_test(tcase, unknown_types_are_refused, 0, 6);
	tcase_add_loop_test(tcase, a_header_that_is_cut_is_refused, 0, 8);
	tcase_add_test(tcase, strings_need_their_end);
	tcase_add_test(tcase, the_second_string_is_checked_too);
	tcase_add_test(tcase, descriptors_only_where_they_belong);
	tcase_add_test(tcase, a_message_arrives_with_its_descriptor);
	tcase_add_test(tcase, refused_descriptors_are_closed);
	tcase_add_test(tcase, an_oversized_packet_is_refused);
	tcase_add_test(tcase, the_end_of_the_other_side_is_told);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}

// SPDX-License-Identifier: GPL-2.0-only
/* link_test.c - how many requests of whom are under way at a time */
#include <check.h>
#include <errno.h>
#include <event2/event.h>
#include <unistd.h>

#include "daemon/link.h"
#include "tests/lib/suite.h"

static struct event_base *base;
static struct link *link_of;
static int socks[2], client;
static unsigned int num_answers;

static void setup(void)
{
	ck_assert_int_eq(proto_pair(socks), 0);
	base = event_base_new();
	link_of = link_create(base, socks[0], &(struct link_events){});
	client = dup(socks[0]);
	num_answers = 0;
}

static void teardown(void)
{
	link_free(link_of);
	event_base_free(base);
	close(socks[0]);
	close(socks[1]);
	close(client);
}

static void on_answer(void *arg, const struct proto_message *message)
{
	(void)arg;
	(void)message;
	num_answers++;
}

static int bind_for(uid_t uid)
{
	static struct proto_message message;

	message = (struct proto_message){ .type = PROTO_BIND, .fd = client };
	message.u.bind.uid = uid;
	return link_request(link_of, &message, on_answer, NULL);
}

/* The parent says that the oldest one is done. */
static void end_one(void)
{
	static struct proto_message message;

	ck_assert_int_eq(proto_receive(socks[1], PROTO_FROM_WORKER, &message),
			 0);
	close(message.fd);
	message = (struct proto_message){
		.type = PROTO_DONE,
		.serial = message.serial,
		.fd = -1,
	};
	ck_assert_int_eq(proto_send(socks[1], &message), 0);
	event_base_loop(base, EVLOOP_ONCE);
}

START_TEST(one_user_has_a_part_of_the_bindings_of_users)
{
	unsigned int i;

	for (i = 0; i < LINK_MAX_OF_ONE; i++)
		ck_assert_int_eq(bind_for(1000), 0);
	ck_assert_int_eq(bind_for(1000), -EBUSY);
	/* others have the rest of it, and root his own */
	for (i = LINK_MAX_OF_ONE; i < LINK_MAX_OF_USERS; i++)
		ck_assert_int_eq(bind_for(1000 + i), 0);
	ck_assert_int_eq(bind_for(3000), -EBUSY);
	for (i = 0; i < LINK_MAX_OF_USERS + 1; i++)
		ck_assert_int_eq(bind_for(0), 0);
}
END_TEST

START_TEST(what_has_ended_makes_room)
{
	unsigned int i;

	for (i = 0; i < LINK_MAX_OF_ONE; i++)
		ck_assert_int_eq(bind_for(1000), 0);
	ck_assert_int_eq(bind_for(1000), -EBUSY);
	end_one();
	ck_assert_uint_eq(num_answers, 1);
	ck_assert_int_eq(bind_for(1000), 0);
	ck_assert_int_eq(bind_for(1000), -EBUSY);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("link");
	TCase *tcase = tcase_create("link");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, one_user_has_a_part_of_the_bindings_of_users);
	tcase_add_test(tcase, what_has_ended_makes_room);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}

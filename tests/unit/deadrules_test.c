// SPDX-License-Identifier: GPL-2.0-only
/* deadrules_test.c - what an image can make of the alarms about its links */
#include <check.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/alarms.h"
#include "daemon/deadrules.h"
#include "daemon/link.h"
#include "daemon/log.h"
#include "daemon/proto.h"
#include "tests/lib/suite.h"

static struct event_base *base;
static struct link *link_of;
static struct log log_of;
static struct alarms alarms;
static struct deadrules *deadrules;
static int socks[2];

static void setup(void)
{
	struct link_events events = {};

	ck_assert_int_eq(proto_pair(socks), 0);
	base = event_base_new();
	link_of = link_create(base, socks[0], &events);
	log_of = (struct log){ .fd = memfd_create("log", MFD_CLOEXEC) };
	alarms = (struct alarms){ .log = &log_of };
	deadrules = deadrules_create(&(struct deadrules_config){
		.link = link_of,
		.log = &log_of,
		.alarms = &alarms,
	});
	ck_assert_ptr_nonnull(deadrules);
}

static void teardown(void)
{
	deadrules_free(deadrules);
	alarms_free(&alarms);
	link_free(link_of);
	event_base_free(base);
	close(log_of.fd);
	close(socks[0]);
	close(socks[1]);
}

/* Return: the serial of what it asks for. */
static uint32_t asked(void)
{
	struct roster_choice choice = { .num = 1, .name = { "app" } };
	static struct proto_message message;

	deadrules_look(deadrules, "web", "/web", "/srv/root", -1, &choice);
	ck_assert_int_eq(proto_receive(socks[1], PROTO_FROM_WORKER, &message),
			 0);
	return message.serial;
}

/* Look once, at what policyc says these lines of. */
static void look(const char *lines)
{
	struct proto_message answer = {
		.type = PROTO_REACHED,
		.serial = asked(),
		.fd = memfd_create("lines", MFD_CLOEXEC),
	};

	ck_assert_int_eq(write(answer.fd, lines, strlen(lines)),
			 (ssize_t)strlen(lines));
	ck_assert_int_eq(proto_send(socks[1], &answer), 0);
	close(answer.fd);
	event_base_loop(base, EVLOOP_ONCE);
}

static void look_at_lines(int num)
{
	char lines[1024] = "";
	int i;

	for (i = 0; i < num; i++)
		snprintf(lines + strlen(lines), sizeof(lines) - strlen(lines),
			 "rule %d\n", i);
	look(lines);
}

START_TEST(so_many_rules_are_told_apart)
{
	look_at_lines(DEADRULES_LINES - 1 + _i);
	ck_assert_uint_eq(alarms.num, (unsigned int)(DEADRULES_LINES - 1 + _i));
	ck_assert_str_eq(alarms.list[alarms.num - 1].text,
			 _i ? "policy app, rule 15" : "policy app, rule 14");
}
END_TEST

static const char *const rests[] = { "policy app, and 1 more",
				     "policy app, and 2 more" };

START_TEST(the_rest_is_one_alarm)
{
	look_at_lines(DEADRULES_LINES + 1 + _i);
	ck_assert_uint_eq(alarms.num, DEADRULES_LINES + 1);
	ck_assert_str_eq(alarms.list[DEADRULES_LINES].text, rests[_i]);
}
END_TEST

START_TEST(what_is_no_text_is_shown_and_does_nothing)
{
	look("rule 1: \x1b[2J\xff\n\n\n");
	ck_assert_uint_eq(alarms.num, 1);
	ck_assert_str_eq(alarms.list[0].text,
			 "policy app, rule 1: \\x1b[2J\\xff");
}
END_TEST

START_TEST(nothing_is_no_alarm)
{
	look("");
	ck_assert_uint_eq(alarms.num, 0);
}
END_TEST

START_TEST(what_was_not_looked_at_is_told_with_the_reason)
{
	struct proto_message answer = {
		.type = PROTO_DONE,
		.serial = asked(),
		.fd = -1,
		.u.done = { .err = -ENOENT, .text = "its root: empty\n" },
	};
	char text[1024] = "";

	ck_assert_int_eq(proto_send(socks[1], &answer), 0);
	event_base_loop(base, EVLOOP_ONCE);
	ck_assert_uint_eq(alarms.num, 0);
	ck_assert_int_gt(pread(log_of.fd, text, sizeof(text) - 1, 0), 0);
	ck_assert_ptr_nonnull(strstr(
		text, "policy app: whether all its rules can match there was "
		      "not looked at: its root: empty\""));
}
END_TEST

/* No alarm may mean that there is no dead rule only if all lines were read. */
START_TEST(lines_that_cannot_be_read_are_told)
{
	struct proto_message answer = {
		.type = PROTO_REACHED,
		.serial = asked(),
		.fd = open("/dev/null", O_WRONLY | O_CLOEXEC),
	};
	char text[1024] = "";

	ck_assert_int_eq(proto_send(socks[1], &answer), 0);
	close(answer.fd);
	event_base_loop(base, EVLOOP_ONCE);
	ck_assert_int_gt(pread(log_of.fd, text, sizeof(text) - 1, 0), 0);
	ck_assert_ptr_nonnull(strstr(text, "was not looked at: Bad file"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("deadrules");
	TCase *tcase = tcase_create("deadrules");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, so_many_rules_are_told_apart, 0, 2);
	tcase_add_loop_test(tcase, the_rest_is_one_alarm, 0, 2);
	tcase_add_test(tcase, what_is_no_text_is_shown_and_does_nothing);
	tcase_add_test(tcase, nothing_is_no_alarm);
	tcase_add_test(tcase, what_was_not_looked_at_is_told_with_the_reason);
	tcase_add_test(tcase, lines_that_cannot_be_read_are_told);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}

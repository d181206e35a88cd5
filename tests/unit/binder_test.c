// SPDX-License-Identifier: GPL-2.0-only
/* binder_test.c - what is sent for a container, what is refused, what is told */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <event2/event.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/alarms.h"
#include "daemon/binder.h"
#include "daemon/control.h"
#include "daemon/deadrules.h"
#include "daemon/images.h"
#include "daemon/instances.h"
#include "daemon/log.h"
#include "daemon/names.h"
#include "daemon/roster.h"
#include "daemon/store_parts.h"
#include "daemon/userlog.h"
#include "tests/lib/suite.h"
#include "vm/image.h"

#define D64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

#define CGROUP 77 /* the number of the one that is bound */

static uint64_t bound = CGROUP;

static struct roster roster;
static struct store store;
static struct file broken = { .name = "broken.yaml", .state = STATE_ERROR };
static struct log log_of;
static struct userlog users;
static struct names *names;
static struct event_base *base;
static struct link *link_of;
static struct alarms alarms;
static struct binder_config config;
static struct control *control;
static int socks[2];
static int client_socks[2]; /* of who asks */

static struct control_client root = { .id = 1, .pid = 1, .place = -1 };
static struct control_client user = { .id = 2,
				      .pid = 77,
				      .uid = 1000,
				      .place = -1 };

static void add(const char *name, bool filtered)
{
	struct roster_policy policy = {
		.selectors = calloc(1, sizeof(struct roster_selector)),
		.num_selectors = 1,
		.enter_self = true,
	};

	strcpy(policy.name, name);
	strcpy(policy.digest, D64);
	policy.selectors[0].kind = BVM_SELECT_NAME;
	policy.selectors[0].key = strdup("");
	policy.selectors[0].value = strdup("web*");
	if (filtered) {
		policy.filter = calloc(1, sizeof(*policy.filter));
		policy.num_filter = 1;
	}
	ck_assert_int_eq(roster_put(&roster, &policy), 0);
}

static void setup(void)
{
	struct link_events events = {};

	ck_assert_int_eq(proto_pair(socks), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
				    client_socks),
			 0);
	root.fd = user.fd = client_socks[0];
	fcntl(socks[1], F_SETFL, O_NONBLOCK);
	base = event_base_new();
	control = control_create(base, socket(AF_UNIX, SOCK_STREAM, 0), NULL,
				 NULL);
	ck_assert_ptr_nonnull(control);
	link_of = link_create(base, socks[0], &events);
	store = (struct store){ .ready = true };
	users = (struct userlog){};
	log_of = (struct log){ .fd = memfd_create("log", MFD_CLOEXEC) };
	names = names_open("/tmp/binder_test.names", "boot");
	ck_assert_ptr_nonnull(names);
	config = (struct binder_config){ .roster = &roster,
					 .store = &store,
					 .link = link_of,
					 .log = &log_of,
					 .users = &users,
					 .names = names };
	alarms = (struct alarms){ .log = &log_of };
	config.deadrules = deadrules_create(&(struct deadrules_config){
		.link = link_of,
		.log = &log_of,
		.alarms = &alarms,
	});
}

/* Take what was sent to the parent, and answer it. Return: was there one? */
static bool take(struct proto_message *message, int err)
{
	struct proto_message done = { .type = PROTO_DONE, .fd = -1 };

	if (proto_receive(socks[1], PROTO_FROM_WORKER, message))
		return false;
	if (message->fd >= 0)
		close(message->fd);
	done.serial = message->serial;
	done.u.done.err = err;
	done.u.done.cgroup = err ? 0 : bound;
	ck_assert_int_eq(proto_send(socks[1], &done), 0);
	event_base_loop(base, EVLOOP_ONCE);
	return true;
}

static void teardown(void)
{
	static struct proto_message message;

	while (take(&message, 0))
		;
	deadrules_free(config.deadrules);
	alarms_free(&alarms);
	link_free(link_of);
	control_free(control);
	event_base_free(base);
	roster_free(&roster);
	names_free(names);
	unlink("/tmp/binder_test.names");
	close(socks[0]);
	close(socks[1]);
	close(client_socks[0]);
	close(client_socks[1]);
	close(log_of.fd);
}

typedef json_t *serve(const struct binder_config *binder,
		      struct control *answers,
		      const struct control_client *client,
		      const json_t *request);

/* Return: the error, "" without one; "later" if the answer comes later. */
static const char *asked(serve *how, const struct control_client *client,
			 json_t *request)
{
	static char text[512];
	const char *error;
	json_t *answer;

	json_object_set_new(request, "pid", json_integer(getpid()));
	json_object_set_new(request, "id", json_string("prod-db"));
	answer = how(&config, control, client, request);
	error = json_string_value(json_object_get(answer, "error"));
	snprintf(text, sizeof(text), "%s",
		 !answer ? "later" :
		 error	 ? error :
			   "");
	json_decref(answer);
	json_decref(request);
	return text;
}

static const char *log_text(void)
{
	static char text[65536];
	ssize_t len = pread(log_of.fd, text, sizeof(text) - 1, 0);

	text[len > 0 ? len : 0] = '\0';
	return text;
}

static unsigned int num_lines(void)
{
	const char *at = log_text();
	unsigned int num = 0;

	while ((at = strchr(at, '\n'))) {
		at++;
		num++;
	}
	return num;
}

START_TEST(a_file_in_error_is_left_out_of_no_stack)
{
	add("web", false);
	store.files = &broken;
	ck_assert_ptr_nonnull(strstr(asked(binder_request, &root,
					   json_pack("{s:s}", "name", "web1")),
				     "broken.yaml is in error"));
	ck_assert_ptr_nonnull(strstr(asked(binder_prepare, &root,
					   json_pack("{s:s}", "name", "web1")),
				     "broken.yaml is in error"));
	store.files = NULL;
	ck_assert_str_eq(asked(binder_request, &root,
			       json_pack("{s:s}", "name", "web1")),
			 "later");
}
END_TEST

START_TEST(users_get_few_lines_which_name_them)
{
	int i;

	for (i = 0; i < 100; i++) {
		asked(binder_request, &user, json_object());
		asked(binder_prepare, &user,
		      json_pack("{s:{s:s}}", "annotations", "io.bailiff.policy",
				"A"));
	}
	ck_assert_uint_eq(num_lines(), USERLOG_LINES);
	ck_assert_ptr_nonnull(
		strstr(log_text(), "\"object\":\"user 1000, process 77\""));
	ck_assert_ptr_null(strstr(log_text(), "\"object\":\"prod-db\""));
	asked(binder_request, &root, json_object());
	ck_assert_uint_eq(num_lines(), USERLOG_LINES + 1);
	ck_assert_ptr_nonnull(strstr(log_text(), "\"object\":\"prod-db\""));
}
END_TEST

START_TEST(what_was_left_out_is_counted_once)
{
	struct userlog few = {};
	unsigned int dropped, i;

	for (i = 0; i < USERLOG_LINES; i++)
		ck_assert(userlog_take(&few, 5, &dropped));
	ck_assert(!userlog_take(&few, 5, &dropped));
	ck_assert(!userlog_take(&few, 4 + USERLOG_SECONDS, &dropped));
	ck_assert(userlog_take(&few, 5 + USERLOG_SECONDS, &dropped));
	ck_assert_uint_eq(dropped, 2);
	ck_assert(userlog_take(&few, 5 + USERLOG_SECONDS, &dropped));
	ck_assert_uint_eq(dropped, 0);
}
END_TEST

START_TEST(users_leave_room_for_root)
{
	struct control_client users[3];
	int i;

	add("web", false);
	/* one user has half of them at most, all users together all but root's */
	for (i = 0; i < 8; i++) {
		users[i / 4] = user;
		users[i / 4].uid += i / 4;
		ck_assert_str_eq(asked(binder_request, &users[i / 4],
				       json_pack("{s:s}", "name", "web1")),
				 "later");
	}
	users[2] = user;
	users[2].uid += 2;
	ck_assert_ptr_nonnull(strstr(asked(binder_request, &users[2],
					   json_pack("{s:s}", "name", "web1")),
				     "too many"));
	ck_assert_str_eq(asked(binder_request, &root,
			       json_pack("{s:s}", "name", "web1")),
			 "later");
}
END_TEST

START_TEST(a_refused_binding_of_a_user_is_told_as_such)
{
	static struct proto_message message;

	add("web", false);
	asked(binder_request, &user, json_pack("{s:s}", "name", "web1"));
	ck_assert(take(&message, -EPERM));
	ck_assert_uint_eq(num_lines(), 1);
	ck_assert_ptr_null(strstr(log_text(), "\"object\":\"prod-db\""));
}
END_TEST

static const char *sent(void)
{
	static struct proto_message message;

	ck_assert(take(&message, 0));
	ck_assert_uint_eq(message.type, PROTO_BIND);
	return message.u.bind.policies;
}

START_TEST(with_a_filter_its_version_is_bound)
{
	add("app", false);
	add("web", true);
	ck_assert_str_eq(asked(binder_request, &root,
			       json_pack("{s:s, s:b, s:[s]}", "name", "web1",
					 "prepared", 1, "filters", "web@" D64)),
			 "later");
	ck_assert_str_eq(sent(), "app@" D64 ",web@" D64);
	roster_remove(&roster, "web");
	ck_assert_str_eq(asked(binder_request, &root,
			       json_pack("{s:s}", "name", "web1")),
			 "later");
	ck_assert_str_eq(sent(), "app");
}
END_TEST

START_TEST(a_filter_of_one_is_no_filter_of_a_policy_nobody_knows)
{
	add("web", true);
	ck_assert_ptr_nonnull(strstr(
		asked(binder_request, &root,
		      json_pack("{s:s, s:b, s:[s], s:{s:s}}", "name", "web1",
				"prepared", 1, "filters", "web@" D64,
				"annotations", "io.bailiff.policy", "unknown")),
		"not loaded"));
}
END_TEST

static const char *name_of_bound(void)
{
	const struct names_entry *entry = names_find(names, CGROUP);

	return entry ? entry->name : NULL;
}

START_TEST(what_is_bound_has_a_name)
{
	static struct proto_message message;

	add("web", false);
	asked(binder_request, &root,
	      json_pack("{s:s, s:s}", "name", "web1", "image", "nginx:1"));
	ck_assert(take(&message, -EPERM));
	ck_assert_ptr_null(name_of_bound());
	asked(binder_request, &root,
	      json_pack("{s:s, s:s}", "name", "web1", "image", "nginx:1"));
	ck_assert(take(&message, 0));
	ck_assert_str_eq(name_of_bound(), "web1");
	ck_assert_str_eq(names_find(names, CGROUP)->image, "nginx:1");
	asked(binder_request, &root, json_pack("{s:s}", "name", "web2"));
	ck_assert(take(&message, 0));
	ck_assert_str_eq(name_of_bound(), "web2");
	ck_assert_str_eq(names_find(names, CGROUP)->image, "");
}
END_TEST

/* ---- rules that cannot match there ---- */

/* Records have the cgroup, and so of each its own image. */
START_TEST(two_of_one_name_are_bound_each_by_its_own_cgroup)
{
	static struct proto_message message;

	add("web", false);
	asked(binder_request, &root,
	      json_pack("{s:s, s:s}", "name", "web1", "image", "nginx:1"));
	ck_assert(take(&message, 0));
	ck_assert_str_eq(message.u.bind.policies, "web");
	bound = CGROUP + 1;
	asked(binder_request, &root,
	      json_pack("{s:s, s:s}", "name", "web1", "image", "other:2"));
	ck_assert(take(&message, 0));
	ck_assert_uint_eq(message.type, PROTO_BIND);
	ck_assert_str_eq(message.u.bind.policies, "web");
	ck_assert_str_eq(names_find(names, CGROUP)->name, "web1");
	ck_assert_str_eq(names_find(names, CGROUP)->image, "nginx:1");
	ck_assert_str_eq(names_find(names, CGROUP + 1)->name, "web1");
	ck_assert_str_eq(names_find(names, CGROUP + 1)->image, "other:2");
}
END_TEST

static json_t *of_root(const char *dir)
{
	return json_pack("{s:s, s:s}", "name", "web1", "root", dir);
}

static void answer_reach(const struct proto_message *message, const char *lines)
{
	struct proto_message answer = {
		.type = PROTO_REACHED,
		.serial = message->serial,
		.fd = memfd_create("lines", MFD_CLOEXEC),
	};

	ck_assert_int_eq(write(answer.fd, lines, strlen(lines)),
			 (ssize_t)strlen(lines));
	ck_assert_int_eq(proto_send(socks[1], &answer), 0);
	close(answer.fd);
	event_base_loop(base, EVLOOP_ONCE);
}

START_TEST(what_was_bound_is_looked_at_for_dead_rules)
{
	static struct proto_message message;

	add("app", false);
	add("web", false);
	asked(binder_request, &root, of_root("/srv/rootfs"));
	ck_assert_str_eq(sent(), "app,web");
	ck_assert_int_eq(proto_receive(socks[1], PROTO_FROM_WORKER, &message),
			 0);
	ck_assert_uint_eq(message.type, PROTO_REACH);
	ck_assert_str_eq(message.u.reach.policy, "app");
	ck_assert_str_eq(message.u.reach.root, "/srv/rootfs");
	answer_reach(&message, "rule 1, a:5: x\nrule 2, a:6: y\n");
	ck_assert_uint_eq(alarms_count(&alarms, ALARM_DEAD_RULE), 2);
	ck_assert_str_eq(alarms.list[1].text, "policy app, rule 2, a:6: y");
	ck_assert_str_eq(alarms.list[1].about, "web1");
	ck_assert_int_eq(proto_receive(socks[1], PROTO_FROM_WORKER, &message),
			 0);
	ck_assert_str_eq(message.u.reach.policy, "web");
	answer_reach(&message, "");
	ck_assert_uint_eq(alarms_count(&alarms, ALARM_DEAD_RULE), 2);
	ck_assert_uint_eq(num_lines(), 2);
}
END_TEST

START_TEST(what_cannot_be_looked_at_is_told)
{
	static struct proto_message message;

	add("web", false);
	asked(binder_request, &root, of_root("/srv/rootfs"));
	sent();
	ck_assert(take(&message, -ENOENT));
	ck_assert_uint_eq(message.type, PROTO_REACH);
	ck_assert_ptr_nonnull(strstr(log_text(), "was not looked at"));
	asked(binder_request, &root, of_root("relative"));
	sent();
	ck_assert_ptr_nonnull(
		strstr(log_text(), "its root directory is not known"));
}
END_TEST

/* Each policy is looked at in it, when its turn comes, and the client has gone. */
START_TEST(the_place_that_the_hook_passed_goes_along)
{
	static struct proto_message message;
	struct control_client hook = root;
	struct stat is, was;
	int policies;

	add("web", false);
	add("app", false);
	hook.place = open("/tmp", O_PATH | O_CLOEXEC);
	ck_assert_int_eq(fstat(hook.place, &was), 0);
	asked(binder_request, &hook, of_root("/srv/rootfs"));
	close(hook.place);
	ck_assert_str_eq(sent(), "app,web");
	for (policies = 0; policies < 2; policies++) {
		ck_assert_int_eq(proto_receive(socks[1], PROTO_FROM_WORKER,
					       &message),
				 0);
		ck_assert_uint_eq(message.type, PROTO_REACH);
		ck_assert_int_eq(fstat(message.fd, &is), 0);
		ck_assert_uint_eq(is.st_ino, was.st_ino);
		ck_assert_uint_eq(is.st_dev, was.st_dev);
		close(message.fd);
		answer_reach(&message, "");
	}
	/* and is given back: the next container's has its number */
	ck_assert_int_eq(open("/tmp", O_PATH | O_CLOEXEC), hook.place);
	close(hook.place);
}
END_TEST

START_TEST(for_users_nothing_is_looked_at)
{
	static struct proto_message message;

	add("web", false);
	asked(binder_request, &user, of_root("/srv/rootfs"));
	sent();
	ck_assert(!take(&message, 0));
	ck_assert_uint_eq(num_lines(), 0);
}
END_TEST

START_TEST(so_many_containers_are_looked_at_and_no_more)
{
	struct roster_choice choice = { .num = 1, .name = { "web" } };
	int i;

	for (i = 0; i < DEADRULES_MAX; i++)
		deadrules_look(config.deadrules, "x", "/x", "/", -1, &choice);
	ck_assert_uint_eq(num_lines(), 0);
	deadrules_look(config.deadrules, "x", "/x", "/", -1, &choice);
	ck_assert_uint_eq(num_lines(), 1);
	ck_assert_ptr_nonnull(strstr(log_text(), "too many containers"));
}
END_TEST

START_TEST(a_service_with_a_blank_is_refused_here)
{
	char label[BVM_MAX_NAME];

	ck_assert_int_eq(binder_service_label("a.service", label), 0);
	ck_assert_str_eq(label, "a.service");
	ck_assert_int_eq(binder_service_label("a b.service", label), -EINVAL);
	ck_assert_int_eq(binder_service_label("a\xff.service", label), -EINVAL);
}
END_TEST

/* ---- what of a template is taken away again and again ---- */

/* As in binder.c: one for each that can be stacked, and so many once more. */
#define MADE (2 * BVM_MAX_STACKED)

static bool is_there;
static instances_made *made;
static void *made_arg;
static unsigned int num_made;

/* The linker puts these in the place of instances.c's. */
const struct roster_policy *
__wrap_instances_find(const struct instances *instances,
		      const struct roster_policy *template,
		      const struct instances_values *values);
int __wrap_instances_make(struct instances *instances,
			  const struct roster_policy *template,
			  const struct instances_values *values,
			  instances_made *call, void *arg, struct text *why);

const struct roster_policy *
__wrap_instances_find(const struct instances *instances,
		      const struct roster_policy *template,
		      const struct instances_values *values)
{
	(void)instances;
	(void)template;
	(void)values;
	return is_there ? roster_find(&roster, "web-1") : NULL;
}

int __wrap_instances_make(struct instances *instances,
			  const struct roster_policy *template,
			  const struct instances_values *values,
			  instances_made *call, void *arg, struct text *why)
{
	(void)instances;
	(void)template;
	(void)values;
	(void)why;
	made = call;
	made_arg = arg;
	num_made++;
	return 0;
}

/* One is made, and gone before it is looked at: so often. */
static void lose_it(unsigned int times)
{
	add("web", false);
	roster.first->at_bind = IMAGES_NAME;
	ck_assert_str_eq(asked(binder_request, &root,
			       json_pack("{s:s}", "name", "web1")),
			 "later");
	while (num_made < times)
		made(made_arg, 0, NULL);
}

START_TEST(who_gets_it_at_last_is_bound)
{
	lose_it(MADE);
	add("web-1", false);
	is_there = true;
	made(made_arg, 0, NULL);
	ck_assert_uint_eq(num_made, MADE);
	ck_assert_str_eq(sent(), "web-1");
}
END_TEST

START_TEST(who_never_gets_it_comes_to_an_end)
{
	static struct proto_message message;

	lose_it(MADE);
	made(made_arg, 0, NULL);
	ck_assert_uint_eq(num_made, MADE);
	ck_assert_ptr_nonnull(strstr(log_text(), "again and again"));
	ck_assert(!take(&message, 0));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("binder");
	TCase *tcase = tcase_create("binder");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_file_in_error_is_left_out_of_no_stack);
	tcase_add_test(tcase, users_get_few_lines_which_name_them);
	tcase_add_test(tcase, what_was_left_out_is_counted_once);
	tcase_add_test(tcase, users_leave_room_for_root);
	tcase_add_test(tcase, a_refused_binding_of_a_user_is_told_as_such);
	tcase_add_test(tcase, with_a_filter_its_version_is_bound);
	tcase_add_test(tcase,
		       a_filter_of_one_is_no_filter_of_a_policy_nobody_knows);
	tcase_add_test(tcase, what_is_bound_has_a_name);
	tcase_add_test(tcase, two_of_one_name_are_bound_each_by_its_own_cgroup);
	tcase_add_test(tcase, what_was_bound_is_looked_at_for_dead_rules);
	tcase_add_test(tcase, what_cannot_be_looked_at_is_told);
	tcase_add_test(tcase, the_place_that_the_hook_passed_goes_along);
	tcase_add_test(tcase, for_users_nothing_is_looked_at);
	tcase_add_test(tcase, so_many_containers_are_looked_at_and_no_more);
	tcase_add_test(tcase, a_service_with_a_blank_is_refused_here);
	tcase_add_test(tcase, who_gets_it_at_last_is_bound);
	tcase_add_test(tcase, who_never_gets_it_comes_to_an_end);
	suite_add_tcase(suite, tcase);
	return suite_run_apart(suite);
}

// SPDX-License-Identifier: GPL-2.0-only
/* instances_test.c - policies that are made for one container each */
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/instances.h"
#include "daemon/proto.h"
#include "daemon/text.h"
#include "tests/lib/daemon_fixture.h"

#define TEMPLATE                                      \
	"bailiff: 1\npolicy: web-${container.name}\n" \
	"containers:\n  - image: \"nginx:*\"\n"       \
	"files:\n  - allow: read\n    paths: /srv/${container.name}/**\n"

#define is_state(file, state) (!strcmp(fixture_file_says(file, "state"), state))

#define REQUEST_MAX 1024

/* What bailiff-runtime asks. */
static void request_of(const char *name, const char *image,
		       char line[REQUEST_MAX])
{
	snprintf(line, REQUEST_MAX,
		 "{\"cmd\":\"runtime\",\"id\":\"x1\",\"name\":\"%s\","
		 "\"image\":\"%s\",\"cgroup\":"
		 "\"/system.slice/a.slice/web@8080.service\"}\n",
		 name, image);
}

/* What it is told: the policies, or why not. */
static const char *asked(const char *name, const char *image)
{
	static char text[8192];
	const char *answer, *error;
	char line[REQUEST_MAX];
	json_t *object, *list, *policy;
	size_t i;

	request_of(name, image, line);
	answer = fixture_exchange(line, strlen(line));
	object = json_loads(answer, 0, NULL);
	ck_assert_msg(object, "no answer but: %s", answer);
	text[0] = '\0';
	error = json_string_value(json_object_get(object, "error"));
	if (error)
		snprintf(text, sizeof(text), "no: %s", error);
	list = json_object_get(object, "policies");
	json_array_foreach(list, i, policy)
		strcat(strcat(text, i ? "," : ""),
		       json_string_value(json_object_get(policy, "policy")));
	json_decref(object);
	return text;
}

static struct fake_policy *loaded(const char *name)
{
	return fake_kernel_find(fixture.kernel, name);
}

START_TEST(a_template_is_kept_and_not_loaded)
{
	fixture_write_file("web.yaml", TEMPLATE);
	fixture_start();
	ck_assert(is_state("web.yaml", "active"));
	ck_assert_str_eq(fixture_file_says("web.yaml", "text"),
			 "a policy is made of it for each container, which has "
			 "to say: container.name\n");
	ck_assert_uint_eq(fixture.kernel->num_loads, 0);
}
END_TEST

START_TEST(each_container_gets_a_policy_of_its_own)
{
	fixture_write_file("web.yaml", TEMPLATE);
	fixture_start();
	ck_assert_str_eq(asked("blue", "nginx:1"), "web-blue");
	ck_assert_str_eq(asked("green", "nginx:1"), "web-green");
	ck_assert_str_ne(loaded("web-blue")->digest,
			 loaded("web-green")->digest);
	/* selected by nothing else */
	ck_assert_str_eq(asked("blue", "redis:1"), "");
	ck_assert_uint_eq(fixture.kernel->num_loads, 2);
}
END_TEST

START_TEST(what_is_made_already_is_not_made_again)
{
	fixture_write_file("web.yaml", TEMPLATE);
	fixture_start();
	ck_assert_str_eq(asked("blue", "nginx:1"), "web-blue");
	/* it would not be found if a compiler was needed */
	fixture_write_file("broken.yaml", "bailiff: 1\n");
	ck_assert_str_eq(asked("blue", "nginx:2"), "web-blue");
	ck_assert_uint_eq(fixture.kernel->num_loads, 1);
}
END_TEST

START_TEST(it_is_stacked_with_others_that_select_the_container)
{
	fixture_write_file("web.yaml", TEMPLATE);
	fixture_write_policy("all.yaml", "all", "/etc/hosts");
	fixture_start();
	ck_assert_str_eq(asked("all-1", "nginx:1"), "all,web-all-1");
}
END_TEST

START_TEST(the_instance_of_a_unit_is_a_value)
{
	fixture_write_file("unit.yaml",
			   "bailiff: 1\npolicy: unit-${unit.instance}\n"
			   "containers:\n"
			   "  - unit: web@${unit.instance}.service\n"
			   "network:\n  - allow: listen\n    protocol: tcp\n"
			   "    ports: ${unit.instance}\n");
	fixture_start();
	ck_assert_str_eq(asked("x", "y"), "unit-8080");
	ck_assert_ptr_nonnull(loaded("unit-8080"));
}
END_TEST

/* As a pattern it would allow what the policy does not. */
static const char *const hostile[] = {
	"*",	      "a*",	 "?",	"[a-z]", "{a,b}",
	"..",	      "../etc",	 "a/b", "a b",	 "a\\\\b",
	"$\\u007Bx}", ".hidden", "-x",	"a\\n",	 "\\u00e9",
};

START_TEST(a_value_is_no_pattern_and_no_path)
{
	const char *said;

	fixture_write_file("web.yaml", TEMPLATE);
	fixture_start();
	said = asked(hostile[_i], "nginx:1");
	ck_assert_msg(!strncmp(said, "no: web.yaml: ", 14) &&
			      strstr(said, "cannot be the value of "
					   "'${container.name}'"),
		      "%s", said);
	ck_assert_uint_eq(fixture.kernel->num_loads, 0);
}
END_TEST

/* No policy may be called so: refused, not renamed. */
START_TEST(a_value_that_is_no_name_is_refused)
{
	fixture_write_file("web.yaml", TEMPLATE);
	fixture_start();
	ck_assert_ptr_nonnull(strstr(asked("Blue", "nginx:1"), "no: web.yaml"));
	ck_assert_uint_eq(fixture.kernel->num_loads, 0);
}
END_TEST

START_TEST(a_value_has_at_most_255_bytes)
{
	char name[300] = "", line[400];

	/* where its length is its only fault */
	fixture_write_file("web.yaml",
			   "bailiff: 1\npolicy: web-${unit.instance}\n"
			   "containers:\n  - image: \"nginx:*\"\n"
			   "files:\n  - allow: read\n"
			   "    paths: /srv/${container.name}/**\n");
	fixture_start();
	memset(name, 'a', 254);
	ck_assert_str_eq(asked(name, "nginx:1"), "web-8080");
	memset(name, 'a', 255);
	ck_assert_str_eq(asked(name, "nginx:1"), "web-8080");
	memset(name, 'a', 256);
	snprintf(line, sizeof(line), "%s", asked(name, "nginx:1"));
	ck_assert_str_eq(line, "no: web.yaml: its container.name is too long");
}
END_TEST

START_TEST(who_does_not_say_is_refused)
{
	fixture_write_file("web.yaml", TEMPLATE);
	fixture_start();
	ck_assert_str_eq(asked("", "nginx:1"),
			 "no: web.yaml needs container.name, and it has none");
}
END_TEST

START_TEST(a_template_without_a_variable_in_its_name_is_in_error)
{
	fixture_write_file("web.yaml",
			   "bailiff: 1\npolicy: web\n"
			   "containers:\n  - image: \"nginx:*\"\n"
			   "files:\n  - allow: read\n"
			   "    paths: /srv/${container.name}/**\n");
	fixture_start();
	ck_assert(is_state("web.yaml", "error"));
	ck_assert_ptr_nonnull(strstr(fixture_file_says("web.yaml", "text"),
				     "all would have one name"));
}
END_TEST

/* The name tells some apart, and not these two. */
START_TEST(nobody_takes_the_policy_of_a_container_that_runs)
{
	fixture_write_file("web.yaml",
			   "bailiff: 1\npolicy: web-${container.name}\n"
			   "containers:\n  - image: \"nginx:*\"\n"
			   "files:\n  - allow: read\n"
			   "    paths: /srv/${container.image}/**\n");
	fixture_start();
	ck_assert_str_eq(asked("blue", "nginx:1"), "web-blue");
	loaded("web-blue")->bound = true;
	ck_assert_ptr_nonnull(strstr(asked("blue", "nginx:2"),
				     "web-blue is that of another container"));
	ck_assert_uint_eq(fixture.kernel->num_loads, 1);
	loaded("web-blue")->bound = false;
	ck_assert_str_eq(asked("blue", "nginx:2"), "web-blue");
	ck_assert_uint_eq(fixture.kernel->num_unloads, 1);
	ck_assert_uint_eq(fixture.kernel->num_loads, 2);
}
END_TEST

static int ask_later(const char *name, const char *image)
{
	int fd = fixture_connect_socket();
	char line[REQUEST_MAX];

	request_of(name, image, line);
	ck_assert_int_eq(send(fd, line, strlen(line), MSG_NOSIGNAL),
			 (ssize_t)strlen(line));
	return fd;
}

/* The answer to it; owned. */
static json_t *take_answer(int fd)
{
	char answer[4096];
	ssize_t len = recv(fd, answer, sizeof(answer) - 1, 0);

	answer[len > 0 ? len : 0] = '\0';
	close(fd);
	return json_loads(answer, 0, NULL);
}

/* A template whose name tells images not apart, and its text does. */
static void write_template(const char *name)
{
	char text[512], file[32];

	snprintf(text, sizeof(text),
		 "bailiff: 1\npolicy: %s-${container.name}\n"
		 "containers:\n  - image: \"nginx:*\"\n"
		 "files:\n  - allow: read\n"
		 "    paths: /srv/${container.image}/**\n",
		 name);
	snprintf(file, sizeof(file), "%s.yaml", name);
	fixture_write_file(file, text);
}

/* While it waits for the second, the name of the first goes to another. */
START_TEST(each_gets_its_own_of_two_templates)
{
	json_t *answers[2], *list;
	const char *digests[2];
	int fds[2], i;

	write_template("aux");
	fixture_write_file("web.yaml", TEMPLATE);
	fixture_start();
	fds[0] = ask_later("blue", "nginx:1");
	fds[1] = ask_later("blue", "nginx:2");
	for (i = 0; i < 2; i++) {
		answers[i] = take_answer(fds[i]);
		list = json_object_get(answers[i], "policies");
		ck_assert_uint_eq(json_array_size(list), 2);
		digests[i] = json_string_value(
			json_object_get(json_array_get(list, 0), "digest"));
	}
	ck_assert_str_ne(digests[0], digests[1]);
	json_decref(answers[0]);
	json_decref(answers[1]);
}
END_TEST

/* Each would take from the other what that has just had made, for ever. */
START_TEST(who_takes_names_from_each_other_comes_to_an_end)
{
	int fds[2], i;

	write_template("aux");
	write_template("log");
	write_template("web");
	fixture_start();
	fds[0] = ask_later("blue", "nginx:1");
	fds[1] = ask_later("blue", "nginx:2");
	for (i = 0; i < 2; i++) {
		json_t *answer = take_answer(fds[i]);

		ck_assert_ptr_nonnull(answer);
		json_decref(answer);
	}
	ck_assert_str_eq(asked("blue", "nginx:1"),
			 "aux-blue,log-blue,web-blue");
}
END_TEST

START_TEST(a_policy_of_that_name_is_not_replaced)
{
	fixture_write_file("web.yaml", TEMPLATE);
	fixture_write_policy("blue.yaml", "web-blue", "/etc/hosts");
	fixture_start();
	ck_assert_str_eq(asked("blue", "nginx:1"),
			 "no: web.yaml: there is another policy of the name "
			 "web-blue");
	ck_assert_uint_eq(fixture.kernel->num_loads, 1);
}
END_TEST

START_TEST(a_file_does_not_replace_the_policy_of_a_container)
{
	fixture_write_file("web.yaml", TEMPLATE);
	fixture_start();
	ck_assert_str_eq(asked("blue", "nginx:1"), "web-blue");
	fixture_write_policy("blue.yaml", "web-blue", "/etc/hosts");
	wait_until(is_state("blue.yaml", "error"));
	ck_assert_uint_eq(fixture.kernel->num_loads, 1);
}
END_TEST

START_TEST(after_a_kill_it_selects_nobody_else)
{
	fixture_write_file("web.yaml", TEMPLATE);
	fixture_start();
	ck_assert_str_eq(asked("blue", "nginx:1"), "web-blue");
	fixture_stop(SIGKILL, 0);
	fixture_start();
	ck_assert_str_eq(asked("green", "nginx:1"), "web-green");
	ck_assert_str_eq(asked("blue", "nginx:1"), "web-blue");
	/* the same image is there already */
	ck_assert_uint_eq(fixture.kernel->num_loads, 2);
}
END_TEST

#define MANY 8 /* more than there are looks before they are asked again */

static const char *many(char letter)
{
	static char name[16];

	snprintf(name, sizeof(name), "web-%c", letter);
	return name;
}

/* web-a to web-h, each with a container that runs. */
static void bind_many(void)
{
	char value[2] = "";

	for (value[0] = 'a'; value[0] < 'a' + MANY; value[0]++) {
		ck_assert_str_eq(asked(value, "nginx:1"), many(value[0]));
		loaded(many(value[0]))->bound = true;
	}
}

static unsigned int num_newer(unsigned int generation)
{
	unsigned int num = 0;
	char letter;

	for (letter = 'a'; letter < 'a' + MANY; letter++)
		num += loaded(many(letter))->generation > generation;
	return num;
}

START_TEST(a_changed_template_makes_all_its_policies_anew)
{
	/* in each look their last use is long ago */
	instances_look_s = 3;
	instances_keep_s = 2;
	fixture_write_file("web.yaml", TEMPLATE);
	fixture_start();
	bind_many();
	fixture_write_file("web.yaml", TEMPLATE "      \n"
						"exec:\n  - allow: /bin/x\n");
	wait_until(num_newer(MANY) == MANY);
	ck_assert_uint_eq(fixture.kernel->num_loads, 2 * MANY);
	ck_assert_uint_eq(fixture.kernel->num_unloads, 0);
}
END_TEST

START_TEST(what_nobody_is_bound_to_goes)
{
	instances_look_s = 1;
	instances_keep_s = 1;
	fixture_write_file("web.yaml", TEMPLATE);
	fixture_start();
	ck_assert_str_eq(asked("blue", "nginx:1"), "web-blue");
	ck_assert_str_eq(asked("green", "nginx:1"), "web-green");
	loaded("web-green")->bound = true;
	wait_until(!loaded("web-blue"));
	ck_assert_ptr_nonnull(loaded("web-green"));
	/* a later daemon, which made none of them, does the same */
	fixture_stop(SIGKILL, 0);
	fixture_start();
	loaded("web-green")->bound = false;
	wait_until(!loaded("web-green"));
}
END_TEST

START_TEST(one_that_is_used_is_in_nobodys_way)
{
	char letter;

	instances_look_s = 3600; /* not before there is another daemon */
	fixture_write_file("web.yaml", TEMPLATE);
	fixture_start();
	bind_many();
	fixture_stop(SIGKILL, 0);
	for (letter = 'b'; letter < 'a' + MANY; letter += 2)
		loaded(many(letter))->bound = false;
	/* there is time for two looks, and four are to go */
	instances_look_s = 4;
	instances_keep_s = 1;
	fixture_start();
	wait_until(fixture.kernel->num_unloads == MANY / 2);
	for (letter = 'a'; letter < 'a' + MANY; letter++)
		ck_assert_int_eq(!!loaded(many(letter)), letter % 2);
}
END_TEST

START_TEST(a_removed_template_selects_nobody)
{
	fixture_write_file("web.yaml", TEMPLATE);
	fixture_start();
	fixture_remove_file("web.yaml");
	wait_until(is_state("web.yaml", ""));
	ck_assert_str_eq(asked("blue", "nginx:1"), "");
}
END_TEST

START_TEST(a_file_becomes_a_template_and_a_policy_again)
{
	fixture_write_policy("web.yaml", "web", "/etc/hosts");
	fixture_start();
	fixture_write_file("web.yaml", TEMPLATE);
	wait_until(!loaded("web"));
	ck_assert_str_eq(asked("blue", "nginx:1"), "web-blue");
	fixture_write_policy("web.yaml", "web", "/etc/hosts");
	wait_until(loaded("web"));
	ck_assert_str_eq(asked("red", "nginx:1"), "");
}
END_TEST

static void add_tests(TCase *tcase)
{
	tcase_add_test(tcase, a_template_is_kept_and_not_loaded);
	tcase_add_test(tcase, each_container_gets_a_policy_of_its_own);
	tcase_add_test(tcase, what_is_made_already_is_not_made_again);
	tcase_add_test(tcase,
		       it_is_stacked_with_others_that_select_the_container);
	tcase_add_test(tcase, the_instance_of_a_unit_is_a_value);
	tcase_add_loop_test(tcase, a_value_is_no_pattern_and_no_path, 0,
			    sizeof(hostile) / sizeof(hostile[0]));
	tcase_add_test(tcase, a_value_that_is_no_name_is_refused);
	tcase_add_test(tcase, a_value_has_at_most_255_bytes);
	tcase_add_test(tcase, who_does_not_say_is_refused);
	tcase_add_test(tcase,
		       a_template_without_a_variable_in_its_name_is_in_error);
	tcase_add_test(tcase, nobody_takes_the_policy_of_a_container_that_runs);
	tcase_add_test(tcase, each_gets_its_own_of_two_templates);
	tcase_add_test(tcase, who_takes_names_from_each_other_comes_to_an_end);
	tcase_add_test(tcase, a_policy_of_that_name_is_not_replaced);
	tcase_add_test(tcase,
		       a_file_does_not_replace_the_policy_of_a_container);
	tcase_add_test(tcase, after_a_kill_it_selects_nobody_else);
	tcase_add_test(tcase, a_changed_template_makes_all_its_policies_anew);
	tcase_add_test(tcase, what_nobody_is_bound_to_goes);
	tcase_add_test(tcase, one_that_is_used_is_in_nobodys_way);
	tcase_add_test(tcase, a_removed_template_selects_nobody);
	tcase_add_test(tcase, a_file_becomes_a_template_and_a_policy_again);
}

int main(void)
{
	return fixture_run("instances", add_tests);
}

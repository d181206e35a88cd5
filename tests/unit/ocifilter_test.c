// SPDX-License-Identifier: GPL-2.0-only
/* ocifilter_test.c - a policy's filter and a bundle's: the stricter counts */
#include <check.h>
#include <errno.h>
#include <jansson.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ocifilter.h"
#include "tests/lib/suite.h"
#include "vm/filter.h"

#define ENOSYS_WORD (SECCOMP_RET_ERRNO | 38)
#define EPERM_WORD (SECCOMP_RET_ERRNO | 1)

static char why[512];

/* A filter that says word of some calls, and rest of the others. */
struct made {
	struct bvm_filter_insn insns[64];
	struct ocifilter filter;
};

static void make(struct made *made, uint32_t other_arch, uint32_t rest,
		 const char *const *calls, const uint32_t *words)
{
	struct bvm_filter_insn *to = made->insns;

	*to++ = (struct bvm_filter_insn){ 0x20, 0, 0, 4 };
	*to++ = (struct bvm_filter_insn){ 0x15, 1, 0, BVM_FILTER_X86_64 };
	*to++ = (struct bvm_filter_insn){ 0x06, 0, 0, other_arch };
	*to++ = (struct bvm_filter_insn){ 0x20, 0, 0, 0 };
	for (; *calls; calls++, words++) {
		int number = seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86_64,
							       *calls);

		ck_assert_int_ge(number, 0);
		*to++ = (struct bvm_filter_insn){ 0x15, 0, 1,
						  (uint32_t)number };
		*to++ = (struct bvm_filter_insn){ 0x06, 0, 0, *words };
	}
	*to++ = (struct bvm_filter_insn){ 0x06, 0, 0, rest };
	made->filter = (struct ocifilter){
		.policy = "web",
		.insns = made->insns,
		.num = (uint32_t)(to - made->insns),
	};
}

static json_t *merge(const char *section, const struct made *made)
{
	json_t *old = section ? json_loads(section, 0, NULL) : NULL, *new;

	ck_assert(old || !section);
	new = ocifilter_merge(old, &made->filter, 1, why, sizeof(why));
	json_decref(old);
	return new;
}

/* "ACTION errno" of a call without conditions, as a runtime reads it. */
static const char *says(const json_t *section, const char *call)
{
	const json_t *from = section, *entry, *name;
	const char *key = "defaultAction", *err = "defaultErrnoRet";
	static char text[64];
	size_t i, j;

	json_array_foreach(json_object_get(section, "syscalls"), i, entry)
		json_array_foreach(json_object_get(entry, "names"), j,
				   name) if (!strcmp(json_string_value(name),
						     call))
	{
		from = entry;
		key = "action";
		err = "errnoRet";
	}
	snprintf(text, sizeof(text), "%s %d",
		 json_string_value(json_object_get(from, key)) + 9,
		 (int)json_integer_value(json_object_get(from, err)));
	return text;
}

static const char *const calls[] = { "read", "mount", "ptrace", "write", NULL };
static const uint32_t words[] = { SECCOMP_RET_ALLOW, EPERM_WORD,
				  SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_LOG };

START_TEST(without_a_section_it_is_the_filter)
{
	struct made made;
	json_t *new;

	make(&made, ENOSYS_WORD, ENOSYS_WORD, calls, words);
	new = merge(NULL, &made);
	ck_assert_msg(new, "%s", why);
	ck_assert_str_eq(says(new, "read"), "ALLOW 0");
	ck_assert_str_eq(says(new, "mount"), "ERRNO 1");
	ck_assert_str_eq(says(new, "ptrace"), "KILL_PROCESS 0");
	ck_assert_str_eq(says(new, "write"), "LOG 0");
	ck_assert_str_eq(says(new, "bpf"), "ERRNO 38");
	ck_assert_str_eq(says(new, "of_linux_9"), "ERRNO 38");
	ck_assert_str_eq(json_string_value(json_array_get(
				 json_object_get(new, "architectures"), 0)),
			 "SCMP_ARCH_X86_64");
	ck_assert_uint_eq(
		json_array_size(json_object_get(new, "architectures")), 1);
	json_decref(new);
}
END_TEST

/* One call, "read": the section's word, the filter's, what comes of it. */
static const struct {
	const char *section;
	uint32_t word;
	const char *result;
} pairs[] = {
	{ "ALLOW", SECCOMP_RET_ALLOW, "ALLOW 0" },
	{ "ALLOW", EPERM_WORD, "ERRNO 1" },
	{ "ALLOW", SECCOMP_RET_LOG, "LOG 0" },
	{ "LOG", SECCOMP_RET_ALLOW, "LOG 0" },
	{ "TRACE", SECCOMP_RET_LOG, "TRACE 0" },
	{ "NOTIFY", SECCOMP_RET_LOG, "NOTIFY 0" },
	{ "NOTIFY", EPERM_WORD, "ERRNO 1" },
	{ "ERRNO", SECCOMP_RET_ALLOW, "ERRNO 0" },
	{ "ERRNO", EPERM_WORD, "ERRNO 0" },
	{ "ERRNO", SECCOMP_RET_KILL_PROCESS, "KILL_PROCESS 0" },
	{ "TRAP", EPERM_WORD, "TRAP 0" },
	{ "KILL", EPERM_WORD, "KILL_THREAD 0" },
	{ "KILL_THREAD", SECCOMP_RET_KILL_PROCESS, "KILL_PROCESS 0" },
	{ "KILL_PROCESS", SECCOMP_RET_ALLOW, "KILL_PROCESS 0" },
};

START_TEST(the_stricter_of_two_counts)
{
	static const char *const one[] = { "read", NULL };
	char text[512];
	struct made made;
	json_t *new;

	make(&made, ENOSYS_WORD, SECCOMP_RET_ALLOW, one, &pairs[_i].word);
	snprintf(text, sizeof(text),
		 "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{"
		 "\"names\":[\"read\"],\"action\":\"SCMP_ACT_%s\"}]}",
		 pairs[_i].section);
	new = merge(text, &made);
	ck_assert_msg(new, "%s", why);
	ck_assert_str_eq(says(new, "read"), pairs[_i].result);
	ck_assert_str_eq(says(new, "write"), "ALLOW 0");
	json_decref(new);
	/* the same words as defaults */
	make(&made, ENOSYS_WORD, pairs[_i].word, one + 1, NULL);
	snprintf(text, sizeof(text), "{\"defaultAction\":\"SCMP_ACT_%s\"}",
		 pairs[_i].section);
	new = merge(text, &made);
	ck_assert_msg(new, "%s", why);
	ck_assert_str_eq(says(new, "write"), pairs[_i].result);
	ck_assert_str_eq(says(new, "of_linux_9"), pairs[_i].result);
	json_decref(new);
}
END_TEST

/* As the ones of docker: what is not named fails; clone by its flags. */
#define DOCKER                                                            \
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":1,"    \
	"\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"],"     \
	"\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"],\"syscalls\":["          \
	"{\"names\":[\"read\",\"ptrace\",\"bpf\",\"of_linux_9\","         \
	"\"_llseek\"],\"action\":\"SCMP_ACT_ALLOW\"},"                    \
	"{\"names\":[\"clone\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[" \
	"{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_MASKED_EQ\"}]},"      \
	"{\"names\":[\"clone3\"],\"action\":\"SCMP_ACT_ERRNO\","          \
	"\"errnoRet\":38}]}"

START_TEST(a_profile_of_an_engine_stays_as_strict)
{
	static const char *const named[] = { "read", "clone", "mount", NULL };
	static const uint32_t allow[] = { SECCOMP_RET_ALLOW, SECCOMP_RET_ALLOW,
					  SECCOMP_RET_ALLOW };
	const json_t *entry;
	struct made made;
	json_t *new;
	size_t i, conditions = 0;

	make(&made, ENOSYS_WORD, ENOSYS_WORD, named, allow);
	new = merge(DOCKER, &made);
	ck_assert_msg(new, "%s", why);
	ck_assert_str_eq(says(new, "read"), "ALLOW 0");
	ck_assert_str_eq(says(new, "ptrace"), "ERRNO 38");
	ck_assert_str_eq(says(new, "bpf"), "ERRNO 38");
	/* a name that only the runtime knows is not let through */
	ck_assert_str_eq(says(new, "of_linux_9"), "ERRNO 38");
	ck_assert_str_eq(says(new, "mount"), "ERRNO 1");
	ck_assert_str_eq(says(new, "clone3"), "ERRNO 38");
	json_array_foreach(json_object_get(new, "syscalls"), i, entry)
		conditions += json_array_size(json_object_get(entry, "args"));
	ck_assert_uint_eq(conditions, 1);
	ck_assert_uint_eq(
		json_array_size(json_object_get(new, "architectures")), 1);
	ck_assert_uint_eq(json_array_size(json_object_get(new, "flags")), 1);
	json_decref(new);
}
END_TEST

START_TEST(a_condition_does_not_widen)
{
	static const char *const none[] = { NULL };
	const json_t *entry;
	struct made made;
	json_t *new;
	size_t i;

	/* clone is denied whatever its arguments are */
	make(&made, ENOSYS_WORD, EPERM_WORD, none, NULL);
	new = merge(DOCKER, &made);
	ck_assert_msg(new, "%s", why);
	json_array_foreach(json_object_get(new, "syscalls"), i, entry)
		ck_assert_ptr_null(json_object_get(entry, "args"));
	ck_assert_str_eq(says(new, "clone"), "ERRNO 1");
	json_decref(new);
}
END_TEST

START_TEST(a_condition_is_raised_with_its_call)
{
	static const char *const named[] = { "clone", NULL };
	static const uint32_t log[] = { SECCOMP_RET_LOG };
	const json_t *entry;
	struct made made;
	json_t *new;
	size_t i, found = 0;

	make(&made, SECCOMP_RET_LOG, SECCOMP_RET_ALLOW, named, log);
	new = merge(DOCKER, &made);
	ck_assert_msg(new, "%s", why);
	json_array_foreach(json_object_get(new, "syscalls"), i,
			   entry) if (json_object_get(entry, "args"))
	{
		ck_assert_str_eq(
			json_string_value(json_object_get(entry, "action")),
			"SCMP_ACT_LOG");
		found++;
	}
	ck_assert_uint_eq(found, 1);
	/* in audit mode the other architectures stay */
	ck_assert_uint_eq(
		json_array_size(json_object_get(new, "architectures")), 2);
	json_decref(new);
}
END_TEST

/* What the other architectures may is said by the bundle, if it has a filter. */
START_TEST(a_policy_in_audit_mode_opens_no_architecture)
{
	static const char *const none[] = { NULL };
	static const struct {
		const char *section;
		size_t num;
	} cases[] = {
		{ NULL, 3 },
		{ "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}", 0 },
		{ "{\"defaultAction\":\"SCMP_ACT_ALLOW\","
		  "\"architectures\":null}",
		  0 },
		{ "{\"defaultAction\":\"SCMP_ACT_ALLOW\","
		  "\"architectures\":[]}",
		  0 },
		{ DOCKER, 2 },
	};
	struct made made;
	json_t *new;

	make(&made, SECCOMP_RET_LOG, SECCOMP_RET_LOG, none, NULL);
	new = merge(cases[_i].section, &made);
	ck_assert_msg(new, "%s", why);
	ck_assert_uint_eq(
		json_array_size(json_object_get(new, "architectures")),
		cases[_i].num);
	json_decref(new);
}
END_TEST

START_TEST(what_one_word_cannot_say_is_refused)
{
	static const char *const named[] = { "clone", NULL };
	static const uint32_t allow[] = { SECCOMP_RET_ALLOW };
	struct made made;

	/* clone fails for some arguments, and what is not named for all */
	make(&made, ENOSYS_WORD, EPERM_WORD, named, allow);
	ck_assert_ptr_null(merge(
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{"
		"\"names\":[\"clone\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":["
		"{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]}]}",
		&made));
	ck_assert_ptr_nonnull(strstr(why, "clone depends on arguments"));
	ck_assert_ptr_nonnull(strstr(why, "policy web"));
}
END_TEST

static const char *const bad[] = {
	"{}",
	"{\"defaultAction\":\"SCMP_ACT_MAYBE\"}",
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":\"x\"}",
	"{\"DefaultAction\":\"SCMP_ACT_ALLOW\"}",
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":{}}",
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[1]}",
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[],"
	"\"action\":\"SCMP_ACT_LOG\"}]}",
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[1],"
	"\"action\":\"SCMP_ACT_LOG\"}]}",
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":["
	"\"read\"],\"action\":\"SCMP_ACT_LOG\",\"args\":1}]}",
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":\"x\"}",
	/* which runc takes for the list */
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"Architectures\":["
	"\"SCMP_ARCH_X86\"]}",
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":["
	"\"SCMP_ARCH_X86_64\"],\"architectureS\":[\"SCMP_ARCH_X86\"]}",
};

START_TEST(a_section_that_makes_no_sense_is_refused)
{
	static const char *const none[] = { NULL };
	struct made made;

	why[0] = 0;

	make(&made, ENOSYS_WORD, EPERM_WORD, none, NULL);
	ck_assert_ptr_null(merge(bad[_i], &made));
	ck_assert_uint_gt(strlen(why), 10);
}
END_TEST

START_TEST(once_more_changes_nothing)
{
	struct made made;
	json_t *once, *twice;

	make(&made, ENOSYS_WORD, ENOSYS_WORD, calls, words);
	once = merge(DOCKER, &made);
	ck_assert_msg(once, "%s", why);
	twice = ocifilter_merge(once, &made.filter, 1, why, sizeof(why));
	ck_assert_msg(twice, "%s", why);
	for (int i = 0; i < 500; i++) {
		char *name =
			seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64, i);
		char first[64];

		if (!name)
			continue;
		snprintf(first, sizeof(first), "%s", says(once, name));
		ck_assert_str_eq(says(twice, name), first);
		free(name);
	}
	json_decref(once);
	json_decref(twice);
}
END_TEST

START_TEST(of_several_policies_each_counts)
{
	static const char *const a[] = { "mount", NULL };
	static const char *const b[] = { "ptrace", NULL };
	static const uint32_t deny[] = { EPERM_WORD };
	struct made one, two;
	struct ocifilter both[2];
	json_t *new;

	make(&one, SECCOMP_RET_LOG, SECCOMP_RET_ALLOW, a, deny);
	make(&two, ENOSYS_WORD, SECCOMP_RET_ALLOW, b, deny);
	both[0] = one.filter;
	both[1] = two.filter;
	new = ocifilter_merge(NULL, both, 2, why, sizeof(why));
	ck_assert_msg(new, "%s", why);
	ck_assert_str_eq(says(new, "mount"), "ERRNO 1");
	ck_assert_str_eq(says(new, "ptrace"), "ERRNO 1");
	ck_assert_str_eq(says(new, "read"), "ALLOW 0");
	ck_assert_uint_eq(
		json_array_size(json_object_get(new, "architectures")), 1);
	json_decref(new);
}
END_TEST

#define ROWS(array) (int)(sizeof(array) / sizeof(array[0]))

int main(void)
{
	Suite *suite = suite_create("ocifilter");
	TCase *tcase = tcase_create("ocifilter");

	tcase_add_test(tcase, without_a_section_it_is_the_filter);
	tcase_add_loop_test(tcase, the_stricter_of_two_counts, 0, ROWS(pairs));
	tcase_add_test(tcase, a_profile_of_an_engine_stays_as_strict);
	tcase_add_test(tcase, a_condition_does_not_widen);
	tcase_add_test(tcase, a_condition_is_raised_with_its_call);
	tcase_add_loop_test(tcase, a_policy_in_audit_mode_opens_no_architecture,
			    0, 5);
	tcase_add_test(tcase, what_one_word_cannot_say_is_refused);
	tcase_add_loop_test(tcase, a_section_that_makes_no_sense_is_refused, 0,
			    ROWS(bad));
	tcase_add_test(tcase, once_more_changes_nothing);
	tcase_add_test(tcase, of_several_policies_each_counts);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}

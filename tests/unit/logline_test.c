// SPDX-License-Identifier: GPL-2.0-only
/* logline_test.c - what bailiffd writes, policyc reads and can ask again */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "daemon/record.h"
#include "daemon/text.h"
#include "policyc/logline.h"
#include "tests/lib/suite.h"

static struct arena *arena;
static struct record record;

static void setup(void)
{
	arena = arena_create();
	record = (struct record){
		.raw = { .outcome = BAILIFF_EVENT_ENFORCED,
			 .class = BVM_CLASS_FILES,
			 .op = BVM_OP_FILES_READ,
			 .reason = BVM_REASON_DEFAULT,
			 .uid = 33 },
		.policy = "web",
		.label = "",
		.name = "",
		.image = "",
		.file = "",
		.message = "",
		.exe = "/usr/bin/x",
		.comm = "x",
		.object = "/a",
		.detail = "",
	};
}

static void teardown(void)
{
	arena_free(arena);
}

/* The daemon's line, read. */
static int read_back(struct logline *line)
{
	struct text text = {};
	const char *why = NULL;
	int ret;

	record_print_json(&record, &text);
	ret = logline_parse(arena, text.data, text.len - 1, line, &why);
	text_free(&text);
	return ret;
}

static void asks(const char *request)
{
	struct logline line;
	struct request parsed;

	ck_assert_int_eq(read_back(&line), 1);
	ck_assert_str_eq(logline_text(arena, &line), request);
	ck_assert_int_eq(logline_request(arena, &line, true, &parsed), 0);
	ck_assert_int_eq(parsed.class, record.raw.class);
	ck_assert(parsed.ops == 1ull << record.raw.op);
}

static void set(u32 class, u32 op, const char *object, const char *detail)
{
	record.raw.class = (u8) class;
	record.raw.op = (u8)op;
	record.object = object;
	record.detail = detail;
}

START_TEST(facts_come_back)
{
	struct logline line;

	ck_assert_int_eq(read_back(&line), 1);
	ck_assert(line.denied && line.by_rules);
	ck_assert_uint_eq(line.uid, 33);
	ck_assert_str_eq(line.policy, "web");
	ck_assert_str_eq(line.exe, "/usr/bin/x");
	ck_assert_str_eq(line.object, "/a");
}
END_TEST

START_TEST(each_class_is_asked_again)
{
	asks("files.read /a");
	set(BVM_CLASS_FILES, BVM_OP_FILES_READ, "/a b", "");
	asks("files.read '/a b'");
	set(BVM_CLASS_FILES, BVM_OP_FILES_RENAME, "/a", "/b");
	asks("files.rename /a /b");
	set(BVM_CLASS_FILES, BVM_OP_FILES_LINK, "/a", "/b");
	asks("files.link /a /b");
	/* what it displaces, with the name of what takes its place */
	set(BVM_CLASS_FILES, BVM_OP_FILES_DELETE, "/b", "/a");
	asks("files.delete /b");
	set(BVM_CLASS_FILES, BVM_OP_FILES_IOCTL, "/dev/tty", "0x5410");
	asks("files.ioctl /dev/tty 0x5410");
	set(BVM_CLASS_FILES, BVM_OP_FILES_INHERIT, "pipe", "opened-outside");
	asks("files.inherit pipe");
	set(BVM_CLASS_EXEC, BVM_OP_EXEC_EXEC, "/usr/bin/id", "");
	asks("exec.exec /usr/bin/id");
	set(BVM_CLASS_NETWORK, BVM_OP_NETWORK_CONNECT, "[::1]:80",
	    "inet6/stream/tcp");
	asks("network.connect inet6 stream tcp [::1]:80");
	set(BVM_CLASS_NETWORK, BVM_OP_NETWORK_RECEIVE, "10.0.0.1:53",
	    "inet/dgram/udp from 10.0.0.2:4000");
	asks("from=10.0.0.2 peer-port=4000 network.receive inet dgram udp "
	     "10.0.0.1:53");
	set(BVM_CLASS_NETWORK, BVM_OP_NETWORK_CONNECT, "@x", "unix/stream/0");
	asks("network.connect unix stream @x");
	set(BVM_CLASS_NETWORK, BVM_OP_NETWORK_CREATE, "", "unix/stream/0");
	asks("network.create unix stream");
	set(BVM_CLASS_CAPABILITIES, BVM_OP_CAPABILITIES_CAPABILITY, "chown",
	    "");
	asks("capabilities.capability chown");
	set(BVM_CLASS_TASKS, BVM_OP_TASKS_SIGNAL, "sleep", "term /web/base");
	asks("peer=web/base tasks.signal term");
	set(BVM_CLASS_TASKS, BVM_OP_TASKS_READ, "sleep", "host");
	asks("peer=host tasks.ptrace-read");
	set(BVM_CLASS_KERNEL, BVM_OP_KERNEL_BPF, "bpf", "");
	asks("kernel.bpf");
	set(BVM_CLASS_KERNEL, BVM_OP_KERNEL_KEYRING, "user", "");
	asks("kernel.keyring user");
	set(BVM_CLASS_IPC, BVM_OP_IPC_MQUEUE, "queue", "");
	asks("ipc.mqueue");
	set(BVM_CLASS_NAMESPACES, BVM_OP_NAMESPACES_USERNS_CREATE, "", "");
	asks("namespaces.userns-create");
	set(BVM_CLASS_MOUNTS, BVM_OP_MOUNTS_MOUNT, "/mnt", "tmpfs");
	asks("mounts.mount tmpfs /mnt");
	set(BVM_CLASS_MOUNTS, BVM_OP_MOUNTS_MOUNT, "/mnt", "/srv");
	asks("mounts.mount bind /srv /mnt");
	set(BVM_CLASS_MOUNTS, BVM_OP_MOUNTS_MOUNT, "/mnt", "/dev/sda");
	asks("mounts.mount unknown /dev/sda /mnt");
	set(BVM_CLASS_MOUNTS, BVM_OP_MOUNTS_MOUNT, "/mnt", "/");
	asks("mounts.mount unknown /mnt");
	set(BVM_CLASS_MOUNTS, BVM_OP_MOUNTS_MOVE_MOUNT, "/mnt", "/srv");
	asks("mounts.move-mount /srv /mnt");
	set(BVM_CLASS_MOUNTS, BVM_OP_MOUNTS_MOVE_MOUNT, "/mnt", "ext4");
	asks("mounts.move-mount unknown /mnt");
	set(BVM_CLASS_MOUNTS, BVM_OP_MOUNTS_UMOUNT, "/mnt", "");
	asks("mounts.umount /mnt");
}
END_TEST

START_TEST(what_a_record_lacks_stays_open)
{
	struct logline line;
	struct request request;
	int flags = request_field(BVM_CLASS_MOUNTS, "flags");
	int uid = request_field(BVM_CLASS_MOUNTS, "uid");

	set(BVM_CLASS_MOUNTS, BVM_OP_MOUNTS_MOUNT, "/mnt", "tmpfs");
	ck_assert_int_eq(read_back(&line), 1);
	ck_assert_int_eq(logline_request(arena, &line, false, &request), 0);
	ck_assert(!(request.given >> flags & 1));
	ck_assert(!(request.given >> uid & 1));
	ck_assert_int_eq(logline_request(arena, &line, true, &request), 0);
	ck_assert(request.given >> uid & 1);
	ck_assert_uint_eq(request.ctx.mounts.uid, 33);
}
END_TEST

/* Is the field of mounts known, of what is recorded like this? */
static bool is_known(u32 op, const char *detail, const char *field)
{
	struct logline line;
	struct request request;

	set(BVM_CLASS_MOUNTS, op, "/mnt", detail);
	ck_assert_int_eq(read_back(&line), 1);
	ck_assert_int_eq(logline_request(arena, &line, false, &request), 0);
	return request.given >> request_field(BVM_CLASS_MOUNTS, field) & 1;
}

START_TEST(a_mount_has_a_source_or_a_type)
{
	const u32 mount = BVM_OP_MOUNTS_MOUNT, move = BVM_OP_MOUNTS_MOVE_MOUNT;

	ck_assert(is_known(mount, "tmpfs", "text"));
	ck_assert(!is_known(mount, "tmpfs", "source"));
	ck_assert(is_known(mount, "/srv", "text"));
	ck_assert(is_known(mount, "/srv", "source"));
	ck_assert(!is_known(mount, "/dev/sda", "text"));
	ck_assert(is_known(mount, "/dev/sda", "source"));
	ck_assert(!is_known(mount, "/", "text"));
	ck_assert(!is_known(mount, "/", "source"));
	ck_assert(is_known(move, "/dev/shm", "source"));
	ck_assert(!is_known(move, "/", "source"));
}
END_TEST

START_TEST(numbers_without_a_word_are_given)
{
	struct logline line;
	struct request request;

	set(BVM_CLASS_NETWORK, BVM_OP_NETWORK_CREATE, "", "netlink/raw/15");
	ck_assert_int_eq(read_back(&line), 1);
	ck_assert_int_eq(logline_request(arena, &line, false, &request), 0);
	ck_assert(request.given >>
			  request_field(BVM_CLASS_NETWORK, "protocol") &
		  1);
	ck_assert_uint_eq(request.ctx.network.protocol, 15);
}
END_TEST

START_TEST(bytes_that_are_no_text_come_back)
{
	struct logline line;

	record.object = "/a\xff\x01";
	ck_assert_int_eq(read_back(&line), 1);
	ck_assert_str_eq(line.object, "/a\xff\x01");
}
END_TEST

START_TEST(no_object_cannot_be_asked_again)
{
	struct logline line;
	struct request request;

	record.object = "";
	record.raw.reason = BVM_REASON_DELETED;
	ck_assert_int_eq(read_back(&line), 1);
	ck_assert(!line.by_rules);
	ck_assert_int_eq(logline_request(arena, &line, false, &request),
			 -EINVAL);
}
END_TEST

/* Other rules may allow it; of what has one name it is no answer. */
START_TEST(what_widens_is_up_to_rules)
{
	struct logline line;

	set(BVM_CLASS_FILES, BVM_OP_FILES_RENAME, "/a", "/b");
	record.raw.reason = BVM_REASON_WIDENS;
	ck_assert_int_eq(read_back(&line), 1);
	ck_assert(line.widens && line.by_rules && line.enforced);
	ck_assert_str_eq(logline_second(&line), "/b");
	record.detail = "";
	ck_assert_int_eq(read_back(&line), 1);
	ck_assert(!line.widens && !line.by_rules);
	ck_assert_ptr_null(logline_second(&line));
}
END_TEST

START_TEST(other_lines_are_no_decisions)
{
	struct logline line;

	record.raw.outcome = BAILIFF_EVENT_LIFECYCLE;
	ck_assert_int_eq(read_back(&line), 0);
}
END_TEST

START_TEST(other_texts_are_refused)
{
	static const char *const texts[] = {
		"",
		"x",
		"[]",
		"{}",
		"{\"outcome\":\"maybe\"}",
		"{\"outcome\":\"denied\"}",
		"{\"outcome\":\"denied\",\"class\":\"files\",\"op\":\"reed\"}",
		"{\"outcome\":\"denied\",\"outcome\":\"denied\"}",
	};
	struct logline line;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const char *why = NULL;

		ck_assert_int_eq(logline_parse(arena, texts[i],
					       strlen(texts[i]), &line, &why),
				 -EINVAL);
		ck_assert_ptr_nonnull(why);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("logline");
	TCase *tc = tcase_create("logline");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, facts_come_back);
	tcase_add_test(tc, each_class_is_asked_again);
	tcase_add_test(tc, what_a_record_lacks_stays_open);
	tcase_add_test(tc, a_mount_has_a_source_or_a_type);
	tcase_add_test(tc, numbers_without_a_word_are_given);
	tcase_add_test(tc, bytes_that_are_no_text_come_back);
	tcase_add_test(tc, no_object_cannot_be_asked_again);
	tcase_add_test(tc, what_widens_is_up_to_rules);
	tcase_add_test(tc, other_lines_are_no_decisions);
	tcase_add_test(tc, other_texts_are_refused);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}

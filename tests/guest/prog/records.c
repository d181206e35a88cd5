// SPDX-License-Identifier: GPL-2.0-only
/*
 * records.c - what the kernel recorded since somebody last asked
 *
 *	records			those records
 *	records operations	what the kernel mediates, CLASS.OPERATION a line
 *
 *	OUTCOME POLICY CLASS.OPERATION REASON RULE FILE:LINE OBJECT
 *
 * one line a record, "-" for what is not there. Lifecycle records are left
 * out. Reads until there is no more; needs no daemon.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lsm/uapi/bailiff.h"
#include "vm/hooks.h"

static const char *string_at(const struct bailiff_event *event, __u16 off)
{
	const char *text = (const char *)event + off;

	return off && *text ? text : "-";
}

static void print(const struct bailiff_event *event)
{
	static const char *const outcomes[] = { "denied", "would-deny",
						"audited" };
	const char *file = string_at(event, event->file);
	const char *reason = bvm_name_of(bvm_reason_names, event->reason);

	if (event->outcome == BAILIFF_EVENT_LIFECYCLE)
		return;
	printf("%s %s %s.%s %s %u %s:%u %s\n", outcomes[event->outcome],
	       string_at(event, event->policy), bvm_classes[event->class].name,
	       bvm_op_name(event->class, event->op), reason ?: "?", event->rule,
	       strrchr(file, '/') ? strrchr(file, '/') + 1 : file, event->line,
	       string_at(event, event->object));
}

static unsigned int class_of(const char *name)
{
	unsigned int class = 1;

	while (class < BVM_NUM_CLASSES &&
	       strcmp(bvm_classes[class].name, name) != 0)
		class ++;
	return class;
}

/* Of the lines "mediated.CLASS 0xBITS" in the kernel's status */
static int print_operations(void)
{
	FILE *file = fopen(BAILIFF_DIR "/status", "r");
	char line[1024], name[32];
	unsigned long long ops;

	if (!file) {
		perror("records: " BAILIFF_DIR "/status");
		return 1;
	}
	while (fgets(line, sizeof(line), file)) {
		unsigned int class;

		if (sscanf(line, "mediated.%31s %llx", name, &ops) != 2)
			continue;
		class = class_of(name);
		for (int op = 0; class < BVM_NUM_CLASSES && op < 64; op++)
			if (ops >> op & 1)
				printf("%s.%s\n", name, bvm_op_name(class, op));
	}
	fclose(file);
	return 0;
}

static int print_records(void)
{
	static char bytes[1 << 20] __attribute__((aligned(8)));
	int fd = open(BAILIFF_DIR "/events", O_RDONLY | O_NONBLOCK);
	ssize_t len;

	if (fd < 0) {
		perror("records: " BAILIFF_DIR "/events");
		return 1;
	}
	while ((len = read(fd, bytes, sizeof(bytes))) > 0) {
		for (ssize_t at = 0; at < len;) {
			const struct bailiff_event *event =
				(const void *)(bytes + at);

			print(event);
			at += event->len;
		}
	}
	if (len < 0 && errno != EAGAIN) {
		perror("records: read");
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "operations") == 0)
		return print_operations();
	return print_records();
}

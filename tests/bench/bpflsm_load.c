// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpflsm_load.c - load a BPF LSM, and keep it
 *
 * usage: bpflsm_load OBJECT CGROUP < RULES
 *
 * Attaches all programs of the object; if it has the tables of the stand-in
 * (bpflsm.h), they are filled with the rules, of that cgroup:
 *
 *	path FLAGS PATH         FLAGS of r, w, x, or -; a PATH may end in "/" and
 *				two asterisks
 *	port FIRST LAST
 *	net ADDRESS LENGTH
 *	capability NUMBER
 *
 * Prints "ready" and stays until it is ended, and the programs with it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bpflsm.h"

struct tables {
	int names;
	int cgroups;
	int ports;
	int nets;
	__u64 last_id;
	__u64 capabilities;
};

static void __attribute__((noreturn)) fail(const char *what)
{
	fprintf(stderr, "bpflsm_load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void put(int map, const void *key, const void *value)
{
	if (bpf_map_update_elem(map, key, value, BPF_ANY))
		fail("a table takes no more");
}

static __u32 flags_of(const char *word)
{
	return BPFLSM_KNOWN | (strchr(word, 'r') ? BPFLSM_READ : 0) |
	       (strchr(word, 'w') ? BPFLSM_WRITE : 0) |
	       (strchr(word, 'x') ? BPFLSM_EXEC : 0);
}

/* The node of a path, and of all on the way to it. */
static void add_path(struct tables *tables, char *path, __u32 flags)
{
	struct bpflsm_node node;
	struct bpflsm_name name = { .parent = 1 };
	char *word = strtok(path, "/"), *next;

	for (; word; word = next) {
		next = strtok(NULL, "/");
		memset(name.name, 0, sizeof(name.name));
		strncpy(name.name, word, sizeof(name.name) - 1);
		if (bpf_map_lookup_elem(tables->names, &name, &node))
			node = (struct bpflsm_node){ .id = ++tables->last_id };
		if (!next) {
			node.own = flags;
		} else if (!strcmp(next, "**")) {
			node.below = flags;
			next = NULL;
		}
		put(tables->names, &name, &node);
		name.parent = node.id;
	}
}

static void add_line(struct tables *tables, const char *line)
{
	struct bpflsm_net net;
	char flags[8], path[256], address[32];
	unsigned int first, last;
	__u32 one = 1;

	if (sscanf(line, "path %7s %255s", flags, path) == 2) {
		add_path(tables, path, flags_of(flags));
	} else if (sscanf(line, "port %u %u", &first, &last) == 2) {
		for (; first <= last; first++)
			put(tables->ports, &first, &one);
	} else if (sscanf(line, "net %31s %u", address, &net.len) == 2 &&
		   inet_pton(AF_INET, address, &net.address) == 1) {
		put(tables->nets, &net, &one);
	} else if (sscanf(line, "capability %u", &first) == 1) {
		tables->capabilities |= 1ull << (first & 63);
	} else {
		errno = EINVAL;
		fail(line);
	}
}

static int table(struct bpf_object *object, const char *name)
{
	return bpf_object__find_map_fd_by_name(object, name);
}

/* The number of a cgroup is that of its directory's inode. */
static void fill(struct bpf_object *object, const char *cgroup)
{
	struct tables tables = {
		.names = table(object, "names"),
		.cgroups = table(object, "cgroups"),
		.ports = table(object, "ports"),
		.nets = table(object, "nets"),
		.last_id = 1,
	};
	struct bpflsm_cgroup rules = { .root = 1 };
	struct stat stat_buf;
	char line[512];
	__u64 id;

	if (tables.names < 0 || tables.cgroups < 0 || tables.ports < 0 ||
	    tables.nets < 0)
		return;
	while (fgets(line, sizeof(line), stdin))
		add_line(&tables, line);
	if (stat(cgroup, &stat_buf))
		fail(cgroup);
	id = stat_buf.st_ino;
	rules.capabilities = tables.capabilities;
	put(tables.cgroups, &id, &rules);
}

/* Of the verifier's log, which is long, the end. */
#define MAX_SAID 400

static int say(enum libbpf_print_level level, const char *format, va_list args)
{
	char *text;
	int len;

	if (level != LIBBPF_WARN || vasprintf(&text, format, args) < 0)
		return 0;
	len = (int)strlen(text);
	fputs(len > MAX_SAID ? text + len - MAX_SAID : text, stderr);
	free(text);
	return len;
}

int main(int argc, char **argv)
{
	struct bpf_object *object;
	struct bpf_program *program;

	if (argc != 3) {
		fprintf(stderr, "usage: bpflsm_load OBJECT CGROUP < RULES\n");
		return 2;
	}
	libbpf_set_print(say);
	object = bpf_object__open_file(argv[1], NULL);
	if (!object)
		fail(argv[1]);
	if (bpf_object__load(object))
		fail("the kernel takes it not");
	fill(object, argv[2]);
	bpf_object__for_each_program(program,
				     object) if (!bpf_program__attach(program))
		fail(bpf_program__name(program));
	puts("ready");
	fflush(stdout);
	pause();
	return 0;
}

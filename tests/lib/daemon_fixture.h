/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * daemon_fixture.h - the whole daemon, its sandboxes and policyc included,
 * over a kernel of plain memory
 *
 *	test --- control.sock --- worker --- parent --- fake kernel
 *	   \---- policies dir --/    \-- log file         |
 *	    \---------------- shared memory -------------/
 */
#ifndef TESTS_DAEMON_FIXTURE_H
#define TESTS_DAEMON_FIXTURE_H

#include <check.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "daemon/bailiffd.h"
#include "fake_kernel.h"

struct json_t;

struct fixture {
	struct daemon_options options;
	struct fake_kernel *kernel;
	char dir[PATH_MAX]; /* holds run, policies, log */
	char log_file[PATH_MAX + 8];
	char run_dir[PATH_MAX + 8];
	char state_dir[PATH_MAX + 8];
	char policyc[PATH_MAX];
	pid_t pid; /* of the daemon; 0: none runs */
	int patience; /* seconds for a start; 0: ten */
};

extern struct fixture fixture;

/* A directory, a kernel and options; after them, what was made goes away. */
void fixture_setup(void);
void fixture_teardown(void);

/* Run the tests of a suite of one; needs root. Return: main's value. */
int fixture_run(const char *name, void (*add)(TCase *tcase));

void fixture_nap(void);

/* Wait up to some seconds for cond; generous, since nothing is measured. */
#define wait_until(cond)                                             \
	do {                                                         \
		int tries_ = 500;                                    \
		while (!(cond) && --tries_)                          \
			fixture_nap();                               \
		ck_assert_msg(tries_, "never came true: %s", #cond); \
	} while (0)

void fixture_start(void);
/* Send sig; after SIGTERM it must end with the expected status. */
void fixture_stop(int sig, int expected);

/* Files of the policies directory. */
void fixture_write_file(const char *name, const char *text);
void fixture_remove_file(const char *name);
/* A policy that selects containers by the name "NAME-*" and may read path. */
void fixture_write_policy(const char *file, const char *name, const char *path);

/* A number of what the daemon says to status. */
long long fixture_status(const char *member);

/* Return: the daemon's owned answer, or NULL. */
struct json_t *fixture_ask(const char *cmd);
bool fixture_is_ready(void);

/* What the daemon says of a file, "" if nothing; valid until the next call. */
const char *fixture_file_says(const char *file, const char *member);

/* What the log holds; valid until the next call. */
char *fixture_log_text(void);

/* Give the daemon a record, as the kernel writes it into `events`. */
void fixture_put_record(uint64_t seq);
/* The same; without room for it, it is lost. Return: was there? */
bool fixture_try_record(uint64_t seq);

int fixture_connect_socket(void);

/* Send bytes and return what comes back until the daemon closes or answers. */
const char *fixture_exchange(const char *bytes, size_t len);

#endif /* TESTS_DAEMON_FIXTURE_H */

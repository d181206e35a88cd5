/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ctl_fixture.h - commands of bailiffctl over a kernel of plain memory
 */
#ifndef TESTS_CTL_FIXTURE_H
#define TESTS_CTL_FIXTURE_H

#include "daemon/ctl.h"
#include "fake_kernel.h"

struct json_t;

extern struct fake_kernel *ctl_kernel;
extern struct ctl ctl; /* its log is a file in ctl_dir that is there */
extern char ctl_dir[64];
extern char ctl_out[65536]; /* standard output of the last command */
extern char ctl_err[65536]; /* and error */

/* For tcase_add_checked_fixture. No policy is loaded. */
void ctl_setup(void);
void ctl_teardown(void);

/* Run a command with arguments, NULL behind the last. Return: its code. */
int ctl_run_command(int (*command)(struct ctl *ctl, int argc, char **argv),
		    const char *name, ...) __attribute__((sentinel));

/* Load an image that policyc built of this text. */
void ctl_load_text(const char *yaml);

/* Append a line to the log. */
void ctl_put_log(const char *line);

/* Write a file in ctl_dir. Return: its path, until the next call. */
const char *ctl_write(const char *name, const char *text);

/* What the last command printed, as JSON; owned. */
struct json_t *ctl_json(void);

#endif /* TESTS_CTL_FIXTURE_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trial.h - --check-config: what a start would stumble over, without starting
 *
 * Nothing is made, opened for writing, or taken: it may run beside a bailiffd.
 */
#ifndef DAEMON_TRIAL_H
#define DAEMON_TRIAL_H

struct config;
struct daemon_options;
struct text;

/*
 * Try what options say. given[id] is what the command line says of an option, or
 * NULL; what it is of counts over config, which has the places of the others. A
 * problem is said in out as policyc would, where it comes from the file.
 *
 * What needs root, and what a bailiffd that runs may have itself, is a note.
 *
 * Return: the number of errors.
 */
unsigned int trial_run(const struct daemon_options *options,
		       const struct config *config, const char *const *given,
		       struct text *out);

#endif /* DAEMON_TRIAL_H */

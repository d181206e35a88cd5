/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * explain.h - which rule decides a request, and why
 */
#ifndef POLICYC_EXPLAIN_H
#define POLICYC_EXPLAIN_H

#include "command.h"
#include "request.h"

/*
 * policyc explain POLICY|IMAGE REQUEST...
 *
 * The first word printed is `allow` or `deny`; the answer is what the image's
 * program says. Return: EXIT_YES allowed, EXIT_NO denied, EXIT_BAD if the
 * request is none or does not say enough to be decided.
 */
int command_explain(struct run *run);

/*
 * Read the request that begins at an operand: a single operand is a whole
 * request, several are its words. Return: EXIT_YES; EXIT_BAD: reported.
 */
int __must_check explain_read_request(struct run *run, int first,
				      struct request *request);

#endif /* POLICYC_EXPLAIN_H */

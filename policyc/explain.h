/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * explain.h - which rule decides a request, and why
 */
#ifndef POLICYC_EXPLAIN_H
#define POLICYC_EXPLAIN_H

#include "command.h"

/*
 * policyc explain POLICY|IMAGE REQUEST...
 *
 * The first word printed is `allow` or `deny`; the answer is what the image's
 * program says. Return: EXIT_YES allowed, EXIT_NO denied, EXIT_BAD if the
 * request is none or does not say enough to be decided.
 */
int command_explain(struct run *run);

#endif /* POLICYC_EXPLAIN_H */

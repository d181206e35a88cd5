/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * requests.h - what a policy's tests ask, as a hook would ask it
 *
 *	policyc requests POLICY
 *
 * For a kernel that can be asked (lsm/uapi/bailiff_decide.h), each test that holds
 * is printed as concrete requests: one for each operation of its verb and each
 * path, with one value for what it leaves open. There is a line for each:
 *
 *	TEST allow|deny CLASS CTX STRING STRING STRING STRING STRING ARGV
 *
 * TEST counts from 0, CLASS is its number (vm/hooks.def), and what follows is
 * "=" with bytes in hexadecimal: the ctx, the strings by handle - 1 ("-" where
 * there is none) and the arguments. The last line is `tests NUM`.
 *
 * A test has no line where no hook would ask such a request, or where what
 * decides is not one name: a rename or link that would widen rights.
 */
#ifndef POLICYC_REQUESTS_H
#define POLICYC_REQUESTS_H

#include "command.h"

/* Return: EXIT_YES; EXIT_BAD: it is no good policy. */
int command_requests(struct run *run);

#endif /* POLICYC_REQUESTS_H */

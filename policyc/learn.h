/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * learn.h - rules that allow what was recorded
 */
#ifndef POLICYC_LEARN_H
#define POLICYC_LEARN_H

#include "command.h"

/*
 * policyc learn LOG: a policy, or with --extend POLICY an include for it, that
 * allows what the log says was denied and a rule can allow. Guesses are marked
 * by comments; what is not learned is listed in comments. What is renamed or
 * linked has the rights of its new name under its old one, too. Before anything is
 * written it is compiled and asked every recorded request.
 *
 * Return: EXIT_YES; EXIT_NO: it does not compile or would not allow its own
 * recording, nothing is written; EXIT_BAD; EXIT_MACHINE cannot write.
 */
int command_learn(struct run *run);

#endif /* POLICYC_LEARN_H */

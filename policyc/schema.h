/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * schema.h - keys.def, for editors and for the manual
 */
#ifndef POLICYC_SCHEMA_H
#define POLICYC_SCHEMA_H

#include "command.h"

/*
 * policyc schema: a JSON Schema (draft 2020-12) of policies; with --mdoc the
 * lists of keys in bailiff.policy(5). Both are made from the table that the
 * parser reads policies by. Return: EXIT_YES.
 */
int command_schema(struct run *run);

#endif /* POLICYC_SCHEMA_H */

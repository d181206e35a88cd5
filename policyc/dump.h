/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dump.h - what is in an image, as text
 */
#ifndef POLICYC_DUMP_H
#define POLICYC_DUMP_H

#include "command.h"

/*
 * policyc dump IMAGE: header, tables, programs and rules; with --log the
 * verifier's state at each instruction; with --raw the text of bytecode.
 * Return: EXIT_YES, EXIT_BAD; EXIT_NO: --log, a program is refused.
 */
int command_dump(struct run *run);

/* "dfa": enum bvm_table_kind in a word. */
const char *dump_table_kind(u32 kind);
/* "label": enum bvm_selector_kind in a word. */
const char *dump_selector_kind(u32 kind);

#endif /* POLICYC_DUMP_H */

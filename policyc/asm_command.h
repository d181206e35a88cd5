/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * asm_command.h - text to bytecode and back
 */
#ifndef POLICYC_ASM_COMMAND_H
#define POLICYC_ASM_COMMAND_H

#include "command.h"

/*
 * policyc asm FILE: bytecode, 8 bytes an instruction, to -o or to the standard
 * output; with --check or --log what the verifier says of it, and bytecode
 * only to -o. Return: EXIT_YES; EXIT_NO: refused; EXIT_BAD; EXIT_MACHINE.
 */
int command_asm(struct run *run);

/*
 * policyc dump --raw FILE: the text of bytecode, which asm makes into the same
 * bytes; or with --log what the verifier says of it. Return: the same.
 */
int asm_dump_raw(struct run *run);

#endif /* POLICYC_ASM_COMMAND_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bvm_family.h - programs of one sort and any size, to measure with
 *
 * They take r1 to point to BVM_FAMILY_CTX bytes, whose contents the programs
 * were made for, and use nothing that Linux or uBPF would refuse: version 3
 * of the instruction set, no division, shifts below the width.
 */
#ifndef TESTS_BVM_FAMILY_H
#define TESTS_BVM_FAMILY_H

#include "vm/insn.h"
#include "vm/limits.h"

#define BVM_FAMILY_CTX 256
#define BVM_FAMILY_MIN 32 /* the fewest slots that a family fills */
#define BVM_FAMILY_MAX BVM_MAX_INSNS

enum bvm_family {
	BVM_FAMILY_ALU64,
	BVM_FAMILY_ALU32,
	BVM_FAMILY_BRANCH, /* checks that do not hold, all to one place */
	BVM_FAMILY_FORK, /* about every other branch is taken */
	BVM_FAMILY_LOAD, /* of 1, 2, 4 and 8 bytes */
	BVM_FAMILY_STACK, /* eight bytes to the stack and back */
	BVM_FAMILY_COMPARE, /* eight bytes with a constant, as of names */
	BVM_FAMILY_MIX, /* 35 % loads, 30 % ALU, 25 % branches, 10 % stack */
	BVM_NUM_FAMILIES,
	/* FORK, where every slot of the stack holds a number. */
	BVM_FAMILY_DEEP = BVM_NUM_FAMILIES,
	/* BRANCH, where the verifier can tell the outcome of most checks. */
	BVM_FAMILY_DECIDED,
	/* Checks of 32 bits, of two numbers of which nothing is known. */
	BVM_FAMILY_HALVES, /* signed */
	BVM_FAMILY_UNSIGNED, /* the same, unsigned */
	/* A byte from somewhere in 256 bytes of stack. */
	BVM_FAMILY_SOMEWHERE,
	/*
	 * The dearest that are known, which nobody but an enemy writes. Jumps to
	 * a place where more is possible of each slot of a full stack, and no
	 * slot is of one instruction: what a join costs at most.
	 */
	BVM_FAMILY_WIDER,
	/* A byte to somewhere in 512 bytes of stack. */
	BVM_FAMILY_ANYWHERE,
};

const char *bvm_family_name(enum bvm_family family);

/* The bytes that r1 points to. */
void bvm_family_ctx(u8 ctx[BVM_FAMILY_CTX]);

/*
 * Make a program of exactly num_insns slots: BVM_FAMILY_MIN (DEEP, SOMEWHERE,
 * ANYWHERE: 96; WIDER: 512) to BVM_FAMILY_MAX. Another variant is another
 * program of the same sort; the same arguments give the same program.
 */
void bvm_family_make(enum bvm_family family, u32 variant, u32 num_insns,
		     struct bvm_insn *insns);

/*
 * k times `if (byte == c) sum += 1 << i`, and a load at ctx + (sum & 0x7f):
 * whoever follows each of the 2^k ways must look at 7 * 2^k - 2 instructions.
 * Return: slots written, 3 * k + 5.
 */
#define BVM_DIAMONDS_MAX ((BVM_FAMILY_MAX - 5) / 3)
u32 bvm_family_diamonds(u32 k, struct bvm_insn *insns);

#endif /* TESTS_BVM_FAMILY_H */

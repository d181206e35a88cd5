/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bvm_data.h - programs with their expected results, from .data files
 *
 * The format is that of the public conformance suite. Whatever follows a '#'
 * is dropped, on every line. A line with "--" in it begins a section:
 *
 *	-- asm		the program, as in policyc/asm.h
 *	-- raw		or as 64-bit words, one an instruction
 *	-- mem		hex bytes that r1 points to; r2 is how many
 *	-- result	r0 at the end, hex with 0x, else decimal; or
 *	-- error	words that the refusal has
 *
 * and `-- c` and `-- no register offset` are skipped. Of asm and raw the
 * latter counts, as it does with the suite's own runner, for which an empty
 * error beside a result is none, too. The suite's programs
 * with unused fields set hold bytes, not words, under raw, and an empty error:
 * they must be refused, for whatever reason.
 */
#ifndef TESTS_BVM_DATA_H
#define TESTS_BVM_DATA_H

#include "vm/insn.h"

#define BVM_DATA_MAX_INSNS 4096
#define BVM_DATA_MAX_MEM 4096

/* Why a machine without loops, calls and stores to its ctx refuses it. */
enum bvm_data_class {
	BVM_DATA_CORE, /* it does not */
	BVM_DATA_CTXWRITE,
	BVM_DATA_BACKWARD,
	BVM_DATA_LOCAL, /* a call between programs */
	BVM_DATA_HELPER,
	BVM_DATA_CALLX, /* a call through a register */
	BVM_DATA_ATOMIC,
	BVM_DATA_NEGATIVE, /* the file says so: it has an error */
};

struct bvm_data {
	char name[128]; /* of the file, without .data */
	struct bvm_insn insns[BVM_DATA_MAX_INSNS];
	u32 num_insns; /* 0: of instructions that the assembler has not */
	u8 mem[BVM_DATA_MAX_MEM];
	u32 mem_len;
	bool has_result;
	u64 result;
	bool has_error;
	char error[256]; /* "": any */
	enum bvm_data_class class; /* by what the program looks like */
	char why[512]; /* the file cannot be used; "" if it can */
};

/* Return: 0; -EINVAL: data->why says why the file is none. */
int __must_check bvm_data_read(struct bvm_data *data, const char *path);

/* Set the class by the instructions and whether there is an error. */
void bvm_data_classify(struct bvm_data *data);

/* "core", "atomic", ... */
const char *bvm_data_class_name(enum bvm_data_class class);

/*
 * One line, without its end: name, version of the instruction set, groups of
 * RFC 9669, instructions, class, flags, mem, result, program; by tabs, '-' for
 * nothing, bytes in hex.
 */
void bvm_data_list(const struct bvm_data *data, FILE *out);

/*
 * A line of a table of such lines to data. Return: 0; -EINVAL: it is the
 * table's head, or no such line.
 */
int __must_check bvm_data_parse_line(struct bvm_data *data, char *line);

/*
 * The same for name, program, and the program without what is wrong with it: the
 * first must be refused, and *without, if it has instructions, must not.
 */
int __must_check bvm_data_parse_negative(struct bvm_data *data,
					 struct bvm_data *without, char *line);

#endif /* TESTS_BVM_DATA_H */

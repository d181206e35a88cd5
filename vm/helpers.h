/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * helpers.h - prototypes of the functions a program may call, from helpers.def
 */
#ifndef BVM_HELPERS_H
#define BVM_HELPERS_H

#include "image.h"

/* enum bvm_helper_num: BVM_HELPER_MATCH = 1 ... */
#define BVM_HELPER(num, HELPER, name, table, arg3, arg4, doc) \
	BVM_HELPER_##HELPER = num,
enum bvm_helper_num {
#include "helpers.def"
	BVM_NUM_HELPERS
};
#undef BVM_HELPER

/* What r3 or r4 must hold. */
enum bvm_arg {
	BVM_ARG_NONE,
	BVM_ARG_SCALAR,
	BVM_ARG_ADDR,
	BVM_ARG_STR,
	BVM_ARG_TEXT,
	BVM_ARG_KEY,
};

struct bvm_helper {
	const char *name; /* NULL where the number is not used */
	u32 table; /* enum bvm_table_kind that r2 must name, or ..._SLOT */
	enum bvm_arg arg3;
	enum bvm_arg arg4;
};

/* Indexed by enum bvm_helper_num. */
extern const struct bvm_helper bvm_helpers[BVM_NUM_HELPERS];

/*
 * The greatest result of a helper, asked of a table of its kind (NULL for
 * slots). The verifier believes it, and bvm_call_helper keeps it.
 */
u64 bvm_helper_max(u32 num, const struct bvm_table *t);

#endif /* BVM_HELPERS_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * insn.c - what the verifier puts together from the operators
 */
#include "theorems.h"

static BY_CONTRACT struct bits mul_bits(struct bits a, struct bits b);

#include "vm/interval.c"
#include "vm/interval_alu.c"
#include "vm/verify_alu.c"

bool bvm_num_settle(num *n)
{
	(void)n;
	return true;
}

#define UNARY(name, abstract, concrete)                   \
	THEOREM(name, NUM_PARAMS(a), word x)              \
	{                                                 \
		const num a = NUM(a);                     \
		num r;                                    \
                                                          \
		if (!bvm_num_has(&a, x))                  \
			return true;                      \
		r = (abstract);                           \
		return bvm_num_has(&r, (word)(concrete)); \
	}

UNARY(movsx_8_64, bvm_extend_by_shifts(a, 8, 64), (s64)(s8)x)
UNARY(movsx_16_64, bvm_extend_by_shifts(a, 16, 64), (s64)(s16)x)
UNARY(movsx_32_64, bvm_extend_by_shifts(a, 32, 64), (s64)(s32)x)
UNARY(movsx_8_32, bvm_extend_by_shifts(a, 8, 32), (u32)(s32)(s8)x)
UNARY(movsx_16_32, bvm_extend_by_shifts(a, 16, 32), (u32)(s32)(s16)x)

#define SWAP(bits) \
	swap_bytes(a, &(struct bvm_insn){ .code = BVM_BE16, .imm = (bits) })

UNARY(swap_16, SWAP(16), __builtin_bswap16((u16)x))
UNARY(swap_32, SWAP(32), __builtin_bswap32((u32)x))
UNARY(swap_64, SWAP(64), __builtin_bswap64(x))

# SPDX-License-Identifier: GPL-2.0-only
# status: 0
# args: --mem 8
	ldxb %r2, [%r1+0]
	jgt %r2, 3, zero
	add %r1, %r2
	ldxw %r0, [%r1+1]
	exit
zero:	mov %r0, 0
	exit

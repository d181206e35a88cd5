# SPDX-License-Identifier: GPL-2.0-only
# status: 1
# args: --mem 8
	ldxb %r2, [%r1+0]
	jgt %r2, 3, more
	mov %r3, 1
	ja load
more:	mov %r3, 8
load:	add %r1, %r3
	ldxb %r0, [%r1+0]	# expect: P716: the ways meet here
	exit

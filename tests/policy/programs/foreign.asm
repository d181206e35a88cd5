# SPDX-License-Identifier: GPL-2.0-only
	lock add [%r10-8], %r1	# expect: P703: atomic instructions
	call local out		# expect: P703: calls between programs
	call helper %r1		# expect: P703: calls through a register
out:	exit

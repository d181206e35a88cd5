# SPDX-License-Identifier: GPL-2.0-only
# status: 0
# args: --class capabilities --log
	ldxw %r0, [%r1+4]
	exit

# SPDX-License-Identifier: GPL-2.0-only
# status: 1
# args: --class capabilities
	mov %r0, %r2		# expect: P716: r2 is not set
	exit

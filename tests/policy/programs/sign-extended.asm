# SPDX-License-Identifier: GPL-2.0-only
# status: 0
	mov %r0, 0xffffffff	# expect: P714: to -1
	exit

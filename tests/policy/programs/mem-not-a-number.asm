# SPDX-License-Identifier: GPL-2.0-only
# args: --mem 9999999
# expect: P719
	mov %r0, 0
	exit

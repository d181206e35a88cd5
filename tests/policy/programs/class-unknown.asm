# SPDX-License-Identifier: GPL-2.0-only
# args: --class fils
# expect: P718: did you mean 'files'
	mov %r0, 0
	exit

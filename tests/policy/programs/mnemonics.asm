# SPDX-License-Identifier: GPL-2.0-only
# Every error of a file in one run.
	mvo %r1, 5		# expect: P701: did you mean 'mov'
	add %r1			# expect: P702: '%r1, 5' or '%r1, %r2'
	mov %r11, 5		# expect: P704
	mov %r1, 5x		# expect: P705
	mov %r1, 0x100000000	# expect: P706: lddw takes 64 bits
	mov %r1, &5		# expect: P707
	ja outt			# expect: P708: did you mean 'out'
out:	exit
out:	exit			# expect: P709
9out:	exit			# expect: P710
	ja +32768		# expect: P711
	call mtach		# expect: P715: did you mean 'match'

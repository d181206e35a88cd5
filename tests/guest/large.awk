# SPDX-License-Identifier: GPL-2.0-only
#
# A policy with 1,000,000 prefixes, none within another: from 20.0.0.0 on every
# 32 addresses one of 16 to 1, and from 2001:db8:: on every /64 or one below it.
BEGIN {
	print "bailiff: 1\npolicy: large\ndefault: allow\nnetwork:"
	print "  - deny: connect\n    to:"
	for (i = 0; i < 500000; i++) {
		at = 20 * 2 ^ 24 + 32 * i
		printf "      - %d.%d.%d.%d/%d\n", at / 2 ^ 24, at / 2 ^ 16 % 256,
			at / 2 ^ 8 % 256, at % 256, 28 + i % 5
	}
	for (i = 0; i < 500000; i++)
		printf "      - \"2001:db8:%x:%x::/%d\"\n", i / 65536, i % 65536,
			64 + i % 65
}

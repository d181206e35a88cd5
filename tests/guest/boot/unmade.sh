#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# append: bailiff.omit=1 bailiff.unmade=omit
#
# A file in securityfs that cannot be made, for want of memory: none is there
# then, least of all one that loads policies. Kernels that have no such file
# lack nothing.
. "$BAILIFF_TOP/tests/guest/lib.sh"

fs=/sys/kernel/security/bailiff
like "$(cat /sys/kernel/security/lsm)" '(^|,)bailiff(,|$)' "bailiff is active"
case $(uname -r) in
6.1.*)
	succeeds "this kernel has no such file, and all others" \
		test -e $fs/policies
	done_testing
	exit
	;;
esac
fails "one file is not made: there is no other, either" test -e $fs
like "$(dmesg)" 'bailiff: no files in securityfs: error -12' "the kernel says why"
like "$(bailiffctl status 2>&1)" 'bailiff' "bailiffctl does not pretend"
fails "and fails" bailiffctl status
succeeds "what runs is not confined" sh -c 'cat /etc/passwd > /dev/null'
done_testing

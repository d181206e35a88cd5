#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# append: bailiff=off
. "$BAILIFF_TOP/tests/guest/lib.sh"

unlike "$(cat /sys/kernel/security/lsm)" 'bailiff' "bailiff=off leaves it out"
fails "its directory does not exist" test -e /sys/kernel/security/bailiff
# The tools say so, and what to do.
for verb in doctor status policies; do
	status=0
	said=$(bailiffctl $verb 2>&1) || status=$?
	is $status 3 "bailiffctl $verb: the machine lacks something"
	like "$said" 'bailiff' "... which is said"
	[ $verb != doctor ] ||
		like "$said" "the kernel's command line has bailiff=off" "... and why"
done
status=0
said=$(bailiffd --foreground --policies /run 2>&1) || status=$?
is $status 3 "bailiffd does not start"
like "$said" 'bailiff' "... and says so"
done_testing

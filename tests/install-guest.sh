#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: install-guest.sh
#
# On the machine that install.sh made: are both packages what is at work there, and
# does the demo hold with them? Writes TAP to the second serial port.
exec > /dev/ttyS1 2>&1
. "$BAILIFF_TOP/tests/guest/lib.sh"

# installed PACKAGE: by dpkg, and whole
installed()
{
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1")" = installed ] && dpkg --verify "$1"
}

owns()
{
	dpkg-query -S "$2" | grep -q "^$1: "
}

succeeds "dpkg installed bailiff" installed bailiff
succeeds "... and the kernel that runs" installed "linux-image-$(uname -r)"
like "$(cat /sys/kernel/security/lsm)" '(^|,)bailiff(,|$)' \
	"which has Bailiff, without a word on its command line"
like "$(cat /sys/kernel/security/lsm)" '(^|,)apparmor(,|$)' "... beside Debian's own"
unlike "$(cat /proc/cmdline)" 'lsm=' "... really"
for program in policyc bailiffd bailiffctl bailiff-oci-hook; do
	path=$(type -P $program)
	succeeds "$program is the package's" owns bailiff "$path"
done
succeeds "bailiffd was started with the machine" \
	wait_for 60 systemctl is-active bailiffd.service
run bailiffctl doctor
is "$status" 0 "doctor finds nothing to mend"
[ "$status" = 0 ] || diag "$out"
# The demo starts its own, with what it lays into the directory.
systemctl stop bailiffd.service nginx.service
rm -rf /etc/bailiff/policies /var/log/bailiff/*
STORY_TAP=1 "$BAILIFF_TOP/tests/guest/demo/guest.sh" > /run/story 2>&1 < /dev/null
# its claims become some of these
while read -r line; do
	case $line in
	"ok "*) ok "demo: ${line#ok * - }" ;;
	"not ok "*) not_ok "demo: ${line#not ok * - }" ;;
	"#"*) [[ $line != "#   "* ]] || echo "$line" ;;
	esac
done < /run/story
like "$(cat /run/story)" '^1\.\.[1-9]' "the demo came to its end"
done_testing
sleep 2 # for the last bytes

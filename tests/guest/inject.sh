# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Allocations that fail on demand, in the kernels that can do it. Sourced after
# lsm.sh.

# Not where it was built: what fails while it is executed should be ours, not the
# 9p client's, which does not get over every failure.
faults=$work/faults

can_inject()
{
	[ -e /proc/self/fail-nth ] && [ -d /sys/kernel/debug/failslab ]
}

# arm: the program stands ready; all allocations count, sleeping ones and large ones too; quietly, since
# a trace in the kernel's log is a fault to run.sh.
arm()
{
	local dir

	cp "$BAILIFF_TOP/build/guest/faults" "$faults"
	for dir in failslab fail_page_alloc fail_usercopy; do
		echo 0 > /sys/kernel/debug/$dir/verbose
		[ ! -e /sys/kernel/debug/$dir/ignore-gfp-wait ] ||
			echo N > /sys/kernel/debug/$dir/ignore-gfp-wait
	done
	echo N > /sys/kernel/debug/fail_page_alloc/ignore-gfp-highmem
	echo 0 > /sys/kernel/debug/fail_page_alloc/min-order
}

# quietly COMMAND...: the kernel tells of vmalloc's failures with a trace, which
# run.sh takes for a fault, so the console is off meanwhile. What the kernel says
# is judged here instead: prints the faults in it, but for those traces. The
# command's output goes to $work/out, its status is ours.
quietly()
{
	local level status=0

	read -r level _ < /proc/sys/kernel/printk
	dmesg -C
	echo 1 > /proc/sys/kernel/printk
	"$@" > "$work/out" 2>&1 || status=$?
	sleep 0.2
	dmesg > "$work/dmesg"
	echo "$level" > /proc/sys/kernel/printk
	grep -v 'audit: type=' "$work/dmesg" |
		grep -E -f <(grep -v -e '^#' -e '^Call Trace' "$BAILIFF_TOP/tests/guest/faults")
	return "$status"
}

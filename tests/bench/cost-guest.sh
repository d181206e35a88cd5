#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: cost-guest.sh none|bailiff|apparmor|landlock
#
# In the guest, under -icount and with that one LSM: prints what cost_bench
# counts there, and a line "key" that says which kernel it was.
set -euo pipefail
cd "$BAILIFF_TOP"
. tests/guest/lsm.sh

files=build/bench/cost

# The same for every column; on a tmpfs, which waits for nobody.
make_tree()
{
	local dir=/bench/ok i

	mkdir /bench
	mount -t tmpfs -o mode=755 tmpfs /bench
	for i in {3..19}; do
		dir+=/dir$i
		mkdir -p "$dir"
		echo x > "$dir/file"
	done
	mkdir -p /bench/{no,by}/dir3/dir4
	echo x | tee /bench/{no,by}/dir3/dir4/file > /bench/file
	cp build/bench/cost_bench /bench/ok/program
	cp build/bench/cost_bench /run/cost_bench
}

# What is loaded for so many rules; false: there is nothing, which is said.
load()
{
	case $1 in
	bailiff) load_image "$files/$2.img" > /dev/null ;;
	apparmor)
		[ -s "$files/$2.profile" ] || return 1
		dd if="$files/$2.profile" of=/sys/kernel/security/apparmor/.replace \
			bs=64M iflag=fullblock status=none
		;;
	esac
}

# All operations with 100 rules, some with other numbers.
measure()
{
	local rules

	for rules in 100 ${GUEST_COST_RULES:-10 1000 10000}; do
		if load "$1" "$rules"; then
			/run/cost_bench "$1" "$rules" \
				"$([ "$rules" = 100 ] && echo all || echo rules)"
		else
			printf 'none\t%s\t%s\t-\n' "$rules" "$1"
		fi
	done
}

make_tree
printf 'key\t%s\t%s\n' "$(uname -r)" "$(zcat /proc/config.gz | sha256sum | head -c 16)"
case $1 in
none) /run/cost_bench none 100 all ;;
bailiff)
	/run/cost_bench unconfined 100 all
	measure bailiff
	;;
*) measure "$1" ;;
esac

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: rules-guest.sh DIRECTORY SIZE...
#
# In the guest, under -icount and with both LSMs: what the kernel does to load
# DIRECTORY/SIZE.img and the profile DIRECTORY/SIZE.profile, which are of the same
# globs, and what it has more afterwards. A profile that is not there is one that
# apparmor_parser gave up on. Prints rows.
set -euo pipefail
cd "$BAILIFF_TOP"
. tests/guest/lsm.sh

from=$1
dir=/run/rules-bench

kernel_kib()
{
	awk '/^(Slab|VmallocUsed|Percpu):/ { sum += $2 } END { print sum }' /proc/meminfo
}

load_profile()
{
	dd if="$1" of=/sys/kernel/security/apparmor/.replace bs=64M iflag=fullblock status=none
}

# forget FUNCTION: of what it loaded nothing stays
forget()
{
	case $1 in
	load_image) tell "$fs/unload" bench > $dir/reply ;;
	load_profile) printf bench > /sys/kernel/security/apparmor/.remove ;;
	esac
}

row()
{
	printf 'rules\t%s\t%s\t%s\t%s\t%s\t-\n' "$@"
}

# worked COMMAND...: sets ms, which are millions of instructions
worked()
{
	local TIMEFORMAT='%3U %3S'

	{ time "$@" > $dir/reply 2> $dir/errors; } 2> $dir/ms
	ms=$(awk '{ print 1000 * ($1 + $2) }' $dir/ms)
}

# What both are loaded by, when it loads nothing.
load_nothing()
{
	dd if="$1" of=/dev/null bs=64M iflag=fullblock status=none
}

# Nothing of what was freed is still to come.
settle()
{
	sleep 1
	sync
	echo 3 > /proc/sys/vm/drop_caches
	sleep 1
}

# load NAME SIZE FUNCTION FILE
load()
{
	local before ms nothing

	cp "$4" $dir/file
	settle
	worked load_nothing $dir/file
	nothing=$ms
	before=$(kernel_kib)
	worked "$3" $dir/file
	settle
	row "$1" "$2" bytes "$(stat -c %s $dir/file)" B
	row "$1" "$2" 'million insns' "$(awk "BEGIN { print $ms - $nothing }")" insns
	row "$1" "$2" 'kernel KiB' $(($(kernel_kib) - before)) KiB
	forget "$3"
	rm $dir/file
}

# What each opens comes from the host, once.
shift
mkdir -p $dir
mount -t tmpfs tmpfs $dir
load warm 0 load_image "$from/$1.img" > /dev/null
load warm 0 load_profile "$from/$1.profile" > /dev/null
for size in "$@"; do
	load Bailiff "$size" load_image "$from/$size.img"
	[ ! -s "$from/$size.profile" ] || load AppArmor "$size" load_profile "$from/$size.profile"
done

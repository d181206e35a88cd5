# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 180
#
# A policy with 1,000,000 prefixes (large.awk; make has compiled it): it loads,
# decides, and its memory comes back.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

image=$BAILIFF_TOP/build/guest/large.img
ip link set lo up 2> /dev/null

vmalloc_kb()
{
	awk '$1 == "VmallocUsed:" { print $2 }' /proc/meminfo
}

# connects ADDRESS: what comes of it under the policy
connects()
{
	case $1 in
	*:*) under large socket 10 stream 1 , connect 1 "6:[$1]:80" ;;
	*) under large socket 2 stream 1 , connect 1 "4:$1:80" ;;
	esac
}

# denied DESCRIPTION ADDRESS... / free DESCRIPTION ADDRESS...
denied()
{
	local description=$1 address
	shift
	for address in "$@"; do
		is "$(connects "$address")" "ok EACCES" "$description: $address"
	done
}

free()
{
	local description=$1 address
	shift
	for address in "$@"; do
		like "$(connects "$address")" '^ok E(NETUNREACH|ADDRNOTAVAIL|CONNREFUSED)$' \
			"$description: $address"
	done
}

[ -f "$image" ] || bail "no $image: make guest-binaries"
size=$(($(stat -c %s "$image") / 1024))
like "$(policyc dump "$image" | grep -E '^table .* lpm,')" 'lpm, 100000[0-2] prefixes' \
	"the image has a million prefixes"
before=$(vmalloc_kb)
started=$(date +%s%N)
succeeds "it loads" load_image "$image"
diag "$size KB loaded in $((($(date +%s%N) - started) / 1000000)) ms"
loaded=$(vmalloc_kb)
diag "vmalloc: $before KB, then $loaded KB"
succeeds "... and takes what it must" test $((loaded - before)) -ge "$size"
succeeds "... and little more" test $((loaded - before)) -le $((size + 2048))

denied "the first and the last of a prefix" 20.0.0.0 20.0.0.15
free "the one behind" 20.0.0.16 20.0.0.31
denied "a single address" 20.0.0.128
free "... not the next" 20.0.0.129
denied "the last prefix" 20.244.35.224
free "behind the last" 20.244.36.0 19.255.255.255 127.0.0.1
denied "IPv6" 2001:db8:0:0::1 2001:db8:7:a11f::
free "IPv6 next to it" 2001:db7:ffff::1 2001:db8:0:40::1 2001:db8:8:: ::1

is "$(tell "$fs/unload" large)" ok "it is unloaded"
freed()
{
	[ "$(vmalloc_kb)" -le $((before + 2048)) ]
}
succeeds "... and its memory is free again" wait_for 20 freed
diag "vmalloc: $(vmalloc_kb) KB"
done_testing

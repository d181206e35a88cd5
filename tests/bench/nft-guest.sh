#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# In the guest, under -icount, where a nanosecond of the processor is an
# instruction: what it takes to compile and load so many prefixes, as a policy and
# as sets of nftables; each with its memory. What is waited for (RCU) is no work and
# does not count. Prints rows.
set -euo pipefail
cd "$BAILIFF_TOP"
. tests/guest/lsm.sh

PATH=$PATH:/usr/sbin:/sbin
dir=/run/nft-bench

# worked NAME COMMAND...: sets ms to the time of the processor that it took
worked()
{
	local name=$1 TIMEFORMAT='%3U %3S'
	shift

	{ time "$@" > "$dir/$name.out" 2> "$dir/$name.err"; } 2> "$dir/$name.ms"
	ms=$(awk '{ print int(1000 * ($1 + $2) + 0.5) }' "$dir/$name.ms")
}

# took NAME COMMAND...: and kib to its memory
took()
{
	local name=$1
	shift

	worked "$name" command time -q -f %M -o "$dir/$name.kib" "$@"
	kib=$(tail -n 1 "$dir/$name.kib")
}

# KiB that the kernel has for itself
kernel_kib()
{
	awk '/^(Slab|VmallocUsed|Percpu):/ { sum += $2 } END { print sum }' /proc/meminfo
}

row()
{
	printf 'nft\t%s\t%s\t%s\t%s\t%s\t-\n' "$@"
}

# insns NAME SIZE WHAT MILLISECONDS
insns()
{
	row "$1" "$2" "$3" "$4" insns
}

bailiff()
{
	local compile before

	took compile build/bin/policyc build "$dir/prefixes.yaml" -o "$dir/prefixes.img"
	compile=$ms
	insns Bailiff "$1" 'million insns, compile' "$compile"
	row Bailiff "$1" 'MB' $((kib / 1024)) MB
	before=$(kernel_kib)
	worked load load_image "$dir/prefixes.img"
	insns Bailiff "$1" 'million insns, load' "$ms"
	insns Bailiff "$1" 'million insns' $((compile + ms))
	row Bailiff "$1" 'kernel KiB' $(($(kernel_kib) - before)) KiB
}

nftables()
{
	local before

	before=$(kernel_kib)
	took nft nft -f "$dir/prefixes.nft"
	insns 'nft -f' "$1" 'million insns' "$ms"
	row 'nft -f' "$1" 'MB' $((kib / 1024)) MB
	row 'nft -f' "$1" 'kernel KiB' $(($(kernel_kib) - before)) KiB
	nft delete table ip bench
}

mkdir -p $dir
# What each opens comes from the host, once.
awk -v kind=prefixes -v num=4 -f tests/bench/policy.awk > $dir/prefixes.yaml
awk -v kind=nft -v num=4 -f tests/bench/policy.awk > $dir/prefixes.nft
bailiff 4 > $dir/warm
nftables 4 >> $dir/warm
for size in 1000 10000 100000 1000000; do
	awk -v kind=prefixes -v num=$size -f tests/bench/policy.awk > $dir/prefixes.yaml
	awk -v kind=nft -v num=$size -f tests/bench/policy.awk > $dir/prefixes.nft
	bailiff $size
	nftables $size
done

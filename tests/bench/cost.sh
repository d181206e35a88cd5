#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: cost.sh [COLUMN...]        none, unconfined, bailiff, apparmor, landlock, all
#                                   of them; and bpflsm
#
# Counts in the guest what operations cost under each: a boot each, of the same
# kernel with that one LSM. COST_FLAVOUR=bench: one without checkers and self
# tests, which is built for this alone; otherwise that of the tests. Leaves
#
#	COST_OUT/COLUMN.tsv           OPERATION RULES COLUMN INSTRUCTIONS
#	COST_OUT/key                  the kernel, its configuration, QEMU (build/bench/cost)
#	COST_OUT/policies             what each column is under with 100 rules
#
# GUEST_KERNEL is measured if that is given.
# COST_RULES: other numbers of rules than "10 1000 10000", beside 100.
# COST_JOBS=1: a request to nginx, too.
# COST_BOOTS=N: what makes processes is counted with 100 rules in so many boots of each
# column, of which the mean is left. By one the figures vary, by where memory lies.
# BPFLSM=OBJECT: what bpflsm is; attached by bpflsm_load.c. The kernel has to have
# BTF (COST_FLAVOUR=btf).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

here=tests/bench
out=${COST_OUT:-build/bench/cost}
export GUEST_COST_FILES=$out
export GUEST_BPFLSM=${BPFLSM:-}
export GUEST_COST_RULES=${COST_RULES-10 1000 10000}
export GUEST_COST_JOBS=${COST_JOBS:-}
flavour=${COST_FLAVOUR:-fast}

fail()
{
	echo "cost: $*" >&2
	exit 1
}

# AppArmor's compiler gives up on many paths; there is then no such column.
make_policies()
{
	local rules num jobs apparmor

	apparmor=$(PATH=$PATH:/usr/sbin:/sbin command -v apparmor_parser) ||
		fail 'apparmor_parser is missing: install the package apparmor'
	for rules in 100 $GUEST_COST_RULES ${GUEST_COST_JOBS:+jobs}; do
		num=$rules jobs=0
		[ "$rules" != jobs ] || num=100 jobs=1
		awk -v kind=bailiff -v num="$num" -v jobs="$jobs" -f $here/cost.awk > "$out/$rules.yaml"
		build/bin/policyc build "$out/$rules.yaml" -o "$out/$rules.img" > /dev/null
		awk -v kind=bpflsm -v num="$num" -v jobs="$jobs" -f $here/cost.awk > "$out/$rules.rules"
		# the one of 1,000 takes a second, and those that fail many
		[ -s "$out/$rules.profile" ] && [ "$out/$rules.profile" -nt $here/cost.awk ] && continue
		awk -v kind=apparmor -v num="$num" -v jobs="$jobs" -f $here/cost.awk > "$out/$rules.aa"
		timeout 120 "$apparmor" -Q -K -S -M /etc/apparmor.d/abi/3.0 "$out/$rules.aa" \
			> "$out/$rules.profile" 2> "$out/$rules.err" || : > "$out/$rules.profile"
	done
}

# boot COLUMN [NUMBER]: with a number, one that counts what makes processes
boot()
{
	local lsm=${1/#bpflsm/bpf} name=$1${2:+.$2}

	# Bailiff is there, and nobody is under it
	lsm=${lsm/#unconfined/bailiff}

	# a minute each; it waits for nothing, so only a very slow host takes more
	GUEST_LSM=$lsm GUEST_FLAVOUR=$flavour tests/guest/run.sh --icount \
		--timeout $((1200 * ${GUEST_PATIENCE:-1})) \
		--log "$out/$name.log" -- $here/cost-guest.sh "$1" ${2:+processes} \
		> "$out/$name.new" || {
		cat "$out/$name.new" >&2
		fail "the guest of $1 failed"
	}
	grep -v '^key' "$out/$name.new" > "$out/$name.tsv"
	{
		sed -n 's/^key\t//p' "$out/$name.new"
		qemu-system-x86_64 --version | sed -n '1s/.*version \([0-9.]*\).*/\1/p'
	} | paste -s > "$out/$name.key"
	rm "$out/$name.new"
}

# mean COLUMN: of all its boots, in the order of the first
mean()
{
	awk -F'\t' -v OFS='\t' '
		{ key = $1 FS $2 FS $3 }
		!(key in num) && FNR == NR { keys[++all] = key }
		$4 == "-" { none[key] = 1 }
		{ sum[key] += $4; num[key]++ }
		END {
			for (i = 1; i <= all; i++)
				print keys[i], keys[i] in none ? "-" : sprintf("%.2f", sum[keys[i]] / num[keys[i]])
		}' "$out/$1.tsv" "$out/$1".[0-9]*.tsv > "$out/$1.mean"
	mv "$out/$1.mean" "$out/$1.tsv"
}

# What each column is under with 100 rules, by the digest of what was loaded.
print_policies()
{
	local column file

	for column; do
		case $column in
		none) echo 'none: no LSM' ;;
		unconfined) echo 'unconfined: nothing is loaded' ;;
		bailiff) file=$out/100.img ;;&
		apparmor) file=$out/100.profile ;;&
		bpflsm) file=$out/100.rules ;;&
		bailiff|apparmor|bpflsm)
			echo "$column: 100 rules of cost.awk, sha256 $(sha256sum "$file" | head -c 16)" ;;
		landlock) echo 'landlock: 100 rules and a port of cost_confine.c' ;;
		esac
	done | paste -sd';' | sed 's/;/; /g'
}

[ $# -gt 0 ] || set -- none unconfined bailiff apparmor landlock
mkdir -p "$out"
(cd "$out" && rm -f "${@/%/.tsv}" ./*.[0-9]*.{tsv,key})
make_policies
[ -n "${GUEST_KERNEL:-}" ] || GUEST_FLAVOUR=$flavour tests/guest/kernel.sh build \
	> "$out/kernel.log" 2>&1 || {
	tail -n 20 "$out/kernel.log" >&2
	fail 'the kernel was not built'
}
# Two at a time: each has one processor, and waits for nothing but itself.
jobs=()
for number in '' $(seq 2 "${COST_BOOTS:-1}"); do
	for column in "$@"; do
		boot "$column" ${number:+"$number"} &
		jobs+=($!)
		[ ${#jobs[@]} -lt 2 ] || { wait "${jobs[0]}"; jobs=("${jobs[@]:1}"); }
	done
done
for job in "${jobs[@]}"; do
	wait "$job"
done
if [ "${COST_BOOTS:-1}" -gt 1 ]; then
	for column in "$@"; do
		mean "$column"
	done
fi
print_policies "$@" > "$out/policies"
(cd "$out" && for column; do cat "$column".key "$column".[0-9]*.key 2> /dev/null || :; done) | sort -u > "$out/key"
[ "$(wc -l < "$out/key")" = 1 ] || fail 'the columns are of different kernels'

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: run.sh [NAME...]        verify, exec, load, compile, guest, rules, nft, memory, smp,
# cost; without: all of them
#
# Runs the benches that make built, prints tables of what they measured, and
# says which budgets hold: the status is 1 if one does not, unless it is known to be
# out of reach and was not missed by more than is known. The rows are left
# in build/bench/rows.tsv, the tables in tables.md, and both in rows.json.
#
#	UBPF=FILE	libubpf.so to compare the interpreter with
#	JSON=1		print JSON in place of tables
#	DOCS=1		put the tables into docs/benchmarks.md, too
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

read -ra cc <<< "${CC:-gcc}"
out=build/bench
here=tests/bench
rows=$out/rows.tsv
sizes='100 1000 10000 100000'

say()
{
	echo "bench: $*" >&2
}

# Tabs between key and text; one line each.
describe_machine()
{
	printf 'date\t%s\n' "$(date -u +%Y-%m-%d)"
	printf 'commit\t%s\n' "$(git describe --always --dirty 2> /dev/null || echo unknown)"
	printf 'kernel\t%s\n' "$(uname -r)"
	printf 'cpu\t%s, %s of them\n' \
		"$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)"
	printf 'compiler\t%s\n' "$("${cc[@]}" --version | head -n 1)"
	printf 'flags\t%s\n' "${CFLAGS:-}"
	printf 'ubpf\t%s\n' "${UBPF:-none}"
	printf 'guest\t%s\n' "${guest:-none}"
	printf 'cost\t%s\n' "${cost:-none}"
	[ -z "${policies:-}" ] || printf 'policies\t%s\n' "$policies"
	[ -z "${bpf:-}" ] || printf 'bpf\t%s\n' "$bpf"
	[ -z "${bpf:-}" ] || printf 'policies of bpf\t%s\n' "$(cat $out/bpf/policies)"
	printf 'nft\t%s\n' "${nftables:-none}"
	printf 'load\t%s\n' "$(cut -d' ' -f1-3 /proc/loadavg)"
}

bench_verify()
{
	"$out/verify_bench" >> "$rows"
}

bench_exec()
{
	local library=

	[ -z "${UBPF:-}" ] || library=$($here/shared.sh "$UBPF" $out/libubpf.so)
	"$out/exec_bench" ${library:+"$library"} >> "$rows"
}

# build_image KIND SIZE: a policy and its image, and how long policyc took.
build_image()
{
	local policy=$out/images/$1-$2.yaml start

	awk -v kind="$1" -v num="$2" -f $here/policy.awk > "$policy"
	start=${EPOCHREALTIME/./}
	build/bin/policyc build "$policy" -o "${policy%.yaml}.img" > /dev/null || return
	printf 'load\t%s\t%d\tcompile ms\t%d\tms\t-\n' "$1" "$2" \
		$(((${EPOCHREALTIME/./} - start) / 1000)) >> "$rows"
	rm "$policy"
}

bench_image()
{
	local accepted=0

	if build_image "$1" "$2"; then
		"$out/load_bench" "$1" "$2" "$out/images/$1-$2.img" >> "$rows"
		accepted=1
	fi
	[ "$2" != 1000000 ] ||
		printf 'load\t%s\t%d\taccepted\t%d\t-\t>=1\n' "$1" "$2" $accepted >> "$rows"
}

bench_load()
{
	local size

	rm -rf "$out/images"
	mkdir -p "$out/images"
	for size in $sizes; do
		bench_image paths "$size"
	done
	for size in $sizes 1000000; do
		bench_image prefixes "$size"
	done
}

# timed RUNS NAME COMMAND...: the best time of some runs, and the memory of the
# last one, as $ms and $mb; the status is that of the last one. The time is that
# of the processor, in the program and for it: both compilers use but one.
timed()
{
	local runs=$1 name=$2 status took TIMEFORMAT='%3U %3S'

	shift 2
	ms=
	while ((runs-- > 0)); do
		status=0
		{ time command time -q -f %M -o "$out/globs/$name.kb" "$@" \
			> "$out/globs/$name.out" 2> "$out/globs/$name.err"; } \
			2> "$out/globs/$name.ms" || status=$?
		took=$(awk '{ print int(1000 * ($1 + $2)) }' "$out/globs/$name.ms")
		if [ -z "$ms" ] || [ "$took" -lt "$ms" ]; then ms=$took; fi
	done
	mb=$(($(tail -n 1 "$out/globs/$name.kb") / 1024))
	return $status
}

row()
{
	printf 'compile\t%s\t%d\t%s\t%s\t%s\t%s\n' "$@" >> "$rows"
}

# The same globs for both. What apparmor_parser makes of them stays in a file:
# nothing is loaded.
bench_globs()
{
	local size=$1 runs=$2 max_ms=$3 max_mb=$4 policy=$out/globs/$1.yaml
	local profile=$out/globs/$1.aa ms mb own_ms own_bytes all_bytes bytes

	awk -v form=bailiff -v num="$size" -f $here/globs.awk > "$policy"
	timed "$runs" "$size" build/bin/policyc build "$policy" -o "$out/globs/$size.img" || {
		cat "$out/globs/$size.out" >&2
		row policyc "$size" 'took all' 0 - '>=1'
		return
	}
	own_ms=$ms
	row policyc "$size" ms "$ms" ms "$max_ms"
	row policyc "$size" MB "$mb" MB "$max_mb"
	build/bin/policyc build -n --stats "$policy" > "$out/globs/$size.stats"
	own_bytes=$(sed -n 's/^  automaton 0: .*: \([0-9]*\) bytes$/\1/p' "$out/globs/$size.stats")
	all_bytes=$(sed -n 's/^  decides: \([0-9]*\) .*/\1/p' "$out/globs/$size.stats")
	row policyc "$size" 'automaton bytes' "$own_bytes" bytes -
	row policyc "$size" states "$(sed -n 's/^  paths: \([0-9]*\) .*/\1/p' \
		"$out/globs/$size.stats")" - -
	row policyc "$size" 'states, no rules' "$(sed -n 's/^  paths: .*, \([0-9]*\) if .*/\1/p' \
		"$out/globs/$size.stats")" - -
	row policyc "$size" 'all that decides, bytes' "$all_bytes" bytes -
	row policyc "$size" 'image bytes' "$(stat -c %s "$out/globs/$size.img")" bytes -
	[ "$size" -le 10000 ] || return 0

	awk -v form=apparmor -v num="$size" -f $here/globs.awk > "$profile"
	timed "$runs" "$size" timeout 300 "$apparmor" -Q -K -S -M /etc/apparmor.d/abi/3.0 \
		"$profile" || {
		say "apparmor_parser gives up on $size globs: $(tail -n 1 "$out/globs/$size.err")"
		row apparmor_parser "$size" 'gave up after ms' "$ms" ms -
		return 0
	}
	mv "$out/globs/$size.out" "$out/globs/$size.profile"
	bytes=$(stat -c %s "$out/globs/$size.profile")
	row apparmor_parser "$size" ms "$ms" ms -
	row apparmor_parser "$size" MB "$mb" MB -
	row apparmor_parser "$size" 'all that decides, bytes' "$bytes" bytes -
	[ "$size" = 1000 ] || return 0
	row 'policyc beside apparmor_parser' "$size" 'times as fast' \
		"$(awk -v a="$ms" -v b="$own_ms" 'BEGIN { print a / (b ? b : 1) }')" - '>=5'
	row 'policyc beside apparmor_parser' "$size" 'automaton, % of its output' \
		"$((100 * own_bytes / bytes))" % '<=99'
	row 'policyc beside apparmor_parser' "$size" 'all that decides, % of its output' \
		"$((100 * all_bytes / bytes))" % '<=99'
}

bench_compile()
{
	local policy=$out/globs/prefixes.yaml ms mb apparmor

	apparmor=$(PATH=$PATH:/usr/sbin:/sbin command -v apparmor_parser) || {
		say 'no apparmor_parser to compare with: apt-get install apparmor'
		return 1
	}
	rm -rf "$out/globs"
	mkdir -p "$out/globs"
	bench_globs 100 5 - -
	bench_globs 1000 5 - -
	bench_globs 10000 1 '<=2000' '<=256'
	bench_globs 100000 1 '<=30000' -
	awk -v kind=prefixes -v num=1000000 -f $here/policy.awk > "$policy"
	timed 2 prefixes build/bin/policyc build "$policy" -o "$out/globs/prefixes.img"
	row prefixes 1000000 ms "$ms" ms '<=3000'
	row prefixes 1000000 MB "$mb" MB -
}

# Unless one is given.
build_kernel()
{
	[ -z "${GUEST_KERNEL:-}" ] || return 0
	tests/guest/kernel.sh build > "$out/kernel.path" 2> "$out/kernel.log" || {
		tail -n 20 "$out/kernel.log" >&2
		return 1
	}
}

bench_guest()
{
	build_kernel
	tests/guest/run.sh --timeout 600 -- $here/in-guest.sh < /dev/null > "$out/guest.tsv"
	cat "$out/guest.tsv" >> "$rows"
}

# The images and profiles of `compile` in the kernel.
bench_rules()
{
	[ -s "$out/globs/100000.img" ] && [ -s "$out/globs/1000.profile" ] || {
		say 'rules loads what compile makes: run.sh compile rules'
		return 1
	}
	build_kernel
	GUEST_LSM=bailiff,apparmor tests/guest/run.sh --icount --mem 4096 --timeout 1800 \
		--log "$out/rules.log" -- $here/rules-guest.sh $out/globs $sizes \
		< /dev/null > "$out/rules.tsv"
	cat "$out/rules.tsv" >> "$rows"
}

# What operations of a task cost under each LSM, in instructions. What makes processes
# is counted in several boots.
bench_cost()
{
	boots=${COST_BOOTS:-6}
	COST_JOBS=1 COST_BOOTS=$boots $here/cost.sh
	awk -v boots=$boots -f $here/cost-rows.awk $here/cost-budgets.tsv \
		$out/cost/{none,unconfined,bailiff,apparmor,landlock}.tsv >> "$rows"
}

# The same once more beside a BPF LSM: BPFLSM=OBJECT, or "stand-in", which is ours.
# All of it on a kernel that has the types that such programs are attached by.
bench_bpf()
{
	local object=$out/bpflsm.o title='BPF LSM (a stand-in)'

	if [ "$BPFLSM" != stand-in ]; then
		object=$(realpath -e "$BPFLSM")
		title="BPF LSM ($(basename "$BPFLSM"))"
	fi
	BPFLSM=$object COST_FLAVOUR=btf COST_OUT=$out/bpf COST_JOBS=1 $here/cost.sh \
		none unconfined bailiff apparmor landlock bpflsm
	awk -v bench=bpf -v bpflsm="$title" -f $here/cost-rows.awk $here/cost-budgets.tsv \
		$out/bpf/{none,unconfined,bailiff,apparmor,landlock,bpflsm}.tsv >> "$rows"
}

# A set of equal size, as a policy and for nftables.
bench_nft()
{
	nftables=$(PATH=$PATH:/usr/sbin:/sbin nft --version) || {
		say 'no nft to compare with: apt-get install nftables'
		return 1
	}
	build_kernel
	GUEST_LSM=bailiff tests/guest/run.sh --icount --mem 4096 --timeout 1800 --log "$out/nft.log" -- \
		$here/nft-guest.sh < /dev/null > "$out/nft.tsv"
	cat "$out/nft.tsv" >> "$rows"
}

# The policy of the costs, 1,000 times.
bench_memory()
{
	build_kernel
	mkdir -p "$out/memory"
	awk -v kind=bailiff -v num=100 -f $here/cost.awk > "$out/memory/100.yaml"
	build/bin/policyc build "$out/memory/100.yaml" -o "$out/memory/100.img" > /dev/null
	tests/guest/run.sh --timeout 600 --log "$out/memory.log" -- \
		$here/memory-guest.sh "$out/memory/100.img" < /dev/null > "$out/memory.tsv"
	cat "$out/memory.tsv" >> "$rows"
}

# 1, 2 and 4 virtual CPUs, and times: unconfined and confined tasks in turns in one run.
bench_smp()
{
	local cpus lsm apparmor

	apparmor=$(PATH=$PATH:/usr/sbin:/sbin command -v apparmor_parser) || {
		say 'no apparmor_parser to compare with: apt-get install apparmor'
		return 1
	}
	build_kernel
	mkdir -p "$out/smp"
	: > "$out/smp-all.tsv"
	awk -v kind=bailiff -v num=100 -f $here/cost.awk > "$out/smp/100.yaml"
	build/bin/policyc build "$out/smp/100.yaml" -o "$out/smp/bailiff" > /dev/null
	awk -v kind=apparmor -v num=100 -f $here/cost.awk > "$out/smp/100.aa"
	"$apparmor" -Q -K -S -M /etc/apparmor.d/abi/3.0 "$out/smp/100.aa" > "$out/smp/apparmor"
	for cpus in 1 2 4; do
		for lsm in bailiff apparmor; do
			GUEST_LSM=$lsm tests/guest/run.sh --smp $cpus --timeout 600 \
				--log "$out/smp.log" -- $here/smp-guest.sh $lsm "$out/smp/$lsm" \
				< /dev/null > "$out/smp.tsv"
			cat "$out/smp.tsv" >> "$out/smp-all.tsv"
		done
	done
	cat "$out/smp-all.tsv" >> "$rows"
	# What confined tasks have of unconfined ones, with four CPUs beside one: were
	# anything written that all share, it would be less.
	awk -F'\t' -v OFS='\t' '
		$4 == "Bailiff/unconfined" && $3 == 1 { one[$2] = $5 }
		$4 == "Bailiff/unconfined" && $3 == 4 {
			print $1, $2, 4, "Bailiff/unconfined, of that with 1 CPU", sprintf("%.3f", $5 / one[$2]), "x", ">=0.75"
		}' "$out/smp-all.tsv" >> "$rows"
}

# tables_of WHICH ROWS: WHICH is "cost", "bpf", "sets" for what is measured in the guest
# beside others, or "other" for all the rest
tables_of()
{
	awk -v which="$1" -F'\t' '
		BEGIN { group["cost"] = "cost"; group["bpf"] = "bpf"; group["nft"] = group["rules"] = group["memory"] = group["smp"] = "sets" }
		which == ($1 in group ? group[$1] : "other")' "$2" |
		awk -v format=table -v machine=$out/machine.tsv -f $here/table.awk || :
}

# put MARK FILE: between the two marks of that name in the docs.
put()
{
	local file=docs/benchmarks.md

	awk -v tables="$2" -v mark="$1" '
		$0 ~ "^<!-- end" mark " -->" { skip = 0 }
		!skip
		$0 ~ "^<!-- begin" mark " -->" {
			skip = 1
			while ((getline line < tables) > 0)
				print line
		}' "$file" > "$out/benchmarks.md"
	cp "$out/benchmarks.md" "$file"
}

# Only what was measured is replaced.
write_docs()
{
	tables_of other $rows > $out/other.md
	tables_of sets $rows > $out/sets.md
	tables_of cost $rows > $out/cost.md
	tables_of bpf $rows > $out/bpf.md
	! grep -q '^###' $out/other.md || put '' $out/other.md
	! grep -q '^###' $out/sets.md || put ' sets' $out/sets.md
	! grep -q '^###' $out/cost.md || put ' cost' $out/cost.md
	! grep -q '^###' $out/bpf.md || put ' bpf' $out/bpf.md
	$here/plots.sh $rows docs
}

[ $# -gt 0 ] || set -- verify exec load compile guest rules nft memory smp cost ${BPFLSM:+bpf}
mkdir -p $out
: > $rows
started=$SECONDS
for name in "$@"; do
	case $name in
	verify|exec|load|compile|guest|rules|nft|memory|smp|cost) ;;
	bpf)
		[ -n "${BPFLSM:-}" ] || { say 'bpf wants BPFLSM=stand-in or an object'; exit 2; }
		[ -x $out/bpflsm_load ] || { say 'bpf: make bench BPFLSM=... builds what loads it'; exit 2; }
		;;
	*) say "no bench '$name': verify, exec, load, compile, guest, rules, nft, memory, smp, cost, bpf"; exit 2 ;;
	esac
	say "$name"
	"bench_$name"
done
[[ " $* " != *' cost '* ]] || {
	cost="$(tr '\t' ' ' < $out/cost/key), $boots boots for what makes processes"
	policies=$(cat $out/cost/policies)
}
[[ " $* " != *' bpf '* ]] || bpf=$(tr '\t' ' ' < $out/bpf/key)
if [[ " $* " =~ ' '(guest|rules|nft|memory|smp)' ' ]]; then
	image=${GUEST_KERNEL:-$(tail -n 1 $out/kernel.path)}
	guest="QEMU without KVM, $(basename "$image"), sha256 $(sha256sum "$image" | head -c 16)"
fi
describe_machine > $out/machine.tsv
status=0
awk -v format=table -v machine=$out/machine.tsv -f $here/table.awk $rows > $out/tables.md || status=$?
awk -v format=json -v machine=$out/machine.tsv -f $here/table.awk $rows > $out/rows.json || :
if [ -n "${JSON:-}" ]; then cat $out/rows.json; else cat $out/tables.md; fi
[ -z "${DOCS:-}" ] || write_docs
case $status in
0) said='every budget holds' ;;
3) said='every budget holds but those that are known to be out of reach: docs/benchmarks.md' status=0 ;;
*) said='NOT every budget holds' ;;
esac
say "$((SECONDS - started)) s; $said"
exit $status

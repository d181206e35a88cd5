#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: run.sh [NAME...]        verify, exec, load, guest; without: all of them
#
# Runs the benches that make built, prints tables of what they measured, and
# says which budgets hold: the status is 1 if one does not. The rows are left
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
	printf 'load\t%s\n' "$(cut -d' ' -f1-3 /proc/loadavg)"
}

# An archive becomes a library; it must have been compiled with -fPIC.
shared_ubpf()
{
	local shared=$out/libubpf.so

	case ${UBPF:-} in
	*.a)
		"${cc[@]}" -shared -o "$shared" -Wl,--whole-archive "$UBPF" \
			-Wl,--no-whole-archive
		realpath "$shared"
		;;
	?*) realpath -e "$UBPF" ;;
	esac
}

bench_verify()
{
	"$out/verify_bench" >> "$rows"
}

bench_exec()
{
	local library

	library=$(shared_ubpf)
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

bench_guest()
{
	tests/guest/kernel.sh build > "$out/kernel.path" 2> "$out/kernel.log" || {
		tail -n 20 "$out/kernel.log" >&2
		return 1
	}
	tests/guest/run.sh --timeout 600 -- $here/in-guest.sh < /dev/null > "$out/guest.tsv"
	cat "$out/guest.tsv" >> "$rows"
}

# Between the two marks of the file.
write_docs()
{
	local file=docs/benchmarks.md

	awk -v tables="$out/tables.md" '
		/^<!-- end -->/ { skip = 0 }
		!skip
		/^<!-- begin -->/ {
			skip = 1
			while ((getline line < tables) > 0)
				print line
		}' "$file" > "$out/benchmarks.md"
	cp "$out/benchmarks.md" "$file"
}

[ $# -gt 0 ] || set -- verify exec load guest
mkdir -p $out
: > $rows
started=$SECONDS
for name in "$@"; do
	case $name in
	verify|exec|load|guest) ;;
	*) say "no bench '$name': verify, exec, load, guest"; exit 2 ;;
	esac
	say "$name"
	"bench_$name"
done
[[ " $* " != *' guest '* ]] || guest="QEMU without KVM, $(basename "$(tail -n 1 $out/kernel.path)")"
describe_machine > $out/machine.tsv
status=0
awk -v format=table -v machine=$out/machine.tsv -f $here/table.awk $rows > $out/tables.md || status=$?
awk -v format=json -v machine=$out/machine.tsv -f $here/table.awk $rows > $out/rows.json || :
if [ -n "${JSON:-}" ]; then cat $out/rows.json; else cat $out/tables.md; fi
[ -z "${DOCS:-}" ] || write_docs
say "$((SECONDS - started)) s; $([ $status = 0 ] && echo 'every budget holds' || echo 'NOT every budget holds')"
exit $status

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: suite.sh [NAME...]
#
# Builds the kernel and runs the tests of the guest:
#
#	harness/*.sh	on the host: does run.sh tell the truth?
#	boot/*.sh	a boot each, with the words of "# append:" and "# lsm:"
#	t/*.sh		one boot for all, but for those with "# boot: own", which
#			may say "# smp: CPUS"; once more on the kernel of
#			"# also: VERSION FLAVOUR"; before, what "# host: SCRIPT"
#			names is run here
#
# A file with "# needs: CONFIG_X" is not run, and counts as nothing, on a kernel
# whose configuration here does not ask for that; nor is one with
# "# not: FLAVOUR WHY" on that flavour, unless it is named. Both are said.
#
# GUEST_PATIENCE=N makes all time-outs of t/ N times as long, on a busy machine
# (pace.sh).
# NAMEs choose among them by file name. Leaves "PASSED FAILED" in
# build/test/guest.count.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$guest_dir/pace.sh"

counts=$guest_top/build/test/guest.count
logs=build/test/guest
part=$(mktemp)
trap 'rm -f "$part"' EXIT
passed=0
failed=0
smp=
not_run=0

add_part()
{
	local more_passed=0 more_failed=1

	read -r more_passed more_failed < "$part" || :
	passed=$((passed + more_passed))
	failed=$((failed + more_failed))
}

read_tap()
{
	: > "$part"
	awk -v counts="$part" -v logs="$logs" -v files="$*" -f "$guest_dir/tap.awk"
}

# boot FILES WORDS...: one boot; a fault of the guest is one more failure. Says how
# long it took with its start and its end, where kmemleak scans.
boot()
{
	local files=$1 status started=$SECONDS
	shift

	# shellcheck disable=SC2086 # a list
	"$guest_dir/run.sh" --flavour "$guest_flavour" "$@" -- \
		"$guest_dir/in-guest.sh" $files | read_tap $files
	status=${PIPESTATUS[0]}
	add_part
	if [ "$status" != 0 ]; then
		echo "FAIL the guest of ${files##*/}: run.sh ended with status $status"
		failed=$((failed + 1))
	fi
	echo "     a boot of $(wc -w <<< "$files") files, $((SECONDS - started)) s"
}

# header FILE WORD: the rest of the line "# WORD: ..." in a test file.
header()
{
	sed -n "s/^# $2: *//p" "$1" | head -n 1
}

# chosen DIRECTORY WANTED...: its test files, or those of them that are wanted.
chosen()
{
	local directory=$1 file name
	shift

	for file in "$guest_dir/$directory"/*.sh; do
		[ -f "$file" ] || continue
		[ $# -gt 0 ] || echo "$file"
		for name in "$@"; do
			[[ ${file##*/} != "${name%.sh}.sh" ]] || echo "$file"
		done
	done
}

run_harness()
{
	local file

	for file in $(chosen harness "$@"); do
		if left_out "$file" "$@"; then
			not_run=$((not_run + 1))
			continue
		fi
		{
			echo "#: begin ${file##*/}"
			started=$SECONDS
			timeout -k 10 "$(patient 900)" bash "$file" 2>&1
			echo "#: end ${file##*/} $? $((SECONDS - started))"
		} | read_tap "$file"
		add_part
	done
}

run_boots()
{
	local file lsm

	for file in $(chosen boot "$@"); do
		lsm=$(header "$file" lsm)
		GUEST_LSM=${lsm:-${GUEST_LSM:-landlock,yama,bailiff}} \
			boot "$file" --append "$(header "$file" append)"
	done
}

# boot_together FILE...: the boot may take as long as all of them together.
boot_together()
{
	local file total

	[ $# -gt 0 ] || return
	total=$(patient 60)
	for file in "$@"; do
		total=$((total + $(time_limit "$file")))
	done
	boot "$*" --timeout "$total" ${smp:+--smp "$smp"}
}

# lacks FILE: does the kernel lack what a test needs? Says so.
lacks()
{
	local option

	option=$(header "$1" needs)
	[ -n "$option" ] || return
	! grep -q -x "$option=y" "$guest_dir/kernel.config" \
		"$guest_dir/kernel-$guest_flavour.config" || return
	echo "none ${1##*/}: not run: the $guest_flavour kernel lacks $option"
}

# left_out FILE NAME...: is it not for this flavour? Says so; not when named.
left_out()
{
	local words

	words=$(header "$1" not)
	[ $# = 1 ] && [[ $words == "$guest_flavour "* ]] || return
	echo "none ${1##*/}: not run on the $guest_flavour kernel: ${words#* }"
}

# What a test needs made on the host: "# host: SCRIPT", a file beside this one.
prepare()
{
	local script

	script=$(header "$1" host)
	[ -z "$script" ] || "$guest_dir/$script" ||
		{ echo "FAIL $script, for ${1##*/}"; failed=$((failed + 1)); }
}

run_tests()
{
	local file together=()

	for file in $(chosen t "$@"); do
		if lacks "$file" || left_out "$file" "$@"; then
			not_run=$((not_run + 1))
			continue
		fi
		prepare "$file"
		if [ "$(header "$file" boot)" = own ]; then
			smp=$(header "$file" smp) boot_together "$file"
		else
			together+=("$file")
		fi
	done
	boot_together "${together[@]}"
}

# The tests that want another kernel, too: one boot for each such kernel. Its
# logs have a directory of their own.
run_also()
{
	local file wanted kernels=()

	[ "$guest_flavour" = fast ] || return 0
	for file in $(chosen t "$@"); do
		wanted=$(header "$file" also)
		case $wanted in
		''|"$guest_version $guest_flavour") ;;
		*) kernels+=("$wanted") ;;
		esac
	done
	[ ${#kernels[@]} -gt 0 ] || return 0
	while read -r wanted; do
		run_on "$wanted" "$@"
	done < <(printf '%s\n' "${kernels[@]}" | sort -u)
}

# run_on "VERSION FLAVOUR" NAME...
run_on()
{
	local wanted=$1 file together=()
	shift

	for file in $(chosen t "$@"); do
		[ "$(header "$file" also)" != "$wanted" ] || together+=("$file")
	done
	echo "on Linux $wanted:"
	(
		export GUEST_VERSION=${wanted% *} GUEST_FLAVOUR=${wanted#* }
		guest_flavour=$GUEST_FLAVOUR
		logs=$logs/$GUEST_VERSION-$GUEST_FLAVOUR
		mkdir -p "$logs"
		passed=0 failed=0
		if "$guest_dir/kernel.sh" build > /dev/null; then
			boot_together "${together[@]}"
		else
			echo "FAIL the kernel was not built"
			failed=1
		fi
		echo "$passed $failed" > "$part.also"
	) < /dev/null
	mv "$part.also" "$part" || echo "0 1" > "$part"
	add_part
}

cd "$guest_top" || exit 1
mkdir -p "$logs"
rm -f "$counts"
export GUEST_FLAVOUR=$guest_flavour
if ! "$guest_dir/kernel.sh" build --flavour "$guest_flavour" > /dev/null; then
	echo "FAIL the guest's kernel was not built"
	echo "0 1" > "$counts"
	exit 1
fi
run_harness "$@"
run_boots "$@"
run_tests "$@"
run_also "$@"
echo "$passed $failed" > "$counts"
echo "guest: $passed passed, $failed failed$(
	[ "$not_run" = 0 ] || echo ", $not_run files not run")"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]

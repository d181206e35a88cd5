#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: suite.sh [NAME...]
#
# Builds the kernel and runs the tests of the guest:
#
#	harness/*.sh	on the host: does run.sh tell the truth?
#	boot/*.sh	a boot each, with the words of "# append:" and "# lsm:"
#	t/*.sh		dealt to a few boots, but for those with "# boot: own",
#			which may say "# smp: CPUS" and "# clock: host" (run.sh
#			--clock); once more on the kernel of
#			"# also: VERSION FLAVOUR"; before, what "# host: SCRIPT"
#			names is run here; those with "# boot: systemd" share a
#			boot in which systemd is the first process
#
# A file with "# needs: CONFIG_X" is not run, and counts as nothing, on a kernel
# whose configuration here does not ask for that; nor is one with
# "# not: FLAVOUR WHY" on that flavour, unless it is named. Both are said. So are
# those with "# group: NAME", which needs more packages: they are run by
# GUEST_GROUP=NAME, which runs nothing else, or if they are named.
#
# As many boots run side by side as there are processors here and memory for
# them (GUEST_JOBS=N: so many); one with "# boot: own" has the machine to itself.
# GUEST_PATIENCE=N makes all time-outs of t/ N times as long, on a busy machine
# (pace.sh).
# NAMEs choose among them by file name. Leaves "PASSED FAILED" in
# build/test/guest.count.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$guest_dir/pace.sh"
. "$guest_dir/../jobs.sh"

counts=$guest_top/build/test/guest.count
logs=build/test/guest
# How many seconds of time limits one boot is given. The more boots, the better
# they share the processors, but each costs some seconds.
boot_limit=2400
failed=0
not_run=0
alone=() alone_on=() # files of t/

# How many boots this machine bears at a time.
places()
{
	local each=2560 free number

	[ "$guest_flavour" != debug ] || each=4608
	free=$(awk '$1 == "MemAvailable:" { print int($2 / 1024) }' /proc/meminfo)
	number=$((free / each))
	[ $number -lt "$(nproc)" ] || number=$(nproc)
	echo $((number > 0 ? number : 1))
}

# header FILE WORD: the rest of the line "# WORD: ..." in a test file.
header()
{
	sed -n "s/^# $2: *//p" "$1" | head -n 1
}

# in_group FILE: is it of those that are asked for?
in_group()
{
	[ "$(header "$1" group)" = "${GUEST_GROUP:-}" ]
}

# chosen DIRECTORY WANTED...: its test files, or those of them that are wanted.
chosen()
{
	local directory=$1 file name
	shift

	for file in "$guest_dir/$directory"/*.sh; do
		[ -f "$file" ] || continue
		[ $# -gt 0 ] || ! in_group "$file" || echo "$file"
		for name in "$@"; do
			[[ ${file##*/} != "${name%.sh}.sh" ]] || echo "$file"
		done
	done
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

# --- what runs in a job ---------------------------------------------------------

# read_tap FILE...: for count_tap
read_tap()
{
	local part=$jobs_dir/$job_number.part

	: > "$part"
	mkdir -p "$logs"
	awk -v counts="$part" -v logs="$logs" -v files="$*" -f "$guest_dir/tap.awk"
}

# count_tap MORE_FAILED: ends a job.
count_tap()
{
	local passed=0 failed=1

	read -r passed failed < "$jobs_dir/$job_number.part" || :
	job_counts "$passed" $((failed + $1))
}

# What has company takes longer.
among_others()
{
	[ "$jobs_places" -gt 1 ] || return 0
	export GUEST_PATIENCE=$((${GUEST_PATIENCE:-1} * jobs_places))
	guest_patience=$((guest_patience * jobs_places))
}

harness()
{
	local file=$1 started=$SECONDS

	among_others
	logs=$logs/harness
	{
		echo "#: begin ${file##*/}"
		timeout -k 10 "$(patient 900)" bash "$file" 2>&1
		echo "#: end ${file##*/} $? $((SECONDS - started))"
	} | read_tap "$file"
	count_tap 0
}

# boot FILES WORDS...: one boot, which may take as long as all the files together;
# a fault of the guest is one more failure. Says how long it took with its start
# and its end, where kmemleak scans.
boot()
{
	local files=$1 file status limit started=$SECONDS
	shift

	limit=$(patient 60)
	for file in $files; do
		limit=$((limit + $(time_limit "$file")))
	done
	# shellcheck disable=SC2086 # a list
	"$guest_dir/run.sh" --flavour "$guest_flavour" --timeout "$limit" \
		--log "$guest_build/console-$job_number.log" "$@" -- \
		"$guest_dir/in-guest.sh" $files | read_tap $files
	status=${PIPESTATUS[0]}
	if [ "$status" != 0 ]; then
		echo "FAIL the guest of ${files##*/}: run.sh ended with status $status"
	fi
	echo "     a boot of $(wc -w <<< "$files") files, $((SECONDS - started)) s"
	count_tap $((status != 0))
}

# boot_with FILE: as the file says
boot_with()
{
	local lsm

	among_others
	lsm=$(header "$1" lsm)
	GUEST_LSM=${lsm:-${GUEST_LSM:-landlock,yama,bailiff}} \
		boot "$1" --append "$(header "$1" append)"
}

boot_alone()
{
	# shellcheck disable=SC2046 # an option or nothing
	boot "$1" --smp "$(header "$1" smp | grep . || echo 2)" \
		$(header "$1" clock | sed 's/^host$/--clock/')
}

boot_together()
{
	among_others
	boot "$*"
}

boot_systemd()
{
	among_others
	boot "$*" --systemd
}

# boot_on COMMAND "VERSION FLAVOUR" FILE...: the logs have a directory of their own
boot_on()
{
	local command=$1

	export GUEST_VERSION=${2% *} GUEST_FLAVOUR=${2#* }
	guest_flavour=$GUEST_FLAVOUR
	logs=$logs/$GUEST_VERSION-$GUEST_FLAVOUR
	echo "on Linux $2:"
	shift 2
	"$command" "$@"
}

# --- which jobs there are -------------------------------------------------------

add_harness()
{
	local file

	for file in $(chosen harness "$@"); do
		if left_out "$file" "$@"; then
			not_run=$((not_run + 1))
		else
			job harness "$file"
		fi
	done
}

# Those of groups that nobody asked for.
say_groups()
{
	local file group

	for file in "$guest_dir"/{t,harness,boot}/*.sh; do
		group=$(header "$file" group)
		[ -n "$group" ] || continue
		echo "none ${file##*/}: not run: make test-$group does"
		not_run=$((not_run + 1))
	done
}

# What a test needs made on the host: "# host: SCRIPT", a file beside this one.
prepare()
{
	local script

	script=$(header "$1" host)
	[ -z "$script" ] || "$guest_dir/$script" ||
		{ echo "FAIL $script, for ${1##*/}"; failed=$((failed + 1)); }
}

add_boots()
{
	local file

	for file in $(chosen boot "$@"); do
		prepare "$file"
		job boot_with "$file"
	done
}

# deal FILE...: a line of files for each boot. Always the same ones together: the
# longest first, each to the boot that has the least so far.
deal()
{
	local file

	for file in "$@"; do
		echo "$(header "$file" timeout | grep . || echo 60) $file"
	done | sort -k1,1nr -k2,2 | awk -v most=$boot_limit '
		{ cost[NR] = $1; file[NR] = $2; total += $1 }
		END {
			boots = int((total + most - 1) / most)
			for (i = 1; i <= NR; i++) {
				least = 1
				for (b = 2; b <= boots; b++)
					if (of[b] < of[least])
						least = b
				of[least] += cost[i]
				files[least] = files[least] " " file[i]
			}
			for (b = 1; b <= boots; b++)
				print files[b]
		}'
}

# add_together COMMAND... -- FILE...
add_together()
{
	local command=() files

	while [ "$1" != -- ]; do
		command+=("$1")
		shift
	done
	shift
	while read -ra files; do
		mapfile -t files < <(printf '%s\n' "${files[@]}" | sort)
		job "${command[@]}" "${files[@]}"
	done < <(deal "$@")
}

add_tests()
{
	local file together=() services=()

	for file in $(chosen t "$@"); do
		if lacks "$file" || left_out "$file" "$@"; then
			not_run=$((not_run + 1))
			continue
		fi
		prepare "$file"
		case $(header "$file" boot) in
		own) alone+=("$file") ;;
		systemd) services+=("$file") ;;
		*) together+=("$file") ;;
		esac
	done
	[ ${#services[@]} = 0 ] || job boot_systemd "${services[@]}"
	[ ${#together[@]} = 0 ] || add_together boot_together -- "${together[@]}"
}

# The tests that want another kernel, too.
add_also()
{
	local file wanted

	[ "$guest_flavour" = fast ] || return 0
	for file in $(chosen t "$@"); do
		wanted=$(header "$file" also)
		case $wanted in
		''|"$guest_version $guest_flavour") ;;
		*) echo "$wanted" ;;
		esac
	done | sort -u > "$jobs_dir/kernels"
	while read -r wanted <&3; do
		add_on "$wanted" "$@"
	done 3< "$jobs_dir/kernels"
}

# add_on "VERSION FLAVOUR" NAME...
add_on()
{
	local wanted=$1 file together=()
	shift

	for file in $(chosen t "$@"); do
		[ "$(header "$file" also)" = "$wanted" ] || continue
		case $(header "$file" boot) in
		own) alone_on+=("$wanted" "$file") ;;
		*) together+=("$file") ;;
		esac
	done
	if "$guest_dir/kernel.sh" build --version "${wanted% *}" \
		--flavour "${wanted#* }" > /dev/null < /dev/null; then
		[ ${#together[@]} = 0 ] ||
			add_together boot_on boot_together "$wanted" -- "${together[@]}"
	else
		echo "FAIL the kernel $wanted was not built"
		failed=$((failed + 1))
	fi
}

cd "$guest_top" || exit 1
mkdir -p "$logs"
rm -f "$counts" "$guest_build"/console-*.log
export GUEST_FLAVOUR=$guest_flavour
if ! "$guest_dir/kernel.sh" build --flavour "$guest_flavour" > /dev/null; then
	echo "FAIL the guest's kernel was not built"
	echo "0 1" > "$counts"
	exit 1
fi
jobs_begin "${GUEST_JOBS:-$(places)}"
[ $# -gt 0 ] || [ -n "${GUEST_GROUP:-}" ] || say_groups
# The longest first: the shorter ones fill what those leave.
add_tests "$@"
add_also "$@"
add_harness "$@"
add_boots "$@"
for file in "${alone[@]}"; do
	job_alone boot_alone "$file"
done
for ((i = 0; i < ${#alone_on[@]}; i += 2)); do
	job_alone boot_on boot_alone "${alone_on[i]}" "${alone_on[i + 1]}"
done
jobs_run
passed=$jobs_passed
failed=$((failed + jobs_failed))
echo "$passed $failed" > "$counts"
echo "guest: $passed passed, $failed failed$(
	[ "$not_run" = 0 ] || echo ", $not_run files not run")"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 60
# also: 6.1 fast
#
# Files through io_uring, by the task and by worker threads; contents changed
# without write(2).
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

fileact=$BAILIFF_TOP/build/guest/fileact
mkdir -p $work/{yes,none}
echo text > $work/none/f
echo text > $work/none/log
succeeds "the policy loads" load_policy <<EOF
bailiff: 1
policy: uring
default: {files: deny, exec: allow, network: allow, capabilities: allow, mounts: deny}
files:
  - allow: inherit
    type: [pipe, "null"]
  - allow: [read, write, manage]
    paths: [$work/yes, "$work/yes/**"]
  - allow: append
    paths: "$work/none/log"
EOF

says()
{
	$fileact enter uring , "$@" | tail -n +2 | paste -sd' '
}

# all MODE: everything in turn, in two processes
all()
{
	local mode=$1 verb file args=() denied=() names=() got i

	rm -rf $work/yes/*
	echo text > $work/yes/f
	echo text > $work/yes/a
	for verb in "open f" "statx f" "setxattr f" "getxattr f" "create new" \
		"mkdir new-d" "unlink f"; do
		file=${verb#* }
		args+=("," uring "$mode" "${verb% *}" "$work/yes/$file")
		denied+=("," uring "$mode" "${verb% *}" "$work/none/$file")
		names+=("${verb% *}")
	done
	for verb in "link a b" "rename b c" "symlink a d"; do
		read -r verb from to <<< "$verb"
		args+=("," uringpair "$mode" "$verb" "$work/yes/$from" "$work/yes/$to")
		denied+=("," uringpair "$mode" "$verb" "$work/none/f" "$work/none/$to")
		names+=("$verb")
	done
	read -r -a got < <(says "${args[@]:1}")
	for i in "${!names[@]}"; do
		is "${got[$i]}" ok "${names[$i]} through a ring ($mode)"
	done
	read -r -a got < <(says "${denied[@]:1}")
	for i in "${!names[@]}"; do
		is "${got[$i]}" EACCES "${names[$i]} is denied elsewhere ($mode)"
	done
	is "$(says uringpair $mode link $work/yes/a $work/none/b , \
		uringpair $mode rename $work/yes/a $work/none/b)" \
		"EACCES EACCES" "and towards elsewhere ($mode)"
}

all now
all async
is "$(says open wc $work/yes/new 1 , uringfd async fallocate 1)" "ok ok" \
	"fallocate through a ring"
is "$(says open a $work/none/log 1 , uringfd now fallocate 1)" "ok EACCES" \
	"is more than an append"
is "$(says open wc $work/yes/new 1 , fallocate 1 , reserve 1)" "ok ok ok" \
	"fallocate, and as an ioctl, where writing is allowed"
is "$(says open a $work/none/log 1 , fallocate 1 , reserve 1)" "ok EACCES EACCES" \
	"both are more than an append"
is "$(ls $work/none | paste -sd' ')" "f log" "nothing changed elsewhere"
done_testing

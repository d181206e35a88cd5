# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0-only
#
# What the tests of the kernel side share. Sourced after lib.sh. Uses only
# policyc and the files in securityfs: no daemon takes part.

fs=/sys/kernel/security/bailiff
act=$BAILIFF_TOP/build/guest/act
work=/run/lsm-test.$$
mkdir -p "$work"

# tell FILE TEXT: write a message by one write, print the reply; the status is
# that of the write.
tell()
{
	local fd status=0

	exec {fd}<> "$1" || return
	{ printf '%s' "$2" >&"$fd"; } 2> /dev/null || status=$?
	cat <&"$fd"
	exec {fd}>&-
	return "$status"
}

# load_image FILE: the same with an image.
load_image()
{
	local fd status=0

	exec {fd}<> "$fs/load" || return
	{
		dd if="$1" bs=64M count=1 iflag=fullblock status=none >&"$fd"
	} 2> /dev/null || status=$?
	cat <&"$fd"
	exec {fd}>&-
	return "$status"
}

# load_policy: compiles the policy on standard input and loads it. Says why not.
load_policy()
{
	local reply

	cat > "$work/policy.yaml"
	policyc build "$work/policy.yaml" -o "$work/policy.img" > /dev/null || return
	reply=$(load_image "$work/policy.img") || {
		echo "$reply" >&2
		return 1
	}
}

# under POLICY VERB...: what act prints when it has entered the policy.
under()
{
	local policy=$1
	shift
	"$act" enter "$policy" , "$@" | tail -n +2 | paste -sd' '
}

# status_of KEY: a number of the status file.
status_of()
{
	sed -n "s/^$1 //p" "$fs/status"
}

# drain: throw away the records so far.
drain()
{
	dd if="$fs/events" of=/dev/null bs=1M iflag=nonblock status=none \
		2> /dev/null || :
}

# records: the records since, as strings, one a line.
records()
{
	dd if="$fs/events" bs=1M iflag=nonblock status=none 2> /dev/null |
		strings -n 2
}

# hits FILE:LINE of a rule of a policy: how often it decided.
hits()
{
	awk -v at="$2" '$2 ~ at "$" { print $4 }' "$fs/policies/$1/rules"
}

# cgroup NAME: make one and print its id.
cgroup()
{
	mkdir -p "/sys/fs/cgroup/$1" && stat -c %i "/sys/fs/cgroup/$1"
}

# in_cgroup NAME COMMAND...: run a command there.
in_cgroup()
{
	local name=$1
	shift
	# shellcheck disable=SC2016 # the inner shell's
	bash -c 'echo $$ > "/sys/fs/cgroup/$1/cgroup.procs" && shift && exec "$@"' \
		in_cgroup "$name" "$@"
}

# other_root COMMAND...: run it where / is another mount, with the same programs
# and files: what a container sees.
other_root()
{
	# shellcheck disable=SC2016 # the inner shell's
	unshare -m --propagation private bash -ec '
		top=$1
		shift
		mount -t tmpfs tmpfs /mnt
		cd /mnt
		ln -s usr/bin usr/lib usr/lib64 usr/sbin .
		mkdir -p old "./$top" usr proc sys run dev etc
		for dir in usr proc sys run dev etc "$top"; do
			mount --rbind "/$dir" "./$dir"
		done
		pivot_root . old
		exec "$@"' other_root "$BAILIFF_TOP" "$@"
}

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 420
# host: selftests.sh
#
# Under a policy that allows everything a task behaves as if unconfined: the
# kernel's own selftests and ordinary work in a container have the same results.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"
. "$BAILIFF_TOP/tests/guest/container.sh"

ip link set lo up
load_policy <<END || bail "no policy"
bailiff: 1
policy: open
default: allow
files:
  - allow: inherit
    type: [unknown, pipe, tty, "null", inet, unix, socket-other, memfd, anon, pidfd, io_uring, userfaultfd, bpf, perf, seccomp, nsfs, mount, fanotify]
mounts:
  - allow: all
END

# --- selftests ------------------------------------------------------------------

id=$(cgroup selftests)
succeeds "a cgroup is bound" tell $fs/bind "cgroup=$id policy=open"
cgroup unbound > /dev/null

# said CGROUP PROGRAM: what a program says and how it ends, without its numbers
said()
{
	in_cgroup "$1" timeout -k 1 "$(patient 5)" "$2" < /dev/null 2>&1 |
		sed -E 's/^(ok|not ok) [0-9]+/\1 #&/; t; s/0x[0-9a-f]+|[0-9]+/N/g'
	echo "status ${PIPESTATUS[0]}"
}

# Some of them race with time, and lose it on a slow machine whoever runs them:
# what confinement does to one it does each time.
same()
{
	local tries=3

	while ((tries-- > 0)); do
		said unbound "$1" > $work/free
		said selftests "$1" > $work/confined
		! cmp -s $work/free $work/confined || return 0
	done
	return 1
}

num=0 good=0
joins=$(status_of joins)
cd $work || bail "no directory"
for program in "$BAILIFF_TOP"/build/guest/selftests/*; do
	if same "$program"; then
		ok "the selftest ${program##*/} has the same results"
	else
		not_ok "the selftest ${program##*/} has the same results"
		diag "$(diff $work/free $work/confined | head -n 12)"
	fi
	[ "$(tail -n 1 $work/confined)" != "status 0" ] || good=$((good + 1))
	num=$((num + 1))
done
is "$([ $num -ge 30 ] && echo yes)" yes "there are $num selftests"
is "$([ $good -ge 25 ] && echo yes)" yes "$good of them succeed"
is "$([ $(($(status_of joins) - joins)) -ge $num ] && echo yes)" yes "each was under the policy"

# --- ordinary work in a container -----------------------------------------------

# work NAME: in a container, in the cgroup of that name
work()
{
	local dir

	# A copy: a container has a /tmp of its own, where the checkout may lie.
	dir=$(bundle_root "$1")
	cp "$BAILIFF_TOP/tests/guest/work.sh" "$dir/rootfs/srv/work.sh"
	BAILIFF_HOOK='' bundle_make "$1" work '' /srv/work.sh > /dev/null
	container_run "$1" 2>&1
}

free=$(work loose)
id=$(cgroup containers/tight)
succeeds "the container's cgroup is bound" tell $fs/bind "cgroup=$id policy=open"
joins=$(status_of joins)
confined=$(work tight)
diag "$confined"
is "$(grep -c ': status 0,' <<< "$free")" 9 "nine kinds of work succeed without a policy"
is "$confined" "$free" "and have the same results under one"
is "$([ $(($(status_of joins) - joins)) -gt 0 ] && echo yes)" yes "which they were under"
done_testing

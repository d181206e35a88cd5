# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 120
# also: 6.1 fast
#
# Descriptors from outside, objects of other file trees, and what the kernel
# executes for whoever writes its name.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

mkdir -p $work/{in,out}
echo text > $work/in/file
echo text > $work/out/file
succeeds "the policy loads" load_policy <<EOF
bailiff: 1
policy: outside
default: {files: deny, exec: allow, network: allow, capabilities: allow, mounts: deny, tasks: allow}
files:
  - allow: [read, write, manage]
    paths: [$work/in, "$work/in/**"]
  - allow: inherit
    type: [pipe, "null", unix]
  - allow: [read, write]
    paths: ["/proc/**", "/sys/**"]
EOF

# kinds: what act has in a slot before and after it enters
kinds()
{
	$act "$@" | tail -n 1
}

is "$(kinds open r $work/in/file 5 , enter outside , kind 5)" $work/in/file \
	"a file that may be read stays"
is "$(kinds open r $work/out/file 5 , enter outside , kind 5)" null \
	"one that may not becomes the null device"
is "$(kinds pipe 5 6 , enter outside , write 6 x)" ok "a pipe is allowed by kind"
is "$(kinds eventfd 5 , enter outside , kind 5)" null "an eventfd is not"
is "$(kinds uring 5 , enter outside)" EBUSY "who has used a ring does not enter"
is "$(kinds memfd 5 , enter outside , kind 5)" null "a memfd is not"
is "$(kinds open r / 5 , enter outside , kind 5)" null "a directory by its path"
is "$(kinds socketpair 5 6 , enter outside , send 5)" ok "unix sockets are allowed"
is "$(kinds socket 2 stream 5 , enter outside , kind 5)" null "internet ones are not"
is "$(kinds eventfd 5 , socketpair 1 2 , sendfd 1 5 , enter outside , recvfd 2 6)" EBADF \
	"what is refused is not received"
is "$(kinds open r $work/in/file 5 , socketpair 1 2 , sendfd 1 5 , enter outside , recvfd 2 6 , read 6)" ok \
	"what is allowed is"
is "$(kinds open p / 5 , enter outside , openat r 5 etc/passwd 6)" EACCES \
	"a directory from outside opens nothing more"

# exec: the table is swept at the join
id=$(cgroup sweep)
tell $fs/bind "cgroup=$id policy=outside" > /dev/null
is "$(in_cgroup sweep $act dup 7 5 , kind 5 7< $work/out/file | tail -n 1)" null \
	"descriptors are judged at the joining exec"

# Nameless objects made outside, where a rule lets them in
succeeds "a policy that lets memory files in loads" load_policy <<EOF
bailiff: 1
policy: memory
default: {files: deny, exec: allow, network: allow, capabilities: allow, mounts: deny, tasks: allow}
files:
  - allow: inherit
    type: memfd
  - allow: append
    paths: $work/answer
EOF
# Not by a pipe, which this policy does not let in
answers()
{
	: > $work/answer
	$act "$@" >> $work/answer
	tail -n 1 $work/answer
}
is "$(answers memfd 5 , enter memory , reopen rw 5 6 , write 6 x)" ok \
	"a memory file that was let in can be opened anew"
is "$(answers memfd 5 , enter memory , fchmod 5)" ok "and changed"
is "$(answers pipe 5 6 , enter memory , kind 6)" null "a pipe was not"

# Other trees: one whose root is a file system of its own, with the same names
mkdir $work/root
unshare -m --propagation private bash -c "
	mount -t tmpfs tmpfs $work/root && cd $work/root &&
	mkdir -p old .$work/in && echo text > .$work/in/file &&
	cp /run/guest/busybox busybox && pivot_root . old &&
	exec /busybox sleep 1000" &
box=$!
wait_for 5 test -e /proc/$box/root/old$work/in/file
before=$(status_of reason.foreign)
is "$($act enter outside , open r /proc/$box/root$work/in/file 5 | tail -n 1)" EACCES \
	"a file of the same name in another tree is foreign"
is "$(status_of reason.foreign)" "$((before + 1))" "for that reason"
kill $box
wait 2> /dev/null
is "$($act open p $work 5 , enter outside , opentree $work/in 6 | tail -n 1)" ok \
	"a copy of a mount can be made"
is "$($act enter outside , opentree $work/in 6 , openat r 6 file 7 | tail -n 1)" EACCES \
	"but has no names"
sleep 1000 &
other=$!
unshare -m bash -c "mount -t tmpfs tmpfs /run && mkdir -p $work/in && echo x > $work/in/file && exec sleep 1000" &
box=$!
wait_for 5 test -e /proc/$box/root$work/in/file
is "$($act enter outside , open r /proc/$other/root$work/in/file 5 | tail -n 1)" ok \
	"/proc/PID/root of the own tree"
kill $other $box 2> /dev/null
wait 2> /dev/null

# Helpers
for file in /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe; do
	is "$($act enter outside , open w $file 5 | tail -n 1)" EACCES \
		"$file is not opened, whatever the rules"
done
is "$($act enter outside , open r /proc/sys/kernel/core_pattern 5 | tail -n 1)" ok \
	"but read"
before=$(status_of reason.self-protect)
is "$($act enter outside , open w $fs/load 5 | tail -n 1)" EACCES \
	"a confined task loads nothing"
[ "$(status_of reason.self-protect)" -gt "$before" ] &&
	ok "with a reason of its own" || not_ok "with a reason of its own"
done_testing

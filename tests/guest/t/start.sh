# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 180
#
# `start: after exec P`: until one of a container's tasks executed P, or the
# time is over, denials are recorded and not enforced; from then on for ever.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

mkdir -p $work/bin
echo secret > $work/secret
echo two > $work/two
cp /bin/true $work/bin/trigger
ln $work/bin/trigger $work/bin/other
ln -s trigger $work/bin/link
echo 'no format' > $work/bin/script
chmod +x $work/bin/script

# lazy NAME TIMEOUT [LINE]: a policy that waits.
lazy()
{
	load_policy <<EOF
bailiff: 1
policy: $1
default: allow
start: after exec $work/bin/{trigger,script}
start-timeout: $2
${3:-}
files:
  - deny: [read, write, manage]
    paths: $work/secret
mounts:
  - deny: [mount, umount, pivot-root, move-mount]
EOF
}

# same_without_start NAME
same_without_start()
{
	sed '/^start/d' $work/policy.yaml > $work/eager.yaml
	load_policy < $work/eager.yaml
}

# box NAME POLICY: a container; its binding keeps its state.
box()
{
	tell $fs/bind "cgroup=$(cgroup "$1") policy=$2 label=$1"
}

# reads BOX: may a task of it read the secret?
reads()
{
	in_cgroup "$1" cat $work/secret 2>&1 | sed 's/.*: //'
}

waiting()
{
	sed -n 's/^waiting //p' "$fs/policies/$1/info"
}

no='Permission denied'
succeeds "a policy with a start loads" lazy lazy 600
is "$(box s1 lazy)" ok "a container is bound"
is "$(waiting lazy)" 0 "it does not wait before its first task"
drain
denied=$(status_of denied.files)
audited=$(status_of decisions_audited)
is "$(reads s1)" secret "before the start nothing is enforced"
is "$(status_of denied.files)" "$denied" "that is no denial"
succeeds "it counts as one that would be" \
	test "$(status_of decisions_audited)" -gt "$audited"
like "$(records)" "$work/secret" "and is recorded"
is "$(waiting lazy)" 1 "the container is said to wait"

# What does not start it
in_cgroup s1 $work/bin/other
is "$(reads s1)" secret "not another name of the program"
is "$(box s6 lazy)" ok "another container is bound"
is "$(in_cgroup s6 $act exec $work/bin/script)" ENOEXEC \
	"a file of no format is judged, and not executed"
is "$(reads s6)" secret "an exec that fails does not start it"
echo "cgroup=$(cgroup s6)" > $fs/unbind
printf '#!/bin/true\n' > $work/bin/script
in_cgroup s1 python3 -c "
import os
fd = os.memfd_create('trigger', 0)
os.write(fd, open('$work/bin/trigger', 'rb').read())
os.execv('/proc/self/fd/%d' % fd, ['$work/bin/trigger'])"
is $? 0 "a memory file with the same bytes and words runs"
is "$(reads s1)" secret "and does not start it"
$work/bin/trigger
is "$(reads s1)" secret "nor does somebody outside"

# What does, and for whom
is "$(box s2 lazy)" ok "a second container of the policy is bound"
is "$(reads s2)" secret "it waits"
in_cgroup s1 $act open r $work/secret 1 , read 1 , waitfor $work/go , read 1 \
	> $work/held &
wait_for 20 grep -q ok $work/held || sleep 2
in_cgroup s1 $work/bin/trigger
is "$(reads s1)" "$no" "the exec of the program starts the container"
touch $work/go
wait $!
like "$(paste -sd' ' $work/held)" '^ok .* EACCES$' \
	"for a task that ran before, and a file that it had open"
is "$(reads s2)" secret "not for another container of the policy"
is "$(waiting lazy)" 1 "which still waits"
in_cgroup s2 $work/bin/link
is "$(reads s2)" "$no" "a symbolic link to the program is the program"
is "$(box s3 lazy)" ok "a third is bound"
is "$(reads s3)" secret "it waits"
in_cgroup s3 $work/bin/script
is "$(reads s3)" "$no" "a script starts it, as rules of exec see it"

# No way back
is "$(in_cgroup s1 bash -c "exec bash -c 'cat $work/secret' 2>&1" | sed 's/.*: //')" \
	"$no" "no exec takes it back"
is "$(in_cgroup s1 unshare -U bash -c "cat $work/secret 2>&1" | sed 's/.*: //')" \
	"$no" "nor a namespace"
is "$(box s4 lazy)" ok "a fourth is bound"
is "$(reads s4)" secret "it waits"
succeeds "the policy is replaced" lazy lazy 500
is "$(reads s1)" "$no" "a started container stays started"
is "$(reads s4)" secret "one that waits goes on waiting"
succeeds "it is replaced by one that does not wait" same_without_start
is "$(reads s4)" "$no" "then nobody waits"
succeeds "and by one that does" lazy lazy 600
is "$(reads s4)" "$no" "who was under it once does not again"
is "$(waiting lazy)" 0 "and none is said to"

# The time is over
short=$(patient 8)
succeeds "a policy of little patience loads" lazy quick $short
is "$(box s5 quick)" ok "a container is bound"
in_cgroup s5 $act open r $work/secret 1 , read 1 , waitfor $work/late , read 1 \
	> $work/held &
sleep $((short + 1))
touch $work/late
wait $!
like "$(paste -sd' ' $work/held)" '^ok .* EACCES$' \
	"after the timeout it is enforced, for open files, too"
is "$(reads s5)" "$no" "and for new ones"
succeeds "a more patient version is loaded" lazy quick 600
is "$(reads s5)" "$no" "which takes nothing back"

# Others beside it
succeeds "a policy that does not wait loads" load_policy <<EOF
bailiff: 1
policy: eager
default: allow
files:
  - deny: [read, write, manage]
    paths: $work/two
mounts:
  - deny: [mount, umount, pivot-root, move-mount]
EOF
is "$(under eager enter lazy , open r $work/two 1 , open r $work/secret 2 , \
	exec $work/bin/trigger , open r $work/secret 2)" "ok EACCES ok ok EACCES" \
	"of stacked policies only that one waits"
succeeds "a policy in audit mode loads" lazy soft 600 'mode: audit'
is "$(under soft exec $work/bin/trigger , open r $work/secret 1)" "ok ok" \
	"a start does not end audit mode"

# Who enters by himself
succeeds "a policy to enter loads" lazy selves 600 'enter: self'
$act enter selves , waitfor $work/both , open r $work/secret 1 > $work/held &
wait_for 20 grep -q ok $work/held || sleep 2
is "$(under selves open r $work/secret 1 , exec $work/bin/trigger)" "ok ok" \
	"another one that entered the policy starts it"
touch $work/both
wait $!
is "$(paste -sd' ' $work/held)" "ok ok EACCES" "for all in the same root"

$act enter selves , waitfor $work/there , open r $work/secret 1 > $work/held &
wait_for 20 grep -q ok $work/held || sleep 2
is "$(other_root $act enter selves , open r $work/secret 1 , exec $work/bin/trigger | paste -sd' ')" \
	"ok ok ok" "one that entered it in another root"
touch $work/there
wait $!
is "$(paste -sd' ' $work/held)" "ok ok ok" "does not"

# What is executed in another container's tree
is "$(box s7 lazy)" ok "a container is bound"
is "$(box s8 lazy)" ok "and another"
in_cgroup s7 bash -c "
	$(declare -f other_root); BAILIFF_TOP=$BAILIFF_TOP
	other_root bash -c 'echo \$\$ > $work/inner; cat $work/secret; exec sleep 100'" > $work/held &
wait_for 20 test -s $work/inner || sleep 2
wait_for 20 grep -q secret $work/held
inner=$(cat $work/inner)
in_cgroup s8 /proc/$inner/root$work/bin/trigger
is $? 0 "one executes the program in the tree of the other"
is "$(reads s8)" secret "that does not start it"
is "$(reads s7)" secret "nor the other"
kill $inner
wait $! 2> /dev/null

# A start is once: the descriptors are not swept again while others wait.
succeeds "a policy that waits for longer loads" load_policy <<EOF
bailiff: 1
policy: later
default: allow
start: after exec $work/bin/never
files:
  - deny: read
    paths: $work/two
mounts:
  - deny: [mount, umount, pivot-root, move-mount]
EOF
succeeds "and one to be started" lazy sooner 600
drain
is "$(under sooner enter later , open r $work/two 1 , exec $work/bin/trigger)" \
	"ok ok ok" "one of two starts"
swept=$(records | grep -c "^$work/two")
drain
is "$(under sooner enter later , open r $work/two 1 , exec $work/bin/trigger , \
	exec $work/bin/trigger , exec $work/bin/trigger)" "ok ok ok ok ok" \
	"the program is executed once more"
is "$(records | grep -c "^$work/two")" "$swept" "which starts nothing again"
done_testing

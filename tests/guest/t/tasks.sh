# shellcheck shell=bash disable=SC2086
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 240
# also: 6.1 fast
#
# What tasks do to each other: own, the host's, another container's.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

reach=$BAILIFF_TOP/build/guest/reach

# tasks_policy NAME RULES: nothing but the class is judged.
tasks_policy()
{
	load_policy <<END
bailiff: 1
policy: $1
default: {files: allow, exec: allow, network: allow, capabilities: allow,
          mounts: allow, namespaces: allow, ipc: allow, kernel: allow, tasks: deny}
$2
END
}

succeeds "a policy without rules loads" tasks_policy none ""
succeeds "a policy that allows loads" tasks_policy all "
tasks:
  - allow: [signal, ptrace, rlimit, schedule, inspect]
    peer: host"
succeeds "one that names other policies" tasks_policy named "
tasks:
  - allow: signal
    peer: no*
    signals: winch"
succeeds "a policy that denies loads" tasks_policy denies "
tasks:
  - deny: all
    message: nobody"
succeeds "one by the number of the signal" tasks_policy signals "
tasks:
  - allow: signal
    signals: [exists, winch, rtmin+3]
    peer: host
  - deny: signal
    signals: cont"
load_policy <<END || not_ok "an open policy loads"
bailiff: 1
policy: open
default: allow
END

box=$(cgroup box)
other=$(cgroup other)
tell $fs/bind "cgroup=$box policy=none label=box" > /dev/null
tell $fs/bind "cgroup=$other policy=none label=other" > /dev/null

# start CGROUP: a task there (nowhere, if empty) that waits; pid is its number.
start()
{
	local file

	file=$(mktemp)
	# shellcheck disable=SC2016 # the inner shell's
	local waits='echo $$ > "$1"; exec sleep 1000'
	if [ -n "$1" ]; then
		in_cgroup "$1" bash -c "$waits" - "$file" > /dev/null 2>&1 &
	else
		bash -c "$waits" - "$file" > /dev/null 2>&1 &
	fi
	wait_for 10 test -s "$file" || bail "no task in '$1'"
	pid=$(cat "$file")
	wait_for 10 grep -q -a '^sleep' /proc/$pid/cmdline ||
		bail "no program in '$1'"
}

start ""
host=$pid
start box
own=$pid
start other
theirs=$pid

gone()
{
	! kill -0 "$1"
}

# at POLICY VERB...: what reach prints in the box, in one line.
at()
{
	local policy=$1
	shift
	tell $fs/bind "cgroup=$box policy=$policy" > /dev/null
	in_cgroup box $reach "$@" 2>&1 | paste -sd' '
	tell $fs/bind "cgroup=$box policy=none" > /dev/null
}

# Everything there is, towards a task: verbs and their operation.
verbs=(
	"kill PID 0:signal" "kill PID 28:signal" "queue PID 28:signal"
	"tgkill PID 28:signal" "pidfd PID 28:signal"
	"trace PID:ptrace-trace" "vmread PID:ptrace-trace"
	"getfd PID:ptrace-trace" "mem PID:ptrace-trace"
	"environ PID:ptrace-read" "kcmp PID:ptrace-read"
	"prlimit PID:rlimit" "nice PID:schedule" "setscheduler PID:schedule"
	"ioprio PID:schedule" "getscheduler PID:inspect"
	"getioprio PID:inspect" "getpgid PID:inspect" "getsid PID:inspect"
)

# towards PID: sets line to all of them, as reach takes them.
towards()
{
	local entry

	line=()
	for entry in "${verbs[@]}"; do
		entry=${entry%:*}
		read -ra words <<< "${entry/PID/$1}"
		line+=("${words[@]}" ",")
	done
}

# answers WORD...: one for each verb, for those of the two files the other
answers()
{
	local entry

	for entry in "${verbs[@]}"; do
		case $entry in
		mem*|environ*) echo "${2:-$1}" ;;
		*) echo "$1" ;;
		esac
	done | paste -sd' '
}

towards $host
is "$($reach "${line[@]}" | paste -sd' ')" "$(answers ok)" \
	"everything works without a policy"
drain
is "$(at none "${line[@]}")" "$(answers EPERM EACCES)" \
	"nothing does towards the host's tasks"
said=$(records)
is "$(grep -c -E '^(exists|winch) host$' <<< "$said")" 5 \
	"five records say which signal, and whose the task is"
is "$(grep -c '^host$' <<< "$said")" 14 "the others say whose"
is "$(at all "${line[@]}")" "$(answers ok)" "rules allow it"
towards $own
is "$(at none "${line[@]}")" "$(answers ok)" "one's own tasks need no rule"
towards $theirs
drain
is "$(at none "${line[@]}")" "$(answers EPERM EACCES)" \
	"another container of the policy is not one's own"
is "$(records | grep -c -E '^((exists|winch) )?/none$')" 19 \
	"which the records name by its policy"
is "$(at all "${line[@]}")" "$(answers EPERM EACCES)" \
	"and it is not the host"
is "$(at named kill $theirs 28 , kill $theirs 0 , kill $host 28)" \
	"ok EPERM EPERM" "a rule may name its policy"
is "$(at none raise 28 , traceme , setrlimit , setpgid 0)" "ok ok ok ok" \
	"what a task does to itself is its own"

# Rules against one's own
tell $fs/bind "cgroup=$box policy=denies" > /dev/null
start box
drain
is "$(in_cgroup box $reach raise 28 , kill $pid 0 , trace $pid , setrlimit , \
	setpgid 0 | paste -sd' ')" "EPERM EPERM EPERM EPERM EPERM" \
	"a rule denies them"
is "$(in_cgroup box $reach traceme)" EPERM "nor is a parent let trace"
like "$(records)" nobody "and says so"
is "$(hits denies policy.yaml:7)" 6 "by its line"
kill -KILL $pid
tell $fs/bind "cgroup=$box policy=none" > /dev/null

# Signals by number
is "$(at signals kill $host 0 , kill $host 28 , kill $host 1 , kill $host 15 , \
	raise 18)" "ok ok EPERM EPERM EPERM" "signals are told apart"
start box
is "$(at none kill $pid 15)" ok "an own task is ended"
succeeds "and is gone" wait_for 20 gone $pid

# Who controls is who may, not whom `default: allow` lets
is "$(at open trace $host , vmread $host , getfd $host , kill $host 0 , \
	environ $host , prlimit $host)" "EPERM EPERM EPERM ok ok ok" \
	"default: allow lets one see the host's tasks, and not take them over"

# SIGIO is a deed of who set the owner
start ""
is "$(at none sigio $pid)" ok "a file may have any owner"
pause 0.5
succeeds "but no signal comes" kill -0 $pid
is "$($reach sigio $pid)" ok "from who is not confined"
succeeds "one does" wait_for 20 gone $pid
start box
is "$(at none sigio $pid)" ok "an own task as the owner"
succeeds "gets it" wait_for 20 gone $pid

# By a packet it is sent in softirq, under the lock that the denials above were
# under, which lockdep knows of.
ip link set lo up
start ""
drain
is "$(at none sigiopacket $pid)" ok "a socket may have any owner"
pause 0.5
succeeds "but no signal comes with a packet" kill -0 $pid
like "$(records)" '^io host$' "with a record"
is "$($reach sigiopacket $pid)" ok "from who is not confined"
succeeds "one does, with a packet" wait_for 20 gone $pid

# The file remembers whoever set it, until it is closed
tasks_policy owner ""
is "$(at owner sigio $host)" ok "an owner under a policy of its own"
succeeds "which can go when the file is gone" \
	wait_for 10 tell $fs/unload owner

# From outside in
start box
succeeds "a signal from outside is not judged" kill -TERM $pid
succeeds "and ends the task" wait_for 20 gone $pid

# More confined is own, less is not
tasks_policy more ""
is "$(in_cgroup box bash -c "echo more > $fs/self && exec $reach kill $own 0")" \
	EPERM "who entered another policy does not own those who did not"
start_more()
{
	in_cgroup box bash -c "echo more > $fs/self; echo \$\$ > $work/more;
		exec sleep 1000" &
	wait_for 10 test -s $work/more
	pid=$(cat $work/more)
	wait_for 10 grep -q -a '^sleep' /proc/$pid/cmdline
}
start_more
is "$(at none kill $pid 0 , trace $pid)" "ok ok" "they own him"

# Who entered by himself is own to those of his root
tasks_policy kin ""
bash -c "echo kin > $fs/self; exec sleep 1000" > /dev/null 2>&1 &
kin=$!
wait_for 10 grep -q kin@ $fs/tasks
wait_for 10 grep -q -a '^sleep' /proc/$kin/cmdline
is "$($reach enter kin , kill $kin 0 , trace $kin | paste -sd' ')" "ok ok ok" \
	"who enters a policy owns those who entered it"
drain
is "$(other_root $reach enter kin , kill $kin 0 , trace $kin | paste -sd' ')" \
	"ok EPERM EPERM" "not from another root, which is another container's"
is "$(records | grep -c -E '^(exists )?/kin$')" 2 "which the records name by its policy"
kill -KILL $kin

# Namespaces
load_policy <<END
bailiff: 1
policy: namespaces
default: {files: allow, exec: allow, network: allow, capabilities: allow,
          mounts: allow, ipc: allow, kernel: allow, tasks: allow}
namespaces:
  - deny: userns-create
    when: {uid: 0}
    errno: ENOSYS
END
is "$(at namespaces userns)" ENOSYS "a user namespace is denied"
load_policy <<END
bailiff: 1
policy: closed
default: {files: allow, exec: allow, network: allow, capabilities: allow,
          mounts: allow, ipc: allow, kernel: allow, tasks: allow}
END
drain
is "$(at closed userns)" EPERM "by default too"
like "$(records)" '^reach$' "with a record"
is "$(at open userns)" ok "or allowed"
kill -KILL $pid $host $own $theirs 2> /dev/null
wait 2> /dev/null
done_testing

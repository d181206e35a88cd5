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

# Without path rules, so that mounts may be allowed.
succeeds "a policy without rules loads" tasks_policy none ""
succeeds "a policy that allows loads" tasks_policy all "
tasks:
  - allow: [signal, ptrace, rlimit, schedule, inspect]
    peer: host"
succeeds "a policy that denies loads" tasks_policy denies "
tasks:
  - deny: all
    message: nobody"

box=$(cgroup box)
other=$(cgroup other)
tell $fs/bind "cgroup=$box policy=none label=box" > /dev/null
tell $fs/bind "cgroup=$other policy=none label=other" > /dev/null

# start CGROUP: a task there that waits, with default signals; prints its pid.
start()
{
	local pid

	if [ -n "$1" ]; then
		in_cgroup "$1" sleep 1000 > /dev/null 2>&1 &
	else
		sleep 1000 > /dev/null 2>&1 &
	fi
	pid=$!
	wait_for 5 grep -q -a '^sleep' /proc/$pid/cmdline || bail "no task in '$1'"
	echo $pid
}

host=$(start "")
own=$(start box)
theirs=$(start other)

# at CGROUP POLICY VERB...: what reach prints there, in one line.
at()
{
	local cgroup=$1 policy=$2
	shift 2
	tell $fs/bind "cgroup=$(cgroup "$cgroup") policy=$policy" > /dev/null
	in_cgroup "$cgroup" $reach "$@" 2>&1 | paste -sd' '
	tell $fs/bind "cgroup=$(cgroup "$cgroup") policy=none" > /dev/null
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
for entry in "${verbs[@]}"; do
	op=${entry#*:}
	read -ra verb <<< "${entry%:*}"
	to=("${verb[@]/PID/$host}")
	is "$($reach "${to[@]}")" ok "${verb[*]} works without a policy"
	drain
	want=EPERM
	[ "${verb[0]}" = mem ] || [ "${verb[0]}" = environ ] && want=EACCES
	is "$(at box none "${to[@]}")" "$want" "${verb[*]} of the host is denied"
	like "$(records)" "$([ $op = signal ] && echo '(exists|winch) ')host" \
		"with a record that says whose"
	is "$(at box all "${to[@]}")" ok "${verb[*]} of the host may be allowed"
	to=("${verb[@]/PID/$own}")
	is "$(at box none "${to[@]}")" ok "${verb[*]} of the container is not judged"
	to=("${verb[@]/PID/$theirs}")
	drain
	is "$(at box none "${to[@]}")" "$want" \
		"${verb[*]} of another container of the policy is"
	like "$(records)" "/none" "which the record names"
done

is "$(at box none raise 28 , traceme , setrlimit , setpgid 0)" "ok ok ok ok" \
	"what a task does to itself is its own"

# Rules against one's own
tell $fs/bind "cgroup=$box policy=denies" > /dev/null
denied=$(start box) || :
drain
is "$(in_cgroup box $reach raise 28 , kill $denied 0 , trace $denied , setrlimit | paste -sd' ')" \
	"EPERM EPERM EPERM EPERM" "a rule denies them"
like "$(records)" nobody "and says so"
is "$(hits denies policy.yaml:6)" 4 "by its line"
tell $fs/bind "cgroup=$box policy=none" > /dev/null

# Signals by number
tasks_policy signals "
tasks:
  - allow: signal
    signals: [exists, winch, rtmin+3]
    peer: host
  - deny: signal
    signals: cont"
is "$(at box signals kill $host 0 , kill $host 28 , kill $host 1 , kill $host 15)" \
	"ok ok EPERM EPERM" "signals are told apart"
is "$(at box signals kill $theirs 28)" EPERM "and so are tasks"
is "$(at box signals kill $own 15 , raise 18)" "ok EPERM" \
	"the default is not about own tasks, a rule is"
sleep 0.3
fails "the own task is gone" kill -0 $own
own=$(start box)

# Who traces is whoever may, not what `default: allow` lets
load_policy <<END
bailiff: 1
policy: open
default: allow
END
is "$(at box open trace $host , vmread $host , getfd $host)" "EPERM EPERM EPERM" \
	"default: allow does not let one take over the host's tasks"
is "$(at box open kill $host 0 , environ $host , prlimit $host)" "ok ok ok" \
	"it does let one see them"
is "$(at box open trace $own)" ok "and trace one's own"

# SIGIO is a deed of who set the owner
ring=$(start "")
is "$(at box none sigio $ring)" ok "a file may have any owner"
succeeds "but no signal comes" kill -0 $ring
is "$($reach sigio $ring)" ok "unconfined"
sleep 0.3
fails "it does" kill -0 $ring
ring=$(start box)
is "$(at box none sigio $ring)" ok "one's own task as owner"
sleep 0.3
fails "gets it" kill -0 $ring

# From outside in
ring=$(start box)
succeeds "a signal from outside is not judged" kill -TERM $ring
sleep 0.3
fails "and ends the task" kill -0 $ring

# More confined is own, less is not
tasks_policy more ""
nested="echo more > $fs/self && exec $reach"
is "$(in_cgroup box bash -c "$nested kill $own 0")" EPERM \
	"a task that entered another policy does not own those it left"
in_cgroup box bash -c "echo more > $fs/self && exec sleep 1000" &
inner=$!
wait_for 5 grep -q -a '^sleep' /proc/$inner/cmdline
is "$(at box none kill $inner 0 , trace $inner)" "ok ok" "they own it"
kill -KILL $inner $host $own $theirs 2> /dev/null
wait 2> /dev/null

# Namespaces
tasks_policy namespaces "
namespaces:
  - deny: userns-create
    errno: ENOSYS"
is "$(at box namespaces userns)" ENOSYS "a user namespace is denied"
load_policy <<END
bailiff: 1
policy: closed
default: {files: allow, exec: allow, network: allow, capabilities: allow, mounts: allow}
END
drain
is "$(at box closed userns)" EPERM "by default too"
like "$(records)" closed "with a record"
is "$(at box open userns)" ok "or allowed"
done_testing

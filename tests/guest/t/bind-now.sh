# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 120
#
# `bind ... now`: those who run already are confined, without an exec.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"
. "$BAILIFF_TOP/tests/guest/inject.sh"

# joined CGROUP-ID: "JOINED of TASKS"
joined()
{
	sed -n "s/^cgroup=$1 .* tasks=\([0-9]*\) joined=\([0-9]*\)$/\2 of \1/p" $fs/bindings
}

is_joined()
{
	[ "$(joined "$1")" = "$2" ]
}

# ask: what the program in the cgroup says of the file, and of what it has open.
ask()
{
	rm -f "$work/answer"
	echo > "$work/fifo"
	wait_for 5 test -s "$work/answer"
	cat "$work/answer"
}

echo secret > "$work/secret"
load_policy <<EOF
bailiff: 1
policy: now
default: allow
files:
  - deny: [read, write, manage]
    paths: $work/secret
  - allow: inherit # who has one mapped does not join; who maps it later may use it
    type: io_uring
mounts:
  - deny: [mount, umount, pivot-root, move-mount]
EOF
id=$(cgroup now)
sleeping=$(cgroup now/sleeping)
threads=$(cgroup now/threads)

# A shell that executes nothing, with a file that it opened before.
mkfifo "$work/fifo"
in_cgroup now bash -c "exec 5< $work/secret 6<> $work/fifo; : > $work/ready
	while read -r _ <&6; do
		a=open b=open
		{ : < $work/secret; } 2> /dev/null || a=shut
		IFS= read -r -N 1 _ <&5 2> /dev/null || b=shut
		echo \$a \$b > $work/answer
	done" &
shell=$!
wait_for 5 test -e "$work/ready"
is "$(tell $fs/bind "cgroup=$id policy=now label=n")" ok "a cgroup is bound"
is "$(ask)" "open open" "a program that runs in it is not confined by that"
is "$(joined "$id")" "0 of 1" "... and is counted"
is "$(tell $fs/bind "cgroup=$id policy=now label=n now")" ok "it is bound now"
is "$(ask)" "shut shut" "the program is confined, and what it has open is judged"
is "$(joined "$id")" "1 of 1" "... and is counted"
is "$(tell $fs/bind "cgroup=$id policy=now now")" ok "once more changes nothing"
is "$(ask)" "shut shut" "... it is still confined"
is "$(joined "$id")" "1 of 1" "... once"
like "$(tell $fs/bind "cgroup=$id policy=now now now" 2>&1)" "given twice" \
	"said twice it is an error"
kill $shell
wait $shell 2> /dev/null

# One that sleeps is not woken for it.
in_cgroup now/sleeping sleep 1000 &
# 230: clock_nanosleep
is_asleep()
{
	local pid number

	read -r pid < /sys/fs/cgroup/now/sleeping/cgroup.procs &&
		read -r number _ < "/proc/$pid/syscall" && [ "$number" = 230 ]
}
succeeds "a program sleeps" wait_for 20 is_asleep
rc=0
out=$(bailiffctl bind --cgroup /now/sleeping --policy now --now 2> /dev/null) || rc=$?
is "$rc ${out##*$'\n'}" "1 0 of 1 tasks are confined" "one that sleeps in a call has not joined"
read -r pid < /sys/fs/cgroup/now/sleeping/cgroup.procs
kill -STOP "$pid"
kill -CONT "$pid"
succeeds "it does when it comes back" wait_for 5 is_joined "$sleeping" "1 of 1"
kill "$pid"

# Each thread joins for itself.
in_cgroup now/threads python3 -c '
import threading, time
def run():
    while True: time.sleep(0.02)
for _ in range(4): threading.Thread(target=run, daemon=True).start()
run()' &
has_five()
{
	[ "$(wc -l < /sys/fs/cgroup/now/threads/cgroup.threads)" = 5 ]
}
succeeds "a program has five threads" wait_for 20 has_five
is "$(bailiffctl bind --cgroup /now/threads --policy now --now | tail -n 1)" \
	"5 of 5 tasks are confined" "all threads of a program join"
is "$(joined "$threads")" "5 of 5" "... says the kernel"
kill %% 2> /dev/null
wait 2> /dev/null

# Who must not do what he does already is left as he is, and counted.
has_failed()
{
	[ "$(status_of join_failures)" -gt "$failures" ]
}
# refuses CGROUP-ID WHO [JOINED]
refuses()
{
	failures=$(status_of join_failures)
	tell $fs/bind "cgroup=$1 policy=now now" > /dev/null
	succeeds "$2 fails to join" wait_for 10 has_failed
	is "$(joined "$1")" "${3:-0 of 1}" "... and has not"
}

# Of two that he traces the kernel looks at the last one first: that is not allowed,
# the other is, as it is under the policy.
tracer=$(cgroup now-tracer)
sleep 1000 &
tracee=$!
in_cgroup now-tracer python3 -c '
import ctypes, os, sys, time
libc, file, traces = ctypes.CDLL(None), sys.argv[1], sys.argv[2]
open(sys.argv[3], "w").close()
while not os.path.exists(file): time.sleep(0.02)
pids = [int(pid) for pid in open(file).read().split()]
for pid in pids:
    if libc.ptrace(0x4206, pid, None, None): sys.exit("PTRACE_SEIZE")
open(traces, "w").close()
while os.path.exists(traces): time.sleep(0.02)
for pid in pids:
    libc.ptrace(0x4207, pid, None, None) # PTRACE_INTERRUPT
    os.waitpid(pid, 0x40000000) # __WALL
    if libc.ptrace(17, pid, None, None): sys.exit("PTRACE_DETACH")
while True: time.sleep(0.02)' "$work/tracees" "$work/traces" "$work/starts" &
wait_for 20 test -e "$work/starts"
tell $fs/bind "cgroup=$tracer policy=now" > /dev/null
in_cgroup now-tracer sleep 1000 &
wait_for 20 is_joined "$tracer" "1 of 2"
while read -r pid; do
	! grep -q -x sleep "/proc/$pid/comm" || echo "$pid"
done < /sys/fs/cgroup/now-tracer/cgroup.procs > "$work/new"
echo $tracee >> "$work/new"
mv "$work/new" "$work/tracees"
succeeds "a program traces another" wait_for 20 test -e "$work/traces"
refuses "$tracer" "who traces one outside" "1 of 2"
rm "$work/traces"
succeeds "he has let go" wait_for 20 grep -q -x 'TracerPid:.0' /proc/$tracee/status
tell $fs/bind "cgroup=$tracer policy=now now" > /dev/null
succeeds "then he joins" wait_for 10 is_joined "$tracer" "2 of 2"
echo 1 > /sys/fs/cgroup/now-tracer/cgroup.kill
kill $tracee
wait 2> /dev/null

ring=$(cgroup now-ring)
in_cgroup now-ring python3 -c '
import ctypes, sys, time
params = ctypes.create_string_buffer(120)
if ctypes.CDLL(None).syscall(425, 4, params) < 0: sys.exit("io_uring_setup")
open(sys.argv[1], "w").close()
while True: time.sleep(0.02)' "$work/has-ring" &
succeeds "a program has an io_uring" wait_for 20 test -e "$work/has-ring"
refuses "$ring" "who has a ring"
kill %% 2> /dev/null
wait 2> /dev/null

# Which program one runs is not believed before he executes one: until then a
# class whose rules ask for it denies all.
echo plain > "$work/plain"
succeeds "a policy that asks for the program loads" load_policy <<EOF
bailiff: 1
policy: now-exe
default: allow
files:
  - deny: read
    paths: $work/secret
    when: {exe: "/usr/bin/*"}
mounts:
  - deny: [mount, umount, pivot-root, move-mount]
EOF
program=$(cgroup now-program)
drain
cat > "$work/then" <<'EOF'
a=open b=open
{ : < "$1/plain"; } || a=shut
{ : < "$1/secret"; } || b=shut
echo $a $b > "$1/program"
EOF
in_cgroup now-program python3 -c '
import os, sys
open(sys.argv[1] + "/begun", "w").close()
try:
    while True: open(sys.argv[1] + "/plain").close()
except PermissionError:
    os.execv("/usr/bin/bash", ["bash", sys.argv[1] + "/then", sys.argv[1]])' "$work" &
succeeds "a program looks at a file again and again" wait_for 20 test -e "$work/begun"
tell $fs/bind "cgroup=$program policy=now-exe now" > /dev/null
succeeds "a class that asks for the program denies" wait_for 20 test -s "$work/program"
is "$(cat "$work/program")" "open shut" "after an exec its rules fit"
like "$(records)" "^$work/plain$" "... and before that it was denied"

# What is being forked is seen by nobody, and not under the policy: it joins when
# its parent has.
late=$BAILIFF_TOP/build/guest/late
# begin_late MODE CGROUP: in a directory of its own
begin_late()
{
	dir=$work/$2
	mkdir "$dir"
	echo secret > "$dir/secret"
	late_id=$(cgroup "$2")
	"$late" "$1" "$dir" "/sys/fs/cgroup/$2" &
}
# 56: clone
is_forking()
{
	local pid number

	read -r pid < "/sys/fs/cgroup/$1/cgroup.procs" &&
		read -r number _ < "/proc/$pid/syscall" && [ "$number" = 56 ]
}
begin_late fork now-fork
succeeds "a program is in the middle of a fork" wait_for 20 is_forking now-fork
tell $fs/bind "cgroup=$late_id policy=now now" > /dev/null
is "$(joined "$late_id")" "0 of 1" "nobody can join yet"
# By now all are looked at every six seconds, and ever less often: the next time is
# too late for the claim below.
pause 7
: > "$dir/go"
succeeds "the child comes" wait_for 20 test -e "$dir/begun"
succeeds "both join soon" wait_for 1 is_joined "$late_id" "2 of 2"

# The parent of one that is being forked by vfork is not back before that executes
# something: for this one all are looked at again, less and less often.
begin_late vfork now-vfork
succeeds "a program is in the middle of a vfork" wait_for 20 is_forking now-vfork
tell $fs/bind "cgroup=$late_id policy=now now" > /dev/null
pause 0.4
is "$(joined "$late_id")" "0 of 1" "it cannot be seen yet"
: > "$dir/go"
succeeds "the child comes" wait_for 20 test -e "$dir/begun"
succeeds "it joins before its parent is back" wait_for 60 is_joined "$late_id" "1 of 2"
echo 1 > /sys/fs/cgroup/now-vfork/cgroup.kill

# tried_ring: what its heir does with a ring, and the rights of who made it.
tried_ring()
{
	: > "$dir/go"
	wait_for 20 test -e "$dir/tried"
	cat "$dir/tried"
}
begin_late ring now-heir
succeeds "a program has inherited a ring" wait_for 20 test -e "$dir/begun"
is "$(tried_ring)" linked "it acts by that with the rights of who made it"
begin_late ring now-bound-heir
succeeds "another has" wait_for 20 test -e "$dir/begun"
wait $!
tell $fs/bind "cgroup=$late_id policy=now now" > /dev/null
succeeds "it joins" wait_for 20 is_joined "$late_id" "1 of 1"
drain
is "$(tried_ring)" "Operation not permitted" "it does so no more, whatever is allowed"
like "$(records)" "^personality$" "... as a record says"
tell $fs/bind "cgroup=$late_id policy=refuse now" > /dev/null
is "$(joined "$late_id")" "0 of 1" "nobody has joined what refuses all"
# by what is mapped one tells the poller what to do
begin_late mapped now-mapped
succeeds "a third has it mapped" wait_for 20 test -e "$dir/begun"
wait $!
refuses "$late_id" "who has a mapped ring"

# forked NUMBER: has the server had that many children?
forked()
{
	local number

	read -r number 2> /dev/null < "$dir/forks" && [ "$number" -ge "$1" ]
}
# serves KIND CGROUP WHAT: it forks, and fails to join
serves()
{
	begin_late "$1" "$2"
	succeeds "a server has $3, and forks" wait_for 20 forked 1
	failures=$(status_of join_failures) joins=$(status_of joins)
	tell $fs/bind "cgroup=$late_id policy=now now" > /dev/null
	succeeds "it fails to join" wait_for 20 has_failed
}
serves serve now-serve "a mapped ring"
read -r number < "$dir/forks"
succeeds "it goes on to fork" wait_for 60 forked $((number + 25))
# itself, and the one that was there, or being forked, then
succeeds "whom it forks, who have it mapped, too, are not tried" \
	[ "$(status_of join_failures)" -le $((failures + 2)) ]
# What is being forked has the old credentials.
: > "$dir/go"
succeeds "a child gives it another session keyring" wait_for 20 test -e "$dir/given"
read -r number < "$dir/forks"
succeeds "it forks still" wait_for 60 forked $((number + 25))
succeeds "they are not tried now either" \
	[ "$(status_of join_failures)" -le $((failures + 3)) ]
echo 1 > /sys/fs/cgroup/now-serve/cgroup.kill
wait $! || :
# more_join NUMBER: have so many joined since?
more_join()
{
	[ "$(status_of joins)" -ge $((joins + $1)) ]
}
serves own now-own "a ring that is not mapped"
succeeds "whom it forks, who have none, join" wait_for 60 more_join 5

# Threads that cannot join are left as they are and counted: who has a ring, and
# who has no memory for it, who is tried again with the next line. The others
# are confined, whoever they are.
load_policy <<EOF
bailiff: 1
policy: now-threads
default: allow
files:
  - deny: [read, write, manage]
    paths: $work/now-mixed/secret
mounts:
  - deny: [mount, umount, pivot-root, move-mount]
EOF
# said NUMBER: what plain, other user's, ring's and struck thread say: denied or open
said()
{
	: > "$dir/go-$1"
	wait_for 20 test -e "$dir/said-$1"
	cat "$dir/said-$1"
}
two_fail()
{
	[ "$(status_of join_failures)" -ge $((failures + 2)) ]
}
if can_inject; then
	arm
	chmod 755 "$work"
	begin_late threads now-mixed
	succeeds "of a program's threads one waits for an allocation to fail" \
		wait_for 20 test -e "$dir/spins"
	pause 0.5
	failures=$(status_of join_failures)
	tell $fs/bind "cgroup=$late_id policy=now-threads now" > /dev/null
	succeeds "it and who has a ring fail to join" wait_for 20 two_fail
	succeeds "the others join" wait_for 20 is_joined "$late_id" "3 of 5"
	is "$(said 1)" ddoo "they are confined, whoever they are"
	tell $fs/bind "cgroup=$late_id policy=now-threads now" > /dev/null
	succeeds "who had no memory joins with the next line" \
		wait_for 20 is_joined "$late_id" "4 of 5"
	is "$(said 2)" ddod "and is confined"
	echo 1 > /sys/fs/cgroup/now-mixed/cgroup.kill
	wait $! || :
else
	diag "not tried: this kernel cannot let allocations fail"
fi

# Nobody stays behind under these policies.
for name in now now-tracer now-ring now-program now-fork now-own now-heir now-bound-heir now-mapped; do
	echo 1 > /sys/fs/cgroup/$name/cgroup.kill
done
wait 2> /dev/null
done_testing

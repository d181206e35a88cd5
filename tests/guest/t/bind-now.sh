# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 60
# also: 6.1 fast
#
# `bind ... now`: those who run already are confined, without an exec.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

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
wait_for 5 grep -q . /sys/fs/cgroup/now/sleeping/cgroup.procs
sleep 0.2
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
done_testing

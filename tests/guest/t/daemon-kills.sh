# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 240
#
# bailiffd or its worker is killed at any moment, while containers come and go and
# all are denied something. Nothing may run unconfined, be bound twice, or be in the
# log more often than the kernel counted it. GUEST_KILLS says how many times, and
# GUEST_KILLS_SEED repeats the moments.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/container.sh"
. "$BAILIFF_TOP/tests/guest/policy.sh"

work=/run/kills-test
policies=$work/policies
log=$work/events.json
fs=/sys/kernel/security/bailiff
kills=${GUEST_KILLS:-12}
mkdir -p $policies
cp -r "$BAILIFF_TOP/policies/base" $policies/
policy web 'name: "web*"'
: > $work/ran
: > $work/wrong
RANDOM=${GUEST_KILLS_SEED:=$((SECONDS + $$))}
diag "GUEST_KILLS_SEED=$GUEST_KILLS_SEED"

start_daemon()
{
	bailiffd --foreground --policies $policies --log $log --log-window 1 \
		2>> $work/out &
	daemon=$!
}

is_loaded()
{
	bailiffctl rules web > /dev/null 2>&1
}

denied()
{
	sed -n 's/^decisions_denied //p' $fs/status
}

# How many denials the log has. A kill leaves half a line at most.
logged()
{
	jq -n -R '[inputs | fromjson? | select(.outcome == "denied") | .repeated // 1] | add // 0' \
		$log
}

generation()
{
	bailiffctl status --json | jq '.policies[] | select(.name == "web").generation'
}

# contain NAME SCRIPT: a container; what it says goes through a pipe: a file of ours
# is one from outside, which it may not write
contain()
{
	bundle_make "$1" example/web:1 '' /bin/sh -c "$2"
	(cd "$BUNDLES/$1" && crun_do run "$1" < /dev/null 2> /dev/null) | cat
}

# Containers that try once, and end; with no daemon there is none.
try='read -r x < /etc/shadow && echo open || echo shut'
come_and_go()
{
	local i

	for ((i = 1; ; i++)); do
		[ ! -e $work/enough ] || return 0
		contain web$((i % 4)) "$try" >> $work/ran
		umount "$BUNDLES/web$((i % 4))/rootfs"
	done
}

# What the kernel says is bound: each cgroup once, to this policy, as a whole; the
# one that stays among them.
look()
{
	local bindings

	bindings=$(cat $fs/bindings)
	grep -o '^cgroup=[0-9]*' <<< "$bindings" | sort | uniq -d >> $work/wrong
	grep -v ' policy=web ' <<< "$bindings" >> $work/wrong
	[ "$(grep -c label=webkeep <<< "$bindings")" = 1 ] ||
		echo "webkeep: $bindings" >> $work/wrong
	grep label=webkeep <<< "$bindings" |
		sed 's/.* tasks=\([0-9]*\) joined=\([0-9]*\).*/\1 \2/' |
		awk '$1 == 0 || $1 != $2 { print "webkeep: tasks, joined:", $0 }' >> $work/wrong
}

start_daemon
succeeds "there is a policy" wait_for 20 is_loaded
before=$(generation)
first=$(denied)
contain webkeep "while :; do $try; sleep 0.2; done" > $work/keep &
has_tried()
{
	[ "$(grep -c shut $work/keep)" -ge 2 ]
}
succeeds "there is a container that stays" wait_for 20 has_tried
come_and_go &
coming=$!

for ((i = 0; i < kills; i++)); do
	sleep 0.$((RANDOM % 10))$((RANDOM % 10))
	case $((i % 3)) in
	0) kill -KILL $daemon ;;
	1) kill -KILL "$(pgrep -o -P $daemon)" ;; # its parent ends, then
	2) kill -KILL $daemon "$(pgrep -o -P $daemon)" ;;
	esac 2> /dev/null
	wait $daemon 2> /dev/null
	look
	start_daemon
	# at times none gets that far
	[ $((i % 4)) = 0 ] || wait_for 20 is_loaded
	[ $((i % 4)) != 1 ] || look
done
wait_for 20 is_loaded
has_run()
{
	[ "$(wc -l < $work/ran)" -ge 3 ]
}
succeeds "containers have come and gone meanwhile" wait_for 60 has_run
touch $work/enough
wait $coming
look
is "$(cat $work/wrong)" "" "after $kills kills each is bound once, and the one that stays is confined"
is "$(sort -u $work/ran)" shut "none that came meanwhile ran unconfined"
is "$(sort -u $work/keep)" shut "... nor did the one that stayed, at any time"
is "$(generation)" "$before" "the policy was loaded once"

# ---- counts ----
is "$(jq -R 'fromjson? | .seq // empty' $log | sort -n | uniq -d)" "" "no record has two lines"
crun_do kill webkeep KILL
wait_for 10 test ! -d /sys/fs/cgroup/containers/webkeep
# lines of what is alike come a second later
settled()
{
	local one=$counted

	counted=$(logged)
	[ "$one" = "$counted" ] || { sleep 2; false; }
}
counted=-1
wait_for 30 settled
all=$(($(denied) - first))
if [ "$counted" -gt 0 ] && [ "$counted" -le $all ]; then
	ok "the log has no more denials than the kernel counted"
else
	not_ok "the log has no more denials than the kernel counted"
fi
diag "$counted of $all denials are in the log; $(wc -l < $work/ran) containers ran"
some=$(denied)
contain webend "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do $try; done" > $work/end
all_there()
{
	[ $(($(logged) - counted)) = $(($(denied) - some)) ]
}
succeeds "what comes after the last kill is there to the last one" wait_for 20 all_there
isnt "$(denied)" "$some" "... and there was some"
pause 2
is $(($(logged) - counted)) $(($(denied) - some)) "... and none twice"
kill $daemon
wait $daemon
done_testing

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# append: guest.cgroups=1
# timeout: 120
#
# A machine that has cgroup v1 alone: no container can be bound, and so none runs of
# which the hook is asked. What needs no cgroup goes on.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/container.sh"
. "$BAILIFF_TOP/tests/guest/policy.sh"

work=/run/v1-test
policies=$work/policies
log=$work/events.json
mkdir -p $policies
cp -r "$BAILIFF_TOP/policies/base" $policies/
cp "$BAILIFF_TOP/build/bin/bailiffctl" $work/
policy web 'name: "web*"'
policy own 'name: none'
sed -i 's/^include/enter: self\ninclude/' $policies/own.yaml
try_shadow='/bin/cat /etc/shadow > /dev/null 2>&1 && echo open || echo shut'

# contain NAME: a container; leaves its output in $out
contain()
{
	bundle_make "$1" "example/$1:1" '' /bin/sh -c "$try_shadow"
	sed -i 's|"annotations":{|&"run.oci.hooks.stderr":"/run/hook.err",|' \
		"$BUNDLES/$1/config.json"
	: > /run/hook.err
	out=$(cd "$BUNDLES/$1" && crun_do run "$1" < /dev/null 2>&1 | cat)
}

unlike "$(cat /proc/self/cgroup)" '^0::' "processes are in no cgroup v2"
bailiffd --foreground --policies $policies --log $log 2> $work/out &
daemon=$!
succeeds "bailiffd starts, and loads" wait_for 20 bailiffctl rules web
succeeds "... all" wait_for 20 bailiffctl rules own
like "$(bailiffctl doctor 2>&1)" 'version 1 at /sys/fs/cgroup.*systemd.unified_cgroup_hierarchy=1' \
	"doctor says what the machine lacks, and the parameter that changes it"
run bailiffctl bind --cgroup /sys/fs/cgroup/systemd --policy web
isnt "$status" 0 "nothing can be bound"
like "$err" 'not a cgroup v2' "... which is said"
hook=$BAILIFF_HOOK
BAILIFF_HOOK=
contain free
is "$out" open "a container of which nobody asks the hook runs"
BAILIFF_HOOK=$hook
contain web1
unlike "$out" 'open|shut' "one of which the hook is asked does not"
like "$(cat /run/hook.err)" 'container refused: its process is in no cgroup v2' "... and it says why"
like "$(bailiffctl run --policy web -- /bin/sh -c "$try_shadow" | cat)" '^shut$' \
	"bailiffctl run needs no cgroup"
like "$(su nobody -s /bin/sh -c "$work/bailiffctl run --policy own -- /bin/cat /etc/hostname" 2>&1 | cat)" \
	'Permission denied' "... nor who enters by himself"
succeeds "... and what is denied is in the log" wait_for 5 grep -q /etc/hostname $log
kill $daemon
wait $daemon
is $? 0 "bailiffd ends when it is told to"
sed 's/^/# bailiffd: /' $work/out
done_testing

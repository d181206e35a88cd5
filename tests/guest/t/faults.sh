# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# needs: CONFIG_FAILSLAB
# timeout: 300
#
# Each allocation and each copy fails once, in every load, bind and join and in
# the hooks: nothing is allowed that is denied, a reply never says "ok" of what
# was refused, and the kernel stays well.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"
. "$BAILIFF_TOP/tests/guest/inject.sh"

can_inject || bail "this kernel cannot let allocations fail"
arm
mkdir -p $work/tree/denied
echo text > $work/tree/denied/file

for version in 1 2; do
	cat > $work/$version.yaml <<END
bailiff: 1
policy: faults
default: {files: allow, exec: allow, network: allow, capabilities: allow, mounts: deny}
files:
  - deny: [read, write, manage]
    paths: [$work/tree/denied, "$work/tree/denied/**"]
network:
  - deny: connect
    ports: [9, 10$version]
capabilities:
  - deny: sys_admin
END
	sed 's/^policy: faults/policy: fresh/' $work/$version.yaml > $work/f$version.yaml
	for name in $version f$version; do
		succeeds "image $name" policyc build "$work/$name.yaml" -o "$work/$name.img"
	done
done

# claim DESCRIPTION ARGUMENTS...: faults ends well, and the kernel is well.
claim()
{
	local description=$1 status=0 said
	shift

	said=$(quietly $faults "$@") || status=$?
	diag "$description: $(tail -n 1 $work/out)"
	is "$status" 0 "$description"
	is "$said" "" "the kernel has nothing to say"
	[ "$status" = 0 ] || diag "$(grep -v '^tries' $work/out | head -n 12)"
	awk '/^tries/ { exit !($4 > 0) }' $work/out || not_ok "allocations failed in it"
}

claim "a new policy" fresh $work/f1.img fresh $work/tree/denied/file
like "$(load_image $work/1.img)" '^ok' "a policy"
claim "another version of it" load $work/2.img faults $work/tree/denied/file
claim "entering a policy" self faults $work/tree/denied/file
id=$(cgroup faults)
claim "messages" message bind "cgroup=$id policy=faults label=x" \
	policies/faults/mode audit policies/faults/mode enforce \
	unbind "cgroup=$id" bind "cgroup=$id policy=refuse" \
	bind "cgroup=$id policy=faults" unload faults self nothing
running=$(cgroup faults-now)
in_cgroup faults-now sleep 1000 &
# sleeps: its number is in sleeper
sleeps()
{
	read -r sleeper < /sys/fs/cgroup/faults-now/cgroup.procs &&
		[ "$(< "/proc/$sleeper/comm")" = sleep ]
}
succeeds "a program runs already" wait_for 10 sleeps
sleeps
claim "binding who runs already" message bind "cgroup=$running policy=faults now"
kill -STOP $sleeper
kill -CONT $sleeper
succeeds "it joins all the same" wait_for 10 grep -q "^cgroup=$running .* joined=1$" $fs/bindings
kill $sleeper
tell $fs/unbind "cgroup=$running" > /dev/null
claim "reading" read version status bindings tasks events \
	policies/faults/info policies/faults/rules policies/faults/mode \
	policies/faults/image self
claim "execs that join" exec /sys/fs/cgroup/faults $work/tree/denied/file
[ "$(status_of reason.no-memory)" -gt 0 ] && ok "some failed for lack of memory" ||
	not_ok "some failed for lack of memory"
tell $fs/unbind "cgroup=$id" > /dev/null

# A container that waits: its start is one exec, and only by chance without failure.
cp $faults $work/trigger
sed "s|^policy: faults|policy: lazy\nstart: after exec $work/trigger|" $work/1.yaml |
	load_policy && ok "a policy with a start" || not_ok "a policy with a start"
claim "starts" start /sys/fs/cgroup/lazy lazy $work/tree/denied/file $work/trigger
succeeds "it can go" wait_for 10 sh -c "echo lazy > $fs/unload"

claim "what is denied" deny faults $work/tree/denied/file $work/tree/denied
is "$(status_of reason.broken)" 0 "no invariant broke"
like "$(LC_ALL=C stat /usr/nothing 2>&1)" 'No such file' "names are still looked up"
succeeds "the policy can go" wait_for 10 sh -c "echo faults > $fs/unload"
done_testing

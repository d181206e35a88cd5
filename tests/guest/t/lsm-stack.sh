# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 120
#
# Several policies bound to one cgroup: all of them or none, and each denies.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

# policy NAME [LINE...]: everything is allowed but the file $work/NAME.
policy()
{
	local name=$1
	shift

	echo secret > "$work/${name#st-}"
	load_policy << END
bailiff: 1
policy: $name
default: allow
files:
  - deny: [read, write, manage]
    paths: $work/${name#st-}
mounts:
  - deny: [mount, umount, pivot-root, move-mount]
$(printf '%s\n' "$@")
END
}

# opens CGROUP: which of a, b and c a program there can read.
opens()
{
	in_cgroup "$1" bash -c "for f in a b c; do
		cat $work/\$f > /dev/null 2>&1 && printf \$f; done; echo" 2>&1
}

# bind_line: what `bindings` has of the cgroup.
bind_line()
{
	sed -n "s/^cgroup=$id //p" $fs/bindings
}

for name in st-a st-b st-c; do
	policy $name || not_ok "$name does not load"
done
id=$(cgroup stack)

# ---- all or nothing ----
is "$(tell $fs/bind "cgroup=$id policy=st-a,st-b label=s")" ok "two policies are bound to one cgroup"
is "$(bind_line)" "policy=st-a,st-b label=s tasks=0 joined=0" "bindings shows both"
is "$(opens stack)" c "each of them denies"
is "$(in_cgroup stack cat $fs/self | paste -sd,)" st-a,st-b "a task is under both"
is "$(in_cgroup stack bash -c "exec bash -c 'exec cat $fs/self'" | paste -sd,)" \
	st-a,st-b "executing again adds nothing"
for line in 'st-c,no-such:no such policy: no-such' 'st-c,:no such policy' \
	'st-c,st-c:given twice: st-c' 'st-c,refuse:refuse stands alone' \
	"st-c@$(printf '0%.0s' {1..63}):64 hex digits"; do
	like "$(tell $fs/bind "cgroup=$id policy=${line%%:*}")" \
		"^error: .*${line#*:}" "policy=${line%%:*} is refused"
done
is "$(bind_line)" "policy=st-a,st-b label=s tasks=0 joined=0" "... and what was bound stays"
is "$(opens stack)" c "... and denies"

# ---- each by itself ----
tell $fs/policies/st-a/mode audit > /dev/null
is "$(opens stack)" ac "one in audit mode, the other still denies"
is "$(in_cgroup stack cat $work/b 2>&1)" "cat: $work/b: Permission denied" "... with its errno"
tell $fs/policies/st-a/mode enforce > /dev/null
is "$(opens stack)" c "... until it enforces again"
mkfifo $work/fifo
in_cgroup stack bash -c ": > $work/joined; read x < $work/fifo
	for f in a b c; do read y < $work/\$f && printf \$f; done > $work/seen" 2> /dev/null &
wait_for 5 test -e $work/joined
is "$(bind_line)" "policy=st-a,st-b label=s tasks=1 joined=1" "a task under all of them has joined"
load_policy << END
bailiff: 1
policy: st-b
default: allow
files:
  - {deny: [read, write, manage], paths: $work/c}
mounts:
  - deny: [mount, umount, pivot-root, move-mount]
END
echo > $work/fifo
wait $!
is "$(cat $work/seen)" b "one is replaced under a running task; the other stays"
policy st-b
like "$(tell $fs/unload st-a)" 'error: .*bound' "the first cannot be unloaded"
like "$(tell $fs/unload st-b)" 'error: .*bound' "nor the second"

# ---- what cannot be joined ----
digest=$(sed -n 's/^digest //p' $fs/policies/st-b/info)
is "$(tell $fs/bind "cgroup=$id policy=st-a,st-b@$digest")" ok "digests are bound in a stack"
is "$(opens stack)" c "... and joined"
policy st-b '# another'
like "$(in_cgroup stack true 2>&1)" 'Permission denied' "one that is not the active one: nothing starts"
many=$(seq -s, -f 'st-%02g' 1 16)
for i in $(seq -f 'st-%02g' 1 17); do
	policy "$i"
done
like "$(tell $fs/bind "cgroup=$id policy=$many,st-17")" 'error: more than 16' "17 policies are refused"
is "$(tell $fs/bind "cgroup=$id policy=$many")" ok "16 are bound"
is "$(in_cgroup stack cat $fs/self | wc -l)" 16 "... and joined"
like "$(bash -c "echo st-17 > $fs/self; echo \$\$ > /sys/fs/cgroup/stack/cgroup.procs; exec true" 2>&1)" \
	'Permission denied' "who is under one already cannot be under 16 more"

# ---- filters ----
policy st-f 'syscalls: {default: allow, deny: [swapon]}'
like "$(tell $fs/bind "cgroup=$id policy=st-a,st-f")" "error: .*installed-by" \
	"one has a filter that nobody installs: refused"
is "$(tell $fs/bind "cgroup=$id policy=st-a,st-f filtered")" ok "... unless the runtime does"
like "$(bind_line)" '^policy=st-a,st-f filtered ' "... which bindings shows"
like "$(in_cgroup stack true 2>&1)" 'Permission denied' "but who is under no filter does not join"

# ---- the end ----
is "$(tell $fs/unbind "cgroup=$id")" ok "a stack is unbound as one"
is "$(opens stack)" abc "nothing joins any more"
rmdir /sys/fs/cgroup/stack
left=0
for name in st-a st-b st-c st-f $(seq -f 'st-%02g' 1 17); do
	wait_for 5 sh -c "echo $name > $fs/unload" || left=$((left + 1))
done
is $left 0 "and each can be unloaded"
done_testing

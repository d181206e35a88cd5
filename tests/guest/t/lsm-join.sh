# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 120
#
# Who is confined: by cgroup at exec, by `self`, and that nobody gets out.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

# open_policy NAME DENIED: everything is allowed but one file.
open_policy()
{
	echo secret > "$2"
	load_policy <<EOF
bailiff: 1
policy: $1
default: allow
files:
  - deny: [read, write, manage]
    paths: $2
mounts:
  - deny: [mount, umount, pivot-root, move-mount]
EOF
}

reads()
{
	if cat "$1" > /dev/null 2>&1; then echo yes; else echo no; fi
}

succeeds "a policy loads" open_policy one $work/one
succeeds "another loads" open_policy two $work/two
id=$(cgroup box)
nested=$(cgroup box/nested)
is "$(tell $fs/bind "cgroup=$id policy=one label=c1")" ok "a cgroup is bound"

is "$(in_cgroup box cat $work/one 2>&1)" \
	"cat: $work/one: Permission denied" "an exec in it joins"
is "$(in_cgroup box/nested cat $work/one 2>&1)" \
	"cat: $work/one: Permission denied" "and below it"
is "$(reads $work/one)" yes "outside nothing changes"

# No way out: the file is not read, and a record names it
out='cat '$work'/one > /dev/null 2>&1 && echo out || echo in'
# stays DESCRIPTION COMMAND...: what it prints, in the cgroup
stays()
{
	local description=$1
	shift
	drain
	is "$(in_cgroup box "$@")" in "$description"
	like "$(records)" "^$work/one$" "... as a record says"
}
stays "not by forking" bash -c "( ( $out ) )"
stays "not by exec" bash -c "exec bash -c '$out'"
stays "not by leaving the cgroup" \
	bash -c "echo \$\$ > /sys/fs/cgroup/cgroup.procs; exec bash -c '$out'"
stays "not by a mount namespace" unshare -m --propagation unchanged bash -c "$out"
stays "not by a user namespace" unshare -U bash -c "$out"
stays "not by chroot" chroot / bash -c "$out"
stays "not by a session" setsid bash -c "$out"
stays "not by a child that gives its parent a session keyring" \
	bash -c "$BAILIFF_TOP/build/guest/session && $out"
mkfifo $work/fifo
in_cgroup box bash -c ": > $work/joined; read x < $work/fifo; $out > $work/result" &
wait_for 5 test -e $work/joined
echo "cgroup=$id" > $fs/unbind
drain
echo > $work/fifo
wait $!
is "$(cat $work/result)" in "not by removing the binding"
like "$(records)" "^$work/one$" "... as a record says"
is "$(in_cgroup box bash -c "$out")" out "though nobody joins any more"

# Nearest binding, stacking, re-exec
tell $fs/bind "cgroup=$id policy=one" > /dev/null
tell $fs/bind "cgroup=$nested policy=two" > /dev/null
both="cat $work/one > /dev/null 2>&1 && echo one; cat $work/two > /dev/null 2>&1 && echo two; true"
is "$(in_cgroup box bash -c "$both")" two "the binding of a cgroup counts"
is "$(in_cgroup box/nested bash -c "$both")" one "the nearest alone"
is "$(in_cgroup box bash -c "echo \$\$ > /sys/fs/cgroup/box/nested/cgroup.procs; exec bash -c '$both'")" \
	"" "a joined task that joins again is under both"
is "$(in_cgroup box bash -c "exec bash -c 'exec bash -c \"cat $fs/self\"'")" one \
	"executing again in the same cgroup adds nothing"

# refuse, digests
is "$(tell $fs/bind "cgroup=$nested policy=refuse")" ok "a cgroup is bound to refuse"
like "$(in_cgroup box/nested true 2>&1)" 'Permission denied' "nothing starts there"
digest=$(sed -n 's/^digest //p' $fs/policies/one/info)
is "$(tell $fs/bind "cgroup=$nested policy=one@$digest")" ok "a digest is bound"
is "$(in_cgroup box/nested bash -c "$both")" two "the exec joins when it is active"
is "$(bash -c 'exec 3<> $0; printf one@'$digest' >&3; cat $1' $fs/self $fs/self)" one \
	"who enters by a digest is in when it is active"
open_policy one $work/one2
like "$(in_cgroup box/nested true 2>&1)" 'Permission denied' "and fails when it is not"
is "$(bash -c 'exec 3<> $0; printf one@'$digest' >&3; cat <&3; cat $1' $fs/self $fs/self \
	2> /dev/null)" "error: another version of it is active" "and is not, and told, when it is not"
like "$(tell $fs/self one@12)" 'error: the digest is not 64' "that a digest is whole is asked there, too"
is "$(in_cgroup box bash -c "$both" | paste -sd' ')" "one two" "a reload is in force at once"
echo "cgroup=$nested" > $fs/unbind

# An exec while a binding is replaced joins the old one or the new one; above it
# nothing is bound
swap=$(cgroup swap)
tell $fs/bind "cgroup=$swap policy=one" > /dev/null
"$BAILIFF_TOP/build/guest/late" execs "$work" /sys/fs/cgroup/swap > $work/joins &
# Did an exec see each?
met_all()
{
	local policy

	for policy in one two refused; do
		grep -q -x $policy $work/joins || return
	done
}
# replaced ROUNDS: the binding has been, at least so often.
replaced()
{
	local policy

	for policy in two one refuse; do
		tell $fs/bind "cgroup=$swap policy=$policy" >> $work/replies
	done
	[ $((++rounds)) -ge "$1" ] && met_all
}
rounds=0
succeeds "an exec meets each version of a binding that is replaced" \
	wait_for 60 replaced "$(volume 10 3)"
: > $work/go
wait $!
is "$(sort -u $work/joins | paste -sd' ')" "one refused two" "and is under one of them"
is "$(sort -u $work/replies)" ok "each was bound"
tell $fs/unbind "cgroup=$swap" > /dev/null
rmdir /sys/fs/cgroup/swap

# runtime: only another mount namespace joins
tell $fs/bind "cgroup=$id policy=two runtime=$$" > /dev/null
is "$(in_cgroup box bash -c "$both" | paste -sd' ')" "one two" "the runtime's own programs do not join"
is "$(in_cgroup box unshare -m --propagation unchanged bash -c "$both" | paste -sd' ')" "one" "those of the container do"

# stacking limit
for i in $(seq 1 17); do
	open_policy p$i $work/p$i
done
verbs=()
for i in $(seq 1 16); do
	verbs+=(enter "p$i" ',')
done
is "$($act "${verbs[@]}" enter p17 | sort | uniq -c | sed 's/^ *//' | paste -sd,)" \
	"1 E2BIG,16 ok" "sixteen domains, and no seventeenth"
tell $fs/bind "cgroup=$id policy=p17" > /dev/null
is "$($act "${verbs[@]}" open w /sys/fs/cgroup/box/cgroup.procs 1 , \
	write 1 0 , exec /bin/true | tail -n 1)" EACCES \
	"an exec that would add one fails"

# unloading
like "$(tell $fs/unload p17)" 'error.*bound' "a bound policy is not unloaded"
echo "cgroup=$id" > $fs/unbind
wait_for 5 sh -c "echo p17 > $fs/unload"
fails "an unbound one is" test -e $fs/policies/p17
sleep 1000 & # not confined
bash -c "echo p16 > $fs/self; exec sleep 1000" &
wait_for 5 grep -q p16@ $fs/tasks
like "$(tell $fs/unload p16)" 'error.*tasks' "one that confines a task is not"
kill %1 %2 %3 2> /dev/null
wait 2> /dev/null
succeeds "until the task is gone" wait_for 10 sh -c "echo p16 > $fs/unload"

# self: who may
is "$(setpriv --reuid=1000 --clear-groups $act enter one)" EPERM \
	"an unprivileged task needs no_new_privs"
is "$(setpriv --reuid=1000 --clear-groups $act nnp , enter one | paste -sd' ')" \
	"ok EPERM" "and a policy that says so"
is "$($act open w $fs/self 1 , setuid 1000 , enterfd 1 one | paste -sd' ')" \
	"ok ok EBUSY" "other credentials than the opener's do not enter"
is "$(bash -c "exec 5> $fs/self; bash -c 'echo one >&5' 2>&1; cat $fs/self")" \
	"bash: line 1: echo: write error: Device or resource busy" \
	"a descriptor from elsewhere confines nobody"
is "$($act enter one , enter one , open r $fs/self 1 | paste -sd' ')" "ok ok ok" \
	"entering twice is entering once"
done_testing

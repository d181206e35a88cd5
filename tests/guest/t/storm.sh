# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 150
# also: 6.1 fast
#
# Policies are loaded, replaced, unloaded, bound and switched, records and
# reports read, names and mounts moved, all in loops, while confined tasks open,
# rename, fork, execute and connect. Two versions of one policy are such that
# a mixture of both would give an answer that neither gives. GUEST_STORM is for
# how many seconds (12; 60 on the debug kernel).
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

seconds=${GUEST_STORM:-$(volume 12 60)}
# Below a directory of the host's no name lasts (FLEETING in lsm/path.c), and nothing of
# lsm/dirs.c and lsm/seen.c would be in the storm.
dir=/storm
mkdir -p $dir
mount -t tmpfs tmpfs $dir
mkdir -p $dir/left $dir/right $dir/moving $dir/place
cp "$BAILIFF_TOP/build/guest/storm" $dir/storm
for file in file left/file right/file moving/file moving/never; do
	echo content > $dir/$file
done

# file_rule NAME ERRNO OPERATION: what a version denies of the file.
file_rule()
{
	cat <<END
  - deny: [$3]
    paths: $dir/file
    errno: $2
    message: $1
END
}

# tree_rule NAME ERRNO DIRECTORY: where nothing may be made or moved.
tree_rule()
{
	cat <<END
  - deny: manage
    paths: ["$dir/$3/**"]
    errno: $2
    message: $1
END
}

# moving_rule NAME ERRNO: what each version denies, in a directory that is renamed.
moving_rule()
{
	cat <<END
  - deny: read
    paths: ["$dir/moving/never", "$dir/moved/never"]
    errno: $2
    message: $1
END
}

# version NAME ERRNO: the rules for files come on standard input. Their order is
# another in each version, and B has a path of its own that is shorter than all
# others, so that the number of a rule, of a row of patterns or of a state means
# something else: the program of one with a table, or the end of a walk, of the
# other lets pass what neither does.
version()
{
	cat <<END
bailiff: 1
policy: flip
default: {files: allow, exec: allow, network: allow, capabilities: allow, mounts: deny}
network:
  - deny: connect
    ports: 9
    errno: $2
    message: $1
files:
END
	cat
}

{
	file_rule A ENODEV write
	tree_rule A ENODEV right
	moving_rule A ENODEV
} | version A ENODEV > $work/a.yaml
{
	moving_rule B EROFS
	tree_rule B EROFS left
	file_rule B EROFS read
	printf '  - deny: mknod\n    paths: /0\n'
} | version B EROFS > $work/b.yaml
cat > $work/spare.yaml <<END
bailiff: 1
policy: spare
default: {files: allow, exec: allow, network: allow, capabilities: allow, mounts: deny}
files:
  - deny: [read]
    paths: $dir/nothing
END
for name in a b spare; do
	succeeds "policy $name compiles" policyc build $work/$name.yaml -o $work/$name.img
done
like "$(load_image $work/a.img)" '^ok' "the first version loads"
# records of a storm before this one speak of generations that this one knows not
drain
id=$(cgroup storm)
joins=$(status_of joins)
again=$(status_of walks_again)
walks=$(status_of walks)
broken=$(status_of reason.broken)
run $dir/storm "$seconds" $dir $work/a.img $work/b.img $work/spare.img \
	/sys/fs/cgroup/storm
counts=$out
diag "$(nproc) CPUs, $seconds s: $(paste -sd' ' <<< "$counts")"
[ -z "$err" ] || diag "$err"
is "$status" 0 "every worker ends by itself"
for what in loads unloads busy binds modes records reports moves denied allowed execs joins; do
	like "$counts" "^$what [1-9]" "in the storm: $what"
done
like "$counts" '^mixtures 0$' "no decision mixes two versions"
like "$counts" '^wrong 0$' "nothing answers what it must not"
[ "$(status_of joins)" -gt "$joins" ] && ok "execs have joined" || not_ok "execs have joined"
is "$(status_of reason.broken)" "$broken" "no invariant broke"

# A path is walked again when a name or a mount moves meanwhile.
again=$(($(status_of walks_again) - again))
walks=$(($(status_of walks) - walks))
diag "$walks names, $again of them walked twice"
[ "$again" -gt 0 ] && ok "paths were walked while names moved" ||
	not_ok "paths were walked while names moved"

# Nothing is left behind.
is "$(grep -c "cgroup=$id " $fs/bindings)" 0 "the cgroup is not bound"
succeeds "the policy can go when its tasks have" \
	wait_for 10 sh -c "echo flip > $fs/unload"
fails "and is gone" test -e $fs/policies/flip
if [ -e $fs/policies/spare ]; then
	succeeds "so can the other" wait_for 10 sh -c "echo spare > $fs/unload"
fi
succeeds "so is its cgroup" wait_for 5 rmdir /sys/fs/cgroup/storm
umount -l $dir
done_testing

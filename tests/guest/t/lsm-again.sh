# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 120
#
# What was allowed is judged again after the policy, or its mode, changed; and
# names move under the feet of whoever walks them.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

echo text > $work/file
echo text > $work/else

# version OPERATIONS: of a policy on one file
version()
{
	load_policy <<EOF
bailiff: 1
policy: again
default: {files: deny, exec: allow, network: allow, capabilities: allow, mounts: deny}
files:
  - allow: [$1]
    paths: $work/file
  - allow: read
    paths: $work/else
  - allow: inherit
    type: [pipe, "null", unix]
EOF
}

# A version that lets no socket from outside in
no_sockets()
{
	load_policy <<EOF
bailiff: 1
policy: again
default: {files: deny, exec: allow, network: allow, capabilities: allow, mounts: deny}
files:
  - allow: inherit
    type: [pipe, "null"]
EOF
}

# said NUMBER: so many answers have come.
said()
{
	[ "$(wc -l < $work/out)" -ge "$1" ]
}

# meanwhile VERBS... -- COMMAND...: act does the verbs up to the word `go`,
# then the command runs, then act goes on; prints what act printed after.
meanwhile()
{
	local verbs=() before=0

	while [ "$1" != -- ]; do
		[ "$1" != , ] || [[ " ${verbs[*]} " == *" waitfor "* ]] ||
			before=$((before + 1))
		if [ "$1" = go ]; then
			verbs+=(waitfor "$work/go")
		else
			verbs+=("$1")
		fi
		shift
	done
	shift
	rm -f $work/go $work/out
	$act "${verbs[@]}" | cat > $work/out & # a pipe may be inherited
	wait_for 5 said "$before"
	"$@"
	touch $work/go
	wait $!
	paste -sd' ' $work/out
}

succeeds "a version that allows both" version "read, write"
is "$(meanwhile enter again , open rw $work/file 1 , read 1 , go , read 1 , write 1 x -- true)" \
	"ok ok ok ok ok ok" "an open file is read and written"
is "$(meanwhile enter again , open rw $work/file 1 , read 1 , go , read 1 , write 1 x -- version read)" \
	"ok ok ok ok EACCES EACCES" "until a version comes that does not allow its mode"
version "read, write"
is "$(meanwhile enter again , open r $work/file 1 , read 1 , go , read 1 -- version read)" \
	"ok ok ok ok ok" "what the new version allows goes on"
version "read, write"
is "$(meanwhile enter again , open rw $work/file 1 , mmap rws 1 , go , mmap rws 1 -- version read)" \
	"ok ok ok ok EACCES" "also for mapping"
is "$(meanwhile enter again , pipe 1 2 , go , write 2 x , read 1 -- version read)" \
	"ok ok ok ok ok" "pipes of one's own have no rules"
is "$(meanwhile pipe 1 2 , enter again , go , write 2 x -- load_policy <<EOF
bailiff: 1
policy: again
default: {files: deny, exec: allow, network: allow, capabilities: allow, mounts: deny}
files:
  - allow: read
    paths: $work/else
EOF
)" "ok ok" "those from outside have: nothing more is heard, its output is one"

# Sockets have calls of their own; a byte waits in this one
version read
for use in recv getopt setopt name peer shut; do
	is "$(meanwhile socketpair 1 2 , send 2 , enter again , sock 1 $use , go , \
		sock 1 $use -- version "read, write" | cut -d' ' -f 3-)" \
		"ok ok ok ok" "a socket from outside is used: $use"
	is "$(meanwhile socketpair 1 2 , send 2 , enter again , sock 1 $use , go , \
		sock 1 $use -- no_sockets | cut -d' ' -f 3-)" "ok ok ok EACCES" \
		"and judged again: $use"
	version read
done

# Modes
version read
tell $fs/policies/again/mode audit > /dev/null
is "$(meanwhile enter again , open w $work/file 1 , go , write 1 x -- tell $fs/policies/again/mode enforce | tail -n 1)" \
	"ok ok ok EACCES" "what audit mode let pass ends with it"

# Names that move: the second try excludes renames, so every open ends
mkdir -p $work/a/b/c/d/e/f
echo text > $work/a/b/c/d/e/f/file
load_policy <<EOF
bailiff: 1
policy: storm
default: {files: deny, exec: allow, network: allow, capabilities: allow, mounts: deny}
files:
  - allow: [read, write, manage]
    paths: ["$work/a/**", /proc/self/fd, /dev/null]
  - allow: inherit
    type: [pipe, "null", dir]
EOF
(while [ ! -e $work/stop ]; do
	mv $work/a/b $work/a/b2 && mv $work/a/b2 $work/a/b
	mount -t tmpfs tmpfs /mnt && umount /mnt
done) 2> /dev/null &
denied=$(status_of denied.files)
bash -c "until cd $work/a/b/c/d/e/f; do :; done 2> /dev/null; echo storm > $fs/self && i=0 &&
	while [ \$i -lt 400 ]; do : < file || echo bad; i=\$((i + 1)); done" 2>&1 < /dev/null | cat > $work/out
touch $work/stop
wait
is "$(cat $work/out)" "" "every open in the storm is allowed"
is "$(status_of denied.files)" "$denied" "and nothing is denied"
done_testing

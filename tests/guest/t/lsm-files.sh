# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 120
# also: 6.1 fast
#
# Files under a policy: opening, making, removing, renaming, changing.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

mkdir -p $work/{data/sub,other,secret/dir,twin}
for file in data/a data/b secret/s other/o; do
	echo text > $work/$file
done

succeeds "the policy loads" load_policy <<EOF
bailiff: 1
policy: files
default: {files: deny, exec: allow, network: allow, capabilities: allow, mounts: deny}
files:
  - allow: [read, write, manage]
    paths: [$work/data, "$work/data/**"]
  - allow: read
    paths: [$work/other, "$work/other/**", "$work/secret/**", /proc/self/status]
  - deny: [read, write, manage]
    paths: ["$work/data/private"]
    message: this is private
  - allow: [append, create]
    paths: $work/other/log
  - allow: inherit
    type: [pipe, "null"]
EOF

# claim WANT DESCRIPTION VERB...: what `files` allows and denies
claim()
{
	local want=$1 description=$2
	shift 2
	is "$(under files "$@")" "$want" "$description"
}

claim ok "a file that is allowed opens" open r $work/data/a 1
claim EACCES "one that is not mentioned does not" open r /etc/passwd 1
claim EACCES "reading is not writing" open w $work/other/o 1
claim EACCES "reading and writing need both" open rw $work/other/o 1
claim EACCES "access mode 3 needs both, too" open 3 $work/other/o 1
claim ok "both are allowed elsewhere" open rw $work/data/a 1
claim EACCES "a deny beats an allow" open cw $work/data/private 1
claim "ok ok" "making and removing" open cw $work/data/new 1 , unlink $work/data/new
claim EACCES "making a file needs create" open cw $work/other/new 1
claim "ok ok" "directories" mkdir $work/data/d , rmdir $work/data/d
claim EACCES "mkdir is judged" mkdir $work/other/d
claim EACCES "rmdir is judged" rmdir $work/secret/dir
claim EACCES "unlink is judged" unlink $work/other/o
claim "EACCES ok" "symlink is judged" symlink x $work/other/l , symlink x $work/data/l
claim EACCES "manage is not mknod" mknod p $work/data/p
claim ok "mknod of a regular file is create" mknod r $work/data/r
claim "EACCES ok" "truncate is judged" truncate $work/other/o , truncate $work/data/b
claim "EACCES ok" "chmod is judged" chmod $work/other/o , chmod $work/data/b
claim "EACCES ok" "chown is judged" chown $work/other/o , chown $work/data/b
claim EACCES "chroot is judged" chroot $work/data
claim ok "/proc/self is the caller" open r /proc/self/status 1
claim EACCES "and nobody else" open r /proc/1/status 1

# appending
claim "ok ok" "appending" open ca $work/other/log 1 , write 1 x
claim EACCES "append is not write" open w $work/secret/s 1
claim "ok EACCES" "O_APPEND cannot be taken off" open a $work/other/log 1 , setfl 1
claim "ok ok" "unless writing is allowed" open a $work/data/a 1 , setfl 1
claim EACCES "O_TRUNC is a truncate" open ta $work/other/log 1

# moving names
claim "ok ok" "rename among equals" \
	rename $work/data/a $work/data/a2 , rename $work/data/a2 $work/data/a
claim "ok ok" "link among equals" \
	link $work/data/a $work/data/l2 , unlink $work/data/l2
claim EACCES "a rename may not widen" rename $work/secret/s $work/data/s
claim EACCES "nor a link" link $work/secret/s $work/data/s
claim "ok ok" "directories move among equals" \
	rename $work/data/sub $work/data/sub2 , rename $work/data/sub2 $work/data/sub
claim ok "exchange among equals" exchange $work/data/a $work/data/b
claim EACCES "exchange is judged both ways" exchange $work/data/a $work/other/o
claim EACCES "a whiteout is a mknod" whiteout $work/data/a $work/data/w
claim "ok ok" "O_TMPFILE gets its name by linkat" \
	open rwT $work/data 1 , linkfd 1 $work/data/t
claim EACCES "O_TMPFILE is a create" open rwT $work/other 1

# what has no name
claim "ok ok ok" "pipes of one's own" pipe 1 2 , write 2 x , read 1
claim "ok ok ok" "memfds of one's own" memfd 1 , write 1 x , fchmod 1
claim "ok ok ok" "and opened anew" memfd 1 , reopen rw 1 2 , write 2 x
claim "ok ok ok" "and mapped as code" memfd 1 , reopen r 1 2 , mmap rx 2
claim "ok ok ok" "so are pipes" pipe 1 2 , reopen w 2 3 , write 3 x
claim "ok ok ok ok ok" "a file of one's own outlives its name" \
	open cw $work/data/gone 1 , unlink $work/data/gone , write 1 x , \
	ftruncate 1 , fchmod 1
claim "ok ok EACCES" "but is not opened again" \
	open cw $work/data/gone 1 , unlink $work/data/gone , reopen r 1 2

# what is recorded
drain
echo x > $work/data/private
before=$(hits files policy.yaml:9)
claim EACCES "the private file again" open r $work/data/private 1
after=$(records)
like "$after" 'this is private' "a record has the rule's message"
is "$(hits files policy.yaml:9)" "$((before + 1))" "a rule's denials are counted"
done_testing

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 180
# also: 6.1 fast
#
# Attributes, locks, ioctl, watches: each system call that does an operation is
# allowed with its rule, denied without, and recorded by rule and path.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

fileact=$BAILIFF_TOP/build/guest/fileact
tree=$work/tree
ops=(stat readlink getxattr setxattr setattr times lock lock-shared ioctl watch)

# A directory of the same things: where all is allowed, for each operation
# one where a rule denies it and one where a rule allows nothing else, and one
# that no rule names.
for dir in yes none "${ops[@]/#/no-}" "${ops[@]/#/only-}"; do
	mkdir -p $tree/$dir/d
	echo text > $tree/$dir/f
	ln -s f $tree/$dir/l
	mknod $tree/$dir/zero c 1 5
done

{
	cat <<EOF
bailiff: 1
policy: ops
default: {files: deny, exec: allow, network: allow, capabilities: allow, mounts: deny}
files:
  - allow: inherit
    type: [pipe, "null"]
  - allow: [read, write, manage, ioctl, watch]
    paths: ["$tree/yes/**", "$tree/no-*/**"]
  - allow: ioctl
    paths: $tree/none/zero
    ioctl: [TCGETS, 0x5403]
  - allow: [read, write]
    paths: $tree/none/zero
  - audit: stat
    paths: $tree/only-stat/d
EOF
	for op in "${ops[@]}"; do
		cat <<EOF
  - allow: $op
    paths: "$tree/only-$op/**"
  - deny: $op
    paths: "$tree/no-$op/**"
    message: no $op here
EOF
	done
} > $work/ops.yaml
succeeds "the policy loads" load_policy < $work/ops.yaml

ops_of()
{
	$fileact enter ops , "$@" | tail -n +2 | paste -sd' '
}

# both OP WANT VERB...: in a place (@) where OP is allowed the verbs say WANT;
# where a rule denies it the last of them is denied. What is claimed so is put
# to the test by `settle OP`, all of it in two processes: the guest is slow.
wants=()
claims=()
yes=()
no=()
both()
{
	local op=$1 want=$2
	shift 2

	wants+=("$want")
	claims+=("$*")
	yes+=("," "${@//@/$tree/yes}")
	no+=("," "${@//@/$tree/no-$op}")
}

settle()
{
	local op=$1 i num allowed denied want line text
	local got_yes got_no

	read -r -a got_yes < <(ops_of "${yes[@]:1}")
	drain
	read -r -a got_no < <(ops_of "${no[@]:1}")
	text=$(records)
	for i in "${!wants[@]}"; do
		want=${wants[$i]}
		num=$(wc -w <<< "$want")
		allowed=${got_yes[*]:0:num}
		denied=${got_no[*]:0:num}
		got_yes=("${got_yes[@]:num}")
		got_no=("${got_no[@]:num}")
		is "$allowed" "$want" "$op: ${claims[$i]}"
		[[ $want = *\ * ]] && want="${want% *} EACCES" || want=EACCES
		is "$denied" "$want" "$op denied: ${claims[$i]}"
	done
	line=$(grep -n "deny: $op\$" $work/ops.yaml | cut -d: -f1)
	is "$(hits ops "policy.yaml:$line")" "${#wants[@]}" \
		"$op: each by one decision of its rule"
	is "$(grep -c "no $op here" <<< "$text")" "${#wants[@]}" \
		"$op: which a record each names"
	is "$(grep -c "$tree/no-$op/" <<< "$text")" "${#wants[@]}" \
		"$op: with the path"
	wants=()
	claims=()
	yes=()
	no=()
}

# alone OP VERB...: no other operation is needed, and the default denies; put to
# the test at the end.
lonely=()
only=()
none=()
alone()
{
	local op=$1
	shift

	lonely+=("$op: $*")
	only+=("," "${@//@/$tree/only-$op}")
	none+=("," "${@//@/$tree/none}")
}

both stat ok stat @/f
both stat ok stat @/l
both stat ok lstat @/l
both stat ok stat @/d
both stat ok statx @/f
both stat "ok ok" open r @/f 1 , fstat 1
both stat "ok ok" open p @/f 1 , fstat 1
both stat "ok ok" open p @/f 1 , statxfd 1
both stat "ok ok" open r @/f 1 , getflags 1
both stat ok uring now statx @/f
both stat ok uring async statx @/f
alone stat stat @/f
alone stat lstat @/l
settle stat
is "$(ops_of access $tree/none/f)" ok "access(2) asks for existence: not judged"

both readlink ok readlink @/l
both readlink "ok ok" open pl @/l 1 , readlinkfd 1
alone readlink readlink @/l
settle readlink
is "$(ops_of stat $tree/no-readlink/l)" ok "following a link is not reading it"

both getxattr ok getxattr @/f trusted.bailiff
both getxattr ok lgetxattr @/l trusted.bailiff
both getxattr "ok ok" open r @/f 1 , fgetxattr 1 trusted.bailiff
both getxattr ok listxattr @/f
both getxattr "ok ok" open r @/f 1 , flistxattr 1
both getxattr ok getacl @/f
both getxattr ok uring now getxattr @/f
settle getxattr
alone getxattr getxattr @/f trusted.bailiff
alone getxattr getacl @/f

both setxattr ok setxattr @/f trusted.bailiff
both setxattr ok lsetxattr @/l trusted.bailiff
both setxattr "ok ok" open r @/f 1 , fsetxattr 1 trusted.bailiff
both setxattr ok setcap @/f
both setxattr ok removexattr @/f trusted.bailiff
both setxattr "ok ok" open r @/f 1 , fremovexattr 1 trusted.bailiff
both setxattr ok uring now setxattr @/f
both setxattr ok uring async setxattr @/f
both setxattr "ok ok" open r @/f 1 , uringfd now fsetxattr 1
settle setxattr
alone setxattr setxattr @/f trusted.bailiff

both setattr ok setacl @/f
both setattr ok removeacl @/f
both setattr "ok ok" open r @/f 1 , setflags 1
both setattr "ok ok" open r @/f 1 , fssetxattr 1
settle setattr
alone setattr setacl @/f

both times ok touch @/f
both times ok utimens @/f
both times ok mtime @/l
both times ok utime @/f
both times ok utimes @/f
both times "ok ok" open r @/f 1 , futimens 1
settle times
alone times touch @/f
is "$(ops_of setacl $tree/no-times/f)" ok "a change of mode is none of the times"

both lock "ok ok" open r @/f 1 , flock ex 1
both lock "ok ok" open w @/f 1 , setlk w 1
both lock "ok ok" open w @/f 1 , setlk W 1
both lock "ok ok" open w @/f 1 , lease w 1
settle lock
both lock-shared "ok ok" open r @/f 1 , flock sh 1
both lock-shared "ok ok" open r @/f 1 , setlk r 1
both lock-shared "ok ok" open r @/f 1 , setlk R 1
both lock-shared "ok ok" open r @/f 1 , lease r 1
settle lock-shared
is "$(ops_of open r $tree/no-lock/f 1 , flock un 1 , setlk u 1 , flock sh 1)" \
	"ok ok ok ok" "unlocking is never denied, nor is the other kind"
is "$(ops_of open r $tree/no-lock-shared/f 1 , flock ex 1)" "ok ok" \
	"a shared lock is not an exclusive one"

# /dev/zero knows no commands: ENOTTY comes from it
both ioctl "ok ENOTTY" open w @/zero 1 , ioctl 1 5401
both ioctl "ok ENOTTY" open r @/f 1 , ioctl 1 c0185879
settle ioctl
is "$(ops_of open r $tree/no-ioctl/f 1 , nonblock 1 , isatty 1 , ioctl 1 541b)" \
	"ok ok ok ok" "what the VFS answers needs no rule"
is "$(ops_of open r $tree/no-ioctl/zero 1 , nonblock 1)" "ok ok" \
	"nor does it on a device"
is "$(ops_of open w $tree/none/zero 1 , ioctl 1 5401 , ioctl 1 5403)" \
	"ok ENOTTY ENOTTY" "commands are allowed by name and number"
drain
is "$(ops_of open w $tree/none/zero 1 , ioctl 1 5413 , ioctl 1 5499)" \
	"ok EACCES EACCES" "other commands are not"
like "$(records | paste -sd' ')" "TIOCGWINSZ.*0x5499" "records have the command"

both watch ok inotify @/f
both watch ok inotify @/d
[ ! -e /proc/sys/fs/fanotify ] || both watch ok fanotify inode @/f
settle watch
alone watch inotify @/f
if [ -e /proc/sys/fs/fanotify ]; then
	is "$(ops_of fanotify mount $tree/yes/f)" EACCES \
		"a watch on a mount is one on its root directory"
	is "$(ops_of fanotify filesystem $tree/yes/f)" EACCES \
		"one on a file system is one on that of the file system"
fi

read -r -a got_only < <(ops_of "${only[@]:1}")
read -r -a got_none < <(ops_of "${none[@]:1}")
for i in "${!lonely[@]}"; do
	is "${got_only[$i]}" ok "nothing else is needed for ${lonely[$i]}"
	is "${got_none[$i]}" EACCES "the default denies ${lonely[$i]}"
done

# what a rule of kind audit records
drain
is "$(ops_of stat $tree/only-stat/d)" ok "an audit rule allows"
like "$(records)" "only-stat/d" "and records"

# renames: the new operations are rights, too
is "$($act enter ops , rename $tree/no-times/f $tree/no-lock/f | tail -n 1)" EACCES \
	"a file may not come under rules that allow more of them"
is "$($act enter ops , rename $tree/no-times/f $tree/no-times/g | tail -n 1)" ok \
	"among equals it may"

# without a place
is "$(ops_of pipe 1 , fstat 1 , futimens 1)" "ok ok ok" "pipes of one's own"
is "$(ops_of memfd 1 , fstat 1 , futimens 1 , flock ex 1 , setlk w 1)" \
	"ok ok ok ok ok" "memory files of one's own"
is "$(ops_of given 0 1 , fstat 1 < $tree/yes/f)" "ok ok" "a descriptor from outside"
is "$(ops_of given 0 1 , fstat 1 < $tree/none/f)" "ok ok" \
	"one that is refused has become the null device"
done_testing

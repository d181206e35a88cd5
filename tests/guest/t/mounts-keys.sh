# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 120
# also: 6.1 fast
#
# Rules for the mount tree by type, source, target and flags; what a mount that
# is allowed must not do to names.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

t=$work/t
mkdir -p "$t"/{m1,m2,x,src,no,b1,c1,c2,o,oo,up,wk} "$work"/{ro,secret}
echo s > "$work/secret/key"
echo r > "$work/ro/file"
echo d > "$t/src/data"
# An upper layer must be on a file system with attributes of its own.
mount -t tmpfs none "$t/up"
mkdir "$t/up"/{u,w}

succeeds "the policy loads" load_policy <<EOF
bailiff: 1
policy: keys
default: {files: deny, exec: deny, network: deny, capabilities: allow, mounts: deny, namespaces: allow}
files:
  - allow: [read, manage]
    paths: ["$t", "$t/**"]
  - allow: read
    paths: ["$work/ro", "$work/ro/**"]
  - allow: inherit
    type: [pipe, tty, "null"]
mounts:
  - allow: mount
    fstype: [tmpfs, "ext?"]
    target: "$t/m*"
  - allow: mount
    flags: remount
    target: $t/m1
  - allow: mount
    fstype: bind
    source: ["$t/src", "$t/src/**"]
    target: "$t/b*"
  - deny: mount
    source: $t/no
    message: not this one
  - allow: mount
    fstype: bind
    target: "$t/c*"
  - allow: mount
    target: $t/o
  - allow: mount
    fstype: overlay
    target: $t/oo
  - allow: umount
    target: "$t/**"
  - allow: move-mount
    source: "$t/m*"
    target: "$t/c2"
EOF

claim()
{
	local want=$1 description=$2
	shift 2
	is "$(under keys "$@")" "$want" "$description"
}
layers=upperdir=$t/up/u,workdir=$t/up/w

# Unconfined, all of it works.
for what in "mount none $t/x tmpfs" "mount none $t/m2 proc" "bindmount $work/secret $t/c1" \
	"overlay lowerdir=$work/secret,$layers $t/o"; do
	# shellcheck disable=SC2086 # words
	is "$("$act" $what)" ok "unconfined: ${what%% *}"
done
umount "$t/x" "$t/m2" "$t/c1" "$t/o"

claim ok "a type and a target that are allowed" mount none "$t/m1" tmpfs
claim "ok ok" "and the mount's files have the names of the place" \
	open wc "$t/m1/f" 1 , write 1 x
claim ok "a remount, by its flag" remount "$t/m1"
claim EPERM "not of another place" remount "$t/up"
claim EPERM "another type" mount none "$t/m2" proc
claim EPERM "another target" mount none "$t/x" tmpfs
claim ok "umount, by the target" umount "$t/m1"
mount -t tmpfs none "$work/ro"
claim EPERM "not elsewhere" umount "$work/ro"
umount "$work/ro"

claim "ok ok ok" "a bind mount, by source and target" \
	bindmount "$t/src" "$t/b1" , open r "$t/b1/data" 1 , umount "$t/b1"
claim EPERM "from another source" bindmount "$t/x" "$t/b1"
claim EPERM "a rule against one source" bindmount "$t/no" "$t/b1"
claim "ok ok" "a rule without a source" bindmount "$t/src" "$t/c1" , umount "$t/c1"
drain
claim EPERM "gives no tree a name that gives more" bindmount "$work/secret" "$t/c1"
like "$(records)" "$t/c1" "which is recorded"
claim EPERM "nor one that may be read alone" bindmount "$work/ro" "$t/c1"
touch "$t/c3"
claim EPERM "nor a file" bindmount "$work/secret/key" "$t/c3"
[ "$(status_of reason.widens)" -ge 3 ] && ok "for that reason" || not_ok "for that reason"
ln -s "$work/secret" "$t/src/link"
claim EPERM "a source is named without links" bindmount "$t/src/link" "$t/c1"
claim EPERM "and without .." bindmount "$t/x/../src" "$t/c1"
claim "ok EPERM" "and absolutely" chdir "$t" , bindmount src "$t/c1"

claim EPERM "a rule without a type is not about overlays" \
	overlay "lowerdir=$work/secret,$layers" "$t/o"
claim "ok ok" "about others it is" mount none "$t/o" tmpfs , umount "$t/o"
claim "ok ok" "one that names them is" \
	overlay "lowerdir=$t/src,$layers" "$t/oo" , umount "$t/oo"

mount -t tmpfs none "$t/m1"
claim ok "moving a mount" oldmove "$t/m1" "$t/c2"
claim EPERM "not back" oldmove "$t/c2" "$t/m1"
umount "$t/c2"
mount -t tmpfs none "$t/x"
claim EPERM "nor another one" oldmove "$t/x" "$t/c2"
umount "$t/x"
claim EPERM "pivot_root has no rule" pivot "$t" "$t/m1"

# A user namespace gives capabilities, no rules.
claim "ok EPERM" "in a user namespace" unshare Um , mount none "$t/x" tmpfs
claim "ok EPERM" "and it is no way round names" unshare Um , bindmount "$work/secret" "$t/c1"

# Denies that cannot be decided, deny, whatever allows it.
load_policy <<EOF
bailiff: 1
policy: keys
default: {files: deny, exec: deny, network: deny, capabilities: allow, mounts: deny, namespaces: allow}
files:
  - allow: [read, manage]
    paths: ["$work", "$work/**"]
  - allow: inherit
    type: [pipe, tty, "null"]
mounts:
  - allow: all
  - deny: mount
    source: "$work/secret"
EOF
claim EPERM "a source that is denied" bindmount "$work/secret" "$t/c1"
claim "ok EPERM" "by a descriptor, too" opentree "$work/secret" 1 , movemount 1 "$t/c1"
claim "ok ok" "others are bound" bindmount "$t/src" "$t/c1" , umount "$t/c1"
mkdir -p "$work/root/old"
mount --rbind / "$work/root"
claim EPERM "the root is not exchanged with itself" \
	pivot "$work/root" "$work/root$work/root/old"
umount -R "$work/root" && umount "$t/up"
done_testing

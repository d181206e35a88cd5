# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 90
# also: 6.1 fast
#
# The mount tree by file descriptors: fsopen, fsconfig, fsmount, open_tree,
# move_mount.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

t=$work/t
mkdir -p "$t"/{m1,m2,x,src,c1,c2} "$work/secret"
echo s > "$work/secret/key"
echo d > "$t/src/data"

succeeds "the policy loads" load_policy <<EOF
bailiff: 1
policy: api
default: {files: deny, exec: deny, network: deny, capabilities: allow, mounts: deny}
files:
  - allow: [read, manage]
    paths: ["$t", "$t/**"]
  - allow: inherit
    type: [pipe, tty, "null"]
mounts:
  - allow: mount
    fstype: tmpfs
    target: "$t/[mc]*"
  - allow: umount
  - allow: move-mount
    source: "$t/m*"
    target: "$t/c*"
EOF

claim()
{
	local want=$1 description=$2
	shift 2
	is "$(under api "$@")" "$want" "$description"
}

is "$("$act" fsmount proc - 1 , movemount 1 "$t/x" | paste -sd' ')" "ok ok" \
	"unconfined: any type"
umount "$t/x"
is "$("$act" opentree "$work/secret" 1 , movemount 1 "$t/c1" | paste -sd' ')" "ok ok" \
	"unconfined: a copy of a tree is attached"
umount "$t/c1"

claim "ok ok" "a new tmpfs is attached" fsmount tmpfs size=1m 1 , movemount 1 "$t/m1"
claim "ok" "and has the names of the place" open wc "$t/m1/file" 1
claim "ok EPERM" "not elsewhere" fsmount tmpfs - 1 , movemount 1 "$t/x"
claim EPERM "fsconfig makes no other type" fsmount proc - 1
claim "ok EACCES" "what is attached nowhere has no name" \
	fsmount tmpfs - 1 , openat wc 1 file 2
claim "ok EPERM" "a copy of a tree gets no name that gives more" \
	opentree "$work/secret" 1 , movemount 1 "$t/c1"
claim "ok EACCES" "nor is it read where it is attached nowhere" \
	opentree "$work/secret" 1 , openat r 1 key 2
claim "ok ok ok" "a copy gets one that gives the same" \
	opentree "$t/m1" 1 , movemount 1 "$t/m2" , open r "$t/m2/file" 1
umount "$t/m2"
claim ok "a mount is moved" movetree "$t/m1" "$t/c1"
claim EPERM "not everywhere" movetree "$t/c1" "$t/m1"
umount "$t/c1"

# A whole file system that has a name is not new, though it looks so.
mkdir "$work/vault"
mount -t tmpfs none "$work/vault"
echo s > "$work/vault/key"
claim "ok EPERM" "a whole file system, copied" \
	opentree "$work/vault" 1 , movemount 1 "$t/c1"
umount "$work/vault"

# Of a file system with many mounts 256 are looked at, in the order in which they
# were made: one that allows the new name must be among them.
# many COMMAND FIRST LAST: mounts of one tmpfs where no rule allows anything
many()
{
	python3 - "$work/many" "$@" <<'END'
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
top, command, first, last = sys.argv[1:]
for i in range(int(first), int(last) + 1):
    place = ("%s/%d" % (top, i)).encode()
    if command == "umount":
        err = libc.umount2(place, 0)
    elif i == 1:
        os.makedirs(place)
        err = libc.mount(b"none", place, b"tmpfs", 0, None)
    else:
        os.makedirs(place)
        err = libc.mount(("%s/1" % top).encode(), place, None, 4096, None)
    if err:
        sys.exit("%s: %s" % (place, os.strerror(ctypes.get_errno())))
END
}

# the_next WANT NUMBER: where the allowed place is the NUMBER-th mount
the_next()
{
	mount --bind "$work/many/1" "$t/m1"
	claim "$1" "the place that allows it is mount number $2" \
		opentree "$t/m1" 1 , movemount 1 "$t/m2"
	umount "$t/m2" 2> /dev/null
	umount "$t/m1"
}

succeeds "a file system gets 254 mounts" many mount 1 254
the_next "ok ok" 255
many mount 255 255
the_next "ok ok" 256
many mount 256 256
before=$(status_of reason.disconnected)
the_next "ok EPERM" 257
is "$(status_of reason.disconnected)" $((before + 1)) "for the reason of what has no name"
succeeds "they can go" many umount 1 256

# mount_setattr(2) has no hook: who has sys_admin changes flags and propagation, and
# that is all it does.
for what in "" "capabilities:
  - deny: sys_admin"; do
	load_policy <<EOF || not_ok "a policy without mounts loads"
bailiff: 1
policy: fixed${what:+-weak}
default: {files: allow, exec: allow, network: allow, capabilities: allow, mounts: deny}
$what
EOF
done
mkdir -p "$t/fixed" "$t/else"
mount -t tmpfs -o nosuid,nodev tmpfs "$t/fixed"
mount --make-private "$t/fixed"
# attributes POLICY SET CLEAR PROPAGATION [DIRECTORY]: an errno, or "ok", and the mount's line
attributes()
{
	bash -c 'echo "$0" > "$1" && shift && exec python3 - "$@"' "$1" $fs/self "${5:-$t/fixed}" "${@:2:3}" <<-'END'
	import ctypes, errno, os, struct, sys
	libc = ctypes.CDLL(None, use_errno=True)
	path, on, off, propagation = sys.argv[1], *map(int, sys.argv[2:])
	attr = struct.pack("QQQQ", on, off, propagation, 0)
	ret = libc.syscall(442, -100, path.encode(), 0, attr, len(attr))
	print(errno.errorcode[ctypes.get_errno()] if ret else "ok")
	END
}
is "$(attributes fixed 1 6 0)" ok "mount_setattr changes flags where no mount is allowed"
like "$(grep " $t/fixed " /proc/self/mountinfo)" " ro,relatime - " "it is read-only, and neither nosuid nor nodev"
is "$(attributes fixed 0 1 $((1 << 20)))" ok "and propagation"
like "$(grep " $t/fixed " /proc/self/mountinfo)" " rw,relatime shared:" "it is shared"
is "$(attributes fixed-weak 1 0 0)" EPERM "not without sys_admin"
is "$(under fixed bindmount "$t/fixed" "$t/else")" EPERM "and what is mounted lies nowhere else"
umount "$t/fixed"

# A program that the kernel would run: no rule allows it
load_policy <<EOF || not_ok "an open policy loads"
bailiff: 1
policy: open
default: allow
EOF
isnt "$("$act" fsmount cgroup release_agent=/bin/true 1)" EPERM \
	"unconfined: fsconfig takes a release_agent"
is "$(under open fsmount cgroup release_agent=/bin/true 1)" EPERM \
	"fsconfig names no release_agent"
done_testing

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 150
#
# mount(2) looks its source up twice: once to be judged, once to mount. What is
# attached by a descriptor is judged while names change.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

race=$BAILIFF_TOP/build/guest/mountrace
t=$work/t
mkdir -p "$t"/{dir,to} "$work/secret"
echo s > "$work/secret/key"
ln -s "$work/secret" "$t/link"

succeeds "the policy loads" load_policy <<EOF
bailiff: 1
policy: race
default: {files: deny, exec: deny, network: deny, capabilities: allow, mounts: deny}
files:
  - allow: [read, manage]
    paths: ["$t", "$t/**"]
  - allow: inherit
    type: [pipe, tty, "null"]
mounts:
  - allow: mount
    fstype: bind
    source: "$t/*"
    target: $t/to
  - allow: umount
EOF

run "$race" - "$t/dir" "$t/link" "$t/to" key
echo "# unconfined: $out"
like "$out" 'found=[1-9]' "unconfined, the race is won"
[ -d "$t/dir" ] && [ ! -L "$t/dir" ] || { mv "$t/dir" "$t/swap" && mv "$t/link" "$t/dir" && mv "$t/swap" "$t/link"; }
run "$race" race "$t/dir" "$t/link" "$t/to" key
echo "# confined: $out"
like "$out" 'mounts=[1-9]' "confined, the directory is bound"
like "$out" 'found=0$' "a link that changes is not followed"
is "$(grep -c "$t/to" /proc/mounts)" 0 "nothing is left"

# Where else a detached tree is attached is looked up under the lock of mounts, and
# each of its names is walked again when something was renamed meanwhile.
mkdir "$work/many" "$t/c"
mount -t tmpfs tmpfs "$work/many"
mkdir "$work/many"/{1..200}
for i in $(seq 200); do
	mount --bind "$work/secret" "$work/many/$i"
done
load_policy <<EOF || not_ok "a policy about moving loads"
bailiff: 1
policy: race
default: {files: deny, exec: deny, network: deny, capabilities: allow, mounts: deny, tasks: allow}
files:
  - allow: [read, manage]
    paths: ["$t", "$t/**"]
  - allow: inherit
    type: [pipe, tty, "null"]
tasks:
  - {allow: signal, peer: host}
mounts:
  - allow: mount
    target: "$t/*"
EOF
run timeout 60 python3 -c '
import ctypes, os, signal, sys, time
key = sys.argv[1] + "/key"
renamer = os.fork()
while not renamer:
    os.rename(key, key + "2")
    os.rename(key + "2", key)
libc = ctypes.CDLL(None, use_errno=True)
source, target, policy = (a.encode() for a in sys.argv[1:])
with open("/sys/kernel/security/bailiff/self", "wb") as f:
    f.write(policy)
end = time.monotonic() + 5
said = {}
while time.monotonic() < end:
    fd = libc.syscall(428, -100, source, 1)
    err = ctypes.get_errno() if libc.syscall(429, fd, b"", -100, target, 4) else 0
    said[err] = said.get(err, 0) + 1
    libc.close(fd)
os.kill(renamer, signal.SIGKILL)
print(*("%d: %d times" % e for e in said.items()))' "$work/secret" "$t/c" race
echo "# $out"
like "$out" '^1: [0-9]+ times$' "a detached tree is judged while names change"
umount -l "$work/many"
done_testing

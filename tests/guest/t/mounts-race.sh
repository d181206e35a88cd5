# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 90
# also: 6.1 fast
#
# mount(2) looks its source up twice: once to be judged, once to mount.
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
done_testing

# shellcheck shell=bash disable=SC2086
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 240
# also: 6.1 fast
#
# Ways out of a policy: by what stays open over the exec that joins, and by what
# runs a program for another.
. "$BAILIFF_TOP/tests/guest/ways.sh"

program=$BAILIFF_TOP/build/guest/escape_exec

# Nothing but what the program itself needs
load_policy <<END || bail "no policy for who joins"
bailiff: 1
policy: joiner
default: {files: deny, exec: deny, network: deny, capabilities: deny, mounts: deny}
files:
  - allow: [read, map-exec]
    paths: $program
  - allow: [read, write]
    paths: $top/free/answer
  - allow: inherit
    type: "null"
exec:
  - allow: $program
END
box=$(cgroup escape-box)
tell $fs/bind "cgroup=$box policy=joiner" > /dev/null
ways joiner escape_exec joined_ring joined_userfaultfd joined_map joined_prog \
	joined_link joined_perf joined_nsfs joined_tree joined_context \
	joined_fanotify joined_inotify joined_pidfd joined_memfd joined_seccomp \
	joined_file joined_dir joined_path joined_unix joined_tun
tell $fs/unbind "cgroup=$box" > /dev/null

# ---- programs that others run ----

ways jail escape_exec exec_elf
# Where `exec` alone denies it, it is code that is mapped, which another rule is for.
load_policy <<END || bail "no policy about programs alone"
bailiff: 1
policy: programs
default: allow
exec:
  - deny: "$top/vault/**"
mounts:
  - deny: [umount]
END
is "$(attempt programs escape_exec exec_elf)" out "an ELF interpreter is a matter of map-exec"

load_policy <<END || bail "no policy about what is handled"
bailiff: 1
policy: handled
default: allow
files:
  - deny: read
    paths: "$top/free/doc-*"
mounts:
  - deny: [umount]
END
mkdir -p $top/misc
mount -t binfmt_misc none $top/misc || bail "no binfmt_misc"
cp $program $top/vault/handler
cp $program $top/free/handler
# handler NAME PLACE FLAGS: for files that begin with the name
handler()
{
	echo ":escape-$1:M::doc-$1::$top/$2/handler:$3" > $top/misc/register
	echo "doc-$1" > $top/free/doc-$1
	chmod +x $top/free/doc-$1
}
handler plain vault ''
handler fixed vault F
handler opened free O
handler credentials free C
ways jail escape_exec exec_doc exec_doc_fixed
ways handled escape_exec exec_doc_opened exec_doc_credentials
for name in plain fixed opened credentials; do
	echo -1 > $top/misc/escape-$name
done
umount $top/misc
the_end

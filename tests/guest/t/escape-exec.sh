# shellcheck shell=bash disable=SC2086
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 240
#
# Ways out of a policy: by what stays open over the exec that joins, by what
# runs a program for another, and by the tree of another container.
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

# ---- another container, with a root of its own and the same user ----

other=$(cgroup escape-other)
load_policy <<END || bail "no policy for the other"
bailiff: 1
policy: other
default: allow
END
tell $fs/bind "cgroup=$other policy=other" > /dev/null
# The path of the asset there is nothing that the jail's rules speak of.
in_cgroup escape-other unshare -m --propagation private bash -ec '
	mount -t tmpfs tmpfs /mnt
	mkdir /mnt/in /mnt/old
	echo secret > /mnt/in/asset
	cp "$1" /mnt/tool
	cd /mnt
	pivot_root . old
	exec /tool chdir /in , open r /in/asset 1 , waitfor /never' - $act > $work/other &
wait_for 20 grep -q -x ok $work/other || bail "the other container never came"
read -r there < /sys/fs/cgroup/escape-other/cgroup.procs
wait_for 20 eval '[[ $(readlink /proc/$there/exe) = */tool ]]' || bail "it runs another program"
mine=$outsider outsider=$there
for name in their_root their_cwd their_cwd_list their_fd their_program \
	their_program_run their_mapping; do
	ways jail escape_exec $name
	like "$denied" ' foreign ' "it is foreign"
done
is "$(cat /proc/$there/root/in/asset)" secret "the other's asset is as it was"
kill $there
outsider=$mine
the_end

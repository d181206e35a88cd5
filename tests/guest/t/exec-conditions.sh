# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 150
# also: 6.1 fast
#
# Conditions on the caller: its program, no_new_privs, owner.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

tool=$BAILIFF_TOP/build/guest/exectool
mkdir -p $work/{a,b,secret}
chmod 755 $work $work/*
cp $act $work/a/act
cp $act $work/b/act
cp $tool $work/b/tool
for file in exe nnp owner dash script; do echo text > $work/secret/$file; done
echo text > $work/secret/foreign-owner
chown 7:7 $work/secret/foreign-owner
printf '#!/bin/sh\nexec 2> /dev/null\n(: < %s) && echo dash\n(: < %s) && echo script\n:\n' \
	$work/secret/dash $work/secret/script > $work/script
chmod 755 $work/script

succeeds "the policy loads" load_policy <<EOF2
bailiff: 1
policy: who
default: {files: deny, exec: allow, network: allow, capabilities: allow, mounts: deny}
files:
  - allow: all
    paths: [/, "/**"]
    except: "$work/secret/**"
  - allow: inherit
    type: [pipe, tty, null]
  - allow: read
    paths: $work/secret/exe
    when: {exe: "$work/a/*"}
  - allow: read
    paths: $work/secret/nnp
    when: {no-new-privs: true}
  - allow: read
    paths: [$work/secret/owner, $work/secret/foreign-owner]
    when: {owner: true}
  - allow: read
    paths: $work/secret/dash
    when: {exe: [/usr/bin/dash, /usr/bin/bash]}
  - allow: read
    paths: $work/secret/script
    when: {exe: "$work/script"}
exec:
  - deny: $work/b/act
    when: {exe: "$work/a/*"}
EOF2

enter_and()
{
	local program=$1
	shift
	$program enter who , "$@" | tail -n +2 | paste -sd' '
}

is "$(enter_and $work/a/act open r $work/secret/exe 1)" ok "a program that a rule names"
is "$(enter_and $work/b/act open r $work/secret/exe 1)" EACCES "and one that it does not"
is "$(enter_and $work/b/act exec $work/a/act open r $work/secret/exe 1)" "ok ok" \
	"an exec changes what it is"
is "$(enter_and $work/a/act exec $act open r $work/secret/exe 1)" "EACCES ok" "both ways"
is "$(enter_and $work/a/act exec $work/b/act)" EACCES "an exec rule is about who asks"
is "$(enter_and $work/b/act exec $work/b/act)" ok "not about who runs then"
is "$(enter_and $work/b/act exec $work/b/tool memfd $work/a/act open r $work/secret/exe 1)" \
	"EACCES ok" "a memory file has no path"
is "$(enter_and $work/b/act exec $work/b/tool deleted $work/a/act open r $work/secret/exe 1)" \
	"EACCES EPERM" "a deleted one is not run where programs are judged"
drain
is "$(enter_and $work/b/act exec $work/b/tool pretend $work/a/act $work/secret/exe)" \
	"$work/a/act EACCES EPERM" "saying to be another program does not help"
like "$(records)" "^$work/secret/exe$" "which a record says"
is "$(enter_and $work/b/act exec $work/script)" "dash ok" "a script is its interpreter"

is "$(under who open r $work/secret/nnp 1 , nnp , open r $work/secret/nnp 1)" "EACCES ok ok" \
	"no_new_privs counts when it is set"
is "$(under who open r $work/secret/owner 1 , open r $work/secret/foreign-owner 1)" "ok EACCES" \
	"who owns the object"

# By cgroup: whoever joins is named by the exec that joins
id=$(cgroup who)
is "$(tell $fs/bind "cgroup=$id policy=who")" ok "a cgroup is bound"
is "$(in_cgroup who $work/a/act open r $work/secret/exe 1)" ok "the exec that joins names the program"
is "$(in_cgroup who $work/b/act open r $work/secret/exe 1)" EACCES "each by its own path"
is "$(in_cgroup who $work/a/act exec $work/b/act)" EACCES "and the next exec knows it"
tell $fs/unbind "cgroup=$id" > /dev/null

# A policy that asks is loaded over one that did not
succeeds "a policy that does not ask" load_policy <<EOF2
bailiff: 1
policy: later
default: allow
mounts:
  - deny: all
EOF2
mkfifo $work/fifo
$work/a/act enter later , open r $work/fifo 1 , open r $work/secret/exe 2 > $work/out &
wait_for 5 grep -q ok $work/out
succeeds "is replaced by one that does" load_policy <<EOF2
bailiff: 1
policy: later
default: allow
files:
  - deny: read
    paths: $work/secret/exe
    when: {exe: "$work/a/*"}
mounts:
  - deny: all
EOF2
# Only opened: the one line could come after the reader has gone, and end this shell.
: > $work/fifo
wait $!
is "$(paste -sd' ' $work/out)" "ok ok EACCES" "which knows who runs already"
is "$($work/b/act enter later , exec $work/b/tool deleted $work/a/act open r $work/secret/exe 1 | paste -sd' ')" \
	"ok ok ok" "a deleted program has no path"
# Who is another in his user namespace than on the host, and was neither before.
for name in uid-0 uid-1000 host-0 host-1000 gid-0 gid-1000; do
	echo x > "$work/$name"
done
succeeds "a policy of ids loads" load_policy <<EOF2
bailiff: 1
policy: ids
default: {files: allow, exec: allow, network: allow, capabilities: allow, mounts: deny}
files:
  - {deny: read, paths: $work/uid-0, when: {uid: 0}}
  - {deny: read, paths: $work/uid-1000, when: {uid: 1000}}
  - {deny: read, paths: $work/host-0, when: {host-uid: 0}}
  - {deny: read, paths: $work/host-1000, when: {host-uid: 1000}}
  - {deny: read, paths: $work/gid-0, when: {gid: 0}}
  - {deny: read, paths: $work/gid-1000, when: {gid: 1000}}
namespaces:
  - allow: userns-create
EOF2
inside=$(python3 - "$work" <<-'END'
	import ctypes, os, sys
	with open("/sys/kernel/security/bailiff/self", "wb") as f:
	    f.write(b"ids")
	def denied():
	    names = []
	    for name in "uid-0", "uid-1000", "host-0", "host-1000", "gid-0", "gid-1000":
	        try:
	            open(f"{sys.argv[1]}/{name}").close()
	        except PermissionError:
	            names.append(name)
	    print(*names, end="; ")
	denied()
	os.setresgid(1000, 1000, 1000)
	os.setresuid(1000, 1000, 1000)
	denied()
	libc = ctypes.CDLL(None, use_errno=True)
	libc.prctl(4, 1, 0, 0, 0) # dumpable: /proc/self is his again
	if libc.unshare(0x10000000):
	    sys.exit(f"unshare: {ctypes.get_errno()}")
	for file, text in (("uid_map", "0 1000 1"), ("setgroups", "deny"), ("gid_map", "0 1000 1")):
	    with open(f"/proc/self/{file}", "w") as f:
	        f.write(text)
	denied()
END
)
is "$inside" "uid-0 host-0 gid-0; uid-1000 host-1000 gid-1000; uid-0 host-1000 gid-0; " \
	"ids are those of the user namespace, and host-uid the host's"
done_testing

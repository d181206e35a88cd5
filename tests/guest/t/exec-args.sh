# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 150
#
# What is run: arguments, interpreters, memory files, setuid programs.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

tool=$BAILIFF_TOP/build/guest/exectool
chmod 755 $work
for name in true deny free interp suid; do cp /usr/bin/true $work/$name; done
printf '#!%s\n' $work/interp > $work/script
printf '#!%s\n' $work/free > $work/other-script
chmod 755 $work/*script
cp $act $work/suid
chmod 4755 $work/suid
echo text > $work/of-root

succeeds "the policy loads" load_policy <<EOF2
bailiff: 1
policy: args
default: {files: allow, exec: deny, network: allow, capabilities: allow, mounts: deny}
exec:
  - allow: [$act, $tool, $work/free, "$work/*script", $work/deny]
  - allow: [$work/true, $work/interp]
    args: [["-g", "*"], [-s, "{stop,reload}"], [rest, ...], ["x*"], ["x*", ...], ["a/b"], []]
  - deny: $work/deny
    args: [["-c", ...]]
EOF2

claim()
{
	local want=$1 description=$2
	shift 2
	is "$(under args exec "$@")" "$want" "$description"
}

claim ok "a command line that is listed" $work/true -g 'daemon off; /x'
claim EACCES "one that is shorter" $work/true -g
claim EACCES "one that is longer" $work/true -g a b
claim EACCES "another argument" $work/true -h
claim ok "one of several words" $work/true -s reload
claim EACCES "and none of them" $work/true -s quit
claim ok "a '/' is a byte as any other" $work/true a/b
claim EACCES "and no end of an argument" $work/true a b
claim ok "any rest" $work/true rest a '' 'b c' /d
claim ok "the rest may be nothing" $work/true rest
claim ok "no argument" $work/true
claim EACCES "an empty one is an argument" $work/true ''
claim ok "a deny looks at them, too" $work/deny -x
claim EACCES "and denies what it lists" $work/deny -c id
claim ok "who asks for none takes any" $work/free anything at all

# By other ways
claim ok "a call without argv[0]" $tool none $work/true
claim ok "by descriptor" $tool fd $work/true -g x
claim "EACCES EPERM" "is judged alike" $tool fd $work/true -h
# killed: who is killed while his arguments are copied, which takes some pages
killed()
{
	python3 - "$work/true" <<-'END'
	import os, random, signal, sys, time
	with open("/sys/kernel/security/bailiff/self", "wb") as f:
	    f.write(b"args")
	killed = 0
	for i in range(400):
	    pid = os.fork()
	    if not pid:
	        try:
	            os.execve(sys.argv[1], ["x" * 120000, "-g", "x"], {})
	        finally:
	            os._exit(1)
	    time.sleep(random.random() * 0.004)
	    os.kill(pid, signal.SIGKILL)
	    killed += os.waitpid(pid, 0)[1] == signal.SIGKILL
	print("some" if killed > 40 else killed)
	END
}
before=$(status_of reason.broken)
is "$(killed)" some "who is killed during an exec ends"
is "$(dmesg | grep -c 'WARNING: CPU')" 0 "and the kernel warns of nothing"
is "$(status_of reason.broken)" "$before" "nor is it a denial"
claim ok "argv[0] is not looked at" $tool named 100000 $work/true -g x
claim "EACCES EPERM" "whatever its length" $tool named 100000 $work/true -h
claim ok "nor is it for its end at a page's" $tool named 4095 $work/true -g x

# Limits
claim ok "64 arguments" $tool many 64 1 $work/true
drain
claim "EACCES EPERM" "65 are too many" $tool many 65 1 $work/true
[ "$(status_of reason.argv-too-long)" = 1 ] && ok "for a reason of its own" ||
	not_ok "for a reason of its own"
claim ok "32 KiB of them" $tool many 1 32767 $work/true
claim "EACCES EPERM" "a byte more is too long" $tool many 1 32768 $work/true
claim ok "64 that are long together" $tool many 64 511 $work/true
claim "EACCES EPERM" "one too long together" $tool many 64 512 $work/true
claim "EACCES EPERM" "the whole policy looks, whichever program it is" $tool many 65 1 $work/free

# Interpreters
claim EACCES "a rule with args speaks of no interpreter" $work/script
claim ok "one without does" $work/other-script

load_policy <<EOF2
bailiff: 1
policy: plain
default: {files: allow, exec: deny, network: allow, capabilities: allow, mounts: deny}
exec:
  - allow: [$act, $tool, $work/free]
EOF2
is "$(under plain exec $tool many 200 1000 $work/free)" ok "policies that do not ask have no limit"

# Memory files
is "$(under plain exec $tool memfd $work/free)" "EACCES EPERM" "a memory file needs a rule"
load_policy <<EOF2
bailiff: 1
policy: memory
default: {files: allow, exec: deny, network: allow, capabilities: allow, mounts: deny}
exec:
  - allow: [$act, $tool]
  - allow: memfd
    args: [[a], []]
  - allow: memfd
    args: [[b]]
    when: {uid: 7}
EOF2
is "$(under memory exec $tool memfd $work/free)" ok "which says memfd"
is "$(under memory exec $tool memfd $work/free a)" ok "with arguments"
is "$(under memory exec $tool memfd $work/free b)" "EACCES EPERM" "that it lists"
is "$(under memory exec $work/free)" EACCES "and is no rule for files"
is "$(under memory memfd 1 , mmap rw 1 , mmap rx 1)" "ok ok EACCES" \
	"code from memory is called by nobody: it has no arguments"
load_policy <<EOF2
bailiff: 1
policy: memory
default: {files: allow, exec: allow, network: allow, capabilities: allow, mounts: deny}
exec:
  - deny: memfd
EOF2
is "$(under memory exec $tool memfd $work/free)" "EACCES EPERM" "it may be denied alone"
is "$(under memory memfd 1 , mmap rw 1 , mmap rx 1)" "ok ok EACCES" "mapped code with it"

# A setuid program: who asks decides on the exec, who it became on what it does
load_policy <<EOF2
bailiff: 1
policy: setuid
default: {files: allow, exec: deny, network: allow, capabilities: allow, mounts: deny}
files:
  - deny: read
    paths: $work/of-root
    when: {uid: [1-4294967294]}
exec:
  - allow: $work/suid
    when: {uid: 1000}
  - allow: $work/free
    when: {owner: true}
EOF2
is "$(under setuid exec $work/suid nnp)" EACCES "the caller's uid decides on an exec"
is "$(under setuid setuid 1000 , open r $work/of-root 1 , exec $work/suid open r $work/of-root 1)" \
	"ok EACCES ok ok" "a setuid program acts as its owner"
is "$(under setuid exec $work/free , setuid 1000 , exec $work/free)" "ok ok EACCES" \
	"the owner of a program"
done_testing

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 240
#
# bailiffd, bailiffctl and the hook on the real kernel, with crun: who gets
# which policy, and everything that must refuse a container.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/container.sh"
. "$BAILIFF_TOP/tests/guest/policy.sh"

policies=/run/daemon-test/policies
log=/run/daemon-test/events.json
mkdir -p $policies
# Where everybody may run it: the checkout may lie in a home that is closed.
ctl=/run/daemon-test/bailiffctl
cp "$BAILIFF_TOP/build/bin/bailiffctl" $ctl
cp -r "$BAILIFF_TOP/policies/base" $policies/

start_daemon()
{
	bailiffd --foreground --policies $policies --log $log \
		2>> /run/daemon-test/out &
	daemon=$!
	wait_for 10 test -S /run/bailiff/control.sock
}

# show_hook NAME: what the hook says goes to a file
show_hook()
{
	rm -f /run/hook.err
	sed -i 's|"annotations":{|&"run.oci.hooks.stderr":"/run/hook.err",|' \
		"$BUNDLES/$1/config.json"
}

# contain NAME COMMAND: a container; leaves its output in $out, its status in $rc.
contain()
{
	bundle_make "$1" "example/$1:1" '' /bin/sh -c "$2"
	show_hook "$1"
	out=$(cd "$BUNDLES/$1" && crun_do run "$1" < /dev/null 2>&1 | cat)
	rc=${PIPESTATUS[0]}
}

# in_error NUMBER TEXT: it has seen so many files in error, and lists TEXT.
in_error()
{
	bailiffctl status | grep -q " $1 files in error" &&
		bailiffctl policies | grep -q -e "$2"
}

try_shadow='/bin/cat /etc/shadow > /dev/null 2>&1 && echo open || echo shut; echo ran'

# rights FILE: what a /proc/PID/status says of what its process may do
rights()
{
	awk '/^(CapPrm|CapEff|CapBnd|NoNewPrivs|Seccomp):/ {
		printf "%s%s %s", sep, $1, $2; sep = " " }' "$1"
}
no_rights="CapPrm: 0000000000000000 CapEff: 0000000000000000"
# MAC_ADMIN (33), SETUID (7), SETGID (6), KILL (5)
four=00000002000000e0

# ---- what runs as policyc ----
# This one says who it is, as its diagnostics.
cat > /run/daemon-test/tell <<'END'
#!/bin/bash
while read -r name value; do
	case $name in
	Cap*|NoNewPrivs:|Seccomp:) printf '%s %s\n' "$name" "$value" >&2 ;;
	esac
done < /proc/self/status
exit 1
END
chmod 755 /run/daemon-test/tell
policy web 'name: "web*"'
bailiffd --foreground --policies $policies --log $log --policyc /run/daemon-test/tell \
	2>> /run/daemon-test/out &
daemon=$!
succeeds "a compiler is run" wait_for 10 in_error 1 Seccomp
bailiffctl policies | sed 's/^ *//' > /run/daemon-test/told
is "$(rights /run/daemon-test/told)" "$no_rights CapBnd: $four NoNewPrivs: 1 Seccomp: 2" \
	"... without a capability, with a filter of system calls, and to get no more"
kill $daemon
wait $daemon
rm $policies/web.yaml

# ---- status ----
rc=0
bailiffctl status > /dev/null || rc=$?
is $rc 1 "without a policy nothing is enforced, and status says so"
policy web 'name: "web*"'
policy img 'image: "example/img:*"'
rm -f /run/bailiff/control.sock
start_daemon
succeeds "the policies are loaded" wait_for 15 bailiffctl rules web
succeeds "... both" wait_for 15 bailiffctl rules img
succeeds "status is yes" bailiffctl status
like "$(bailiffctl status --json)" '"enforcing": true' "... in JSON too"
rc=0
su nobody -s /bin/sh -c "$ctl unload web" 2> /run/out || rc=$?
is $rc 3 "who is not root is told that the permission is missing"
like "$(ps -o user= -p "$(pgrep -o -P $daemon)")" nobody "the worker is not root"
is "$(rights "/proc/$(pgrep -o -P $daemon)/status")" \
	"$no_rights CapBnd: 0000000000000000 NoNewPrivs: 1 Seccomp: 2" \
	"... has no capability, a filter of system calls, and gets no more"
is "$(rights /proc/$daemon/status)" \
	"CapPrm: $four CapEff: $four CapBnd: $four NoNewPrivs: 1 Seccomp: 2" \
	"its parent has four, and a filter, too"

# ---- selection ----
contain web1 "$try_shadow"
is "$out" "shut
ran" "a container is confined by the policy that selects its name"
contain img "$try_shadow"
is "$out" "shut
ran" "... or its image"
contain other "$try_shadow"
is "$out" "open
ran" "one that no policy selects runs"
like "$(cat $log)" '"outcome":"daemon".*"object":"other".*unconfined' \
	"... and the log says that it is unconfined"
policy both 'name: "web*"' '  - {deny: read, paths: /usr/share/common-licenses/GPL-2}'
succeeds "a policy added later is loaded" wait_for 5 bailiffctl rules both
contain web2 "$try_shadow; /bin/cat /usr/share/common-licenses/GPL-2 > /dev/null 2>&1 && echo open; /bin/cat /usr/share/common-licenses/GPL-3 > /dev/null 2>&1 && echo open3"
is "$out" "shut
ran
open3" "two policies for one container: both confine it"
like "$(cat $log)" 'cgroup=[0-9]+ policy=both' "... and the log has both binds"
rm $policies/both.yaml
succeeds "its file is removed: so is it" wait_for 5 is_gone both
contain web3 "$try_shadow"
is "$out" "shut
ran" "one is left"

# ---- a policy of its own ----
# shellcheck disable=SC2016 # the policy's variable
policy 'own-${container.name}' 'name: "tmpl*"'
in_state()
{
	bailiffctl policies | grep -q -e "$1"
}
succeeds "a template is one" wait_for 15 in_state 'made of it for each container'
contain tmpl1 "$try_shadow"
is "$out" "shut
ran" "a container is confined by what is made of a template"
like "$(cat $log)" 'cgroup=[0-9]+ policy=own-tmpl1' "... which has its name"
rm -f "$policies"/own-*.yaml

# ---- files in error ----
echo 'bailiff: 1' > $policies/broken.yaml
wait_for 5 in_error 1 broken.yaml
contain other2 "$try_shadow"
unlike "$out" ran "nobody knows whether a broken file is for this one: refused"
like "$(cat /run/hook.err)" 'container refused' "... by the hook"
contain web4 "$try_shadow"
unlike "$out" ran "... or a part of the stack of one that others select: refused, too"
rm $policies/broken.yaml
cp $policies/web.yaml $policies/later.yml
wait_for 5 in_error 1 later.yml
contain other3 "$try_shadow"
unlike "$out" ran "so is one that ends in .yml"
like "$(cat /run/hook.err)" 'container refused' "... by the hook, too"
like "$(bailiffctl status)" '1 files in error: bailiffctl policies' "... status says where to look"
like "$(bailiffctl policies)" 'later.yml' "... and there it is"
like "$(bailiffctl policies)" 'ends in .yaml: rename it' "... with what is wrong"
rm $policies/later.yml
wait_for 5 in_error 0 ''
contain other4 "$try_shadow"
like "$out" ran "... until it is gone"

# ---- the cgroup ----
# crun kills all that is in the cgroup of a container that failed, hence alone
mkdir -p /sys/fs/cgroup/holder
bundle_make web5 example/web5:1 '' /bin/sh -c "$try_shadow"
show_hook web5
sed -i 's|"cgroupsPath":"[^"]*"|"cgroupsPath":"/holder"|' "$BUNDLES/web5/config.json"
out=$(bash -c 'echo 0 > /sys/fs/cgroup/holder/cgroup.procs; cd "$0" &&
	exec crun --cgroup-manager=cgroupfs run web5' "$BUNDLES/web5" \
	< /dev/null 2>&1 | cat)
unlike "$out" ran "a cgroup that also holds the runtime: refused"
like "$(cat /run/hook.err)" 'also holds the runtime' "... says the hook"

# The hook says so first; bailiffd looks for itself, whoever asks.
cat > /run/ask.py <<'END'
import json, os, socket
s = socket.socket(socket.AF_UNIX)
s.connect("/run/bailiff/control.sock")
s.send(json.dumps({"cmd": "container", "pid": os.getpid(), "id": "me",
                   "annotations": {"io.bailiff.policy": "web"}}).encode() + b"\n")
print(s.recv(4096).decode())
END
like "$(python3 /run/ask.py)" 'also holds the hook' "... and bailiffd, of another hook"

# ---- no daemon, and one that does not answer ----
# The worker is its oldest child: a compiler may be another.
kill -STOP $daemon "$(pgrep -o -P $daemon)"
started=$SECONDS
contain web6 "$try_shadow"
unlike "$out" ran "a daemon that hangs: the container is refused"
like "$(cat /run/hook.err)" 'container refused' "... by the hook"
if [ $((SECONDS - started)) -le "$(patient 60)" ]; then
	ok "... before long"
else
	not_ok "... before long"
fi
kill -CONT $daemon "$(pgrep -o -P $daemon)"
kill -KILL $daemon
wait $daemon 2> /dev/null
contain web7 "$try_shadow"
unlike "$out" ran "a daemon that is dead: the container is refused"
like "$(cat /run/hook.err)" 'it is not running' "... and the hook says so"
generations()
{
	grep "^generation " /sys/kernel/security/bailiff/policies/*/info | sort
}
before=$(generations)
like "$before" '[1-9]' "there are policies, each of a generation"
start_daemon
succeeds "it comes back" wait_for 15 bailiffctl reload
pause 2
# what was made for a container that is gone may go
is "$(comm -13 <(echo "$before") <(generations))" "" "... and loads nothing twice"
like "$(generations)" 'policies/web/info' "... of what is there as before"
contain web8 "$try_shadow"
is "$out" "shut
ran" "... and binds again"

# ---- why, log ----
like "$(bailiffctl --log $log why web8)" 'read /etc/shadow' "why names the object"
like "$(bailiffctl --log $log why web8)" '^  - allow: \[read\]' "... and what would allow it"
like "$(bailiffctl --log $log log -n 1)" '^20[0-9-]+ [0-9:.]+ ' "log has lines for people"

# ---- run ----
out=$(bailiffctl run --policy web -- /bin/sh -c "$try_shadow" | cat)
is "$out" "shut
ran" "run enters a policy by name"
policy selfish 'name: none' '    # nothing more'
sed -i 's/^include/enter: self\ninclude/' $policies/selfish.yaml
succeeds "a policy that says enter: self" wait_for 5 bailiffctl rules selfish
out=$(su nobody -s /bin/bash -c "$ctl run \
	--policy selfish -- /bin/sh -c '/bin/cat /etc/hostname; echo ran'" 2>&1 | cat)
like "$out" '^ran' "... is entered without privilege"
unlike "$out" "$(cat /etc/hostname)" "... and confines"
rc=0
su nobody -s /bin/sh -c "$ctl run --policy web -- /bin/true" \
	2> /dev/null || rc=$?
is $rc 3 "one that does not say so is not"
rc=0
bailiffctl run --policy no-such -- /bin/true 2> /dev/null || rc=$?
is $rc 2 "a policy that does not exist is bad input"
kill $daemon
wait $daemon
is $? 0 "told to end, it ends"
tail -n 5 /run/daemon-test/out | sed 's/^/# bailiffd: /'
done_testing

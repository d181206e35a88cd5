# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 120
#
# bailiff-runtime with crun and bailiffd on the real kernel: a bundle without a
# hook is confined, and has the filter of its policy.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/container.sh"

work=/run/runtime-test
policies=$work/policies
mkdir -p $policies
cp -r "$BAILIFF_TOP/policies/base" $policies/
# The bundle has no hook: who adds it is under test.
BAILIFF_HOOK=

# policy NAME SELECTOR [LINES]
policy()
{
	cat > $policies/.new << END
bailiff: 1
policy: $1
include: [base/runtime-linker, base/libc, base/users, base/stdio]
containers: [{$2}]
${3:-}
files:
  - allow: [read, map-exec]
    paths: ["/bin/**", "/usr/**", "/proc/self/status"]
exec:
  - allow: ["/bin/**", "/usr/bin/**"]
END
	mv $policies/.new "$policies/$1.yaml"
}

# contain NAME COMMAND: leaves output in $out, status in $rc.
contain()
{
	bundle_make "$1" "example/$1:1" '' /bin/sh -c "$2"
	rc=0
	out=$(set -o pipefail; cd "$BUNDLES/$1" && bailiff-runtime --cgroup-manager=cgroupfs \
		run --bundle "$BUNDLES/$1" "$1" < /dev/null 2>&1 | cat) || rc=$?
}

try='/bin/cat /etc/shadow > /dev/null 2>&1 && echo open || echo shut; '\
'/bin/grep Seccomp: /proc/self/status; /bin/mkdir /tmp/x || echo no mkdir'

policy web 'name: "web*"' 'syscalls: {default: allow, deny: [mkdir], errno: EPERM}'
rm -f /run/bailiff/control.sock
bailiffd --foreground --policies $policies --log $work/events.json \
	2>> $work/out &
daemon=$!
wait_for 10 test -S /run/bailiff/control.sock
wait_for 15 bailiffctl rules web

contain web1 "$try"
like "$out" '^shut' "a bundle without a hook: its container is confined"
like "$out" 'Seccomp:.*2' "... and filtered"
like "$out" 'Operation not permitted' "... by the policy's filter"
like "$(cat "$BUNDLES/web1/config.json")" '"noNewPrivileges":false' \
	"the rest of config.json is as it was"
contain other "$try"
like "$out" '^open' "a container that no policy selects is not"
like "$out" 'Seccomp:.*0' "... nor filtered"

# ---- stacked, with a filter each ----
policy fleet 'name: "web3"' 'syscalls: {default: allow, deny: [rmdir], errno: EPERM, installed-by: runtime}'
wait_for 15 bailiffctl rules fleet
contain web3 "$try; /bin/rmdir /tmp || echo no rmdir"
like "$out" 'no mkdir' "two policies: the filter of one"
like "$out" "rmdir: .*Operation not permitted" "... and of the other"
contain_plain()
{
	bundle_make "$1" "example/$1:1" '' /bin/sh -c "$2"
	out=$(cd "$BUNDLES/$1" && crun_do run "$1" < /dev/null 2>&1 | cat)
}
BAILIFF_HOOK=$BAILIFF_TOP/build/bin/bailiff-oci-hook
contain_plain web4 "$try"
unlike "$out" 'open|shut' "without bailiff-runtime nobody installs it: refused"
BAILIFF_HOOK=

# ---- who is not root ----
cat > $work/ask.py << 'END'
import json, os, socket, sys
if sys.argv[3:] != ["root"]:
    os.setgid(65534)
    os.setuid(65534)
s = socket.socket(socket.AF_UNIX)
s.connect("/run/bailiff/control.sock")
s.send(json.dumps({"cmd": "container", "pid": int(sys.argv[2]), "id": "u",
                   "name": sys.argv[1]}).encode() + b"\n")
print(s.recv(4096).decode())
END
policy mine 'name: "mine*"' 'enter: self'
wait_for 15 bailiffctl rules mine
for owner in nobody root; do
	mkdir -p /sys/fs/cgroup/of-$owner
	chown $owner /sys/fs/cgroup/of-$owner
	bash -c "echo 0 > /sys/fs/cgroup/of-$owner/cgroup.procs; exec sleep 300" &
	eval "$owner=$!"
	wait_for 5 grep -q . /sys/fs/cgroup/of-$owner/cgroup.procs
done
# shellcheck disable=SC2154 # set by eval
like "$(python3 $work/ask.py mine1 "$root")" 'belongs to user 0, and user 65534 asks' \
	"who is not root binds no cgroup of others"
like "$(python3 $work/ask.py web1 "$nobody")" "does not say 'enter: self'" \
	"... nor to a policy that he could not enter"
like "$(python3 $work/ask.py mine1 "$nobody")" '"policy": *"mine"' \
	"his own to one that says enter: self"
like "$(cat /sys/kernel/security/bailiff/bindings)" \
	"cgroup=$(stat -c %i /sys/fs/cgroup/of-nobody) policy=mine " "... which the kernel has"
like "$(python3 $work/ask.py mine1 "$nobody")" 'is bound already' "once"
policy plain 'name: "plain*"'
wait_for 15 bailiffctl rules plain
like "$(python3 $work/ask.py plain1 "$nobody" root)" 'to policy mine, .*bailiffctl unbind' \
	"root's hook does not take it away either"
like "$(python3 $work/ask.py mine1 "$nobody" root)" '"policy": *"mine"' "... but binds it again"
kill "$root" "$nobody"

kill -KILL $daemon
wait $daemon 2> /dev/null
started=$SECONDS
contain web2 "$try"
is $rc 1 "a dead daemon: the container is refused"
like "$out" 'container refused: bailiffd does not answer' "... and told why"
if [ $((SECONDS - started)) -le "$(patient 20)" ]; then
	ok "... before long"
else
	not_ok "... before long"
fi
succeeds "other commands work without the daemon" \
	bailiff-runtime --cgroup-manager=cgroupfs list
tail -n 5 $work/out | sed 's/^/# bailiffd: /'
done_testing

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
	out=$(cd "$BUNDLES/$1" && bailiff-runtime --cgroup-manager=cgroupfs \
		run --bundle "$BUNDLES/$1" "$1" < /dev/null 2>&1 | cat)
	rc=${PIPESTATUS[0]}
}

try='/bin/cat /etc/shadow > /dev/null 2>&1 && echo open || echo shut
/bin/grep Seccomp: /proc/self/status; /bin/mkdir /tmp/x || echo no mkdir'

policy web 'name: "web*"' 'syscalls: {default: allow, deny: [mkdir], errno: EPERM, installed-by: runtime}'
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

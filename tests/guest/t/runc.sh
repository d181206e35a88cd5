# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 90
#
# runc alone: with the hook in config.json, and by bailiff-runtime.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/container.sh"

work=/run/runc-test
policies=$work/policies
mkdir -p $policies
cp -r "$BAILIFF_TOP/policies/base" $policies/
cat > $policies/box.yaml <<END
bailiff: 1
policy: box
include: [base/runtime-linker, base/libc, base/users, base/stdio]
containers: [{name: "box*"}]
files:
  - allow: [read, map-exec]
    paths: ["/bin/**", "/usr/**"]
exec:
  - allow: ["/bin/**", "/usr/bin/**"]
END
rm -f /run/bailiff/control.sock
bailiffd --foreground --policies $policies --log $work/events.json 2> $work/out &
daemon=$!
wait_for 15 bailiffctl rules box

# its first process tries, and none of its children
try='if read -r _ < /etc/shadow; then echo open; else echo shut; fi 2> /dev/null'

# box NAME HOOK COMMAND...: a bundle with the hook, or none if that is "";
# leaves output in out, status in rc
box()
{
	local name=$1 BAILIFF_HOOK=$2
	shift 2

	bundle_make "$name" "example/$name:1" '' /bin/sh -c "$try"
	rc=0
	out=$(set -o pipefail; cd "$BUNDLES/$name" &&
		"$@" run "$name" < /dev/null 2>&1 | cat) || rc=$?
}

hook=$BAILIFF_TOP/build/bin/bailiff-oci-hook
box box1 '' runc
is "$rc $out" "0 open" "without a hook a container that is selected is free"
box box2 "$hook" runc
is "$rc $out" "0 shut" "with the hook it is confined from its first process on"
box box3 '' bailiff-runtime --runtime runc
is "$rc $out" "0 shut" "so it is by bailiff-runtime"
box other '' bailiff-runtime --runtime runc
is "$rc $out" "0 open" "... which leaves alone what no policy selects"
like "$(grep '"name":"box3"' $work/events.json)" \
	'"image":"example/box3:1".*"outcome":"denied"|"outcome":"denied".*"image":"example/box3:1"' \
	"the denial is in the log, with name and image"

bundle_make box4 example/box4:1 '' /bin/sleep 300
(cd "$BUNDLES/box4" && bailiff-runtime --runtime runc run -d box4 \
	< /dev/null > $work/box4 2>&1)
out=$(bailiff-runtime --runtime runc exec box4 /bin/sh -c "$try" 2>&1)
is "$out" shut "what runc exec runs joins"
runc delete -f box4 2> /dev/null

kill -KILL $daemon
wait $daemon 2> /dev/null
started=$SECONDS
box box5 "$hook" runc
isnt $rc 0 "a dead daemon: the hook refuses the container"
like "$out" 'error running hook' "... and runc says so"
unlike "$out" 'open|shut' "... not one program of it ran"
box box6 '' bailiff-runtime --runtime runc
is $rc 1 "bailiff-runtime refuses it as well"
like "$out" 'container refused: bailiffd does not answer' "... and says why"
took=$((SECONDS - started))
if [ $took -le "$(patient 12)" ]; then
	ok "... both within 5 seconds, and what runc takes"
else
	not_ok "... both within 5 seconds, and what runc takes"
	diag "$took s"
fi
tail -n 5 $work/out | sed 's/^/# bailiffd: /'
done_testing

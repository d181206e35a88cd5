# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# also: 6.1 fast
#
# The longest records: everything in them is as long as it can be.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

deep=$work
for _ in {1..15}; do
	deep+=/$(printf 'd%.0s' {1..250})
done
name=$(printf 'n%.0s' {1..230})
mkdir -p "$deep"
echo text > "$deep/$name.old"
cp "$act" "$deep/act"
cat > "$deep/$name.yaml" <<END
bailiff: 1
policy: long
default: {files: allow, exec: allow, network: allow, capabilities: allow, mounts: deny}
files:
  - deny: rename
    paths: "$deep/*"
    message: $(printf 'm%.0s' {1..250})
END
succeeds "a policy of long texts" policyc build "$deep/$name.yaml" -o $work/long.img
like "$(load_image $work/long.img)" '^ok' "loads"
drain
for _ in 1 2 3; do
	is "$("$deep/act" enter long , rename "$deep/$name.old" "$deep/$name.new" | tail -n 1)" EACCES \
		"a rename of long names"
done
"$BAILIFF_TOP/build/guest/flood" read 65536 10 > $work/read &
nothing_waits()
{
	[ "$(status_of events_waiting)" = 0 ]
}
wait_for 5 nothing_waits
kill $!
wait
diag "$(paste -sd' ' $work/read)"
like "$(cat $work/read)" '^reason 1 3$' "has its record each time"
like "$(cat $work/read)" '^bad 0$' "which is whole"
like "$(cat $work/read)" '^longest 12288$' "and as long as one can be"
wait_for 5 sh -c "echo long > $fs/unload"
done_testing

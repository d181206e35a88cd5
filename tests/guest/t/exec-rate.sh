# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 150
#
# Rules with a rate: what one container may do in a second.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

chmod 755 $work
for file in allowed denied seen; do echo text > $work/$file; done
succeeds "the policy loads" load_policy <<END
bailiff: 1
policy: rate
default: {files: deny, exec: allow, network: allow, capabilities: allow, mounts: deny}
files:
  - allow: all
    paths: [/, "/**"]
    except: [$work/allowed, $work/denied]
  - allow: inherit
    type: [pipe, tty, null]
  - allow: read
    paths: $work/allowed
    rate: 1/s burst 3
  - deny: read
    paths: $work/denied
    rate: 1/s burst 3
  - audit: read
    paths: $work/seen
    rate: 1/s burst 3
END

# opens FILE: 60 of them by one task; prints their answers, one a line.
opens()
{
	local verbs=() i

	for ((i = 0; i < 60; i++)); do
		verbs+=("," open r "$1" 1)
	done
	$act enter rate "${verbs[@]}" | tail -n +2
}

# few NUMBER DESCRIPTION: as many as the bucket holds, and not nearly all.
few()
{
	if [ "$1" -ge 3 ] && [ "$1" -lt 55 ]; then ok "$2"; else not_ok "$2: $1 of 60"; fi
}

opens $work/allowed > $work/out
few "$(grep -c ok $work/out)" "an allow matches while there are tokens"
like "$(cat $work/out)" EACCES "and does not without one"

drain
opens $work/denied > $work/out
is "$(grep -c EACCES $work/out)" 60 "a deny always denies"
few "$(records | grep -c "^$work/denied\$")" "and is recorded while there are tokens"

drain
opens $work/seen > $work/out
is "$(grep -c ok $work/out)" 60 "an audit changes nothing"
few "$(records | grep -c "^$work/seen\$")" "and records while there are tokens"

sleep 2
is "$(under rate open r $work/allowed 1)" ok "tokens come back"
done_testing

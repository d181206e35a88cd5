#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# try-guest.sh - the half of try.sh that runs in the guest
set -euo pipefail

cd "$BAILIFF_TOP"
PATH=$BAILIFF_TOP/build/bin:$PATH
log=/run/try/events.json
mkdir -p /run/try/policies

# It is ready when it has gone into the background.
bailiffd --policies /run/try/policies --log "$log" || exit

if ! reply=$(bailiffctl load "$GUEST_POLICY" 2>&1); then
	printf '%s\n' "$reply" >&2
	exit 2
fi
name=$(sed -n 's/.*policy=\([^ ]*\).*/\1/p' <<<"$reply")
if [ "$GUEST_ENFORCE" = 1 ]; then
	bailiffctl mode "$name" enforce >/dev/null
	words='was denied'
else
	bailiffctl mode "$name" audit >/dev/null
	words='would have been denied'
fi

# A shell would be judged too: only a command line that needs one gets one, by
# its signs or because its first word is no program (A=1 cmd, cd, exit 3).
case $GUEST_RUN in
*[\;\|\&\<\>\(\)\`\$$'\n']*) set -- /bin/sh -c "$GUEST_RUN" ;;
*)
	eval "set -- $GUEST_RUN"
	type -P "$1" > /dev/null || set -- /bin/sh -c "$GUEST_RUN"
	;;
esac

# The client is under no policy, so none has to allow what only the trial needs. A
# service that it outlives has ended by itself; one that SIGTERM ends did as it was told.
beside_client()
{
	local service stopped=

	timeout -k 5 "$GUEST_SECONDS" "$@" &
	service=$!
	client=0
	timeout "$GUEST_SECONDS" sh -c "$GUEST_CLIENT" || client=$?
	kill "$service" 2> /dev/null && stopped=1
	wait "$service" || status=$?
	[ -z "$stopped" ] || [ "$status" != 143 ] || status=0
}

if [ -n "$GUEST_BEFORE" ]; then
	sh -c "$GUEST_BEFORE" || {
		status=$?
		echo "try: BEFORE ended with status $status" >&2
		exit "$status"
	}
fi
set -- bailiffctl run --policy "$name" -- "$@"
status=0
client=
if [ -n "$GUEST_CLIENT" ]; then
	beside_client "$@"
else
	timeout "$GUEST_SECONDS" "$@" || status=$?
fi
own=$status
[ "$status" != 0 ] || status=${client:-0}
echo "$status" > build/try/status
# bailiffd writes all there is before it ends
kill "$(pgrep -o -x bailiffd)"
while pgrep -x bailiffd > /dev/null; do sleep 0.1; done

printf '\n--- %s under policy %s: exit status %d\n' "$GUEST_RUN" "$name" "$own"
[ -z "$client" ] || printf -- '--- its client, under none: exit status %d\n' "$client"
if [ "$status" = 124 ]; then
	printf '    (stopped after %s s; SECONDS_MAX=N gives it longer)\n' "$GUEST_SECONDS"
fi
if [ "$status" = 127 ]; then
	printf '    (127: a program in it was not found; the guest runs what is installed\n'
	printf '    on this machine, so install it here)\n'
fi
printf -- '--- what %s, and the YAML that would allow it:\n' "$words"
bailiffctl suggest "$log"
# for policyc learn, and for who wants to see each
cp "$log" build/try/events.json
exit "$status"

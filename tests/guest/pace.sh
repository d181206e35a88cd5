# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# How long things take, here alone: the debug kernel makes all of it several
# times as slow, and on a busy machine GUEST_PATIENCE says how many times. Who
# waits, waits for what is to come, and not for a time. Sourced, on the host and
# in the guest.

guest_slow=1
[ "${GUEST_FLAVOUR:-fast}" != debug ] || guest_slow=6
guest_patience=$((${GUEST_PATIENCE:-1} * guest_slow))

# patient SECONDS: so many on an idle machine and a fast kernel.
patient()
{
	echo $(($1 * guest_patience))
}

# time_limit FILE: the seconds that a test file may take; 60 if it says nothing.
time_limit()
{
	local seconds

	seconds=$(sed -n 's/^# timeout: *\([0-9]*\).*/\1/p' "$1" | head -n 1)
	patient "${seconds:-60}"
}

# pause SECONDS: for what must not come, and so cannot be waited for.
pause()
{
	local i

	for ((i = 0; i < guest_patience; i++)); do
		sleep "$1"
	done
}

# volume MANY FEW: how much of something a test does. A kernel that checks each
# step of its own needs fewer.
volume()
{
	if [ "$guest_slow" = 1 ]; then echo "$1"; else echo "$2"; fi
}

# microseconds: since some time, to tell how long something took
microseconds()
{
	echo "${EPOCHREALTIME/[.,]/}"
}

# wait_for SECONDS COMMAND...: true as soon as the command is.
wait_for()
{
	local end=$(($(microseconds) + $(patient "$1") * 1000000))
	shift
	until "$@" > /dev/null 2>&1; do
		[ "$(microseconds)" -lt $end ] || return 1
		sleep 0.1
	done
}

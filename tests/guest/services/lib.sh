# shellcheck shell=bash disable=SC2154 # top, here, log: of who sources it
# SPDX-License-Identifier: GPL-2.0-only
#
# lib.sh - what the tests of services share: who is outside, and what the log
# says. Sourced by those of t/, in the guest; $name is the service, $taken the
# container whose denials are looked for.

# start_outside SYSLOG: somebody outside whom nobody should reach (port 7000), who
# is also what lies behind a proxy (8001), and listens at a socket as the system's log
start_outside()
{
	python3 "$here/outside.py" "$1" &
	outside=$!
	wait_for 15 curl -s -o /dev/null http://127.0.0.1:8001/ || bail "nobody outside"
}

denials_of()
{
	grep '"outcome":"denied"' "$log" | grep -F "\"container\":\"$1\""
}

# tells CONTAINER CLASS OBJECT: a denial says who, what, and by which line.
tells()
{
	grep -q -E "\"outcome\":\"denied\",\"container\":\"$1\".*\"class\":\"$2\",${3:+.*\"(object|detail)\":\"[^\"]*$3}.*\"reason\":\"(rule|default)\".*\"file\":\"$name\.yaml\",\"line\":[1-9]" "$log"
}

# logged CLASS OBJECT: a claim; what was refused last is in the log
logged()
{
	if wait_for 5 tells "$taken" "$1" "$2"; then
		ok "... and it is in the log, with its line"
	else
		not_ok "... and it is in the log, with its line"
		diag "$(denials_of "$taken" | tail -n 5)"
	fi
}

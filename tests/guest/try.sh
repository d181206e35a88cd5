#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# try.sh - `make try POLICY=my.yaml RUN='program arguments' [ENFORCE=1]`
#
# Runs a program of the host in the guest under a policy, in audit mode, and
# prints what would have been denied with the YAML that would allow it. The
# checkout is writable in the guest, so output files stay.
#
# Exits with the program's status. GNU make turns any failure of a recipe into
# its own status 2, so a script that needs the number calls this file with the
# words that make gets. 2 is also the status of a wrong call and of a broken
# policy; the last line on standard error says which it was.
set -euo pipefail

caller=$PWD
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top"
ended=build/try/status # written in the guest when the program has ended
. tests/guest/pace.sh

usage()
{
	cat >&2 <<'EOF'
usage: make try POLICY=my.yaml RUN='program arguments' [BEFORE=LINE] [CLIENT=LINE]
                [ENFORCE=1] [SECONDS_MAX=N]
       tests/guest/try.sh POLICY=my.yaml RUN='program arguments' ...

  POLICY       a policy file; `build/bin/policyc explain` asks it questions
  RUN          a command line for sh, run as root in the guest, all of it under the policy
  BEFORE       such a line that is run first, under no policy: mkdir -p /run/my
  CLIENT       such a line that is run beside it, under no policy: sleep 2; curl ...;
               when it has ended, SIGTERM ends what runs
  ENFORCE=1    deny what the policy does not allow, instead of reporting it
  SECONDS_MAX  stop the program after so many seconds (60)

make ends with status 0 or 2, as it always does; tests/guest/try.sh ends with the
program's status.

For example: make try POLICY=policies/nginx.yaml RUN='nginx -t'
EOF
	exit 2
}

# Called without make, this file does what the target does before; `--check` is
# what make asks first, since what is wrong with a call is not told after minutes.
read_words()
{
	local word

	for word in "$@"; do
		case $word in
		--check) check_only=1 ;;
		POLICY=* | RUN=* | BEFORE=* | CLIENT=* | ENFORCE=* | SECONDS_MAX=*)
			export "${word?}"
			;;
		*)
			printf "try: what is '%s'?\n" "$word" >&2
			usage
			;;
		esac
	done
	case ${POLICY:-} in
	/* | '') ;;
	*) [ "$caller" = "$top" ] || POLICY=$caller/$POLICY ;;
	esac
}

build()
{
	scripts/deps.sh guest
	make binaries guest-binaries >&2
}

# check_line NAME LINE
check_line()
{
	local wrong

	if ! wrong=$(sh -n -c "$2" 2>&1); then
		printf 'try: %s is not a command line: %s\n' "$1" "$wrong" >&2
		exit 2
	fi
}

check_call()
{
	local name

	for name in POLICY RUN; do
		[ -n "${!name:-}" ] && continue
		printf 'try: %s= is missing\n' "$name" >&2
		usage
	done
	[ -r "$POLICY" ] || {
		printf "try: cannot read the policy '%s'\n" "$POLICY" >&2
		exit 2
	}
	check_line RUN "$RUN"
	check_line BEFORE "${BEFORE:-}"
	check_line CLIENT "${CLIENT:-}"
	limit=${SECONDS_MAX:-60}
	case $limit in
	*[!0-9]* | '')
		printf "try: SECONDS_MAX: '%s' is not a number\n" "$limit" >&2
		exit 2
		;;
	esac
}

# A broken policy is told here, with its carets, before anything boots. The
# image is made here, where the includes beside the policy are.
compile()
{
	build/bin/policyc check "$POLICY" || exit 2
	mkdir -p build/try
	build/bin/policyc build -o build/try/policy.img "$POLICY" > /dev/null || exit 2
}

run_guest()
{
	rm -f "$ended"
	GUEST_POLICY=$top/build/try/policy.img GUEST_RUN=$RUN \
		GUEST_BEFORE=${BEFORE:-} GUEST_CLIENT=${CLIENT:-} \
		GUEST_ENFORCE=${ENFORCE:-} GUEST_SECONDS=$(patient "$limit") \
		tests/guest/run.sh --timeout "$(patient $((limit + 60)))" --rw "$top" \
		--log build/try.console -- "$top/tests/guest/try-guest.sh"
}

say_status()
{
	if [ -s "$ended" ] && [ "$(cat "$ended")" = "$1" ]; then
		[ "$1" = 0 ] || [ -z "${MAKELEVEL:-}" ] ||
			echo "try: the program ended with status $1, which make calls 2" >&2
	else
		echo "try: the guest failed with status $1 (its log: build/try.console)" >&2
	fi
}

check_only=
read_words "$@"
check_call
[ -z "$check_only" ] || exit 0
[ $# = 0 ] || build
compile
# Last: what is wrong with the call is not told after minutes.
tests/guest/kernel.sh build > build/kernel.path
status=0
run_guest || status=$?
say_status "$status"
exit "$status"

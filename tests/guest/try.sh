#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# try.sh - `make try POLICY=my.yaml RUN='program arguments' [ENFORCE=1]`
#
# Runs a program of the host in the guest under a policy, in audit mode, and
# prints what would have been denied with the YAML that would allow it. The
# checkout is writable in the guest, so output files stay. Exits with the
# program's status; 2 for a wrong call or a broken policy.
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top"

usage()
{
	cat >&2 <<'EOF'
usage: make try POLICY=my.yaml RUN='program arguments' [ENFORCE=1] [SECONDS_MAX=N]

  POLICY       a policy file; `build/bin/policyc explain` asks it questions
  RUN          a command line for sh, run as root in the guest
  ENFORCE=1    deny what the policy does not allow, instead of reporting it
  SECONDS_MAX  stop the program after so many seconds (60)

For example: make try POLICY=policies/nginx.yaml RUN='nginx -t'
EOF
	exit 2
}

if [ -z "${POLICY:-}" ] || [ -z "${RUN:-}" ]; then
	usage
fi
[ -r "$POLICY" ] || {
	printf "try: cannot read the policy '%s'\n" "$POLICY" >&2
	exit 2
}
# A broken policy is told here, with its carets, before anything boots.
build/bin/policyc check "$POLICY" || exit 2

# The image is made here, where the includes beside the policy are.
mkdir -p build/try
build/bin/policyc build -o build/try/policy.img "$POLICY" >/dev/null || exit 2
policy=$top/build/try/policy.img

limit=${SECONDS_MAX:-60}
case $limit in
*[!0-9]* | '')
	printf "try: SECONDS_MAX: '%s' is not a number\n" "$limit" >&2
	exit 2
	;;
esac

# Last: what is wrong with the call is not told after minutes.
tests/guest/kernel.sh build > build/kernel.path
export GUEST_POLICY=$policy GUEST_RUN=$RUN GUEST_ENFORCE=${ENFORCE:-}
export GUEST_SECONDS=$limit
exec tests/guest/run.sh --timeout $((limit + 60)) --rw "$top" \
	--log build/try.console -- "$top/tests/guest/try-guest.sh"

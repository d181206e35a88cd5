#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh - `make demo`: build, boot, and tell the story with real output
#
# The tools are built by make before this script runs. While the kernel
# builds in the background, the tools show what they can do without it.
set -euo pipefail

top=$(cd "$(dirname "$0")/../../.." && pwd)
cd "$top"
# shellcheck source=tests/guest/demo/story.sh
. tests/guest/demo/story.sh
. tests/guest/common.sh

# The guest runs what is installed here.
need crun crun
need nginx nginx-light
need curl curl
need ab apache2-utils
mkdir -p build/demo
kernel_log=build/demo/kernel.log

started=$SECONDS
setsid tests/guest/kernel.sh build >"$kernel_log" 2>&1 </dev/null &
kernel_pid=$!
trap 'kill -- -"$kernel_pid" 2>/dev/null || :' EXIT

chapter "The policy, before any kernel sees it"
say "policies/nginx.yaml says what Debian's nginx needs; all else is denied."
show build/bin/policyc check policies/nginx.yaml
show build/bin/policyc explain policies/nginx.yaml 'read /etc/nginx/nginx.conf'
show_no build/bin/policyc explain policies/nginx.yaml 'read /etc/shadow'
show_no build/bin/policyc explain policies/nginx.yaml 'write /etc/nginx/nginx.conf'
show_no build/bin/policyc explain policies/nginx.yaml 'uid=33 connect tcp 192.0.2.1:443'
show build/bin/policyc test policies/nginx.yaml

chapter "The kernel: Linux with security/bailiff, built once and cached"
# The progress lines of the build, as they come; the last one stays.
shown=''
while kill -0 "$kernel_pid" 2>/dev/null; do
	line=$(tail -n 1 "$kernel_log" | tr '\r' '\n' | tail -n 1)
	if [ "$line" != "$shown" ]; then
		shown=$line
		if [ -t 1 ]; then
			printf '\r\033[K%s' "${line:0:${COLUMNS:-80}}"
		else
			printf '%s\n' "$line"
		fi
	fi
	sleep 0.5
done
[ ! -t 1 ] || printf '\r\033[K'
trap - EXIT
if ! wait "$kernel_pid"; then
	cat "$kernel_log"
	exit 1
fi
printf 'kernel ready after %d s\n' "$((SECONDS - started))"

chapter "Boot it, and confine a container"
exec tests/guest/run.sh --clock --timeout 600 --log build/demo/console.log \
	-- tests/guest/demo/guest.sh

# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# story.sh - the demo's voice: chapters, commands with their real output, and
# checks that end the demo when the story is not true

if [ -t 1 ] || [ "${GUEST_COLOUR:-}" = 1 ]; then
	bold=$'\033[1m' green=$'\033[32m' red=$'\033[31m' plain=$'\033[0m'
else
	bold='' green='' red='' plain=''
fi

chapter()
{
	printf '\n%s== %s%s\n' "$bold" "$1" "$plain"
}

say()
{
	printf '%s\n' "$*"
}

# show COMMAND... - print it, run it, fail with it
show()
{
	printf '%s$ %s%s\n' "$bold" "$*" "$plain"
	"$@"
}

# show_no COMMAND... - the same for a command whose right answer is "no"
show_no()
{
	local status=0

	printf '%s$ %s%s\n' "$bold" "$*" "$plain"
	"$@" || status=$?
	if [ "$status" -ne 1 ]; then
		printf '%sexpected exit status 1, got %d%s\n' "$red" "$status" "$plain"
		exit 1
	fi
}

# check TEXT COMMAND... - one line of the story and whether it is true
check()
{
	local text=$1
	shift

	if "$@" >/tmp/check.out 2>&1; then
		printf '  %sok%s    %s\n' "$green" "$plain" "$text"
	else
		printf '  %sFALSE%s %s\n' "$red" "$plain" "$text"
		sed 's/^/        /' /tmp/check.out
		exit 1
	fi
}

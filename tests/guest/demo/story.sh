# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# story.sh - the demo's voice: chapters, commands with their real output, and
# checks that end the demo when the story is not true
#
# With STORY_TAP=1 the same story is a test: checks are TAP, all else comments.

if [ -t 1 ] || [ "${GUEST_COLOUR:-}" = 1 ]; then
	bold=$'\033[1m' green=$'\033[32m' red=$'\033[31m' plain=$'\033[0m'
else
	bold='' green='' red='' plain=''
fi
story_checks=0

if [ "${STORY_TAP:-}" = 1 ]; then
	# Line by line, so that claims never fall into the middle of one.
	exec 3>&1 > >(sed -u 's/^/# /')
	story_done=0
	trap 'story_end' EXIT
else
	exec 3>&1
	story_done=1
fi

story_end()
{
	if [ "$story_done" = 0 ]; then
		story_checks=$((story_checks + 1))
		echo "not ok $story_checks - the story was told to its end" >&3
	fi
	echo "1..$story_checks" >&3
}

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
	local text=$1 status=0
	shift

	story_checks=$((story_checks + 1))
	"$@" >/tmp/check.out 2>&1 || status=1
	if [ "${STORY_TAP:-}" = 1 ]; then
		[ "$status" = 0 ] || printf 'not ' >&3
		printf 'ok %d - %s\n' "$story_checks" "$text" >&3
		[ "$status" = 0 ] || sed 's/^/#   /' /tmp/check.out >&3
		return 0
	fi
	if [ "$status" = 0 ]; then
		printf '  %sok%s    %s\n' "$green" "$plain" "$text"
		return
	fi
	printf '  %sFALSE%s %s\n' "$red" "$plain" "$text"
	sed 's/^/        /' /tmp/check.out
	exit 1
}

# The last line of the story.
the_end()
{
	story_done=1
	say "$*"
}

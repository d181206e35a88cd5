# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# TAP for the tests in the guest. A test file sources this, makes its claims
# with the words below and those of pace.sh, and ends with done_testing. See
# README.md.
. "$(dirname "${BASH_SOURCE[0]}")/pace.sh"

# TAP_FIRST: the first claim that fails ends the file (omit.sh).
tap_count=0
tap_failed=0
# What `run` sets may be large: never for the environment, whoever exported it.
export -n out err

# ok DESCRIPTION / not_ok DESCRIPTION: one claim, settled by the caller.
ok()
{
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $*"
}

not_ok()
{
	tap_count=$((tap_count + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_count - $*"
	echo "#   at ${BASH_SOURCE[-1]##*/} line $(tap_line)"
	[ -z "${TAP_FIRST:-}" ] || exit 1
}

# The line of the test file that led here.
tap_line()
{
	echo "${BASH_LINENO[-2]}"
}

# diag TEXT...: shown when a claim near it fails.
diag()
{
	# shellcheck disable=SC2001 # several lines
	sed 's/^/#   /' <<< "$*"
}

# is GOT WANT DESCRIPTION
is()
{
	if [ "$1" = "$2" ]; then
		ok "$3"
		return
	fi
	not_ok "$3"
	diag "     got: $1"
	diag "expected: $2"
}

# isnt GOT UNWANTED DESCRIPTION
isnt()
{
	if [ "$1" != "$2" ]; then
		ok "$3"
		return
	fi
	not_ok "$3"
	diag "got what it must not be: $1"
}

# like TEXT REGEX DESCRIPTION: an extended regular expression.
like()
{
	if grep -q -E -e "$2" <<< "$1"; then
		ok "$3"
		return
	fi
	not_ok "$3"
	diag "    text: $1"
	diag "lacks RE: $2"
}

unlike()
{
	if ! grep -q -E -e "$2" <<< "$1"; then
		ok "$3"
		return
	fi
	not_ok "$3"
	diag "  text: $1"
	diag "has RE: $2"
}

# run COMMAND...: sets status, out (standard output) and err (standard error).
run()
{
	local file

	file=$(mktemp)
	status=0
	out=$("$@" 2> "$file") || status=$?
	err=$(cat "$file")
	rm -f "$file"
}

# succeeds DESCRIPTION COMMAND... / fails DESCRIPTION COMMAND...
succeeds()
{
	local description=$1
	shift
	run "$@"
	if [ "$status" = 0 ]; then
		ok "$description"
		return
	fi
	not_ok "$description"
	diag "command: $*"
	diag "status $status: $out $err"
}

fails()
{
	local description=$1
	shift
	run "$@"
	if [ "$status" != 0 ]; then
		ok "$description"
		return
	fi
	not_ok "$description"
	diag "command succeeded: $*"
	diag "$out $err"
}

# bail TEXT: what follows makes no sense without this.
bail()
{
	not_ok "$*"
	done_testing
	exit 1
}

done_testing()
{
	echo "1..$tap_count"
	[ "$tap_failed" = 0 ]
}

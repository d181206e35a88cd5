#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# On the host: somebody at a terminal has an interactive guest, looks round and
# leaves it.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
. "$top/tests/guest/lib.sh"

work=$(mktemp -d)
screen=$work/screen
trap 'rm -rf "$work"' EXIT
flavour=${GUEST_FLAVOUR:-fast}

like "$(make -n -C "$top" shell FLAVOUR="$flavour" 2>&1)" \
	"run.sh --flavour $flavour --interactive" "make shell runs it"

# type_in WORDS: what comes back must not be what was typed, so each asks for
# something that the words do not say.
type_in() { printf '%s\n' "$1" >&"$keys"; }
# What is on the screen, without what moves the cursor and pastes.
shows()
{
	tr -d '\r' < "$screen" | sed 's/\x1b\[[?0-9;]*[a-zA-Z]//g' |
		grep -a -q -E -- "$1"
}

: > "$screen"
mkfifo "$work/keys"
TERM=vt100 script -qefc "$top/tests/guest/run.sh --flavour $flavour --interactive" \
	"$work/typescript" < "$work/keys" > "$screen" 2>&1 &
pid=$!
exec {keys}> "$work/keys"
succeeds "before it starts it says how to leave" wait_for 60 shows 'exit|Ctrl-'
# Keys that are pressed before it listens are lost: they are pressed again.
# asked LINE RE: does it answer?
asked()
{
	type_in "$1"
	sleep 2
	shows "$2"
}
succeeds "a shell answers" wait_for 120 asked 'echo there-$((6 * 7))' '^there-42$'
succeeds "Bailiff is active" wait_for 20 asked 'cat /sys/kernel/security/lsm' '^[a-z,]*,bailiff'
type_in 'bailiffctl load /nonexistent; echo ended-$?'
succeeds "the commands are on its path" wait_for 30 shows '^ended-[123]$'
type_in tty
succeeds "it has a terminal" wait_for 20 shows '^/dev/hvc0$'
type_in 'exit 7'
wait "$pid"
is "$?" 7 "exit leaves it, with the shell's status"
exec {keys}>&-
done_testing

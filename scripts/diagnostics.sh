#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: diagnostics.sh POLICYC
#
# Prints docs/diagnostics.md: every message of policyc/diag.def with what
# policyc/diag_doc.def says about it, an example of tests/policy/diag/, and what
# policyc really says to that. Complains, and ends with 1, where a message has
# no example, or the example brings another.
#
# An example is a policy; or files, each under a line "-- NAME", and commands of a
# shell, each on a line "$ COMMAND"; or one line "-- planted by WHAT", for a message
# that no input brings.
set -euo pipefail
export LC_ALL=C
policyc=$(realpath "$1")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
examples=$PWD/tests/policy/diag
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
ln -s "$policyc" "$work/bin/policyc"
PATH=$work/bin:$PATH
bad=0

complain()
{
	echo "$*" >&2
	bad=1
}

# unpack EXAMPLE: its files into this directory, its commands on the output.
unpack()
{
	awk '
		NR == 1 { file = "policy.yaml" }
		/^-- / { file = substr($0, 4); next }
		/^\$ / { print substr($0, 3); commands++; next }
		{ print > file }
		END { if (!commands) print "policyc check policy.yaml" }' "$1"
}

# What somebody sees who writes the files of an example and runs its commands.
transcript()
{
	local file command

	for file in *; do
		[ ! -f "$file" ] || { echo "\$ cat $file"; cat "$file"; }
	done
	while IFS= read -r command; do
		echo "\$ $command"
		bash -c "$command" 2>&1 || :
	done
}

# example ID: its transcript, which is in $work/shown too.
example()
{
	local dir=$work/$1

	mkdir "$dir"
	unpack_in "$dir" "$examples/$1" > "$work/commands"
	(cd "$dir" && transcript < "$work/commands") > "$work/shown"
	rm -r "$dir"
	sed 's/^/    /; s/ *$//' "$work/shown"
}

unpack_in()
{
	(cd "$1" && unpack "$2")
}

# Each example shows its message and no other one.
check_example()
{
	local ids

	ids=$(grep -a -o '\[P[0-9]*\]$' "$work/shown" | sort -u | tr -d '[]' || :)
	[ "$ids" = "$1" ] || complain "tests/policy/diag/$1 brings ${ids:-none}"
}

planted()
{
	local by

	by=$(sed -n 's/^-- planted by //p' "$examples/$1")
	case $by in
	'nothing: '*) echo "No input brings it: ${by#nothing: }." ;;
	*)
		[ -f "$by" ] || complain "tests/policy/diag/$1: there is no $by"
		echo "No input brings it; $by plants what does."
		;;
	esac
}

# Words in quotes are shown as code.
prose()
{
	sed -E "s/'\`'/\`\` \` \`\`/g; s/(^|[ (])'([^']+)'/\1\`\2\`/g" | fold -s -w 88 | sed 's/ $//'
}

entry()
{
	local id=$1 severity=$2 text=$3 when=$4 mend=$5

	printf "\n### %s\n\n%s: \`%s\`\n\n" "$id" "${severity^}" "$text"
	prose <<< "$when"
	echo
	if [ ! -f "$examples/$id" ]; then
		complain "no example of $id in tests/policy/diag/"
	elif grep -q '^-- planted by ' "$examples/$id"; then
		planted "$id"
	else
		example "$id"
		check_example "$id"
	fi
	echo
	prose <<< "$mend"
}

# A heading for each hundred, as diag.def has them.
headings()
{
	sed -n 's,^/\* \([0-9]*x*: .*\) \*/,\1,p' policyc/diag.def
}

body()
{
	local heading id rest last='' prefix

	while IFS=$'\t' read -r id rest; do
		heading=$(headings | while IFS= read -r heading; do
			prefix=${heading%%x*}
			[[ ${id#P} != "$prefix"* ]] || { echo "$heading"; break; }
		done)
		[ "$heading" = "$last" ] || printf '\n## %s\n' "$heading"
		last=$heading
		IFS=$'\t' read -r severity text when mend <<< "$rest"
		entry "$id" "$severity" "$text" "$when" "$mend"
	done < "$work/rows"
}

policyc diag --json |
	jq -r '.[] | [.id, .severity, .text, .when, .mend] | join("\t")' > "$work/rows"
cut -f 1 "$work/rows" > "$work/ids"
for file in "$examples"/*; do
	grep -q -x "${file##*/}" "$work/ids" || complain "$file is of no message"
done
cat <<'END'
<!-- SPDX-License-Identifier: GPL-2.0-only -->
<!-- Made by `make diagnostics` from policyc/diag.def, policyc/diag_doc.def and tests/policy/diag/ -->
# What policyc says

Every message ends with its id in brackets. It is about a place: `file:line:column`,
the line, and carets under what is meant; notes below say more. `policyc diag ID` says
what stands here, without the example. An error makes the policy useless, a warning
does not; lint is what `policyc check` finds odd. An id never changes its meaning.
END
body
exit $bad

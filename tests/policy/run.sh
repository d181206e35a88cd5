#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Replays the policies of this directory through policyc check.
#
#   accept/*.yaml   no error
#   reject/*.yaml   errors, exit status 2
#   other/*         files of other programs: one error, P119 or of YAML
#
# What is to be said stands in the policy: behind a line of it, for a message
# on that line, or on a line of its own, for a message anywhere.
#
#   paht: /etc   # expect: P201: did you mean 'paths'
#
# Nothing else may be said, lint aside. `# args: -D a=b` on a line of its own
# gives policyc arguments. The text may be that of a note. Every message of
# diag.def must be expected somewhere. `# status: 1` on a line of its own is the
# exit status, where it is not the directory's. Ends with "N passed, N failed".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
root=../..
policyc=${POLICYC:-$root/build/bin/policyc}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

pass()
{
	passed=$((passed + 1))
}

fail()
{
	failed=$((failed + 1))
	echo "FAIL $1"
	sed 's/^/    /' "$work/why" | head -n "${LINES_SHOWN:-20}"
}

# replay FILE STATUS: policyc says what the file expects, and nothing else.
replay()
{
	local file=$1 want=$2 status=0 args

	args=$(sed -n 's/^# args: //p' "$file")
	want=$(sed -n 's/^# status: //p' "$file" | grep . || echo "$want")
	# shellcheck disable=SC2086 # several words
	"$policyc" check -I include $args "$file" > "$work/out" 2>&1 || status=$?
	if awk -v want="$want" -v status="$status" -v file="$file" \
	       -f match.awk "$file" "$work/out" > "$work/why"; then
		pass
	else
		fail "$file"
	fi
}

# odd NAME ID: what comes on the standard input is refused with one error.
odd()
{
	local name=$1 id=$2 status=0

	cat > "$work/$name.yaml"
	timeout 20 "$policyc" check "$work/$name.yaml" > "$work/why" 2>&1 ||
		status=$?
	echo "# expect: $id" >> "$work/odd"
	if [ "$status" = 2 ] && [ "$(grep -c 'error: ' "$work/why")" = 1 ] &&
	   grep -q "error: .*\\[$id\\]" "$work/why"; then
		pass
	else
		echo "status $status, expected one $id" >> "$work/why"
		fail "$name"
	fi
}

# The bytes of a text in another encoding.
utf16()
{
	printf 'bailiff: 1\npolicy: x\n' | iconv -t "$1"
}

many()
{
	head -c "$2" < /dev/zero | tr '\0' "$1"
}

odd_files()
{
	odd empty P103 < /dev/null
	printf '\n\n# nothing\n' | odd comment P103
	printf 'bailiff: 1\npolicy: x\n\000\001' | odd nul P104
	head -c 4096 "$policyc" | odd binary P104
	printf 'bailiff: 1\npolicy: caf\351\n' | odd latin1 P105
	utf16 UTF-16LE | odd utf16le P106
	utf16 UTF-16 | odd utf16 P106
	utf16 UTF-32 | odd utf32 P106
	printf 'bailiff: 1\rpolicy: x\r' | odd old-mac P120
	many '[' 100000 | odd brackets P114
	{ printf 'bailiff: 1\npolicy: x\nfiles: '; many '[' 100; many ']' 100; } |
		odd deep P114
	many x 52428800 | odd large P102
	{ printf 'bailiff: 1\npolicy: x\n'; many '#' 16777216; } |
		odd comments P102
	seq -f 'key%.0f: 1' 2000 | odd keys P232
	printf 'bailiff: 1\npolicy: "a\\0b"\n' | odd escaped-nul P108
	{ printf 'bailiff: 1\npolicy: x\nvars:\n  a: [1,2,3,4,5,6,7,8,9,0]\n'
	  printf '  b: "${a}${a}${a}${a}${a}${a}"\nfiles:\n'
	  printf '  - allow: read\n    paths: "/${b}"\n'; } | odd values P223
	{ printf 'bailiff: 1\npolicy: x\nvars:\n  v0: x\n'
	  # shellcheck disable=SC2016 # not for this shell
	  seq 1 200 | awk '{ print "  v" $1 ": \"${v" $1 - 1 "}\"" }'
	  printf 'files:\n  - allow: read\n    paths: "/${v200}"\n'; } |
		odd variables P233
}

# The head of a policy whose rules follow.
head_of()
{
	printf 'bailiff: 1\npolicy: x\n%s:\n' "$1"
}

# What is over a limit of the compiler.
large_policies()
{
	{ head_of files
	  seq -f '  - {allow: read, paths: /x, when: {uid: %.0f}}' 70; } |
		odd conditions P501
	{ head_of files
	  seq 0 4999 | awk '{ printf "  - {allow: read, paths: /x, when: " \
		"{uid: %d, gid: %d, host-uid: %d}}\n", $1 % 20, \
		$1 / 20 % 20, $1 / 400 }'; } | odd cases P503
	{ head_of files
	  echo '  - {allow: read, paths: "/**a?????????????????????"}'; } |
		odd states P504
	{ head_of files
	  printf '  - {allow: read, paths: "/**%s**"}\n' a b c d e f g h i j \
		k l m n o p q r; } | odd rows P505
}

# An image is no policy, and what is neither is no image.
images()
{
	"$policyc" build accept/nginx.yaml -I include -o "$work/good.img" \
		> /dev/null
	head -c 200 "$work/good.img" > "$work/bad.img"
	if "$policyc" explain "$work/bad.img" read /x > "$work/why" 2>&1 ||
	   ! grep -q P507 "$work/why"; then
		fail 'a bad image'
	else
		pass
	fi
	if "$policyc" test "$work/good.img" > "$work/why" 2>&1 ||
	   ! grep -q P604 "$work/why"; then
		fail 'tests of an image'
	else
		pass
	fi
	printf '# expect: %s\n' P507 P604 >> "$work/odd"
}

# The file is missing, a directory, or cannot be read: 2 and the reason.
odd_paths()
{
	local path

	for path in /nonexistent "$work"; do
		if "$policyc" check "$path" > "$work/why" 2>&1 ||
		   ! grep -q 'P101' "$work/why"; then
			fail "reading $path"
		else
			pass
		fi
	done
	echo '# expect: P101' >> "$work/odd"
}

# A clear answer to another program's file: one error, and no flood.
other_files()
{
	local file

	for file in other/*; do
		if "$policyc" check "$file" > "$work/why" 2>&1 ||
		   [ "$(grep -c 'error: ' "$work/why")" != 1 ] ||
		   ! grep -q 'P119' "$work/why"; then
			fail "$file"
		else
			pass
		fi
	done
	echo '# expect: P119' >> "$work/odd"
}

# Every message has a test that expects it. P506 would be a bug of policyc.
all_expected()
{
	local id

	echo '# expect: P506' >> "$work/odd"

	sed -n 's/^DIAG(\([0-9]*\),.*/P\1/p' $root/policyc/diag.def |
		while read -r id; do
			grep -q -E "# expect: $id\\b" reject/*.yaml \
				accept/*.yaml "$work/odd" || echo "$id"
		done > "$work/why"
	if [ -s "$work/why" ]; then
		fail 'messages without a test'
	else
		pass
	fi
}

standard_input()
{
	if "$policyc" check - < accept/least.yaml > "$work/why" 2>&1; then
		pass
	else
		fail 'standard input'
	fi
}

for file in accept/*.yaml "$root"/policies/*.yaml; do
	replay "$file" 0
done
for file in reject/*.yaml; do
	replay "$file" 2
done
odd_files
large_policies
images
odd_paths
other_files
standard_input
all_expected
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]

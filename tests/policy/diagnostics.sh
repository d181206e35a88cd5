# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # root, policyc, work: of run.sh
#
# docs/diagnostics.md and policyc diag; sourced by run.sh.

# with_path VALUE: that as the paths of a rule, in $work/glob.yaml, checked.
with_path()
{
	printf 'bailiff: 1\npolicy: x\nfiles:\n  - allow: read\n    paths: %s\n' "$1" \
		> "$work/glob.yaml"
	"$policyc" check "$work/glob.yaml" > "$work/why" 2>&1 || :
}

# others: the errors in $work/why that are of what is read, not of how, without places.
others()
{
	sed -n '/\[P[12][0-9]*\]$/d; s/.*: error: //p' "$work/why" | sort
}

# pasted TEXT QUOTED: what YAML takes for its own is answered by the text in quotes,
# and that YAML takes, wherever it stands. What else is told with it is wrong then, too.
pasted()
{
	local text=$1 quoted=$2 place

	for place in @ $'\n      - @' '[@, /y]' '[/x, @, /y]' '[/x, @]'; do
		with_path "${place%@*}$text${place#*@}"
		if [ "$(grep -c 'error: .*\[P[12][0-9]*\]$' "$work/why")" = 1 ] &&
		   grep -q -F "write it as $quoted" "$work/why"; then
			pass
		else
			fail "what to write for $text in '$place'"
		fi
		others > "$work/before"
		with_path "${place%@*}$quoted${place#*@}"
		others | comm -23 "$work/before" - > "$work/gone"
		if grep -q '\[P[12]' "$work/why"; then
			fail "$quoted, pasted in '$place'"
		elif [ -s "$work/gone" ]; then
			cp "$work/gone" "$work/why"
			fail "$quoted, pasted in '$place', is better than was told"
		else
			pass
		fi
	done
}

# The eight characters that globs and addresses have in common with YAML.
quoted_forms()
{
	pasted '*.log' '"*.log"'
	pasted '{a,b}/x' '"{a,b}/x"'
	pasted '[a-z]*' '"[a-z]*"'
	pasted '@app' '"@app"'
	pasted '%x' '"%x"'
	pasted '!x/*' '"!x/*"'
	pasted 'fd00::' '"fd00::"'
	pasted '"/a\*b"' "'/a\\*b'"
}

# Every message has an example that brings it and no other, and the page is what
# policyc says today.
diagnostics()
{
	if "$root/scripts/diagnostics.sh" "$policyc" > "$work/page" 2> "$work/why"; then
		pass
	else
		fail 'examples of messages'
	fi
	diff "$root/docs/diagnostics.md" "$work/page" > "$work/why" || :
	if [ ! -s "$work/why" ]; then
		pass
	else
		fail 'docs/diagnostics.md is out of date (make diagnostics)'
	fi
	says 'diag of a message' 0 '^P305 error: .* symbolic link$' "$policyc" diag P305
	says 'diag of a copied id' 0 '^P305 error' "$policyc" diag '[P305]'
	says 'diag of a number' 0 '^P305 error' "$policyc" diag 305
	says 'diag of no message' 2 P630 "$policyc" diag P999
	says 'diag of no number' 2 P630 "$policyc" diag P305x
	says 'all messages' 0 '^P347 lint ' "$policyc" diag
	"$policyc" diag --json > "$work/out"
	says 'all messages as JSON' 0 "^$(grep -c '^DIAG(' "$root/policyc/diag.def")\$" \
		jq length "$work/out"
	printf '# expect: %s\n' P630 >> "$odd"
}

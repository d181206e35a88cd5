# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # policyc, work: of run.sh
#
# policyc score, build --stats, and colour on a terminal; sourced by run.sh.

score()
{
	local policy=$work/scored.yaml

	printf '%s\n' 'bailiff: 1' 'policy: scored' 'files:' '  - allow: read' \
		'    paths: /etc/shadow' '  - allow: [write, map-exec]' \
		'    paths: /tmp/**' 'exec:' '  - allow: /tmp/run' > "$policy"
	"$policyc" score "$policy" > "$work/got"
	cat > "$work/want" <<-END
	score 28, where 0 is best
	  10  map-exec /tmp/b: code from where everybody writes (rule 2, $policy:6)
	  10  exec /tmp/run: programs from where everybody writes (rule 3, $policy:9)
	   8  read /etc/shadow: hashes of passwords (rule 1, $policy:4)
	END
	same 'a score' "$work/want" "$work/got"
	"$policyc" score --json "$policy" > "$work/score.json"
	says 'a score as JSON' 0 '^28 3 28$' jq -r \
		'"\(.score) \(.items | length) \([.items[].weight] | add)"' "$work/score.json"
	says 'an item of a score as JSON' 0 '^8 1 read /etc/shadow hashes of passwords$' jq -r \
		'.items[] | select(.rule == 1) | "\(.weight) \(.rule) \(.request) \(.reason)"' \
		"$work/score.json"
	"$policyc" build "$policy" -o "$work/scored.img" > /dev/null
	"$policyc" score "$work/scored.img" > "$work/got"
	same 'the score of an image' "$work/want" "$work/got"
	says 'a score of nothing' 0 '^score 0, where 0 is best$' \
		"$policyc" score accept/least.yaml
	says 'nothing as JSON' 0 '^{"score":0,"items":\[\]}$' \
		"$policyc" score --json accept/least.yaml
	says 'a score of a wrong policy' 2 P101 "$policyc" score /nonexistent
	says 'two at once have no score' 2 usage: "$policyc" score "$policy" "$policy"
}

# states_of PATHS...: "with" and "without", of a policy with a rule for each.
states_of()
{
	{ printf 'bailiff: 1\npolicy: x\nfiles:\n'
	  printf '  - {allow: read, paths: %s}\n' "$@"; } > "$work/states.yaml"
	"$policyc" build -n --stats "$work/states.yaml" | sed -n \
		's/^  paths: \([0-9]*\) states.*, \([0-9]*\) if verdicts did not name.*/\1 \2/p'
}

# states WHAT OPERATOR PATHS...: what it costs that a verdict names its rule.
states()
{
	local what=$1 operator=$2 with without
	shift 2

	states_of "$@" > "$work/why"
	read -r with without < "$work/why" || :
	if [ -n "$without" ] && test "$with" "$operator" "$without"; then
		pass
	else
		fail "$what"
	fi
}

stats()
{
	states 'one rule is told from none' -eq '"/{a,b}/*"'
	states 'two rules are told from each other' -gt '"/a/*"' '"/b/*"'
}

# on_terminal COMMAND...: its output and messages, as a terminal gets them.
on_terminal()
{
	python3 -c 'import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' "$@" < /dev/null
}

color()
{
	local escape=$'\033\\[' policy=$work/colors.yaml

	printf 'bailiff: 1\npolicy: x\nfils: []\n' > "$policy"
	says 'an error on a terminal has colour' 2 "$escape" \
		on_terminal env -u NO_COLOR "$policyc" check "$policy"
	has_no 'NO_COLOR' "$escape" on_terminal env NO_COLOR=1 "$policyc" check "$policy"
	has_no 'a pipe' "$escape" env -u NO_COLOR "$policyc" check "$policy"
	has_no 'JSON on a terminal' "$escape" \
		on_terminal env -u NO_COLOR "$policyc" check --json "$policy"
}

# has_no WHAT WORDS COMMAND...: the error is told, and without those.
has_no()
{
	local what=$1 words=$2 status=0
	shift 2

	"$@" > "$work/why" 2>&1 || status=$?
	if [ "$status" = 2 ] && grep -q P201 "$work/why" && ! grep -q "$words" "$work/why"; then
		pass
	else
		fail "$what: colour, or no error"
	fi
}

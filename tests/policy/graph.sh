# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # root, policyc, work: of run.sh
#
# policyc graph; sourced by run.sh.

# numbers_of CLASS: of the rules that the picture of $work/graph.json must have.
numbers_of()
{
	jq -r --arg class "$1" '.rules[] | select(.class == $class) | .rule' \
		"$work/graph.json" | sort -un
}

# picture POLICY CLASS: few nodes, every rule, one tree, the same twice.
picture()
{
	local nodes edges

	"$policyc" graph "$1" "$2" > "$work/1.dot"
	"$policyc" graph "$1" "$2" > "$work/2.dot"
	same "graph $1 $2, twice" "$work/1.dot" "$work/2.dot"
	nodes=$(grep -c '^	n[0-9]* \[' "$work/1.dot") || :
	edges=$(grep -c -e '->' "$work/1.dot") || :
	numbers_of "$2" > "$work/want"
	sed -n 's/^	n[0-9]* \[label="\(.*\)"\];$/\1/p' "$work/1.dot" |
		grep -o -E '(allow|deny|audit) [0-9]+' | grep -o '[0-9]*' |
		sort -un > "$work/got" || :
	if [ "$nodes" -le 60 ] && [ "$edges" = $((nodes - 1)) ] &&
	   cmp "$work/want" "$work/got" > "$work/why" 2>&1; then
		pass
	else
		echo "$nodes nodes, $edges edges" >> "$work/why"
		fail "graph $1 $2"
	fi
}

graph()
{
	local file class classes

	{ printf 'bailiff: 1\npolicy: wide\nfiles:\n'
	  seq 200 | sed 's|.*|  - {allow: read, paths: "/a&/b/c&"}|'; } > "$work/wide.yaml"
	classes=$("$policyc" ops --json | jq -r '.[].name')
	# the last has rules of all classes
	for file in "$root"/policies/*.yaml "$work/wide.yaml" accept/every-key.yaml; do
		"$policyc" build "$file" -o "$work/graph.img" > /dev/null
		"$policyc" dump --json "$work/graph.img" > "$work/graph.json"
		for class in $classes; do
			picture "$file" "$class"
		done
	done
	says 'an edge of the picture' 0 ' -> .*label="nginx"' \
		"$policyc" graph "$root/policies/nginx.yaml" files
	printf 'bailiff: 1\npolicy: p\nfiles:\n  - {allow: read, paths: /a/**, except: /a/b}\n' \
		> "$work/except.yaml"
	says 'what a rule excepts in the picture' 0 'label="except of allow 1"' \
		"$policyc" graph "$work/except.yaml" files
	says 'a picture of no class' 2 P718 "$policyc" graph "$root/policies/nginx.yaml" fils
}

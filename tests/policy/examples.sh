# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # root, policyc, work: of run.sh
#
# The examples of docs/policy-language.md and bailiff.policy(5): they are right,
# and there is one of everything; sourced by run.sh.

# "class group" and "class operation" that rules can name, and that are judged.
names_of_ops()
{
	"$policyc" ops --json | jq -r '.[] | .name as $class |
		select($class != "exec" and $class != "capabilities") |
		(.groups[], (.operations[] | select(.judged))) |
		$class + " " + .name' | sort -u
}

# all_used WHAT LIST: each line of LIST is in $work/used.
all_used()
{
	sort "$2" | comm -23 - "$work/used" > "$work/why"
	if [ -s "$2" ] && [ ! -s "$work/why" ]; then
		pass
	else
		fail "$1"
	fi
}

# A comment "# with -D a=b: ..." gives policyc arguments.
check_example()
{
	local file=$1 args

	args=$(sed -n 's/^# with \(-D [^ ]*\):.*/\1/p' "$file")
	# shellcheck disable=SC2086 # two words
	says "${file##*/} (page and line)" 0 ': ok$' "$policyc" check $args "$file"
	! grep -q ' warning: ' "$work/why" || fail "${file##*/}: a warning"
}

examples()
{
	local dir=$work/examples file request

	mkdir "$dir"
	awk -v dir="$dir" -f examples.awk "$root/docs/policy-language.md" \
		"$root/docs/man/bailiff.policy.5" > "$work/why"
	if [ -s "$work/why" ]; then fail 'blocks of pages'; else pass; fi
	for file in "$dir"/*.yaml; do
		check_example "$file"
	done
	python3 keys.py "$dir"/*.yaml | sort > "$work/used"
	keys_of_table > "$work/table"
	all_used 'keys without an example' "$work/table"
	names_of_ops > "$work/table"
	all_used 'groups and operations without an example' "$work/table"
	"$policyc" schema > "$work/schema.json"
	says 'the schema takes examples' 0 policies python3 schema.py \
		"$work/schema.json" yes "$dir"/*.yaml
	while IFS= read -r request; do
		"$policyc" explain accept/least.yaml "${request%%  *}" 2>&1 |
			grep 'P60[13]' || :
	done < "$dir/requests" > "$work/why"
	if [ -s "$work/why" ]; then fail 'requests of the page'; else pass; fi
}

# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # root, policyc, work: of run.sh
#
# The commands of policyc that neither check nor explain; sourced by run.sh.

# What rules and requests can name.
ops()
{
	says 'ops' 0 '^files: files and directories' "$policyc" ops
	says 'ops of a class' 0 '^  ptrace .*group: ' "$policyc" ops tasks
	says 'not judged' 0 'swap .*not judged' "$policyc" ops kernel
	says 'ops of no class' 2 "P718" "$policyc" ops fils
	"$policyc" ops --json > "$work/out"
	says 'ops as JSON' 0 '^\["getxattr","list"' jq -c \
		'[.[] | select(.name == "files") | .groups[] | select(.name == "read") | .operations[]] | sort' \
		"$work/out"
	# whatever is named can be asked about, and by the name of its class
	jq -r '.[] | .name as $class | .operations[] | select(.judged) | $class + "." + .name' \
		"$work/out" | while read -r verb; do
		"$policyc" explain accept/least.yaml "$verb" 2>&1 |
			grep -q 'no operation or group' && echo "$verb"
	done > "$work/why" || :
	if [ -s "$work/why" ]; then fail 'verbs of ops'; else pass; fi
}

# The keys of keys.def that the parser takes, by their mappings in the schema.
keys_of_table()
{
	awk -F'[(,"]' '/^KEY\(/ {
		row = $0
		while (row !~ /\)$/ && (getline more) > 0)
			row = row more
		if (row !~ /, LATER,/)
			print tolower($2), $5
	}' "$root/policyc/keys.def" | sort -u
}

keys_of_schema()
{
	jq -r '(.properties | keys[] | "policy " + .),
	       (."$defs" | to_entries[] | .key as $k | .value.properties |
		keys[] | $k + " " + .)' "$1" |
		awk 'BEGIN {
			split("allow deny audit when message errno quiet kill rate", shared)
			for (i in shared)
				is_shared[shared[i]] = 1
			split("files exec network capabilities mounts tasks namespaces ipc kernel", list)
			for (i in list)
				is_class[list[i]] = 1
		}
		is_class[$1] && is_shared[$2] { $1 = "rule" }
		{ print }' | sort -u
}

# Parser, schema, manual and completion have the same keys, options, verbs.
schema()
{
	"$policyc" schema > "$work/schema.json"
	keys_of_table > "$work/table"
	keys_of_schema "$work/schema.json" > "$work/keys"
	if [ -s "$work/table" ] && diff "$work/table" "$work/keys" > "$work/why"; then
		pass
	else
		fail 'keys of the schema'
	fi
	says 'the schema takes policies' 0 policies python3 schema.py \
		"$work/schema.json" yes accept/*.yaml "$root"/policies/*.yaml
	says 'the schema refuses' 0 policies python3 schema.py "$work/schema.json" no \
		reject/{unknown-key,missing-key,rule-kind,words,wrong-kind,empty-list,tests-keys,selectors}.yaml
	"$policyc" schema --mdoc > "$work/1"
	sed -n '/^\.\\" schema --mdoc/,/^\.\\" end/p' "$root/docs/man/bailiff.policy.5" |
		sed '1d; $d' > "$work/2"
	same 'keys of the manual (policyc schema --mdoc)' "$work/1" "$work/2"
	sed -n '/^bailiff: 1/,/^\.Ed/p' "$root/docs/man/bailiff.policy.5" |
		sed '$d' > "$work/pages.yaml"
	says 'the example of the manual' 0 '3 tests, 0 proofs: ok' "$policyc" check "$work/pages.yaml"
}

# complete WORDS...: what bash would offer for the last word.
complete_words()
{
	# shellcheck disable=SC2016 # for the other shell
	PATH=$(dirname "$(realpath "$policyc")"):$PATH bash -c '
		. "$0"
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		_policyc
		printf "%s\n" "${COMPREPLY[@]}"' \
		"$root/docs/completion/policyc" "$@"
}

completion()
{
	says 'completion of a command' 0 '^explain$' complete_words policyc exp
	says 'completion of an option' 0 '^--why-not$' complete_words policyc explain --w
	says 'completion of a verb' 0 '^rename$' complete_words policyc explain x.yaml ren
	says 'completion of a class' 0 '^network$' complete_words policyc ops net
}

# What was recorded against another policy. The log's last line has no end.
simulate()
{
	local command=("$policyc" simulate log/app.yaml log/app.json)

	says 'simulate' 1 '^3 newly denied, 13 newly allowed, 3 undecided, 7 still denied, 1 still allowed, 1 not up to rules$' \
		"${command[@]}"
	says 'a line with its count' 1 '^       2 x  rule 3, log/app.yaml:11' "${command[@]}"
	says 'a default' 1 '^       1 x  the default of files$' "${command[@]}"
	says 'arguments' 1 'it depends on arguments' "${command[@]}"
	says 'flags of a mount' 1 'it depends on flags' "${command[@]}"
	says 'users' 1 '^note: 1 were judged as if users' "${command[@]}"
	says 'all policies' 1 '18 newly allowed' "${command[@]}" --all
	"${command[@]}" --json > "$work/out" || :
	says 'simulate as JSON' 0 '^13$' jq \
		'[.[] | select(.outcome == "newly allowed") | .count] | add' "$work/out"
	sed 's|^policy: app|policy: elsewhere|' log/app.yaml > "$work/elsewhere.yaml"
	says 'no event of the policy' 2 'P802' \
		"$policyc" simulate "$work/elsewhere.yaml" log/app.json
	grep -v audited log/app.json | sed '$d' > "$work/denied.json"
	says 'nothing newly denied' 0 '^0 newly denied' \
		"$policyc" simulate log/app.yaml "$work/denied.json"
	says 'no log' 2 'P101' "$policyc" simulate log/app.yaml /nonexistent
	echo '{"outcome":"denied"}' > "$work/bad.json"
	says 'a bad line' 2 "bad.json:1 is no line.*P801" \
		"$policyc" simulate log/app.yaml "$work/bad.json"
	printf 'x\n' > "$work/bad.json"
	says 'no JSON' 2 P801 "$policyc" simulate log/app.yaml "$work/bad.json"
	awk 'BEGIN { for (i = 0; i < 200001; i++)
		printf "{\"outcome\":\"denied\",\"policy\":\"app\"," \
		       "\"class\":\"files\",\"op\":\"read\",\"object\":\"/%d\"}\n", i }' \
		> "$work/many.json"
	says 'too many events' 2 P803 "$policyc" simulate log/app.yaml "$work/many.json"
	printf '# expect: %s\n' P801 P802 P803 >> "$work/odd"
}

# Rules that no test decides.
coverage()
{
	cat > "$work/covered.yaml" <<-'END'
		bailiff: 1
		policy: x
		files:
		  - allow: read
		    paths: /a
		  - allow: manage
		    paths: /b
		  - deny: chown
		    paths: /b
		  - allow: read
		    paths: /c
		  - allow: manage
		    paths: /e
		tests:
		  - allow: manage /e
		  - allow: files.read /a
		  - deny: chown /b
		  - deny: read /d
	END
	says 'coverage' 0 '^.*covered.yaml: 3 of 5 rules decide a test$' \
		"$policyc" test --coverage "$work/covered.yaml"
	says 'a line without a test' 0 'covered.yaml:10: decides no test:   - allow: read$' \
		"$policyc" test --coverage "$work/covered.yaml"
	"$policyc" test --coverage --json "$work/covered.yaml" > "$work/out" 2> /dev/null
	says 'coverage as JSON' 0 '^\[1,0,1,0,1\]$' jq -c '[.[].tests]' "$work/out"
}

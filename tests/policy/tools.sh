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

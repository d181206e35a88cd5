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
	same 'keys of the manual (make manual)' "$work/1" "$work/2"
	sed -n '/^bailiff: 1/,/^\.Ed/p' "$root/docs/man/bailiff.policy.5" |
		sed '$d' > "$work/pages.yaml"
	says 'the example of the manual' 0 '3 tests.*: ok' "$policyc" check "$work/pages.yaml"
}

# What show writes is a policy again, which means the same and is shown the same.
show()
{
	local file args

	for file in accept/*.yaml "$root"/policies/*.yaml; do
		args=$(sed -n 's/^# args: //p' "$file")
		# shellcheck disable=SC2086 # several words
		"$policyc" show -I include $args "$file" > "$work/shown.yaml" \
			2> /dev/null || :
		# shellcheck disable=SC2086 # several words
		"$policyc" build -I include $args -o "$work/shown.img" "$file" \
			> /dev/null 2>&1 || :
		says "show of $file" 0 '^no difference$' "$policyc" diff --exact \
			"$work/shown.img" "$work/shown.yaml"
		"$policyc" show "$work/shown.yaml" 2> /dev/null |
			grep -v '^ *#' > "$work/1" || :
		grep -v '^ *#' "$work/shown.yaml" > "$work/2"
		same "show of show of $file" "$work/1" "$work/2"
	done
	file=$root/policies/nginx.yaml
	says 'show: where a rule is from' 0 '^  # rule 11, .*base/runtime-linker.yaml:7$' \
		"$policyc" show "$file"
	says 'show: a group' 0 '^  # read, map-exec, list, stat, readlink' \
		"$policyc" show "$file"
	says 'show: a variable' 0 '^      - /var/www/html/\*\*$' "$policyc" show "$file"
	says 'show: a default' 0 '^# kernel: 0 deny, 0 allow, then: deny; 0 audit$' \
		"$policyc" show "$file"
	says 'show: a group of system calls' 0 '^    # @swap, accept/syscalls.yaml:5$' \
		"$policyc" show accept/syscalls.yaml
	says 'show: system calls as JSON' 0 '"userfaultfd"' \
		sh -c "'$policyc' show --json accept/syscalls.yaml | jq -c .syscalls.deny"
	"$policyc" show --json "$file" > "$work/out"
	says 'show as JSON' 0 '^\["deny",35,\["/etc","/etc/\*\*"\]\]$' jq -c \
		'.classes[0].rules[3] | [.kind, .line, .keys.paths]' "$work/out"
	says 'show: conditions as JSON' 0 '^\["33","101"\]$' jq -c \
		'.classes[2].rules[1].when.uid' "$work/out"
	says 'show of a bad policy' 2 P201 "$policyc" show reject/unknown-key.yaml
}

# Formatting: what is shipped is formatted; --check writes nothing.
format()
{
	says_not 'shipped policies are formatted' @@ "$policyc" fmt --check \
		"$root"/policies/*.yaml "$root"/policies/base/*.yaml
	printf '%s\n' 'bailiff: 1' 'policy:   x' 'ipc:' '- allow: shm # c' > "$work/fmt.yaml"
	cp "$work/fmt.yaml" "$work/1"
	says 'fmt --check' 1 '^+  - allow: shm  # c$' "$policyc" fmt --check "$work/fmt.yaml"
	same 'fmt --check writes nothing' "$work/1" "$work/fmt.yaml"
	says 'fmt' 0 'fmt.yaml: formatted' "$policyc" fmt "$work/fmt.yaml"
	says 'fmt wrote' 0 '^  - allow: shm  # c$' cat "$work/fmt.yaml"
	says_not 'fmt --check of what is formatted' @@ "$policyc" fmt --check "$work/fmt.yaml"
	printf '%s\n' 'bailiff: 1' 'policy:   x' > "$work/fmt.yaml"
	chmod 640 "$work/fmt.yaml"
	ln -sf fmt.yaml "$work/link.yaml"
	says 'fmt through a link' 0 'link.yaml: formatted' "$policyc" fmt "$work/link.yaml"
	says 'fmt keeps the mode' 0 '^640$' stat -c %a "$work/fmt.yaml"
	says 'fmt wrote to where the link leads' 0 '^policy: x$' cat "$work/fmt.yaml"
	says 'fmt keeps the link' 0 '^fmt.yaml$' readlink "$work/link.yaml"
	says 'fmt of no policy' 2 P119 "$policyc" fmt other/workflow.yml
	says 'fmt of no YAML' 2 P107 "$policyc" fmt reject/yaml-tab.yaml
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
	says 'completion of a format' 0 '^seccomp$' complete_words policyc import sec
	says 'completion of a class' 0 '^network$' complete_words policyc ops net
	says 'completion of a message' 0 '^P305$' complete_words policyc diag P30
}

# What was recorded against another policy. The log's last line has no end.
simulate()
{
	local command=("$policyc" simulate log/app.yaml log/app.json)

	says 'simulate' 1 '^3 newly denied, 13 newly allowed, 3 undecided, 7 still denied, 1 still allowed, 1 not up to rules$' \
		"${command[@]}"
	says 'a line with its count' 1 '^       2 x  rule 3, log/app.yaml:11' "${command[@]}"
	says 'a default' 1 '^       1 x  the default of files, log/app.yaml:4$' "${command[@]}"
	says 'what is still denied, by line' 1 '^       5 x  the default of files, log/app.yaml:4$' \
		"${command[@]}"
	says 'and its requests' 1 '^            4 x files.read /etc/shadow$' "${command[@]}"
	"${command[@]}" | sed -n '/^still denied:$/,/^not up to/p' > "$work/out" || :
	says 'in a part of their own' 0 '^       1 x  the default of tasks' cat "$work/out"
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
	printf '# expect: %s\n' P801 P802 P803 >> "$odd"
}

# Policies of other systems. A profile of AppArmor, and files that are none.
imports()
{
	local new=$work/imported.yaml command=("$policyc" import apparmor -I import)

	says 'a profile' 1 'import/app:10: not imported: Px' "${command[@]}" import/app -o "$new"
	says 'what was imported' 0 'policy app: .*: ok' "$policyc" check "$new"
	has 'where a rule is from' '  # import/abstractions/local:1: /dev/null rw,' "$new"
	has 'what is left out' '# not imported: import/app:17: dbus send bus=session,' "$new"
	says 'an allowed file' 0 '^allow' "$policyc" explain "$new" type=regular owner=true read /etc/app/a
	says 'its own process' 0 '^allow' "$policyc" explain "$new" type=regular owner=true read /proc/self/status
	says 'a denied file' 1 '^deny' "$policyc" explain "$new" type=regular owner=true write /home/a/.app/keys/k
	"${command[@]}" --json import/app > "$work/out" || :
	says 'the list as JSON' 0 '^10$' jq '.not_imported[0].line' "$work/out"
	says 'the policy as JSON' 0 '^policy: app$' jq -r .policy "$work/out"
	printf 'profile x {\n  /a ix,\n}\n' > "$work/x"
	says 'nothing left out' 0 '^policy: x$' "$policyc" import apparmor "$work/x"
	says 'includes in a circle' 2 'loop2:1:1: .*includes itself' "${command[@]}" import/loop
	says 'no include' 2 'app:2:1: .*cannot find the include' "$policyc" import apparmor import/app
	head -c 4096 "$policyc" > "$work/x"
	says 'a program' 2 P911 "${command[@]}" "$work/x"
	{ printf 'profile x {\n  /'; many a 30000000; } > "$work/x"
	says 'a word of 30 MB' 2 'x:2:3: .*a word of over' timeout 20 "${command[@]}" "$work/x"
	{ printf 'profile x {\n}\n'; many '#' 50000000; } > "$work/x"
	says 'a file of 50 MB' 2 'x: File too large' timeout 20 "${command[@]}" "$work/x"
	{ echo 'profile x {'; seq -f '  /f%.0f r,' 30000; echo '}'; } > "$work/x"
	says 'thirty thousand rules' 2 'over 20000 rules' timeout 20 "${command[@]}" "$work/x"
	says 'no file' 2 P101 "${command[@]}" /nonexistent
	says 'no format' 2 "did you mean 'apparmor'" "$policyc" import aparmor import/app
	echo '# expect: P911' >> "$odd"
	import_units
	import_profiles
	import_kubearmor
}

# verdict ANSWER REQUEST: of the policy that was imported last.
verdict()
{
	local status=0

	[ "$1" = allow ] || status=1
	says "$1: $2" $status "^$1:" "$policyc" explain "$work/imported.yaml" "$2"
}

# Options of a systemd unit.
import_units()
{
	local new=$work/imported.yaml command=("$policyc" import systemd)

	says 'a unit' 1 'app.service:14: not imported: PrivateTmp' \
		"${command[@]}" import/app.service -o "$new"
	says 'the policy of a unit' 0 'policy app.service: .*: ok' "$policyc" check "$new"
	has 'where it is from' '  # import/app.service:6: ProtectSystem=strict' "$new"
	verdict deny 'type=regular write /etc/x'
	verdict allow 'type=regular read /etc/x'
	verdict allow 'type=regular write /var/lib/app/x'
	verdict allow 'type=regular write /run/app/x'
	verdict deny 'type=regular write /var/lib/x'
	verdict allow 'type=regular write /dev/null'
	verdict deny 'type=regular read /home/a'
	verdict deny 'exec /usr/bin/secret'
	verdict deny 'exec /var/x'
	verdict allow 'exec /usr/bin/app'
	verdict allow 'capability kill'
	verdict deny 'capability bpf'
	verdict allow 'create inet stream'
	verdict deny 'create inet6 stream'
	verdict deny 'mount tmpfs /t'
	printf '[Service]\nCapabilityBoundingSet=CAP_KILL\nCapabilityBoundingSet=\n' > "$work/x.service"
	says_not 'no capability' 'not imported' "${command[@]}" "$work/x.service" -o "$new"
	verdict deny 'capability kill'
	printf '[Service]\nCapabilityBoundingSet=~CAP_KILL\nRestrictAddressFamilies=~AF_PACKET\n' > "$work/x.service"
	says_not 'what may not be' 'not imported' "${command[@]}" "$work/x.service" -o "$new"
	verdict deny 'capability kill'
	verdict allow 'capability chown'
	verdict deny 'create packet raw'
	verdict allow 'create inet stream'
	printf '[Service]\nSystemCallErrorNumber=%s\nSystemCallFilter=@system-service\n%s\n' \
		EPERM 'SystemCallFilter=~chown' > "$work/x.service"
	says 'an errno of what is not allowed' 1 'x.service:2: not imported: .*ENOSYS here, not EPERM' \
		"${command[@]}" "$work/x.service" -o "$new"
	says 'one of what is denied' 1 'deny, EPERM: chown' "$policyc" syscalls "$new" chown
	says 'none of the rest' 1 'deny, ENOSYS: mount, the default' "$policyc" syscalls "$new" mount
	printf '[Service]\nSystemCallFilter=~@mount ptrace:EACCES\nSystemCallErrorNumber=EACCES\n' \
		> "$work/x.service"
	says_not 'an errno that all have' 'not imported' "${command[@]}" "$work/x.service" -o "$new"
	says 'it answers so' 1 'deny, EACCES: ptrace' "$policyc" syscalls "$new" ptrace
	printf '[Service]\nInaccessiblePaths=/a]b\nNoExecPaths=/caf\351\n' > "$work/x.service"
	says 'odd paths' 1 'x.service:3: not imported: .*no plain' \
		"${command[@]}" "$work/x.service" -o "$new"
	verdict deny 'exec /a]b'
	says 'no unit' 2 P911 "${command[@]}" "$policyc"
	says 'no option' 2 'stdin>:2:1' "${command[@]}" - <<< $'[Service]\nhello'
}

# A seccomp profile, as Docker takes it.
import_profiles()
{
	local new=$work/imported.yaml command=("$policyc" import seccomp)

	says 'a seccomp profile' 1 'seccomp.json:27: not imported: conditions on arguments' \
		"${command[@]}" import/seccomp.json -o "$new"
	has 'where a call is from' '    # import/seccomp.json:21: "action": "SCMP_ACT_ALLOW",' "$new"
	says 'what the filter allows' 0 'read' "$policyc" syscalls "$new" read write ptrace
	says 'what the filter denies' 1 'ENOSYS' "$policyc" syscalls "$new" socket
	says 'another ABI' 1 'import/seccomp.json:5: not imported: SCMP_ARCH_X86:' \
		"${command[@]}" import/seccomp.json -o "$new"
	"$policyc" syscalls --oci "$new" > "$work/x.json"
	says 'its own export again' 0 '^    - execve$' "${command[@]}" "$work/x.json"
	says 'what denied calls answer is lost' 1 \
		'seccomp.json:2: not imported: .*answer ENOSYS here, not EPERM' \
		"${command[@]}" import/seccomp.json -o "$new"
	says 'a call that is denied by name' 1 '' "${command[@]}" import/seccomp-kill.json -o "$new"
	says 'it ends the process' 1 'deny, kills: ptrace' "$policyc" syscalls "$new" ptrace
	says 'another does not' 1 'ENOSYS: mount, the default' "$policyc" syscalls "$new" mount
	says_not 'no key is without effect' P335 "$policyc" check "$new"
	says 'no JSON' 2 ':2:2: .*no JSON' "${command[@]}" - <<< $'{\n}}'
	says 'no profile' 2 'defaultAction' "${command[@]}" - <<< '{"a": 1}'
	says 'no call' 2 'must allow .execve' "${command[@]}" - <<< '{"defaultAction": "SCMP_ACT_ERRNO"}'
}

# A KubeArmorPolicy.
import_kubearmor()
{
	local new=$work/imported.yaml command=("$policyc" import kubearmor)

	says 'a KubeArmorPolicy' 1 'kubearmor.yaml:41: not imported: syscalls has no equal' \
		"${command[@]}" import/kubearmor.yaml -o "$new"
	says 'the policy of one' 0 'policy web: .*: ok' "$policyc" check "$new"
	has 'where an entry is from' '  # import/kubearmor.yaml:26: - path: /etc/shadow' "$new"
	has 'whom it is for' '  - name: "web"' "$new"
	verdict deny 'exec /usr/bin/sh'
	verdict deny 'exe=/opt/tools/a/b exec /usr/bin/apt'
	verdict allow 'exe=/usr/bin/x exec /usr/bin/apt'
	verdict allow 'exec /usr/bin/apt-get'
	verdict deny 'type=regular read /etc/shadow'
	verdict allow 'type=regular read /etc/web.conf'
	verdict deny 'type=regular write /etc/web.conf'
	verdict allow 'type=regular owner=true read /srv/private/a/b'
	verdict deny 'type=regular owner=false read /srv/private/a/b'
	verdict deny 'type=regular read /srv/flat/a'
	verdict allow 'type=regular read /srv/flat/a/b'
	verdict deny 'create inet raw icmp'
	verdict allow 'capability net_bind_service'
	verdict deny 'capability chown'
	says 'another kind' 2 'no KubeArmorPolicy' "${command[@]}" - <<< 'kind: Pod'
	says 'no YAML' 2 'stdin>:2:1: .*P108' "${command[@]}" - <<< '{'
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
	coverage_moves
}

# covers WHAT COUNTS TEST: how many tests each rule of moves.yaml decides.
covers()
{
	sed "\$ s|.*|  - $3|" "$work/moves.yaml" > "$work/moves1.yaml"
	"$policyc" test --coverage --json "$work/moves1.yaml" > "$work/out"
	says "coverage: $1" 0 "^\[$2\]\$" jq -c '[.[].tests]' "$work/out"
}

# Rules that decide nothing but that another name would be worth more.
coverage_moves()
{
	cat > "$work/moves.yaml" <<-'END'
		bailiff: 1
		policy: x
		files:
		  - allow: manage
		    paths: /srv/**
		  - allow: read
		    paths: [/srv/public/**, /srv/both/**]
		  - deny: read
		    paths: /srv/both/private/**
		  - deny: read
		    paths: /srv/else/**
		  - deny: read
		    paths: /srv/both/private/twice/**
		  - audit: read
		    paths: /srv/public/**
		exec:
		  - allow: /srv/bin/**
		tests:
		  - last
	END
	covers 'what gives the new name more' 1,1,0,0,0,0,0 \
		'deny: type=regular rename /srv/x /srv/public/x'
	covers 'what another class gives it' 1,0,0,0,0,0,1 \
		'deny: type=regular rename /srv/x /srv/bin/x'
	covers 'what takes it from the old name' 1,1,1,0,0,0,0 \
		'deny: type=regular link /srv/both/private/x /srv/public/x'
	covers 'what takes nothing' 1,1,0,0,0,0,0 \
		'deny: type=regular rename /srv/else/x /srv/public/x'
	covers 'two of which each would do' 1,1,0,0,0,0,0 \
		'deny: type=regular link /srv/both/private/twice/x /srv/public/x'
	covers 'of what is below' 1,0,0,0,0,0,1 \
		'deny: type=dir rename /srv/x /srv/bin'
	covers 'a move that is allowed' 1,0,0,0,0,0,0 \
		'allow: type=regular rename /srv/public/x /srv/x'
}

# explained WHAT STATUS LINE FILTER OPERAND...: explain --json, through jq.
explained()
{
	local what=$1 want=$2 line=$3 filter=$4 status=0
	shift 4

	"$policyc" explain --json --why-not "$@" > "$work/json" 2>&1 || status=$?
	jq -c "$filter" "$work/json" > "$work/out" 2>&1 || :
	echo "status $status" >> "$work/out"
	has "$what" "$line" "$work/out"
	has "$what: its status" "status $want" "$work/out"
}

# The answer of explain for programs.
explain_json()
{
	local policy=$root/policies/nginx.yaml deciding

	deciding='[.answer, .cases[0].operation, .cases[0].verdict, .cases[0].rule, .cases[0].line]'
	"$policyc" build "$policy" -o "$work/nginx.img" > /dev/null
	explained 'an allow as JSON' 0 '["allow","read","allow",1,22]' "$deciding" \
		"$policy" read /etc/nginx/nginx.conf
	explained 'the same of an image' 0 '["allow","read","allow",1,22]' "$deciding" \
		"$work/nginx.img" read /etc/nginx/nginx.conf
	explained 'a message as JSON' 1 '"configuration is read-only at run time"' \
		'.cases[0].message' "$policy" write /etc/nginx/x
	explained 'a default as JSON' 1 '["deny","read","deny",0,13]' "$deciding" \
		"$policy" read /srv/x
	printf 'bailiff: 1\npolicy: two\nfiles: [{allow: manage, paths: [/any, /also]},\n  {allow: write, paths: /also/**}]\n' > "$work/two.yaml"
	explained 'of a directory it is denied, as JSON' 2 '["undecided",true,"type"]' \
		'[.answer, .directory_widens, .depends_on]' "$work/two.yaml" rename /any /also
	explained 'of a file alone it is not' 0 '["allow",false]' \
		'[.answer, .directory_widens]' "$work/two.yaml" type=regular rename /any /also
	explained 'what is open as JSON' 2 '["undecided","uid",["deny","allow"]]' \
		'[.answer, .depends_on, [.cases[].verdict]]' "$policy" connect tcp 10.1.2.3:8080
	explained 'a rule that lacks something as JSON' 1 '[[8,["uid 33, 101"]]]' \
		'[.cases[0].not[] | [.rule, .needs]]' "$policy" uid=0 connect tcp 10.1.2.3:8080
}

# has WHAT LINE FILE: that whole line is in the file.
has()
{
	if grep -q -x -F -e "$2" "$3"; then
		pass
	else
		{ echo "no line '$2' in"; cat "$3"; } > "$work/why"
		fail "$1"
	fi
}

# What an include includes is found beside the policy, too.
nested_includes()
{
	mkdir -p "$work/nest/lib"
	printf 'include: lib/inner\n' > "$work/nest/lib/outer.yaml"
	printf 'files: [{allow: read, paths: /srv/inner}]\n' > "$work/nest/lib/inner.yaml"
	printf 'bailiff: 1\npolicy: nest\ninclude: lib/outer\ntests: [allow: read /srv/inner]\n' \
		> "$work/nest/nest.yaml"
	says 'an include of an include' 0 ': ok$' "$policyc" check "$work/nest/nest.yaml"
}

# Lint says nothing of what one rule allows and another denies, whoever asks.
protected_keys()
{
	printf 'bailiff: 1\npolicy: keys\nfiles: [{allow: write, paths: "/home/**"}]\n' \
		> "$work/keys.yaml"
	says 'keys that nothing protects' 0 "id_ed25519' is allowed" \
		"$policyc" check "$work/keys.yaml"
	sed -i 's|}\]$|}, {deny: write, paths: "/home/*/.ssh/**"}]|' "$work/keys.yaml"
	says_not 'keys that another rule protects' "id_ed25519' is allowed" \
		"$policyc" check "$work/keys.yaml"
}

# What is a link on most systems is none on that one.
links_of_root()
{
	mkdir -p "$work/sys/bin" "$work/sys/usr/bin"
	: > "$work/sys/usr/bin/sh"
	ln -s usr/sbin "$work/sys/sbin"
	printf 'bailiff: 1\npolicy: x\nexec:\n  - deny: [/bin/**, /usr/bin/sh]\n' > "$work/bin.yaml"
	printf 'bailiff: 1\npolicy: x\nexec:\n  - deny: /sbin/**\n' > "$work/sbin.yaml"
	says 'a link of most systems' 2 P305 "$policyc" check "$work/bin.yaml"
	says_not 'is none on one' 'P305\|P315' "$policyc" check --root "$work/sys" "$work/bin.yaml"
	says 'a policy for it' 0 'policy x' "$policyc" build --root "$work/sys" -n "$work/bin.yaml"
	says 'another is a link there, too' 2 P305 "$policyc" check --root "$work/sys" "$work/sbin.yaml"
	says 'no system' 3 'root /nonexistent: No such file' \
		"$policyc" check --root /nonexistent "$work/bin.yaml"
}

# Who takes out all that lint names changes nothing: of two that say the same one is
# named, of three of which any two say it all, one. And a comparison that was given up
# is said.
lint_together()
{
	local i

	printf 'bailiff: 1\npolicy: x\nfiles:\n' | tee "$work/two.yaml" > "$work/three.yaml"
	printf '  - {allow: read, paths: %s}\n' /a /a >> "$work/two.yaml"
	printf '  - {allow: read, paths: %s}\n' '[/a, /b]' '[/b, /c]' '[/a, /c]' >> "$work/three.yaml"
	"$policyc" check "$work/two.yaml" > "$work/out" 2>&1
	says 'the second of two is named' 0 'two.yaml:5:5: .*P343' cat "$work/out"
	says_not 'and not the first' 'P344' cat "$work/out"
	"$policyc" check "$work/three.yaml" > "$work/out" 2>&1
	says 'of three one is named' 0 '^1$' grep -c P344 "$work/out"
	sed 's/- {allow:/- {audit:/; s/^files:/&\n  - {allow: read, paths: "\/*"}/' "$work/three.yaml" > "$work/audits.yaml"
	says 'of three audits one is named' 0 '^1$' \
		bash -c '"$0" check "$1" 2>&1 | grep -c P344' "$policyc" "$work/audits.yaml"
	sed 's/\[.a, .c\]/&, rate: 9\/s/' "$work/three.yaml" > "$work/rated.yaml"
	says 'an allow with a rate, where others allow the same without' 0 'rated.yaml:6:5: .*P344' \
		"$policyc" check "$work/rated.yaml"
	sed 's/\[.[ab], .[bc]\]/&, rate: 9\/s/' "$work/three.yaml" > "$work/rated.yaml"
	says_not '... but not where those have one, too' 'P34' "$policyc" check "$work/rated.yaml"
	printf '  - {deny: read, paths: [/c, /a]}\n' >> "$work/rated.yaml"
	says 'an allow with a rate, all denied' 0 'rated.yaml:6:5: .*P34[12]' "$policyc" check "$work/rated.yaml"
	printf 'bailiff: 1\npolicy: x\nnetwork:\n' > "$work/wide.yaml"
	for i in {1..40}; do
		printf '  - {allow: connect, protocol: [tcp, udp], to: 10.%d.0.0/16, ports: %d-%d, when: {uid: %d, gid: %d, exe: /usr/bin/%d}}\n' \
			$((i % 9)) $((i * 10 % 70)) $((i * 10 % 70 + 50)) $((i % 6)) $((i % 5)) $((i % 4))
		printf '  - {deny: connect, to: 10.%d.0.0/17, ports: %d-%d, peer-ports: %d, when: {host-uid: %d}}\n' \
			$((i % 8)) $((i * 10 % 70 + 3)) $((i * 10 % 70 + 50)) $((i % 6)) $((i % 3))
	done | head -n 63 >> "$work/wide.yaml"
	sed -n 4p "$work/wide.yaml" >> "$work/wide.yaml"
	says 'of 64 with many conditions the one that says what another does' 0 ':67:5: .*P343' \
		"$policyc" check "$work/wide.yaml"
	says_not '... after a look at all' P348 "$policyc" check "$work/wide.yaml"
	sed -n 4p "$work/wide.yaml" >> "$work/wide.yaml"
	says 'what is too much to compare' 0 'P348' "$policyc" check "$work/wide.yaml"
}

# A server that does something else with each of its files: not a rule for each.
learn_groups()
{
	local op num=0

	for op in read write create delete rename mkdir rmdir symlink chmod stat; do
		num=$((num + 1))
		printf '{"time":"2026-11-26T00:00:00.000000000Z","seq":%d,"outcome":"would-deny","policy":"db","generation":1,"class":"files","op":"%s","object":"/srv/db/%s","reason":"default","pid":9,"tid":9,"uid":33,"exe":"/usr/bin/db","comm":"db","lost":0}\n' \
			$num $op $op
	done > "$work/db.json"
	printf '%s\n' "$(tail -n 1 "$work/db.json" | sed 's/"stat"/"write"/; s/99*/9/; s|/srv/db/stat|/srv/db/my.key|')" \
		>> "$work/db.json"
	"$policyc" learn "$work/db.json" > "$work/out"
	says 'operations become groups' 0 '^  - allow: \[manage, read\]$' cat "$work/out"
	has 'which is said' '      - "/srv/db/rename" # guess: operations' "$work/out"
	has 'a key keeps its own' '  - allow: [write]' "$work/out"
	grep -v '/rmdir' "$work/db.json" | grep -v '/symlink' | grep -v my.key > "$work/few.json"
	"$policyc" learn "$work/few.json" > "$work/out"
	says_not 'few rules stay as they are' 'manage\|guess: operations' cat "$work/out"
}

# Many names of one directory become one, but for secrets: recorded in part, or not.
learn_keys()
{
	local file num=0

	for file in a b c d e.html my.key; do
		num=$((num + 1))
		printf '{"time":"2026-11-26T00:00:00.000000000Z","seq":%d,"outcome":"would-deny","policy":"db","generation":1,"class":"files","op":"%s","object":"/srv/app/%s","reason":"default","pid":9,"tid":9,"uid":33,"exe":"/usr/bin/db","comm":"db","lost":0}\n' \
			$num "$([ $file = my.key ] && echo stat || echo read)" $file
	done > "$work/app.json"
	"$policyc" learn "$work/app.json" -o "$work/app.yaml"
	has 'names are widened beside a key' '      - "/srv/app/*" # guess: 5 names' "$work/app.yaml"
	for file in my.key other.key .netrc db-password.txt id_ecdsa id_dsa id_ed25519 x.ppk vault.gpg htpasswd wg0.conf x.kdbx PASSWORD SERVER.KEY Api_Token; do
		says "learn gives no $file away" 1 '^deny' \
			"$policyc" explain "$work/app.yaml" read /srv/app/$file
	done
	says 'what else is there is read' 0 '^allow' "$policyc" explain "$work/app.yaml" read /srv/app/f.html
	says 'what was recorded of a key is allowed' 0 '^allow' \
		"$policyc" explain "$work/app.yaml" stat /srv/app/my.key
	# the key is read, as the others are: a rule of its own
	sed -i 's/"stat"/"read"/' "$work/app.json"
	"$policyc" learn "$work/app.json" > "$work/app.yaml"
	says 'a key that was read is allowed' 0 '^allow' \
		"$policyc" explain "$work/app.yaml" read /srv/app/my.key
	says 'and no other one' 1 '^deny' "$policyc" explain "$work/app.yaml" read /srv/app/other.key
}

# What is no letter in a pattern is one in a name.
learn_signs()
{
	local name num=0

	while read -r name; do
		num=$((num + 1))
		printf '{"time":"2026-11-26T00:00:00.000000000Z","seq":%d,"outcome":"would-deny","policy":"db","generation":1,"class":"%s","op":"%s","object":"%s","reason":"default","pid":9,"tid":9,"uid":33,"exe":"/usr/bin/db","comm":"db","lost":0}\n' $num $name
	done > "$work/app.json" <<'END'
files read /srv/a(1).txt
files read /srv/a+b]+c|d
files read /srv/${x}{y}*?
kernel module-request crypto-ecb(arc4)
kernel module-request a*{b,c}
END
	"$policyc" learn "$work/app.json" -o "$work/app.yaml"
	says 'signs in names' 0 '^0 newly denied, 5 newly allowed, 0 undecided' \
		"$policyc" simulate "$work/app.yaml" "$work/app.json"
	says '... are for themselves' 1 '^deny' \
		"$policyc" explain "$work/app.yaml" module-request abb
}

# A number, a version or a random end is none of a key: beside it are those.
learn_numbers()
{
	local file num=0

	for file in /var/cache/app/1234 /opt/a/1.2 /tmp/tok.aB3dE9 /opt/a/1.2.pem; do
		num=$((num + 1))
		printf '{"time":"2026-11-26T00:00:00.000000000Z","seq":%d,"outcome":"would-deny","policy":"db","generation":1,"class":"files","op":"read","object":"%s","reason":"default","pid":9,"tid":9,"uid":33,"exe":"/usr/bin/db","comm":"db","lost":0}\n' $num $file
	done > "$work/app.json"
	says 'numbers are learned' 0 '^  *- "/opt/a/\[0-9\]\*" # guess: a version$' \
		"$policyc" learn "$work/app.json"
	"$policyc" learn "$work/app.json" -o "$work/app.yaml"
	for file in /var/cache/app/1.pem /opt/a/2secret /tmp/tok.aa.pem /tmp/tok.secret /opt/a/2.0.pem; do
		says "... and not $file" 1 '^deny' "$policyc" explain "$work/app.yaml" read $file
	done
	for file in /var/cache/app/99 /opt/a/2.0 /tmp/tok.Xy12ab /opt/a/1.2.pem; do
		says "... but $file" 0 '^allow' "$policyc" explain "$work/app.yaml" read $file
	done
}

# A policy of what was recorded. It allows its own recording.
learn()
{
	local new=$work/learned.yaml

	"$policyc" learn log/learn.json -o "$new"
	says 'what was learned' 0 'policy start: .*: ok' "$policyc" check "$new"
	says 'its own recording' 0 '^0 newly denied, [0-9]* newly allowed, 0 undecided, 0 still denied' \
		"$policyc" simulate "$new" <(grep -v audited log/learn.json)
	says 'what was not recorded' 1 '^deny' "$policyc" explain "$new" read /srv/other
	has 'a widened directory' '      - "/srv/www/*" # guess: 6 names' "$new"
	has 'three names' '      - "/srv/few/a"' "$new"
	has 'names in /etc' '      - "/etc/a.conf"' "$new"
	has 'names that are changed' '      - "/var/lib/app/a"' "$new"
	has 'a secret' '      - "/run/secrets/a" # secrets, by its name: never widened' "$new"
	has 'another process' '      - "/proc/77/stat" # another process: never widened' "$new"
	has 'a thread' '      - "/proc/self/task/*/stat" # guess: a thread' "$new"
	has 'a version' '      - "/usr/lib/python[0-9]*/os.py" # guess: a version' "$new"
	has 'a temporary name' '      - "/tmp/up-??????" # guess: a temporary name' "$new"
	has 'what no rule can allow' '# not learned: deleted: files.write /srv/gone' "$new"
	"$policyc" learn log/learn.json > "$work/again.yaml"
	same 'the same twice' "$new" "$work/again.yaml"
	"$policyc" learn --extend log/start.yaml log/learn.json > "$work/extra.yaml"
	has 'a denied write' '# not learned: a rule of the policy denies it: files.write /srv/never' \
		"$work/extra.yaml"
	grep -c -e /srv/known -e '^bailiff' "$work/extra.yaml" > "$work/out" || :
	has 'what the policy allows is not learned' 0 "$work/out"
	sed 's/^policy: start/&\ninclude: extra/' log/start.yaml > "$work/start.yaml"
	says 'in audit mode nothing is denied' 0 '^0 newly denied, .* 0 still denied, .* 2 denied in audit mode' \
		"$policyc" simulate "$work/start.yaml" log/learn.json
	sed -i '/^mode: audit/d' "$work/start.yaml"
	says 'the policy and what it lacked' 1 \
		'^1 newly denied, [0-9]* newly allowed, 0 undecided, 1 still denied' \
		"$policyc" simulate "$work/start.yaml" log/learn.json
	says 'two policies' 2 P804 "$policyc" learn log/app.json
	says 'one of two' 0 '^policy: other' "$policyc" learn --policy other log/app.json
	printf '# expect: %s\n' P804 >> "$odd"
}

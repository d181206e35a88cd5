#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Replays the policies of this directory through policyc check.
#
#   accept/*.yaml   no error
#   reject/*.yaml   errors, exit status 2
#   other/*         files of other programs: one error, P119 or of YAML
#   programs/*.asm  the same for policyc asm --check; errors, exit status 2
#
# What is to be said stands in the policy: behind a line of it, for a message
# on that line, or on a line of its own, for a message anywhere.
#
#   paht: /etc   # expect: P201: did you mean 'paths'
#
# Nothing else may be said, lint aside, and that is not either where a line of its
# own says `# lint: all`. `# args: -D a=b` on a line of its own
# gives policyc arguments. The text may be that of a note. Every message of
# diag.def must be expected somewhere. `# status: 1` on a line of its own is the
# exit status, where it is not the directory's. Ends with "N passed, N failed".
set -euo pipefail
# Or what `... | odd NAME ID` counts would be lost with the pipe's own shell.
shopt -s lastpipe
cd "$(dirname "${BASH_SOURCE[0]}")"
root=../..
policyc=${POLICYC:-$root/build/bin/policyc}
# What several parts share: here, what each says that it expects.
shared=$(mktemp -d)
odd=$shared/odd
work=$shared
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
	# Not the other way round: sed would end by a signal, and all of this with it.
	head -n "${LINES_SHOWN:-20}" "$work/why" | sed 's/^/    /'
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

# says_not WHAT WORDS COMMAND...: it is content, and does not say that.
says_not()
{
	local what=$1 words=$2 status=0
	shift 2

	"$@" > "$work/why" 2>&1 || status=$?
	if [ "$status" = 0 ] && ! grep -q -e "$words" "$work/why"; then
		pass
	else
		echo "status $status, expected 0 and not '$words'" >> "$work/why"
		fail "$what"
	fi
}

# assemble FILE STATUS: the same for a program.
assemble()
{
	local file=$1 want=$2 status=0 args

	args=$(sed -n 's/^# args: //p' "$file")
	want=$(sed -n 's/^# status: //p' "$file" | grep . || echo "$want")
	# shellcheck disable=SC2086 # several words
	"$policyc" asm --check $args "$file" > /dev/null 2> "$work/out" ||
		status=$?
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
	echo "# expect: $id" >> "$odd"
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
	{ printf 'bailiff: 1\npolicy: x\n'; many '#' 33554432; } |
		odd comments P102
	# 50 MB of what would each be right
	{ head_of files
	  many x 52428800 | sed 's/x\{30\}/  - {allow: read, paths: \/x}\n/g'; } |
		odd rules P102
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
		k l m n o p q r; } | odd pool P504
	{ head_of files
	  seq -f '  - {allow: read, paths: ["/%.0f/*"]}' 363
	  seq -f '  - {allow: read, paths: ["/*/%.0f"]}' 363; } | odd rows P505
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
	printf '# expect: %s\n' P507 P604 >> "$odd"
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
	echo '# expect: P101' >> "$odd"
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
	echo '# expect: P119' >> "$odd"
}

# same WHAT FILE FILE
same()
{
	if cmp "$2" "$3" > "$work/why" 2>&1; then
		pass
	else
		fail "$1"
	fi
}

# says WHAT STATUS WORDS COMMAND...: that status, and the words somewhere.
says()
{
	local what=$1 want=$2 words=$3 status=0
	shift 3

	"$@" > "$work/why" 2>&1 || status=$?
	if [ "$status" = "$want" ] && grep -q -e "$words" "$work/why"; then
		pass
	else
		echo "status $status, expected $want and '$words'" >> "$work/why"
		fail "$what"
	fi
}

# Text to bytecode to text to bytecode, and what a terminal's user may type.
bytecode()
{
	local file

	for file in "$root"/tests/conformance/{add64-imm,lddw-borders,jslt32-reg-borders,stxw-everywhere}.data; do
		sed '1,/^-- asm/d; /^-- /,$d' "$file" > "$work/x.asm"
		"$policyc" asm -o "$work/1.bvm" "$work/x.asm"
		"$policyc" dump --raw "$work/1.bvm" |
			"$policyc" asm -o "$work/2.bvm" -
		same "asm and dump of $file" "$work/1.bvm" "$work/2.bvm"
		"$policyc" asm - < "$work/x.asm" > "$work/3.bvm"
		same "asm to the standard output of $file" "$work/1.bvm" "$work/3.bvm"
	done
	head -c 1608 "$policyc" > "$work/1.bvm"
	"$policyc" dump --raw - < "$work/1.bvm" | "$policyc" asm - > "$work/2.bvm"
	same 'bytes that are no program' "$work/1.bvm" "$work/2.bvm"
	"$policyc" dump --raw --json "$work/1.bvm" > "$work/out"
	says 'bytecode as JSON' 0 '^201$' jq length "$work/out"
	says 'a log of bytecode' 1 P716 "$policyc" dump --raw --log "$work/1.bvm"
	head -c 9 "$policyc" > "$work/1.bvm"
	says 'half an instruction' 2 P717 "$policyc" dump --raw "$work/1.bvm"
	seq 4097 | sed 's/.*/exit/' > "$work/x.asm"
	says 'a long program' 2 P712 "$policyc" asm "$work/x.asm"
	says 'a program that is missing' 2 P101 "$policyc" asm /nonexistent
	printf 'mov %%r0, 5\nexit\n' > "$work/x.asm"
	says 'a log' 0 '^   1: exit .* r0=number 5' \
		"$policyc" asm --log "$work/x.asm"
	says 'a worst case' 0 'at most 2 run, 0 calls, 0 table steps' \
		"$policyc" asm --check "$work/x.asm"
	says 'a worst case as JSON' 0 '"max_instructions": 2' \
		"$policyc" asm --check --json "$work/x.asm"
	says 'nowhere to write' 3 'cannot write' \
		"$policyc" asm -o /nonexistent/x "$work/x.asm"
	printf '# expect: %s\n' P712 P717 >> "$odd"
}

# A class and a request of it a line.
requests='files read /etc/nginx/nginx.conf
files delete /run/nginx.pid
files rename /a /b
files rename /run/nginx.pid /run/nginx.pid
network uid=33 connect tcp 10.1.2.3:8080
network uid=0 connect tcp 10.1.2.3:8080
network connect tcp 10.1.2.3:8080
network bind tcp any:80
exec exec /bin/sh -c id
exec exec /usr/sbin/nginx
capabilities capability sys_admin
capabilities capability chown'

# run agrees with explain, since both ask the same program.
run_requests()
{
	local policy=accept/nginx.yaml class request one two

	"$policyc" build $policy -I include -o "$work/good.img" > /dev/null
	while read -r class request; do
		one=0
		two=0
		"$policyc" explain "$work/good.img" "$request" \
			> "$work/why" 2>&1 || one=$?
		"$policyc" run "$work/good.img" "$class" "$request" \
			>> "$work/why" 2>&1 || two=$?
		if [ $one = $two ]; then
			pass
		else
			fail "run says $two, explain $one: $request"
		fi
	done <<< "$requests"
	set -- "$policyc" run "$work/good.img"
	says 'an allowed request' 0 '^allow: rule 1' "$@" files 'read /etc/nginx/nginx.conf'
	says 'a denied request' 1 '^deny: the default' "$@" files 'read /x'
	says 'words' 1 '^deny: the default' "$@" files read /x
	says 'a trace' 1 'call match .* match(dfa 0, "/x")' "$@" files 'read /x' --trace
	says 'a trace before' 1 ' exit  *returns 0x' "$policyc" run --trace \
		"$work/good.img" files read /x
	says 'JSON' 1 '"answer": "deny"' "$@" files 'read /x' --json
	says 'a policy' 1 '^deny: the default' "$policyc" run -I include $policy files 'read /x'
	says 'two paths' 1 '^rename /b' "$@" files rename /a /b
	printf 'bailiff: 1\npolicy: x\nmode: audit\n' > "$work/audit.yaml"
	says 'audit mode' 1 'note: class files is in audit mode' \
		"$policyc" run "$work/audit.yaml" files 'read /x'
	says 'a class of others' 2 P605 "$@" files 'bind tcp any:80'
	says 'a group' 2 P606 "$@" files 'manage /x'
	says 'no class' 2 P718 "$@" fils 'read /x'
	says 'no request' 2 P601 "$@" files 'red /x'
	says 'too little' 2 P603 "$@" network 'connect tcp 10.1.2.3:8080'
	says 'a wrong late option' 2 usage: "$@" files 'read /x' --frob
	"$policyc" dump --json "$work/good.img" > "$work/out"
	says 'an image as JSON' 0 '^"mov %r6, %r1"' jq '.programs[0].code[0].text' "$work/out"
	says 'no budget' 0 '^{"instructions":null,"steps":null}$' jq -c .budget "$work/out"
	"$policyc" build accept/budget.yaml -o "$work/budget.img" > /dev/null
	"$policyc" dump --json "$work/budget.img" > "$work/out"
	says 'a budget as JSON' 0 '^{"instructions":4096,"steps":100000}$' jq -c .budget "$work/out"
	says 'a budget' 0 '^budget: 4096 instructions' "$policyc" dump "$work/budget.img"
	"$policyc" dump --log --json "$work/good.img" > "$work/out"
	says 'a verified image as JSON' 0 true jq 'length > 3 and all(.accepted)' "$work/out"
	says 'a log of an image' 0 '^program network' "$policyc" dump --log "$work/good.img"
	"$@" files 'read /x' --trace --json > "$work/out" || :
	says 'JSON of a trace' 0 true jq '.runs[0].trace | length > 5' "$work/out"
	printf '# expect: %s\n' P605 P606 >> "$odd"
}

# The digest does not depend on where policyc was started.
same_image()
{
	local dir=$work/same policyc

	policyc=$(realpath "${POLICYC:-$root/build/bin/policyc}")
	mkdir -p "$dir/d/e" "$dir/other"
	printf '%s\n' 'bailiff: 1' 'policy: x' 'include: [e/part]' 'files:' '  - allow: read' \
		'    paths: /a' > "$dir/d/a.yaml"
	printf '%s\n' 'files:' '  - allow: read' '    paths: /b' > "$dir/d/e/part.yaml"
	(cd "$dir" && "$policyc" build d/a.yaml -o 1 && "$policyc" build .//d/./a.yaml -o 2 &&
		cd d && "$policyc" build a.yaml -o ../3 &&
		cd ../other && "$policyc" build ../d/a.yaml -o ../4) > /dev/null
	says 'the same image from four places' 0 '^same$' \
		sh -c "cd '$dir' && cmp 1 2 && cmp 1 3 && cmp 1 4 && echo same"
	says 'files as seen from the policy' 0 '^rule 2: e/part.yaml:2: ' "$policyc" dump "$dir/4"
}

# Every command of the table is in the man page, and so is every option.
manual()
{
	local word

	{
		"$policyc" --help | sed -n 's/^  policyc \([a-z]*\).*/.Cm \1$/p'
		for word in $("$policyc" --help | sed -n 's/^  policyc \([a-z]*\).*/\1/p'); do
			"$policyc" "$word" --help
		done | sed -n 's/^  -\(-*[a-zA-Z-]*\).*/Fl \1/p' | grep -v help
	} | sort -u | while read -r word; do
		grep -q -e "$word" "$root/docs/man/policyc.1" || echo "$word"
	done > "$work/why"
	if [ -s "$work/why" ]; then
		fail 'the manual lacks'
	else
		pass
	fi
}

# Every kind of table has a row in docs/abi.md.
kinds_of_tables()
{
	local kind

	sed -n 's/^BVM_TABLE([0-9]*, \([A-Z]*\),.*/\1/p' $root/vm/tables.def |
		while read -r kind; do
			grep -q "^| $kind |" $root/docs/abi.md || echo "$kind"
		done > "$work/why"
	if [ -s "$work/why" ]; then
		fail 'docs/abi.md lacks'
	else
		pass
	fi
}

# Every message has a test that expects it, in a policy or elsewhere. P203 is for keys
# of a later version, of which there are none; tests/unit/diag_test.c brings it about.
# P506, P509, P511, P512, P513, P805 and P901 would be bugs, of policyc or of libseccomp, so no
# policy brings them about: planted_test.c, validate_rules_test.c, witness_test.c and
# format_test.c plant them. What P510 is about takes gigabytes to build;
# tests/unit/validate_test.c lowers its limit. What plants each is named in diag/.
all_expected()
{
	local id

	printf '# expect: %s\n' P203 P506 P509 P510 P511 P512 P513 P805 P901 >> "$odd"

	sed -n 's/^DIAG(\([0-9]*\),.*/P\1/p' $root/policyc/diag.def |
		while read -r id; do
			grep -q -E "# expect: $id\\b" reject/*.yaml \
				accept/*.yaml programs/*.asm "$odd" ||
				echo "$id"
		done > "$work/why"
	if [ -s "$work/why" ]; then
		fail 'messages without a test'
	else
		pass
	fi
}

# Every policy that Bailiff ships says what it must never allow.
shipped_claims()
{
	local file

	for file in "$root"/policies/*.yaml; do
		"$policyc" check "$file" > "$work/why" 2>&1 || :
		if grep -q ' [1-9][0-9]* proofs*: ok' "$work/why"; then
			pass
		else
			fail "$file has no proof"
		fi
	done
}

# Every include has tests of its own, a policy that tests it alone, and its row in
# the docs; what the docs say is what its head says.
shipped_includes()
{
	local file name

	for file in "$root"/policies/base/*.yaml; do
		name=$(basename "$file")
		printf '%s\n' "$name lacks a head, or tests/policy/shipped/$name" > "$work/why"
		if grep -q '^# Allows: ' "$file" && grep -q '^# Why: ' "$file" &&
			grep -q '^# Refuses: ' "$file" &&
			grep -s -q "^include: base/${name%.yaml}\$" "shipped/$name" &&
			grep -q '^  - deny: ' "shipped/$name" && grep -q '^never:' "shipped/$name"; then
			pass
			replay "shipped/$name" 0
		else
			fail "the include $name"
		fi
	done
	shipped_table includes "$root/docs/policy-language.md"
}

# As of explain: a test without an answer is no test.
open_tests()
{
	printf '%s\n' 'bailiff: 1' 'policy: x' 'files:' '  - allow: read' '    paths: /srv/**' \
		'    when: {uid: 0}' 'tests:' '  - allow: read /srv/a' > "$work/open.yaml"
	says 'a test that leaves something open' 2 'P603' "$policyc" test "$work/open.yaml"
	says 'a policy with such a test' 1 'P603' "$policyc" check "$work/open.yaml"
	sed -i 's/allow: read .srv.a/allow: uid=1 read \/srv\/a/' "$work/open.yaml"
	says 'a test that fails' 1 'P60[12]' "$policyc" test "$work/open.yaml"
	printf '%s\n' '  - allow: read /srv/b' >> "$work/open.yaml"
	says 'one that fails, one without an answer' 2 'P603' "$policyc" test "$work/open.yaml"
}

standard_input()
{
	if "$policyc" check - < accept/least.yaml > "$work/why" 2>&1; then
		pass
	else
		fail 'standard input'
	fi
}

. $root/tests/jobs.sh
. ./differences.sh
. ./tools.sh
. ./limits.sh
. ./syscalls.sh
. ./graph.sh
. ./score.sh
. ./tour.sh
. ./import_limits.sh
. ./import_lines.sh
. ./diagnostics.sh
. ./init.sh
. ./reach.sh
. ./remedies.sh
. ./rights.sh
. ./shipped.sh
. ./renames.sh
. ./learning.sh
. ./examples.sh

replays()
{
	local want=$1 file
	shift

	for file in "$@"; do
		replay "$file" "$want"
	done
}

assembled()
{
	local file

	for file in programs/*.asm; do
		assemble "$file" 2
	done
}

# part COMMAND...: a job, with a directory of its own
part()
{
	work=$(mktemp -d "$shared/XXXXXX")
	"$@"
	job_counts "$passed" "$failed"
}

jobs_begin "$(nproc)"
trap 'jobs_end; rm -rf "$shared"' EXIT
job part diagnostics
job part replays 0 accept/*.yaml "$root"/policies/*.yaml
job part replays 2 reject/*.yaml
for step in assembled odd_files large_policies images odd_paths other_files \
	shipped_claims shipped_includes shipped_policies shipped_learned \
	open_tests standard_input bytecode run_requests ops schema show format completion \
	imports reach differences differences_of_protocols differences_of_rights differences_of_unnamed \
	differences_of_mounts why_not same_image \
	simulate simulate_audit start_limits text_limits line_limits log_limits \
	lint_limits claim_limits open_limits coverage learn learn_groups \
	learn_keys learn_signs learn_numbers learn_directories learn_credentials learn_renames learn_renamed_sockets learn_renamed_keys \
	lint_together links_of_root nested_includes protected_keys graph score remedies \
	stats color tour import_limits import_lines init shipped_init \
	explain_json syscalls differences_of_calls containers manual \
	kinds_of_tables quoted_forms examples \
	learn_beside_renames learn_one_name learn_denied_name \
	learn_mounts learn_sockets learn_rounds learn_for_image; do
	job part $step
done
jobs_run
trap 'rm -rf "$shared"' EXIT
passed=$jobs_passed
failed=$jobs_failed
all_expected
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]

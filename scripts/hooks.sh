#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: hooks.sh print          the table of lsm/hooks.def, as text
#        hooks.sh docs           the same, as docs/hooks.md
#        hooks.sh kernel TREE    holds it against the hooks of a kernel's source
#        hooks.sh proofs         a test file, a hook that it proves and the words of
#                                the claims, separated by tabs, a line for each;
#                                of what is UNPROVED, only what PROOF names
#        hooks.sh check          against lsm/, vm/hooks.def, tests and docs;
#                                ends with "N passed, N failed"
set -uo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

rows=$(mktemp)
trap 'rm -f "$rows"' EXIT

die()
{
	echo "hooks.sh: $*" >&2
	exit 1
}

# Prints the rows of lsm/hooks.def, the columns separated by tabs. The
# preprocessor makes strings of them, so that it need not be parsed twice.
read_rows()
{
	gcc -E -P -undef -nostdinc -x c - <<-END |
		#define GROUP(title) "GROUP" title
		#define REASON(key, text) "REASON" #key text
		#define HOOK(hook, kernels, context, allow, subject, text) \\
			"HOOK" #hook #kernels #context #allow #subject text
		#define UNUSED(hook, kernels, context, allow, key) \\
			"UNUSED" #hook #kernels #context #allow #key
		#define PLANNED(hook, kernels, context, allow, text) \\
			"PLANNED" #hook #kernels #context #allow text
		#define JUDGES(hook, class, op, test) "JUDGES" #hook #class #op test
		#define ALSO(hook, class, op, test) "ALSO" #hook #class #op test
		#define PROOF(hook, test) "PROOF" #hook test
		#define UNPROVED(hook, why) "UNPROVED" #hook why
		#include "$top/lsm/hooks.def"
	END
		sed -E '/./!d; s/^"//; s/" *$//; s/" *"/\t/g'
}

# Prints the operations of vm/hooks.def: class, operation, "name", how.
read_operations()
{
	gcc -E -P -undef -nostdinc -x c - <<-END |
		#define BVM_CLASS_BEGIN(num, CLASS, name, doc)
		#define BVM_FIELD(class, type, field, kind, max, doc)
		#define BVM_CLASS_END(CLASS, name)
		#define BVM_GROUP(CLASS, name, mask, doc)
		#define BVM_OP(CLASS, num, OP, name, how, doc) #CLASS #OP name #how
		#include "$top/vm/hooks.def"
	END
		sed -E '/./!d; s/^"//; s/" *$//; s/" *"/\t/g'
}

# Prints the rows of vm/errno.def, the columns separated by tabs.
read_errnos()
{
	gcc -E -P -undef -nostdinc -x c - <<-END |
		#define BVM_ERRNO_CLASS(CLASS, NAME) "CLASS" #CLASS #NAME
		#define BVM_ERRNO_NOT(CLASS, OP, NAME, why) "NOT" #CLASS #OP #NAME why
		#define BVM_ERRNO_FIXED(CLASS, OP, why) "FIXED" #CLASS #OP why
		#include "$top/vm/errno.def"
	END
		sed -E '/./!d; s/^"//; s/" *$//; s/" *"/\t/g'
}

# Prints what lsm/ registers, a hook a line.
read_registered()
{
	cat "$top"/lsm/*.c | tr '\n' ' ' |
		grep -o -E 'LSM_HOOK_INIT\([ 	]*[a-z0-9_]+' |
		sed -E 's/.*[( 	]//' | sort -u
}

# read_kernel TREE: prints each hook and what it returns by default.
read_kernel()
{
	sed 's,/\*.*\*/,,' "$1/include/linux/lsm_hook_defs.h" | tr '\n\t' '  ' |
		grep -o -E 'LSM_HOOK\([a-z][^,]*,[^,]+, *[a-z0-9_]+' |
		sed -E 's/LSM_HOOK\([^,]+, *([^,]*[^ ,]) *, *(.*)/\2\t\1/; s/LSM_RET_VOID/VOID/' |
		sort -u
}

# --- the table ------------------------------------------------------------------

# Joins the rows of a hook: kind, hook, kernels, context, allow, subject, what it
# serves or why it does not, what it does, tests. GROUP rows stay as they are.
join_rows()
{
	{ read_operations | sed 's/^/OP\t/'; cat "$rows"; } | awk -F '\t' -v OFS='\t' '
		$1 == "OP" { name[$2 "." $3] = tolower($2) "." $4; next }
		function flush() {
			if (hook != "")
				print kind, hook, kernels, context, allow, subject,
					serves == "" ? "-" : serves, text, tests == "" ? "-" : tests
			hook = serves = tests = ""
		}
		$1 == "GROUP" { flush(); print; next }
		$1 == "REASON" { next }
		$1 == "HOOK" || $1 == "UNUSED" || $1 == "PLANNED" {
			flush()
			kind = $1; hook = $2; kernels = $3; context = tolower($4)
			allow = $5 == "VOID" ? "-" : $5
			subject = $1 == "HOOK" ? tolower($6) : "-"
			text = $1 == "HOOK" ? $7 : $6
			next
		}
		{
			test = $1 == "UNPROVED" ? "none: " $NF : $NF
			if ($1 == "JUDGES" || $1 == "ALSO")
				serves = serves (serves == "" ? "" : ", ") name[$3 "." $4]
			if (index("; " tests "; ", "; " test "; ") == 0)
				tests = tests (tests == "" ? "" : "; ") test
		}
		END { flush() }'
}

print_table()
{
	join_rows | awk -F '\t' '
		$1 == "GROUP" { printf "%s%s\n", (NR > 1 ? "\n" : ""), toupper($2); next }
		{
			serves = $7 == "-" ? $8 : $7
			if ($1 == "UNUSED")
				serves = "not needed: " tolower($8)
			if ($1 == "PLANNED")
				serves = "PLANNED: " $8
			printf "  %-28s %-7s %-11s %-8s %s\n", $2, $4, $5, $6, serves
		}'
	echo
	echo "'not needed' is explained in docs/hooks.md, which also names the tests."
}

print_reasons()
{
	echo '| word | why a hook is not needed |'
	echo '|---|---|'
	awk -F '\t' '$1 == "REASON" { printf "| %s | %s |\n", tolower($2), $3 }' "$rows"
}

print_groups()
{
	join_rows | awk -F '\t' '
		BEGIN {
			only["NEW"] = " (6.12)"
			only["OLD"] = " (6.1)"
		}
		$1 == "GROUP" {
			printf "\n## %s\n\n", $2
			print "| hook | what | operations | context | allow | subject | tests |"
			print "|---|---|---|---|---|---|---|"
			next
		}
		{
			what = $8
			if ($1 == "UNUSED")
				what = "not needed: " tolower($8)
			if ($1 == "PLANNED")
				what = "planned: " $8
			gsub("\\|", "\\|")
			printf "| `%s`%s | %s | %s | %s | %s | %s | %s |\n", $2, only[$3],
				what, $7, $4, $5, $6, $9
		}'
}

# What the caller of a denied operation is told.
print_errnos()
{
	cat <<-END

		## What the caller is told

		\`errno:\` of a rule may be one of these, but for what is below; policyc refuses
		others by line, and an image that has them all the same is refused, or the
		class's own is said instead. Made from vm/names.def and vm/errno.def.

		$(sed -n 's/^BVM_ERRNO(\(.*\))/\1/p' "$top/vm/names.def" | paste -sd' ' | fold -s -w 78 | sed 's/ *$//')

		| class | without \`errno:\` |
		|---|---|
	END
	{ read_operations | sed 's/^/OP\t/'; read_errnos; } | awk -F '\t' '
		$1 == "OP" { name[$2 "." $3] = tolower($2) "." $4 }
		$1 == "CLASS" { printf "| %s | %s |\n", tolower($2), $3 }
		$1 == "NOT" { row[++n] = name[$2 "." $3] " | all but " $4 " | " $5 }
		$1 == "FIXED" { row[++n] = name[$2 "." $3] " | the class'"'"'s alone | " $4 }
		END {
			print "\n| operation | may say | why |\n|---|---|---|"
			for (i = 1; i <= n; i++)
				print "| " row[i] " |"
		}'
	cat <<-'END'

		Some callers of a hook ask whether, not why, and say something of their own:

		- `capabilities`: the system call's errno, most often EPERM, EACCES for ports.
		- `tasks.ptrace-trace`: PTRACE_ATTACH and PTRACE_TRACEME say the rule's;
		  process_vm_readv, kcmp and pidfd_getfd say EPERM, files of /proc EACCES.
		- `tasks.signal`: a SIGIO is not sent, and kill(-1) says nothing of what was
		  denied with EPERM.
		- `tasks.inspect`: ioprio_get of a group says ESRCH if all were denied.
		- `network.accept` by source: the connection is not answered, the caller of
		  accept waits on. The rule's errno is for the accept that a socket, port or
		  local address forbids.
		- `ipc.msg`: a message that may not be taken stays in the queue; msgrcv says
		  ENOMSG, or waits.
		- `files.inherit` of a descriptor that comes through a socket: recvmsg sets
		  MSG_CTRUNC and gives those before it.
		- `kernel.lockdown`: tracefs and debugfs say EPERM.
		- `kernel.keyring` while keyrings are searched: ENOKEY.
		- `exec.exec` of code that a new program needs, after the old one is gone:
		  it is killed.
		- hooks without an allow value (-) return nothing; they refuse nothing.
	END
}

# count KIND: of its rows.
count()
{
	awk -F '\t' -v kind="$1" '$1 == kind { n++ } END { print n + 0 }' "$rows"
}

print_docs()
{
	cat <<-END
		<!-- SPDX-License-Identifier: GPL-2.0-only -->
		<!-- Made by \`make hooks\` from lsm/hooks.def: change that. -->
		# Hooks

		Every hook that Linux 6.12.95 or 6.1.192 has for security modules, and what
		Bailiff does there: $(count HOOK) are registered, $(count UNUSED) are not needed, $(count PLANNED) are planned.
		The build of a kernel fails when that kernel has a hook that is not listed here,
		and when a hook is listed as used and is not registered, or the other way round.

		- *operations*: what it judges. A kernel without the hook does not mediate
		  them, and refuses a policy that names one, unless another hook takes it over.
		- *context*: the worst in which it is called. sleep: it may sleep. atomic: under
		  a lock or RCU, it may not. softirq: it may interrupt any task.
		- *allow*: what it returns to allow; - returns nothing and cannot refuse.
		- *subject*: whose domain decides. current: the caller's. cred: that of the
		  credentials that are passed. opener: of the credentials of the open. program:
		  of those that the new program gets. socket: the socket's. former: of the
		  credentials that are copied.
		- *tests*: a file in tests/guest/t, and the claim in it.

	END
	print_reasons
	print_groups
	print_errnos
}

print_proofs()
{
	awk -F '\t' -v OFS='\t' '
		NR == FNR { unproved[$2] = unproved[$2] || $1 == "UNPROVED"; next }
		$1 == "PROOF" || ($1 ~ /^(JUDGES|ALSO)$/ && !unproved[$2]) {
			file = $NF
			words = $NF
			sub(/: .*/, "", file)
			sub(/^[^:]*: /, "", words)
			at = file OFS $2
			if (!(at in seen))
				seen[at] = words
			else if (!index("; " seen[at] "; ", "; " words "; "))
				seen[at] = seen[at] "; " words
		}
		END { for (at in seen) print at, seen[at] }' "$rows" "$rows" | sort
}

# --- the checks -----------------------------------------------------------------

passed=0
failed=0

# claim DESCRIPTION FAULTS: holds when there is no fault.
claim()
{
	if [ -z "$2" ]; then
		echo "ok   $1"
		passed=$((passed + 1))
		return
	fi
	echo "FAIL $1"
	printf '%s\n' "$2" | sed 's/^/    /'
	failed=$((failed + 1))
}

hooks_of()
{
	awk -F '\t' -v kinds=" $* " 'index(kinds, " " $1 " ") { print $2 }' "$rows" | sort -u
}

find_doubles()
{
	awk -F '\t' '$1 ~ /^(HOOK|UNUSED|PLANNED)$/ && seen[$2]++ {
		print $2 " has two rows" }' "$rows"
}

find_wrong_words()
{
	awk -F '\t' '
		$1 ~ /^(HOOK|UNUSED|PLANNED)$/ {
			if ($3 !~ /^(BOTH|NEW|OLD)$/) print $2 ": what kernels are " $3 "?"
			if ($4 !~ /^(SLEEP|ATOMIC|SOFTIRQ)$/) print $2 ": what context is " $4 "?"
		}
		$1 == "HOOK" && $6 !~ /^(CURRENT|CRED|OPENER|PROGRAM|SOCKET|FORMER|NONE)$/ {
			print $2 ": what subject is " $6 "?"
		}
		$1 == "HOOK" && $5 ~ /\// { print $2 ": one answer allows, not two" }
		$1 == "REASON" { reason[$2] = 1 }
		$1 == "UNUSED" && !($6 in reason) { print $2 ": no reason is called " $6 }
		$1 == "UNUSED" { used[$6] = 1 }
		END { for (key in reason) if (!(key in used)) print "nothing has the reason " key }' "$rows"
}

find_unregistered()
{
	comm -23 <(hooks_of HOOK) <(read_registered) |
		sed "s/.*/& is listed as used and not registered in lsm\//"
	comm -12 <(hooks_of UNUSED) <(read_registered) |
		sed 's/.*/& is registered, and lsm\/hooks.def calls it unused/'
}

find_landed()
{
	comm -12 <(hooks_of PLANNED) <(read_registered) |
		sed 's/.*/& is registered: it needs a HOOK row in place of its PLANNED one/'
}

find_unproved()
{
	comm -23 <(hooks_of HOOK) <(hooks_of JUDGES ALSO PROOF UNPROVED) |
		sed 's/.*/& has no row that names a test/'
	comm -13 <(hooks_of HOOK) <(hooks_of JUDGES ALSO PROOF UNPROVED) |
		sed 's/.*/& is not a HOOK, yet a test is named for it/'
}

# The two lists of operations must say the same.
find_wrong_operations()
{
	{ read_operations | sed 's/^/OP\t/'; cat "$rows"; } | awk -F '\t' '
		$1 == "OP" {
			how[$2 "." $3] = $5
			exists[tolower($2) "." $4] = 1
			next
		}
		$1 == "PLANNED" {
			sub(/;.*/, "", $6)
			for (i = split($6, words, ", "); i > 0; i--)
				if (!(words[i] in exists))
					print $2 " is planned for " words[i] ", which does not exist"
		}
		$1 == "JUDGES" || $1 == "ALSO" {
			op = $3 "." $4
			served[op] = 1
			if (!(op in how))
				print $2 ": vm/hooks.def has no operation " op
			else if (how[op] ~ /^(LATER|DENTRY)$/)
				print $2 " judges " op ", which vm/hooks.def calls " how[op]
		}
		END {
			for (op in how)
				if (how[op] !~ /^(LATER|DENTRY)$/ && !(op in served))
					print op " is mediated, and no hook is said to judge it"
		}' | sort
}

find_missing_tests()
{
	local kind hook test file words

	awk -F '\t' -v OFS='\t' '$1 ~ /^(JUDGES|ALSO|PROOF)$/ { print $1, $2, $NF }' "$rows" |
	while IFS=$'\t' read -r kind hook test; do
		file=${test%%: *}
		words=${test#*: }
		[[ $file == */* ]] || file=t/$file
		file=$top/tests/guest/$file.sh
		if [ ! -f "$file" ]; then
			echo "$hook: there is no ${file#"$top/"}"
		elif [ -z "$words" ] || ! grep -F -e "$words" "$file" | grep -v '^ *#' > /dev/null; then
			echo "$hook: ${file#"$top/"} has no claim '$words'"
		fi
	done
}

find_old_docs()
{
	print_docs | cmp -s - "$top/docs/hooks.md" ||
		echo "docs/hooks.md is out of date: run make hooks"
}

check_all()
{
	claim "rows of lsm/hooks.def are well formed" "$(find_doubles; find_wrong_words)"
	claim "what is listed as used is registered, and nothing else" "$(find_unregistered)"
	claim "no planned hook is registered" "$(find_landed)"
	claim "each hook that is used names a test" "$(find_unproved)"
	claim "each operation that is mediated has its hook" "$(find_wrong_operations)"
	claim "each test that is named exists" "$(find_missing_tests)"
	claim "docs/hooks.md is up to date" "$(find_old_docs)"
	awk -F '\t' '
		$1 == "PLANNED" { print "note: " $2 " is planned (" $6 ")" }
		$1 == "UNPROVED" { print "note: " $2 " has no test (" $3 ")" }' "$rows"
	echo "$passed passed, $failed failed"
	[ "$failed" = 0 ]
}

# What the two releases have is known; others may have taken hooks from later ones.
release_of()
{
	sed -n 's/^\(VERSION\|PATCHLEVEL\|SUBLEVEL\) = //p' "$1/Makefile" | paste -sd.
}

# compare_kernel RELEASE < hooks of the kernel
compare_kernel()
{
	awk -F '\t' -v release="$1" '
		NR == FNR {
			if ($1 ~ /^(HOOK|UNUSED|PLANNED)$/) {
				kernels[$2] = $3
				allow[$2] = " / " $5 " / "
			}
			next
		}
		{ has[$1] = 1 }
		!($1 in kernels) { print "hook " $1 " of this kernel has no row in lsm/hooks.def"; next }
		index(allow[$1], " / " $2 " / ") == 0 {
			print "hook " $1 " allows with " $2 " in this kernel; lsm/hooks.def says otherwise"
		}
		END {
			if (release != "6.12.95" && release != "6.1.192")
				exit
			other = release == "6.12.95" ? "OLD" : "NEW"
			for (hook in kernels) {
				if ((hook in has) && kernels[hook] == other)
					print "hook " hook " is in " release "; lsm/hooks.def says it is not"
				if (!(hook in has) && kernels[hook] != other)
					print "hook " hook " is not in " release "; lsm/hooks.def says it is"
			}
		}' "$rows" -
}

check_kernel()
{
	local tree=$1 faults found

	found=$(read_kernel "$tree")
	[ -n "$found" ] || die "no hooks in $tree/include/linux/lsm_hook_defs.h"
	faults=$(find_doubles; find_unregistered
		compare_kernel "$(release_of "$tree")" <<< "$found" | sort)
	[ -z "$faults" ] || die "the hooks of $tree:"$'\n'"$(sed 's/^/    /' <<< "$faults")"
}

command -v gcc > /dev/null || die "gcc is missing"
read_rows > "$rows"
[ -s "$rows" ] || die "cannot read lsm/hooks.def"
case ${1:-}-$# in
print-1) print_table ;;
docs-1) print_docs ;;
proofs-1) print_proofs ;;
kernel-2) check_kernel "$2" ;;
check-1) check_all ;;
*) sed -n 's/^# usage: //p; s/^#        //p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac

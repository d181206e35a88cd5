#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# not: debug it uses the fast kernel
#
# On the host: try.sh returns the program's status, make try says it, and what
# is wrong with the call is told before anything boots.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
. "$top/tests/guest/lib.sh"
try=$top/tests/guest/try.sh
unset POLICY RUN BEFORE CLIENT ENFORCE SECONDS_MAX MAKEFLAGS MAKELEVEL MFLAGS

# harness/tutorial.sh uses build/try as well
exec 9> "$top/build/try.lock"
flock 9

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
cat > small.yaml <<END
bailiff: 1
policy: small
include: [base/runtime-linker, base/libc, base/stdio]
exec:
  - allow: [/bin/sh, /usr/bin/dash, /bin/cat, /usr/bin/cat]
END
sed 's/allow/alow/' small.yaml > broken.yaml

run "$try"
is "$status" 2 "without words the status is 2"
like "$err" '^usage: make try POLICY=' "and the usage is shown"
like "$err" '^try: POLICY= is missing' "after what is missing"
run "$try" POLICY=small.yaml
like "$status $err" '^2 try: RUN= is missing' "which may be RUN"
run "$try" POLICY=small.yaml 'RUN=true' COLOUR=red
like "$status $err" "^2 try: what is 'COLOUR=red'" "a word that means nothing is named"
run "$try" POLICY=none.yaml RUN=true
like "$status $err" "^2 try: cannot read the policy '.*none.yaml'" "so is a policy that is not there"
run "$try" POLICY=small.yaml RUN=true SECONDS_MAX=soon
like "$status $err" "^2 try: SECONDS_MAX: 'soon'" "so is a bad time"
run "$try" POLICY=small.yaml RUN="echo it's"
like "$status $err" "^2 try: RUN is not a command line" "so is a line that no shell reads"
run "$try" POLICY=small.yaml RUN=true CLIENT="echo it's"
like "$status $err" "^2 try: CLIENT is not a command line" "and which one"
run "$try" POLICY=broken.yaml RUN=true
is "$status" 2 "a broken policy is refused"
like "$err" 'broken.yaml:5:5: error: .*alow' "where it is broken is shown"

run "$try" POLICY=small.yaml RUN='cat /etc/shadow; exit 7'
is "$status" 7 "the program's status is the script's"
like "$out" '^root:' "in audit mode it does what it wants"
like "$out" 'would have been denied' "which is reported"
like "$out" '^ +- "?/etc/shadow"?' "with the YAML that would allow it"

run "$try" POLICY=small.yaml RUN='cat /etc/shadow' ENFORCE=1
is "$status" 1 "ENFORCE=1 denies"
like "$out" 'Permission denied' "the program sees it"
like "$out" 'what was denied' "it is reported, too"

run make -s -C "$top" try POLICY="$work/small.yaml" ENFORCE=1 \
	RUN='while :; do :; done' BEFORE='echo made before > /run/made' \
	CLIENT=$'cat /run/made /etc/shadow\necho "$((40 + 2))"'
is "$status" 0 "a service that ends with its client did well"
like "$out" '^made before$' "the client has what BEFORE made"
like "$out" '^42$' "it may have several lines"
like "$out" 'client, under none: exit status 0' "its status is told"
unlike "$out" 'read /etc/shadow' "the policy does not speak of it"
run "$try" POLICY=small.yaml RUN='while :; do :; done' CLIENT='exit 3'
is "$status" 3 "a client that fails is a failure"
run "$try" POLICY=small.yaml RUN=true BEFORE='exit 4'
is "$status" 4 "so is what was to be done before"
like "$out$err" 'BEFORE ended with status 4' "in words"

# What README.md shows: a file, a call, and what comes of it.
readme()
{
	awk -v call="    \$ $1" 'index($0, call) == 1 { on = 1; next }
		/^    \$ / || !/^    / { on = 0 }
		on { print substr($0, 5) }' "$top/README.md"
}
readme 'cat fetch.yaml' > fetch.yaml
readme 'make try POLICY=fetch.yaml' > shown
words=$(sed -n "s/^    \\$ make try POLICY=fetch.yaml RUN='\\(.*\\)'\$/\\1/p" "$top/README.md")
run make -s -C "$top" try POLICY="$work/fetch.yaml" RUN="$words"
is "$status" 2 "make has a status of its own"
like "$err" '^try: the program ended with status 7' "so the program's is said"
sed "s,^$work/,," <<< "$out" > printed
isnt "$(wc -l < shown)" 0 "README.md shows a call"
succeeds "and what is printed" awk -f "$top/tests/policy/tour.awk" shown printed
diag "$out"

run make -s -C "$top" try POLICY="$work/small.yaml" ENFORCE=1 \
	RUN=$'x="two  words"\necho "$x" # a comment\nno-such-program'
like "$out" '^two  words$' "several lines arrive as they are written"
like "$out" 'status 127' "a program that is not there has the shell's status"
like "$out" 'install it here' "and what to do is said"

for call in "POLICY=$work/none.yaml RUN=true" "POLICY=$work/small.yaml" ''; do
	# shellcheck disable=SC2086 # words
	run make -s -C "$top" -W policyc/main.c CC=/nonexistent try $call
	is "$status" 2 "make try $call is refused"
	like "$err" '^(usage: make try|try: cannot read the policy)' "before anything is built"
done

GUEST_KERNEL=/nonexistent run "$try" POLICY=small.yaml RUN=true
is "$status" 125 "a guest that fails is told from a program that does"
like "$err" 'the guest failed with status 125' "in words"
done_testing

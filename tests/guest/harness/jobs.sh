#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# On the host: tests/jobs.sh runs work side by side, and loses nothing of it.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
. "$top/tests/guest/lib.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work

# play WORDS: a script with two places
play()
{
	printf 'set -euo pipefail\n. %s/tests/jobs.sh\ncd %s\njobs_begin 2\n%s\n' \
		"$top" "$work" "$1" > "$work/script"
	run timeout 60 bash "$work/script"
}

# Each of the two waits for the other, so that they end only side by side.
play '
meet() { echo "$1 begins"; touch "$1"; until [ -e "$2" ]; do sleep 0.1; done
	echo "$1 ends: $3"; job_counts "$4" 0; }
job meet a b "two  words" 1
job meet b a "it'\''s" 10
jobs_run
echo "$jobs_passed $jobs_failed"'
is "$out" $'a begins\na ends: two  words\nb begins\nb ends: it\'s\n11 0' \
	"two run side by side, and speak one after the other"

play '
quick() { job_counts 3 2; }
job quick
job exit 7
job true
job sh -c "kill -9 \$PPID"
job nonsense
jobs_run
echo "$jobs_passed $jobs_failed"'
is "$(tail -n 1 <<< "$out")" "3 6" "who ends without a count has failed once"
like "$out" 'nonsense: command not found' "what was wrong with it is seen"

play '
look() { touch "in-$1"; sleep 0.5; echo "$1 sees" in-*; rm "in-$1"; job_counts 1 0; }
job look 1
job look 2
job_alone look 3
job look 4
job look 5
jobs_run'
like "$out" '^3 sees in-3$' "who is to be alone is"
like "$out" '^[45] sees in-4 in-5$' "who comes behind is not"

play '
talk() { seq 100000; job_counts 1 0; }
job talk
job talk
jobs_run'
is "$(cksum <<< "$out")" "$({ seq 100000; seq 100000; } | cksum)" "much output arrives whole"

play '
long() { sh -c "echo \$\$ > child; sleep 1000 & echo \$! > grandchild; wait"; }
job long
(wait_long() { until [ -s grandchild ]; do sleep 0.1; done; sleep 0.5; kill $$; }; wait_long) &
jobs_run'
isnt "$status" 0 "a run that is ended says so"
for who in child grandchild; do
	unlike "$(ps -o stat= -p "$(cat "$work/$who")")" '^[^Z]' "and leaves no $who"
done
is "$(find "$work" -name 'bailiff-jobs.*')" "" "nor anything else"
done_testing

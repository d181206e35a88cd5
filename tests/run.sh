#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: run.sh PART...
#
# Parts: unit, conformance, policy, domain, hooks, package, prove, mutants, fuzz,
# lint, bench, guest, runtimes.
#
# Runs what make built, says how long each part took, and ends with one line
# "N passed, N failed". A part without a single test is a failure.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tests/jobs.sh

out=build/test
passed=0
failed=0

# count PASSED FAILED: adds to this part.
count()
{
	part_passed=$((part_passed + $1))
	part_failed=$((part_failed + $2))
}

# check's own last word: "95%: Checks: 20, Failures: 1, Errors: 0".
run_check_program()
{
	local log=$out/unit/${1##*/}.log status=0 line checks bad

	timeout 900 "$1" > "$log" 2>&1 || status=$?
	line=$(grep -a -E '^[0-9]+%: Checks: ' "$log" | tail -n 1 || :)
	if [ -z "$line" ]; then
		echo "FAIL ${1##*/}: ended with status $status and no summary"
		tail -n 40 "$log" | sed 's/^/    /'
		count 0 1
		return
	fi
	checks=$(sed -E 's/.*Checks: ([0-9]+),.*/\1/' <<< "$line")
	bad=$(sed -E 's/.*Failures: ([0-9]+), Errors: ([0-9]+).*/\1 + \2/' <<< "$line")
	bad=$((bad))
	# Without root some start nothing, and say so.
	if [ "$checks" = 0 ]; then
		echo "FAIL ${1##*/}: not one test was run"
		tail -n 5 "$log" | sed 's/^/    /'
		count 0 1
		return
	fi
	# A sanitizer may find something after the summary: a leak.
	[ "$bad" -gt 0 ] || [ "$status" = 0 ] || bad=1 checks=$((checks + 1))
	count $((checks - bad)) "$bad"
	if [ "$bad" = 0 ]; then
		echo "ok   ${1##*/} ($checks)"
	else
		echo "FAIL ${1##*/}: $bad of $checks"
		grep -a -v -E '^Running suite|:P:' "$log" | tail -n 40 | sed 's/^/    /'
	fi
}

# unit NAME: one job
unit()
{
	if [ -x "$out/unit/$1" ]; then
		run_check_program "$out/unit/$1"
	else
		echo "FAIL $1: it is not built"
		count 0 1
	fi
	job_counts "$part_passed" "$part_failed"
}

part_unit()
{
	local source

	export CK_VERBOSITY=normal
	# nothing is timed: what hangs is ended, however slow the machine
	export CK_DEFAULT_TIMEOUT=120
	export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1
	# daemons and their clients wait more than they work
	jobs_begin "$(($(nproc) + 1))"
	# as long as half of the others together: not last and alone
	job unit mutation_test
	for source in tests/unit/*_test.c; do
		[ "$source" = tests/unit/mutation_test.c ] ||
			job unit "$(basename "$source" .c)"
	done
	jobs_run
	count "$jobs_passed" "$jobs_failed"
}

# A runner of its own that ends with "N passed, N failed".
run_counting()
{
	local log=$1 line status=0 bad
	shift

	"$@" 2>&1 | tee "$log" || status=$?
	line=$(grep -a -E '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1 || :)
	if [ -z "$line" ]; then
		echo "FAIL $1: ended without a summary"
		count 0 1
		return
	fi
	bad=$(sed -E 's/.* ([0-9]+) failed/\1/' <<< "$line")
	# One that dies after its last word has failed.
	if [ "$status" != 0 ] && [ "$bad" = 0 ]; then
		echo "FAIL $1: ended with status $status"
		bad=1
	fi
	count "${line%% *}" "$bad"
}

part_conformance()
{
	run_counting "$out/conformance.log" tests/conformance/run.sh
	run_counting "$out/ubpf.log" tests/bench/selftest.sh
}

part_policy()
{
	run_counting "$out/policy.log" tests/policy/run.sh
}

# The value domain at 4 bits, a part of all pairs; prove tries them all. And is
# a proof there of all that needs one?
part_domain()
{
	run_counting "$out/prove/domain.log" "$out/prove/exhaustive4" - 61
	run_counting "$out/prove/theorems.log" tests/prove/prove.py --list
}

# The table of all LSM hooks: does it say what lsm/ does, and what is tested?
part_hooks()
{
	run_counting "$out/hooks.log" scripts/hooks.sh check
	run_counting "$out/hooks-self.log" tests/hooks.sh
}

part_package()
{
	run_counting "$out/package.log" tests/package.sh
}

part_prove()
{
	local width

	for width in 4 8; do
		run_counting "$out/prove/exhaustive$width.log" \
			"$out/prove/exhaustive$width" tests/prove/precision.tsv
	done
	run_counting "$out/prove/exhaustive6.log" "$out/prove/exhaustive6" - 31
	run_counting "$out/prove/products6.log" "$out/prove/exhaustive6" - 1 1000
	run_counting "$out/prove/products8.log" "$out/prove/exhaustive8" - 1 50000
	run_counting "$out/prove/pairs.log" tests/prove/pairs.sh
	run_counting "$out/prove/proofs.log" tests/prove/prove.py
	prove_one_pass
}

# Coq says so if the proof rests on nothing but its statement.
prove_one_pass()
{
	local log=$out/prove/onepass.log

	cp tests/prove/onepass.v "$out/prove/"
	if (cd "$out/prove" && coqc onepass.v) > "$log" 2>&1 &&
		[ "$(grep -c '^Closed under the global context$' "$log")" = \
			"$(grep -c '^Print Assumptions' tests/prove/onepass.v)" ]; then
		echo "ok   onepass.v"
		count 1 0
	else
		echo "FAIL onepass.v"
		sed 's/^/    /' "$log"
		count 0 1
	fi
}

# Those that are named for every run; `make mutants` has them all.
part_mutants()
{
	run_counting "$out/mutants.log" tests/mutants/run.sh sample
}

# fuzz_one NAME: leaves "ok" or "FAIL" in a file, since two run at a time.
fuzz_one()
{
	local name=$1 corpus=$out/fuzz/$1.corpus seeds=tests/fuzz/corpus/${1%_fuzz}
	local dictionary=tests/fuzz/${1%_fuzz}.dict arguments=()

	mkdir -p "$corpus"
	[ ! -f "$dictionary" ] || arguments+=("-dict=$dictionary")
	arguments+=("-max_total_time=${FUZZ_SECONDS:-10}" -timeout=10 -print_final_stats=1
		"-artifact_prefix=$out/fuzz/$name-" "$corpus")
	[ ! -d "$seeds" ] || arguments+=("$seeds")
	# else no longer than the longest seed, or 4096 bytes
	case $name in
	image_fuzz|tables_fuzz) arguments+=(-max_len=65536) ;;
	esac
	if "$out/fuzz/$name" "${arguments[@]}" > "$out/fuzz/$name.log" 2>&1; then
		echo "ok   $name ($(sed -n 's/stat::number_of_executed_units: *//p' \
			"$out/fuzz/$name.log") inputs)" > "$out/fuzz/$name.result"
	else
		{
			echo "FAIL $name"
			tail -n 40 "$out/fuzz/$name.log" | sed 's/^/    /'
		} > "$out/fuzz/$name.result"
	fi
}

part_fuzz()
{
	local source name

	rm -f "$out"/fuzz/*.result
	export -f fuzz_one
	export out
	for source in tests/fuzz/*_fuzz.c; do
		[ ! -f "$source" ] || basename "$source" .c
	done | xargs -r -P "$(nproc)" -I NAME bash -c 'fuzz_one NAME'
	# Later parts have variables of that name, and large ones.
	export -n out
	for name in "$out"/fuzz/*.result; do
		[ -f "$name" ] || continue
		cat "$name"
		if grep -q '^ok' "$name"; then count 1 0; else count 0 1; fi
	done
}

# Our files in both kernels, with every warning.
part_lint()
{
	local version

	for version in 6.12 6.1; do
		if tests/guest/kernel.sh lint --version $version --flavour fast; then
			echo "ok   Linux $version: no warning by W=1, none by sparse"
			count 1 0
		else
			echo "FAIL Linux $version"
			count 0 1
		fi
	done
}

# Counts of instructions, no times. First: would a count that has grown be seen?
part_bench()
{
	run_counting "$out/bench-self.log" tests/bench/check-selftest.sh
	run_counting "$out/bench.log" tests/bench/check.sh
}

# What needs docker, podman and containerd.
part_runtimes()
{
	GUEST_GROUP=runtimes part_guest
}

part_guest()
{
	rm -f "$out/guest.count"
	tests/guest/suite.sh || :
	if [ -s "$out/guest.count" ]; then
		# shellcheck disable=SC2046 # two numbers
		count $(cat "$out/guest.count")
	else
		count 0 1
	fi
}

run_part()
{
	local started=$SECONDS

	part_passed=0
	part_failed=0
	echo "== $1"
	"part_$1"
	if [ $((part_passed + part_failed)) = 0 ]; then
		echo "FAIL $1: not a single test ran"
		part_failed=1
	fi
	echo "== $1: $part_passed passed, $part_failed failed, $((SECONDS - started)) s"
	passed=$((passed + part_passed))
	failed=$((failed + part_failed))
}

mkdir -p $out/unit $out/fuzz $out/prove
for part in "$@"; do
	case $part in
	unit|conformance|policy|domain|hooks|package|prove|mutants|fuzz|lint|bench|guest|runtimes) ;;
	*) echo "run.sh: no part '$part'" >&2; exit 2 ;;
	esac
	run_part "$part"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Work side by side, and what it says in the order in which it was asked for.
# Sourced.
#
#	jobs_begin PLACES       so many at a time
#	job COMMAND...          one more; they begin in the order they came in
#	job_alone COMMAND...    one that has nothing beside it
#	jobs_run                runs them all
#
# COMMAND may be a function. It runs in a shell of its own, with nothing to read,
# and says `job_counts PASSED FAILED` when it is done. jobs_run sets jobs_passed
# and jobs_failed to the sums; a job that ends without counts has failed.

jobs_begin()
{
	jobs_places=$1
	jobs_dir=$(mktemp -d "${TMPDIR:-/tmp}/bailiff-jobs.XXXXXX")
	jobs_words=()
	jobs_alone=()
	declare -gA jobs_pids=()
	jobs_shown=0
	jobs_said=0
	trap jobs_end EXIT
}

job()
{
	jobs_words+=("${*@Q}")
	jobs_alone+=('')
}

job_alone()
{
	jobs_words+=("${*@Q}")
	jobs_alone+=(alone)
}

job_counts()
{
	echo "$1 $2" > "$jobs_dir/$job_number.counts"
}

# jobs_kill PID: with all that it began, those first.
jobs_kill()
{
	local child

	for child in $(ps -o pid= --ppid "$1"); do
		jobs_kill "$child"
	done
	kill "$1" 2> /dev/null || :
}

jobs_end()
{
	local pid

	trap - EXIT
	for pid in "${!jobs_pids[@]}"; do
		jobs_kill "$pid"
	done
	rm -rf "$jobs_dir"
}

# jobs_room NUMBER: may it begin now?
jobs_room()
{
	[ ${#jobs_pids[@]} = 0 ] || {
		[ ${#jobs_pids[@]} -lt "$jobs_places" ] &&
			[ -z "${jobs_alone[$1]}${jobs_alone[job_number]}" ]
	}
}

jobs_start()
{
	job_number=$1
	(
		trap - EXIT
		eval "${jobs_words[job_number]}"
	) < /dev/null > "$jobs_dir/$1.out" 2>&1 &
	jobs_pids[$!]=$1
}

# A finished job is known by its process, which bash has then waited for.
jobs_finish()
{
	local pid

	for pid in "${!jobs_pids[@]}"; do
		kill -0 "$pid" 2> /dev/null && continue
		: > "$jobs_dir/${jobs_pids[$pid]}.done"
		unset "jobs_pids[$pid]"
	done
}

# What is new of the one whose turn it is, and of those after it when it is done.
jobs_show()
{
	local out=$jobs_dir/$jobs_shown.out size

	while [ -f "$out" ]; do
		size=$(stat -c %s "$out")
		head -c "$size" "$out" | tail -c "+$((jobs_said + 1))"
		jobs_said=$size
		[ -f "${out%.out}.done" ] || break
		jobs_shown=$((jobs_shown + 1))
		jobs_said=0
		out=$jobs_dir/$jobs_shown.out
	done
}

jobs_sum()
{
	local number more_passed more_failed

	jobs_passed=0
	jobs_failed=0
	for number in "${!jobs_words[@]}"; do
		more_passed=0 more_failed=1
		[ ! -f "$jobs_dir/$number.counts" ] ||
			read -r more_passed more_failed < "$jobs_dir/$number.counts"
		jobs_passed=$((jobs_passed + more_passed))
		jobs_failed=$((jobs_failed + more_failed))
	done
}

jobs_run()
{
	local next=0 clock=

	while [ $next -lt ${#jobs_words[@]} ] || [ ${#jobs_pids[@]} -gt 0 ]; do
		while [ $next -lt ${#jobs_words[@]} ] && jobs_room $next; do
			jobs_start $next
			next=$((next + 1))
		done
		# whichever ends first; what ended unseen is seen at the next tick
		kill -0 "$clock" 2> /dev/null || { sleep 0.3 & clock=$!; }
		wait -n || :
		jobs_finish
		jobs_show
	done
	wait
	jobs_sum
	jobs_end
}

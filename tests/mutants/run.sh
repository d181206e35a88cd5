#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: run.sh all|sample|list|ID...
#
# Plants faults in vm/, one at a time, and says which of them the tests of vm/
# see: catalogue/*.mut was written by hand, and systematic.awk adds small faults
# at places that a hash chooses. Nothing is changed in the tree.
#
#	all	everything; results are kept in build/mutants/results for as
#		long as neither vm/, policyc/, policies/ nor the tests change, so
#		that a run that was broken off goes on where it was
#	sample	those named in the file `sample`, without sanitizers
#	list	what there is, without running it
#	ID...	only these
#
# A mutant is killed if a test fails, crashes, or takes many times the processor
# time that it needs for the original. One that does not compile is invalid.
# Ends with "N mutants: ..." and, for tests/run.sh, "N passed, N failed".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

here=tests/mutants
out=build/mutants
# How many of a thousand systematic faults are planted, and how many percent
# of all mutants must be killed.
permille=60
min_killed=95
# What the faults are planted in; text for people is judged elsewhere.
mapfile -t sources < <(printf '%s\n' vm/*.c | grep -v -E '/(disasm|verify_text|asm|trace)[a-z_]*\.c$')

die()
{
	echo "mutants: $*" >&2
	exit 2
}

# Sets compile, compile_4bits, share, link_test, test_libs, system_libs, programs.
words_of()
{
	# shellcheck disable=SC1090 # made by build_tier
	. "$out/$1.words"
}

build_tier()
{
	local policyc=build/libpolicyc.a

	[ "$1" = fast ] || policyc=build/san/libpolicyc.a
	{
		make -s -j"$jobs" $policyc
		make -s -j"$jobs" -f $here/build.mk TIER="$1"
	} > "$out/$1.log" 2>&1 || {
		tail -n 20 "$out/$1.log" >&2
		die "the tests of vm/ do not build"
	}
	make -s -f $here/build.mk TIER="$1" words > "$out/$1.words"
	# "FILE OBJECT": what must be compiled again for a file of vm/
	(cd "$out/$1" && find . -name '*.d' -exec awk '
		FNR == 1 { object = FILENAME; sub(/^\.\//, "", object); sub(/\.d$/, "", object) }
		{
			for (i = 1; i <= NF; i++)
				if ($i ~ /^vm\/[a-z0-9_]+\.(c|h|def)$/ && !seen[$i, object]++)
					print $i, object
		}' {} +) > "$out/$1.users"
}

# run_program TIER LIBRARIES PROGRAM LOG SECONDS: of processor time at most.
run_program()
{
	(
		ulimit -t "$5" -c 0
		[ "$1" = san ] || ulimit -v 4000000
		export LD_LIBRARY_PATH=$2 CK_FORK=no CK_VERBOSITY=silent
		export ASAN_OPTIONS=detect_leaks=0
		# one pair of sets of 61, as in `make test`
		[[ $3 != */exhaustive4 ]] || exec "$3" - 61
		exec "$3"
	) > "$4" 2>&1
}

# time_program TIER PROGRAM: the original must pass; its time is noted, and how
# much a mutant may take.
time_program()
{
	local log=$out/$1/$2.log TIMEFORMAT='%U %S'

	{ time run_program "$1" "$out/$1" "$out/$1/$2" "$log" 600; } 2> "$log.time" || {
		tail -n 20 "$log" >&2
		echo "mutants: $2 ($1) fails without any fault" >&2
		return 1
	}
	awk -v name="$2" '{
		printf "%.2f %d %s\n", $1 + $2, 5 * ($1 + $2) + 5, name
	}' "$log.time" > "$out/$1/$2.cost"
}

# The programs of a tier, the quickest first: "SECONDS LIMIT NAME" lines.
time_tier()
{
	words_of "$1"
	[ ! -s "$out/$1.order" ] || return 0
	rm -f "$out/$1"/*.cost
	# shellcheck disable=SC2154 # of words_of
	printf '%s\n' $programs | xargs -P "$jobs" -I NAME "$0" --time "$1" NAME ||
		die 'mutants of a tree whose tests fail say nothing'
	cat "$out/$1"/*.cost | sort -n > "$out/$1.order"
}

# What ended a test, in one line.
reason()
{
	local line found=

	while IFS= read -r line; do
		case $line in
		tests/*.c:[0-9]*:*|*Assertion*|*'ERROR: AddressSanitizer'*|*'runtime error'*)
			found=${line:0:110}
			break
			;;
		esac
	done < "$1"
	case $2 in
	1|134) ;;
	137|152) found="time $found" ;;
	139) found='segmentation fault' ;;
	136) found='arithmetic exception' ;;
	esac
	echo "${found:-status $2}"
}

# compile_object TIER DIRECTORY OBJECT: with the mutant before the original.
compile_object()
{
	local source=$3.c words=$compile

	case $3 in
	vm/*) source=$2/$source ;;
	*/exhaustive4) source=tests/prove/exhaustive.c words=$compile_4bits ;;
	esac
	mkdir -p "$2/$1/${3%/*}"
	$words -I"$2" -I. -iquote vm -c -o "$2/$1/$3.o" "$source" > "$2/compile.log" 2>&1
}

# build_mutant TIER DIRECTORY FILE: 1 if it does not compile. The tests that
# must be compiled again are left in `again`, libraries' objects in `again_lib`.
build_mutant()
{
	local tier=$1 work=$2 file object objects=()

	again=' '
	again_lib=
	# other files find a changed header only in a whole copy
	[[ $3 == *.c ]] || cp -n vm/* "$work/vm/"
	while read -r file object; do
		[ "$file" = "$3" ] || continue
		case $object in
		tests/unit/*) again+="${object##*/} " ;;
		*)
			compile_object "$tier" "$work" "$object" || return 1
			[[ $object == vm/* ]] || again_lib+=" $work/$tier/$object.o"
			;;
		esac
	done < "$out/$tier.users"
	for object in "$out/$tier"/vm/*.o; do
		file=$work/$tier/vm/${object##*/}
		[ -f "$file" ] || file=$object
		objects+=("$file")
	done
	$share -o "$work/$tier/libbvm.so" "${objects[@]}"
}

# Sets `program` to the one to run for a mutant: made again if what it is made
# of changed. 1 if it does not compile.
choose_program()
{
	local tier=$1 work=$2 name=$3 object=$out/$1/tests/unit/$3.o

	program=$out/$tier/$name
	[[ $again == *" $name "* || -n $again_lib ]] || return 0
	if [[ $again == *" $name "* ]]; then
		compile_object "$tier" "$work" "tests/unit/$name" || return 1
		object=$work/$tier/tests/unit/$name.o
	fi
	program=$work/$tier/$name
	# shellcheck disable=SC2086,SC2154 # words
	$link_test -o "$program" "$object" $again_lib $test_libs -L"$work/$tier" -lbvm $system_libs
}

# order_for TIER FILE: the programs, those that are named for the file first.
order_for()
{
	local stem=${2##*/}

	stem=${stem%%[_.]*}
	awk -v stem="$stem" '
		index($3, stem) == 1 { print; next }
		{ rest = rest $0 "\n" }
		END { printf "%s", rest }' "$out/$1.order"
}

# kill_mutant TIER DIRECTORY FILE: sets verdict; 1 if nothing killed it.
kill_mutant()
{
	local tier=$1 work=$2 limit name program status again again_lib

	words_of "$tier"
	build_mutant "$tier" "$work" "$3" || { verdict='invalid - -'; return 0; }
	while read -r _ limit name; do
		choose_program "$tier" "$work" "$name" || { verdict='invalid - -'; return 0; }
		status=0
		# what the shell says of a crash is no news
		run_program "$tier" "$work/$tier" "$program" "$work/log" "$limit" \
			2> /dev/null || status=$?
		[ "$status" = 0 ] && continue
		verdict="killed $tier/$name $(reason "$work/log" $status)"
		return 0
	done < <(order_for "$tier" "$3")
	return 1
}

# one_mutant ID FILE CLASS: a line in results/, named for the mutant's text too,
# and on stdout.
one_mutant()
{
	local id=$1 file=$2 class=$3 work=$out/planted/$1 verdict tier sum result
	local how='' where from=${EPOCHREALTIME/./}

	sum=$(cksum < "$work/$file")
	result=$out/results/$id.${sum%% *}
	if [ ! -s "$result" ]; then
		for tier in $tiers; do
			kill_mutant "$tier" "$work" "$file" && break
			verdict='survived - -'
			rm -rf "${work:?}/$tier"
		done
		read -r how where verdict <<< "$verdict"
		printf '%-8s %-44s %-9s %6d ms  %s  %s\n' "$how" "$id" "$class" \
			$(((${EPOCHREALTIME/./} - from) / 1000)) "$where" "$verdict" > "$result.new"
		mv "$result.new" "$result"
	fi
	rm -rf "$work"
	cat "$result"
	# what survives without sanitizers may not with them
	if [ "$tiers" = fast ] && [ "$how" = survived ]; then rm -f "$result"; fi
}

# Every mutant in $out/planted and $out/list ("ID FILE CLASS LIST").
plant_all()
{
	rm -rf "$out/planted"
	mkdir -p "$out/planted"
	awk -v permille=$permille -f $here/systematic.awk "${sources[@]}" > "$out/systematic.mut" \
		2> /dev/null
	awk -v to="$out/planted" -f $here/plant.awk $here/catalogue/*.mut "$out/systematic.mut" \
		> "$out/list" || die 'the catalogue and the source do not match any more'
}

# Results, and that the tests pass on the original, are good for these sources
# alone.
keep_results()
{
	local key

	# the tests read policies, and are linked with what compiles them
	key=$(find vm policyc policies tests/{unit,lib,oracle,vm,conformance,prove,policy} $here/{build.mk,stop.c} -type f \
		-print0 | sort -z | xargs -0 cat | sha256sum)
	if [ "$key" != "$(cat "$out/key" 2> /dev/null)" ]; then
		rm -rf "$out/results" $out/*.order
		echo "$key" > "$out/key"
	fi
	mkdir -p "$out/results"
}

# Judge the results against the file `survivors`; prints the summary.
judge()
{
	awk -v list="$out/chosen" -v survivors=$here/survivors \
		-v min=$min_killed -v whole="$1" '
		BEGIN {
			while ((getline line < list) > 0) {
				split(line, f, " ")
				by_hand[f[1]] = f[4] ~ /catalogue/
				wanted[f[1]] = 1
			}
			while ((getline line < survivors) > 0) {
				split(line, f, " ")
				if (line ~ /^\[/)
					explained[substr(f[1], 2, length(f[1]) - 2)] = 1
			}
		}
		!($2 in wanted) { next }
		{
			n[$1]++
			total++
			classes[$3]++
			of[$3, $1]++
			if ($1 == "killed") {
				time += $4
				if ($2 in explained)
					complain($2 ": killed, but said to be equivalent")
				else
					passed++
			} else if ($1 == "invalid") {
				complain($2 ": does not compile")
			} else if (by_hand[$2]) {
				complain($2 ": survives, and is of the catalogue")
			} else if (!($2 in explained)) {
				complain($2 ": survives, and nothing says why")
			} else {
				passed++
			}
			delete wanted[$2]
		}
		function complain(what) {
			print "FAIL " what
			failed++
		}
		END {
			for (id in wanted)
				complain(id ": was not run")
			if (whole) {
				for (id in explained)
					if (!(id in by_hand))
						complain(id ": is explained, and there is no such mutant")
			}
			print ""
			printf "%-10s %7s %7s %8s\n", "class", "mutants", "killed", "survived"
			for (c in classes)
				printf "%-10s %7d %7d %8d\n", c, classes[c], of[c, "killed"],
					of[c, "survived"] | "sort"
			close("sort")
			printf "%d mutants: %d killed, %d survived, %d invalid\n", total,
				n["killed"], n["survived"], n["invalid"]
			if (whole && 100 * n["killed"] < min * (total - n["invalid"]))
				complain("under " min " % are killed")
			printf "%d passed, %d failed\n", passed, failed
			exit failed > 0
		}' $out/lines
}

run()
{
	local ids tier whole=0

	case ${1:-} in
	all|list) ids=all; export tiers='fast san' ;;
	sample) ids=sample; export tiers='fast' ;;
	''|-*) die 'usage: run.sh all|sample|list|ID...' ;;
	*) ids=$*; export tiers='fast san' ;;
	esac

	# The caller may be a make with a job server of its own.
	unset MAKEFLAGS MFLAGS MAKELEVEL
	jobs=${JOBS:-$(nproc)}
	mkdir -p $out
	exec 9> $out/lock
	flock -n 9 || die "another run is at work in $out"
	plant_all
	if [ "${1:-}" = list ]; then
		cat $out/list
		return
	fi
	keep_results
	for tier in $tiers; do
		build_tier "$tier"
		time_tier "$tier"
	done
	case $ids in
	all) cp $out/list $out/chosen ;;
	sample) ids=$(grep -v '^#' $here/sample) ;;&
	*)
		: > $out/chosen
		for id in $ids; do
			grep "^$id " $out/list >> $out/chosen || die "no mutant '$id'"
		done
		;;
	esac
	while read -r id file class _; do
		printf '%s %s %s\n' "$id" "$file" "$class"
	done < $out/chosen | xargs -P "$jobs" -L 1 "$0" --one 9>&- | tee $out/lines
	whole=0
	[ "$1" != all ] || whole=1
	judge $whole
}

case ${1:-} in
--time)
	time_program "$2" "$3"
	;;
--one)
	one_mutant "$2" "$3" "$4"
	;;
*)
	run "$@"
	;;
esac
exit

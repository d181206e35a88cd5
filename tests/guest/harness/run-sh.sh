#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# On the host: run.sh returns what happened. A harness that cannot fail proves
# nothing, so each way to fail is seen once.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
. "$top/tests/guest/lib.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
lkdtm=/sys/kernel/debug/provoke-crash/DIRECT

# guest COMMANDS [OPTIONS...]: runs them inside; sets status, out and err.
guest()
{
	local commands=$1
	shift
	printf '#!/bin/bash\n%s\n' "$commands" > "$work/script"
	chmod 755 "$work/script"
	run "$top/tests/guest/run.sh" --log "$work/log" \
		--flavour "${GUEST_FLAVOUR:-fast}" "$@" -- "$work/script" 'two words' "it's"
}

export GUEST_COLOUR="a 'quoted' value"
guest 'seq 200000; echo "error" >&2; echo "$2 ${#1} $GUEST_COLOUR"; sleep 99 & exit 255'
is "$status" 255 "the script's status arrives"
is "$(head -n 200000 <<< "$out" | cksum)" "$(seq 200000 | cksum)" \
	"a megabyte of output arrives whole"
is "$(tail -n 2 <<< "$out")" $'error\n'"it's 9 $GUEST_COLOUR" \
	"so do standard error, arguments and variables"

guest 'id -u; touch /usr/from-guest && ls -d /usr/from-guest; echo gone > "$BAILIFF_TOP/Makefile"'
is "$out" $'0\n/usr/from-guest' "inside, root writes everywhere"
fails "on the host nothing of it is seen" test -e /usr/from-guest
like "$(cat "$top/Makefile")" 'Bailiff' "the checkout is not written to"

mkdir "$work/rw"
guest "echo seen > '$work/rw/file'
cat /sys/devices/system/clocksource/clocksource0/current_clocksource" \
	--rw "$work/rw" --clock
is "$status $(cat "$work/rw/file" 2>&1)" "0 seen" "--rw DIR is written to"
if khz=$("$top/build/guest/ticks"); then
	like "$khz" '^[1-9][0-9]{5,6}$' "the host's counter counts"
	is "$out" tsc "--clock makes it the guest's clock"
fi

guest "echo before; echo WARNING > $lkdtm; echo after"
is "$status" 125 "a WARN fails the run"
is "$out" $'before\nafter' "the script runs on after it"
like "$err" 'WARNING: .*lkdtm' "the WARN is shown"

guest "echo PANIC > $lkdtm"
is "$status" 125 "a panic fails the run"
like "$err" 'Kernel panic' "the panic is shown"

guest "echo BUG > $lkdtm"
is "$status" 125 "a BUG fails the run"
like "$err" "kernel BUG at" "the BUG is shown"

limit=$(patient 15)
guest "echo started; sleep $((limit * 2))" --timeout "$limit"
is "$status" 124 "a script that hangs is ended"
is "$out" started "its output until then is kept"

guest 'grep -o lsm=.* /proc/cmdline; nproc' --smp 1 --append 'word=1'
like "$out" 'word=1' "--append reaches the kernel"
like "$out" '^1$' "--smp holds"

guest 'spin()
{
	local from=${EPOCHREALTIME/[.,]/} i
	for ((i = 0; i < 20000; i++)); do :; done
	echo $((${EPOCHREALTIME/[.,]/} - from))
}
nproc; spin; spin; spin' --icount
read -r -d '' cpus _ second third <<< "$out"
is "$status $cpus" "0 1" "--icount has one CPU"
is "$((second > 1000 && second - third < second / 100 && third - second < second / 100))" 1 \
	"whose clock counts instructions, which are as many each time"
diag "$out"

guest true --icount --clock
is "$status $err" "125 run.sh: --icount and --clock are two clocks" "one has one clock"
run "$top/tests/guest/run.sh" -- /nonexistent
is "$status $err" "125 run.sh: no such script: /nonexistent" "a missing script is named"
GUEST_KERNEL=/nonexistent run "$top/tests/guest/run.sh" -- /bin/true
like "$err" 'make kernel' "a missing kernel names the make target"
done_testing

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 540
#
# The kernel's memory is the same after many replacements, bindings and joins
# as after five. GUEST_LEAKS_LOADS, _CYCLES and _JOINS say how many (1,000 of
# each; `make fuzz-guest` takes 100,000 replacements and 10,000 of the others).
# On the debug kernel, where each takes long, KASAN keeps back what was freed, so
# that sizes say nothing: there kmemleak judges when the guest ends (init).
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

churn=$BAILIFF_TOP/build/guest/churn
boxes=$(volume 1000 100)
loads=${GUEST_LEAKS_LOADS:-$boxes}
cycles=${GUEST_LEAKS_CYCLES:-$boxes}
joins=${GUEST_LEAKS_JOINS:-$boxes}
# Less than 32 bytes left behind by each of a thousand rounds; Bailiff has no
# objects smaller than that. All of the slab may differ by twice as much: in the
# caches of others what tasks take and give back meanwhile is some 20 KiB.
limit=$((16 * 1024))
# /proc/meminfo counts the pages behind per-CPU memory, and the kernel keeps up
# to four of them for each CPU in reserve, now fewer, now more (mm/percpu.c:
# PCPU_EMPTY_POP_PAGES_HIGH).
reserve=$((4 * 4096 * $(nproc)))

# A policy with what there is to free: programs, tables, counters
write_policy()
{
	cat <<END
bailiff: 1
policy: churn
default: {files: allow, exec: allow, network: allow, capabilities: allow, mounts: deny}
files:
  - deny: [read, write]
    paths: [/nothing/$1, "/nothing/$1/**"]
network:
  - deny: connect
    to: [10.$1.0.0/16, "fd00:$1::/32"]
    ports: [1-9, 1000-1999]
END
}

for i in 1 2; do
	write_policy $i > $work/$i.yaml
	succeeds "version $i compiles" policyc build $work/$i.yaml -o $work/$i.img
done
like "$(load_image $work/1.img)" '^ok' "and loads"
mkdir /sys/fs/cgroup/churn
seq -f /sys/fs/cgroup/churn/%.0f "$boxes" | xargs mkdir

# grown TEXT: what churn printed, as "KIND BYTES MOST BYTES" lines. Left out of the
# slab: vmap_area, which the kernel purges when it likes, and what /proc is read by.
# "large" goes up and down by some 80 KiB; a round would leave 8 KiB at least.
grown()
{
	awk -v limit=$limit -v reserve=$reserve '
		$1 == "cache" && ($2 == "vmap_area" || $2 == "proc_inode_cache") {
			others += $3
		}
		$1 ~ /^(slab|kmalloc|large|percpu|vmalloc)$/ { growth[$1] = $3 - $2 }
		END {
			growth["slab"] -= others
			print "slab", growth["slab"], 2 * limit
			print "kmalloc", growth["kmalloc"], limit
			print "large", growth["large"], 8 * limit
			print "percpu", growth["percpu"], reserve + limit
			print "vmalloc", growth["vmalloc"], 8 * limit
		}' <<< "$1"
}

# claim DESCRIPTION COMMAND...: churn does that without growth. What others take
# meanwhile may be too much once; what leaks does so each time.
claim()
{
	local description=$1 text kind growth most try
	shift

	if [ -e /sys/kernel/debug/kmemleak ]; then
		succeeds "$description" "$@"
		diag "$(paste -sd' ' <<< "$out")"
		return
	fi
	for try in 1 2 3 4; do
		text=$("$@" 2>&1)
		diag "$(paste -sd' ' <<< "$text")"
		grown "$text" | awk '$2 > $3 { exit 1 }' && break
	done
	for kind in slab kmalloc large percpu vmalloc; do
		like "$text" "^$kind [0-9]" "$description, try $try: $kind is counted"
	done
	while read -r kind growth most; do
		[ "$growth" -le "$most" ] && ok "$description: $kind" ||
			not_ok "$description: $kind ($growth bytes)"
	done < <(grown "$text")
}

claim "$loads replacements" $churn load $((loads / 2)) $work/1.img $work/2.img
claim "$cycles bindings" $churn bind $((cycles / boxes)) churn /sys/fs/cgroup/churn
claim "$joins joins" $churn enter "$joins" churn

# All at once, with a task in each that joins. A container takes its binding, a set
# of domains, what the policy keeps for it, and the name of its program.
before=$(status_of joins)
text=$($churn keep churn /sys/fs/cgroup/churn)
diag "$(paste -sd' ' <<< "$text")"
is "$(status_of bindings)" "$boxes" "$boxes containers are bound"
is "$(($(status_of joins) - before))" "$boxes" "a task in each has joined"
for kind in slab large percpu vmalloc; do
	like "$text" "^$kind [0-9]" "what they take: $kind is counted"
done
each=$(grown "$text" | awk -v boxes="$boxes" '$1 != "kmalloc" { sum += $2 } END { print int(sum / boxes) }')
diag "a container takes $each bytes"
if [ ! -e /sys/kernel/debug/kmemleak ]; then
	[ "$each" -le 1024 ] && ok "a container more takes 1 KiB at most" ||
		not_ok "a container more takes $each bytes"
fi
before=$(status_of joins)
for i in $(seq 1 $((boxes / 10))); do
	in_cgroup churn/$i true
done
is "$(($(status_of joins) - before))" $((boxes / 10)) "tasks in a tenth of them have joined"
like "$(tell $fs/unload churn)" 'error.*bound' "the policy is in use"
rmdir /sys/fs/cgroup/churn/* 2> /dev/null
rmdir /sys/fs/cgroup/churn
other=$(cgroup other)
tell $fs/bind "cgroup=$other policy=churn" > /dev/null
is "$(status_of bindings)" 1 "the bindings of dead cgroups are reaped by the next one"
tell $fs/unbind "cgroup=$other" > /dev/null
succeeds "and the policy can go" wait_for 10 sh -c "echo churn > $fs/unload"
done_testing

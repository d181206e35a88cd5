# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # root, policyc, work: of run.sh
#
# `syscalls` of a policy: what is exported, and what others make of it.
# Sourced by run.sh.

# policy_of LINE...: $work/calls.yaml, with these lines in `syscalls`.
policy_of()
{
	printf '%s\n' 'bailiff: 1' 'policy: calls' 'syscalls:' "$@" \
		> "$work/calls.yaml"
}

syscalls()
{
	local file=$work/calls.yaml

	policy_of '  allow: "@system-service"' '  deny: [mkdir, mkdirat]' \
		'  errno: EPERM'
	set -- "$policyc" syscalls
	says 'groups of system calls' 0 '^"@network-io"  sockets$' "$@"
	says 'an allowed call' 0 '^allow: read, "@system-service", .*calls.yaml:4$' \
		"$@" "$file" read
	says 'a denied call' 1 '^deny, EPERM: mkdir, .*calls.yaml:5$' \
		"$@" "$file" read mkdir
	says 'a call by default' 1 '^deny, ENOSYS: ptrace, the default$' \
		"$@" "$file" ptrace
	says 'no such call' 2 "did you mean 'ptrace'" "$@" "$file" ptrcae
	says 'all calls' 0 '^deny, ENOSYS: what is not named' "$@" "$file"
	says 'no filter' 2 P607 "$@" accept/least.yaml
	"$@" "$file" --bpf "$work/1.bpf"
	"$policyc" build "$file" -o "$work/calls.img" > /dev/null
	"$@" "$work/calls.img" --bpf - > "$work/2.bpf"
	same 'the filter of a policy and its image' "$work/1.bpf" "$work/2.bpf"
	"$@" "$file" --oci > "$work/1.json"
	"$@" "$work/calls.img" --oci -o "$work/2.json"
	same 'the same as JSON' "$work/1.json" "$work/2.json"
	says 'a default of OCI' 0 '^\["SCMP_ACT_ERRNO",38,\["SCMP_ARCH_X86_64"\]\]$' \
		jq -c '[.defaultAction, .defaultErrnoRet, .architectures]' "$work/1.json"
	says 'a deny of OCI' 0 '^\["mkdir","mkdirat"\]$' jq -c \
		'.syscalls[] | select(.action == "SCMP_ACT_ERRNO" and .errnoRet == 1) | .names' \
		"$work/1.json"
	says 'an image with a filter' 0 '^system calls: a filter of [0-9]* instructions$' \
		"$policyc" dump "$work/calls.img"
	"$policyc" dump --json "$work/calls.img" > "$work/out"
	says 'an image with a filter as JSON' 0 '^false$' jq .syscalls.runtime "$work/out"
	printf '# expect: %s\n' P607 >> "$odd"
}

# A filter is a part of what a policy allows.
differences_of_calls()
{
	policy_of '  allow: "@system-service"'
	cp "$work/calls.yaml" "$work/old.yaml"
	policy_of '  allow: ["@system-service", ptrace]' '  deny: userfaultfd'
	set -- "$policyc" diff "$work/old.yaml" "$work/calls.yaml"
	says 'a call more' 1 '^newly allowed: system call ptrace$' "$@"
	says 'a call less' 1 '^newly denied: system call userfaultfd$' "$@"
	says 'sums of calls' 1 '^1 newly allowed, 1 newly denied$' "$@"
	"$@" --json > "$work/out" || :
	says 'calls as JSON' 0 '^\["ptrace","deny, ENOSYS","allow"\]$' jq -c \
		'.[] | select(.change == "allowed") | [.system_call, .old, .new]' "$work/out"
	says 'the same filter' 0 '^no difference$' "$policyc" diff --exact \
		"$work/calls.yaml" "$work/calls.yaml"
	policy_of '  default: allow' '  deny: ptrace'
	says 'calls of no name' 1 'system call of any other number$' \
		"$policyc" diff "$work/old.yaml" "$work/calls.yaml"
	policy_of '  allow: "@system-service"' '  mode: audit'
	says 'a filter that only records' 1 'newly allowed: system call ptrace' \
		"$policyc" diff "$work/old.yaml" "$work/calls.yaml"
}

# in_bundle CONFIG: crun runs it, with a mount tree of its own, in which there
# are no cgroups that it would have to understand.
in_bundle()
{
	cp "$1" "$work/bundle/config.json"
	# shellcheck disable=SC2016 # not for this shell
	unshare -m sh -c '
		mount -t cgroup2 none /sys/fs/cgroup &&
		crun --root "$1/crun" --cgroup-manager=disabled run -b "$1/bundle" "policy-$$"' \
		sh "$work"
}

# crun starts a container under what --oci prints. Where it starts none at all
# (no root, no namespaces), that is said, and counts for nothing.
containers()
{
	local why

	policy_of '  allow: "@system-service"' '  deny: [mkdir, mkdirat]' \
		'  errno: EPERM'
	mkdir -p "$work/bundle/rootfs/"{bin,dev,proc,sys}
	why=$({ cp "$(command -v busybox)" "$work/bundle/rootfs/bin/busybox" &&
		jq -n '{ociVersion: "1.0.2", process: {user: {uid: 0, gid: 0},
			args: ["/bin/busybox", "mkdir", "/made"], cwd: "/",
			noNewPrivileges: true}, root: {path: "rootfs"},
			mounts: [{destination: "/dev", type: "tmpfs", source: "tmpfs"}],
			linux: {namespaces: [{type: "mount"}]}}' > "$work/plain.json" &&
		in_bundle "$work/plain.json"; } 2>&1) || :
	if [ ! -d "$work/bundle/rootfs/made" ]; then
		echo "SKIP crun starts no container here: ${why:-it says nothing}"
		return
	fi
	rmdir "$work/bundle/rootfs/made"
	"$policyc" syscalls "$work/calls.yaml" --oci |
		jq --slurpfile plain "$work/plain.json" \
			'. as $s | $plain[0] | .linux.seccomp = $s' > "$work/filtered.json"
	says 'a container under the filter' 1 'Operation not permitted' \
		in_bundle "$work/filtered.json"
	if [ -d "$work/bundle/rootfs/made" ]; then fail 'a directory was made'; else pass; fi
}

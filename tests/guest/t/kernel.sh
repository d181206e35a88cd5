# shellcheck shell=bash disable=SC2086
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 120
# also: 6.1 fast
#
# What concerns the kernel itself.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

reach=$BAILIFF_TOP/build/guest/reach

# kernel_policy NAME RULES: nothing but the class is judged.
kernel_policy()
{
	load_policy <<END
bailiff: 1
policy: $1
default: {files: allow, exec: allow, network: allow, capabilities: allow,
          mounts: allow, namespaces: allow, tasks: allow, ipc: allow, kernel: deny}
$2
END
}

# inside POLICY VERB...: what reach prints under it, in one line.
inside()
{
	local policy=$1
	shift
	bash -c 'echo "$1" > "$2" && shift 2 && exec "$@"' - "$policy" $fs/self \
		$reach "$@" 2>&1 | paste -sd' '
}

succeeds "a policy without rules loads" kernel_policy none ""
echo "no module" > $work/module
debug=/sys/kernel/debug/fault_around_bytes # what nobody may write is free

verbs=(
	"module:module" "modulefile FILE:module" "bpf:bpf" "perf:perf"
	"session:keyring" "addkey user:keyring" "syslog:syslog" "time:time"
	"poller:io-uring" "personality:io-uring" "uringcmd:io-uring"
	"open DEBUGFS:lockdown"
)
line=() rules=
for entry in "${verbs[@]}"; do
	text=${entry%:*}
	text=${text/FILE/$work/module}
	read -ra words <<< "${text/DEBUGFS/$debug}"
	line+=("${words[@]}" ",")
	rules+="
  - {deny: ${entry#*:}, errno: EROFS, message: no ${entry#*:}}"
done
succeeds "one that allows all loads" kernel_policy all "
kernel:
  - allow: all"
succeeds "one that denies each loads" kernel_policy each "
kernel:$rules"

# answers WORD: one for each verb
answers()
{
	printf '%s\n' "${verbs[@]/*/$1}" | paste -sd' '
}

is "$($reach "${line[@]}" | paste -sd' ')" "$(answers ok)" \
	"everything works without a policy"
drain
is "$(inside none "${line[@]}")" "$(answers EPERM)" "nothing without a rule"
is "$(records | grep -c '^reach$')" ${#verbs[@]} "with a record each"
is "$(inside all "${line[@]}")" "$(answers ok)" "a rule allows it"
drain
# debugfs has an errno of its own for lockdown
is "$(inside each "${line[@]}")" "$(answers EROFS | sed 's/EROFS$/EPERM/')" \
	"rules deny each"
is "$(records | grep -c '^no [a-z-]*$')" ${#verbs[@]} \
	"which the records name"
is "$(inside none ring)" ok "a ring without a poller needs no rule"

# Names
kernel_policy names "
kernel:
  - allow: keyring
    names: [keyring, 'us*']
  - allow: module-request
    names: net-pf-3"
is "$(inside names addkey user , addkey logon)" "ok EPERM" \
	"keys are told apart by their type"

is "$($reach session , addkey user , readkey | paste -sd' ')" "ok ok ok" \
	"a keyring that one possesses is read"
is "$($reach session , addkey user , enter none , readkey | paste -sd' ')" \
	"ok ok ok EPERM" "and not without a rule"

# A socket of a family that is not there makes the kernel ask for a module
drain
is "$(inside none family 3)" EAFNOSUPPORT "a module is asked for"
like "$(records)" '^net-pf-3$' "the record names the module"
drain
is "$(inside names family 3 , family 5)" "EAFNOSUPPORT EAFNOSUPPORT" \
	"rules know modules by name"
said=$(records)
unlike "$said" '^net-pf-3$' "one may be asked for"
like "$said" '^net-pf-5$' "another may not"

fails "a rule on swap areas is refused" kernel_policy swap "
kernel:
  - deny: swap"
done_testing

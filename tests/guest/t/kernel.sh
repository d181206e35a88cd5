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
debug=$(find /sys/kernel/debug -maxdepth 2 -type f -perm -400 2> /dev/null | head -n 1)

verbs=(
	"module:module" "modulefile FILE:module" "bpf:bpf" "perf:perf"
	"session:keyring" "addkey user:keyring" "syslog:syslog" "time:time"
	"quota:quota" "poller:io-uring" "open DEBUGFS:lockdown"
)
for entry in "${verbs[@]}"; do
	op=${entry#*:}
	text=${entry%:*}
	text=${text/FILE/$work/module}
	read -ra verb <<< "${text/DEBUGFS/$debug}"
	kernel_policy only "
kernel:
  - allow: $op"
	kernel_policy not "
kernel:
  - allow: all
  - deny: $op
    message: none of it
    errno: EROFS"
	want=$($reach "${verb[@]}")
	case $text in
	quota) ;; # may be missing
	*) is "$want" ok "$text works without a policy" ;;
	esac
	drain
	is "$(inside none "${verb[@]}")" EPERM "$text is denied"
	like "$(records)" '^none$' "with a record"
	is "$(inside only "${verb[@]}")" "$want" "$text is allowed by a rule"
	drain
	is "$(inside not "${verb[@]}")" EROFS "$text is denied by a rule"
	like "$(records)" 'none of it' "which the record names"
done
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

# a module that is asked for: modprobe here only leaves word
cat > $work/modprobe <<END
#!/bin/sh
echo "\$*" >> $work/asked
END
chmod 755 $work/modprobe
echo $work/modprobe > /proc/sys/kernel/modprobe
: > $work/asked
isnt "$($reach family 3)" ok "a family that is not there"
like "$(cat $work/asked)" 'net-pf-3' "is asked for"
: > $work/asked
drain
is "$(inside none family 3)" EAFNOSUPPORT "by who may not, it is not"
is "$(cat $work/asked)" "" "nobody ran modprobe"
like "$(records)" 'net-pf-3' "and the record names the module"
is "$(inside names family 3 , family 5)" "EAFNOSUPPORT EAFNOSUPPORT" "by name"
like "$(cat $work/asked)" 'net-pf-3' "it is for who may"
unlike "$(cat $work/asked)" 'net-pf-5' "no other one"
echo /sbin/modprobe > /proc/sys/kernel/modprobe

# swap areas have no hook
fails "a rule on swap areas is refused" kernel_policy swap "
kernel:
  - deny: swap"
done_testing

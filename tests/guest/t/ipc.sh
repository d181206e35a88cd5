# shellcheck shell=bash disable=SC2086
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 120
# also: 6.1 fast
#
# System V objects and POSIX message queues.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

reach=$BAILIFF_TOP/build/guest/reach

# ipc_policy NAME RULES: nothing but the class is judged.
ipc_policy()
{
	load_policy <<END
bailiff: 1
policy: $1
default: {files: allow, exec: allow, network: allow, capabilities: allow,
          mounts: allow, namespaces: allow, tasks: allow, kernel: allow, ipc: deny}
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

succeeds "a policy without rules loads" ipc_policy none ""
for op in shm sem msg mqueue; do
	ipc_policy only-$op "
ipc:
  - allow: $op"
	ipc_policy not-$op "
ipc:
  - allow: all
  - deny: $op
    message: none of it
    errno: ENOSYS"
done

# What somebody outside made
ids=$(python3 - <<'END'
import ctypes
libc = ctypes.CDLL(None)
print(libc.shmget(4711, 4096, 0o1666), libc.semget(4711, 1, 0o1666),
      libc.msgget(4711, 0o1666))
END
)
read -r shm sem msg <<< "$ids"
$reach mqueue /queue > /dev/null

verbs=(
	"shm:shm" "shmget KEY:shm" "shmctl SHM:shm" "shmat SHM:shm"
	"sem:sem" "semget KEY:sem" "semctl SEM:sem" "semop SEM:sem"
	"msg:msg" "msgget KEY:msg" "msgctl MSG:msg" "msgsnd MSG:msg"
	"mqueue /reach:mqueue" "mqopen /queue:mqueue"
)
for entry in "${verbs[@]}"; do
	op=${entry#*:}
	text=${entry%:*}
	text=${text/KEY/4711}
	text=${text/SHM/$shm}
	text=${text/SEM/$sem}
	read -ra verb <<< "${text/MSG/$msg}"
	is "$($reach "${verb[@]}")" ok "$text works without a policy"
	drain
	is "$(inside none "${verb[@]}")" EPERM "$text is denied"
	like "$(records)" '^none$' "with a record"
	is "$(inside only-$op "${verb[@]}")" ok "$text is allowed by a rule"
	drain
	is "$(inside not-$op "${verb[@]}")" ENOSYS "$text is denied by a rule"
	like "$(records)" 'none of it' "which the record names"
done

$reach msgsnd $msg > /dev/null
is "$(inside none msgrcv $msg)" ENOMSG "no message is taken"
is "$(inside only-msg msgrcv $msg)" ok "unless a rule allows it"

is "$(inside none mqunlink /queue)" EPERM "a queue's name is not removed"
is "$(inside only-mqueue mqunlink /queue)" ok "unless a rule allows it"

# The same queues, as files
mkdir -p /dev/mqueue
mountpoint -q /dev/mqueue || mount -t mqueue none /dev/mqueue
$reach mqueue /seen > /dev/null
is "$($reach open /dev/mqueue/seen)" ok "a queue is a file where it is mounted"
is "$(inside none open /dev/mqueue/seen)" EPERM "and a queue still"
is "$(inside none open /dev/mqueue)" ok "unlike the directory"
umount /dev/mqueue
done_testing

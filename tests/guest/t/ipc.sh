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
succeeds "one that allows all loads" ipc_policy all "
ipc:
  - allow: all"
for op in shm sem msg mqueue; do
	ipc_policy not-$op "
ipc:
  - allow: all
  - deny: $op
    message: none of $op
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
	"mqueue /letters:mqueue" "mqopen /queue:mqueue"
)
line=()
for entry in "${verbs[@]}"; do
	text=${entry%:*}
	text=${text/KEY/4711}
	text=${text/SHM/$shm}
	text=${text/SEM/$sem}
	read -ra words <<< "${text/MSG/$msg}"
	line+=("${words[@]}" ",")
done

# answers WORD [OP OTHER]: one for each verb, another for those of an operation
answers()
{
	local entry

	for entry in "${verbs[@]}"; do
		[ "${entry#*:}" = "${2:-}" ] && echo "$3" || echo "$1"
	done | paste -sd' '
}

is "$($reach "${line[@]}" | paste -sd' ')" "$(answers ok)" \
	"everything works without a policy"
drain
is "$(inside none "${line[@]}")" "$(answers EPERM)" "nothing without a rule"
is "$(records | grep -c '^reach$')" ${#verbs[@]} "with a record each"
is "$(inside all "${line[@]}")" "$(answers ok)" "a rule allows it"
for op in shm sem msg mqueue; do
	drain
	is "$(inside not-$op "${line[@]}")" "$(answers ok $op ENOSYS)" \
		"a rule denies $op and nothing else"
	like "$(records)" "none of $op" "which the record names"
done

$reach msgsnd $msg > /dev/null
is "$(inside none msgrcv $msg)" ENOMSG "no message is taken"
is "$(inside all msgrcv $msg)" ok "unless a rule allows it"

is "$(inside none mqueue /fresh)" EPERM "nor is a new queue made"
is "$($reach mqopen /fresh)" ENOENT "and none is there"
is "$(inside none mqunlink /queue)" EPERM "a queue's name is not removed"
is "$(inside all mqunlink /queue)" ok "unless a rule allows it"

# The same queues, as files
mkdir -p /dev/mqueue
mountpoint -q /dev/mqueue || mount -t mqueue none /dev/mqueue
$reach mqueue /seen > /dev/null
is "$($reach open /dev/mqueue/seen)" ok "a queue is a file where it is mounted"
is "$(inside none open /dev/mqueue/seen)" EPERM "and a queue still"
is "$(inside none open /dev/mqueue)" ok "unlike the directory"
umount /dev/mqueue
done_testing

/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * bailiff.h - what user space may rely on: the files in securityfs, the lines
 * they take, and the records they give
 *
 * Directory: /sys/kernel/security/bailiff/
 *
 *   version    r   "bailiff ABI IMAGE LANGUAGE\n", e.g. "bailiff 1 1 1"
 *   status     r   "key value\n" lines, below
 *   load       rw  write one whole image at offset 0
 *   unload     rw  write a policy name
 *   bind       rw  write one line, below
 *   unbind     rw  write "cgroup=ID"
 *   self       rw  write NAME or NAME@DIGEST: the writer enters that policy,
 *                  for ever; read (another open): the names of those I am in
 *   events     r   struct bailiff_event records, whole ones only; poll
 *   trace      rw  write "cgroup=ID", "policy=NAME" or both: from then on read
 *                  gives a record of every decision of theirs, the allowed
 *                  ones too, until the file is closed; poll. Below
 *   bindings   r   one line a binding, in the syntax of `bind`, then
 *                  " tasks=N joined=N": tasks in the cgroup, tasks confined
 *   tasks      r   "TGID TID POLICY@GENERATION[,POLICY@GENERATION...]" lines
 *   policies/NAME/{info,mode,rules,image}
 *
 * Files marked rw take one write of the whole message at offset 0; the reply
 * is read from the same open file: "ok ...\n" or "error: TEXT\n". A refused
 * write also returns the errno. A line of text that is too long is refused
 * (E2BIG), as is one with a NUL in it, be it the last byte (EINVAL). Writing
 * load, unload, bind, unbind and mode needs CAP_MAC_ADMIN in the initial user
 * namespace when the file is opened and when it is written, and neither opener
 * nor writer may be confined (EPERM).
 *
 *   load    ok policy=NAME generation=N digest=HEX
 *           EINVAL malformed or refused by the verifier, EMSGSIZE cut short or
 *           followed by other bytes, E2BIG past a limit,
 *           EPROTONOSUPPORT other version, EOPNOTSUPP the kernel does not
 *           mediate an operation (the reply names FILE:LINE), ENOMEM, EBUSY
 *           bound, or tasks run under it, and its filter of system calls is
 *           another than theirs
 *   unload  ENOENT; EBUSY bound, or tasks run under it
 *   bind    cgroup=ID policy=NAME[@DIGEST][,NAME[@DIGEST]...] [label=LABEL]
 *           [runtime=PID] [filtered]
 *           ID: cgroup v2 id, decimal. All of the policies, 16 at most, are
 *           bound, or none; who joins is under all of them. NAME `refuse`,
 *           alone, is built in: exec fails. DIGEST: hex SHA-256 of the image;
 *           the exec fails unless that is the active one. runtime: only execs
 *           in another mount namespace than this task's join. filtered: who
 *           starts the container installs the policies' filters of system
 *           calls. A second bind of the same cgroup replaces.
 *           ENOENT no such cgroup or policy, ESRCH no such pid, EINVAL, E2BIG
 *           more than 16, EBUSY the root cgroup or one that holds the writer,
 *           EACCES a policy has a filter of system calls without
 *           `installed-by: runtime`, and `filtered` is not said
 *   trace   is open once at a time (EBUSY), for who may load, and takes one
 *           line (EINVAL what is none, EBUSY a second one). Numbers of records
 *           and losses are its own; in `events`, counts and audit nothing of it
 *           is seen. What the kernel need not decide again is not decided
 *   self    EPERM needs CAP_MAC_ADMIN, or no_new_privs and a policy marked
 *           `enter: self`; EBUSY several threads, an io_uring, other
 *           credentials than the opener's, or the writer traces whom the policy
 *           does not let it; ENOENT; EINVAL no digest; ESTALE the active
 *           version has another one; E2BIG 16 domains already; EACCES the
 *           policy has a filter of system calls, and the writer is under none
 *   mode    write "enforce", "audit", or "CLASS=enforce|audit"
 *   rules   r  "NUMBER FILE:LINE KIND HITS\n" lines; rule 0 is the default
 *   image   r  the bytes that were loaded
 *   info    r  "key value\n": name generation digest mode bytes rules tasks
 *              programs (jit or interpreter), loaded (seconds, realtime);
 *              with `start` also start_timeout (seconds) and waiting
 *              (containers that have tasks and have not started)
 *
 * status: abi, lsm_order (position known to the kernel), jit (on|off),
 *   policies, bindings, generation (last one given out), decisions_denied,
 *   decisions_audited, denied.CLASS, reason.REASON, events_total (records
 *   made), events_delivered, events_lost, events_waiting (not read yet),
 *   events_memory (bytes of the buffers, constant), audit_suppressed,
 *   walks_again (path walks repeated because a name or a mount moved), loads,
 *   load_errors, joins, join_failures, mediated.CLASS (hex operation set); and
 *   where there are some: unmediated.CLASS (operations that are not enforced
 *   here), missing_hooks (that this kernel lacks)
 */
#ifndef _UAPI_BAILIFF_H
#define _UAPI_BAILIFF_H

#include <linux/types.h>

#define BAILIFF_ABI 1
#define BAILIFF_DIR "/sys/kernel/security/bailiff"

/* How the decision was carried out. */
#define BAILIFF_EVENT_ENFORCED 0 /* denied */
#define BAILIFF_EVENT_WOULD_DENY 1 /* audit mode: allowed, would be denied */
#define BAILIFF_EVENT_AUDITED 2 /* allowed; an audit rule asked for a record */
#define BAILIFF_EVENT_LIFECYCLE 3 /* load, unload, bind, unbind, mode, join */
/* as WOULD_DENY, because the container has not started yet: `start` */
#define BAILIFF_EVENT_WAITING 4
#define BAILIFF_EVENT_ALLOWED 5 /* in `trace` alone; rule 0: by the default */

/* op of a lifecycle record; object holds a sentence */
#define BAILIFF_LIFE_LOAD 1
#define BAILIFF_LIFE_UNLOAD 2
#define BAILIFF_LIFE_BIND 3
#define BAILIFF_LIFE_UNBIND 4
#define BAILIFF_LIFE_MODE 5
#define BAILIFF_LIFE_SELF 6

#define BAILIFF_EVENT_VERSION 1

/* uid where no task asked: of a packet */
#define BAILIFF_EVENT_NO_UID 0xffffffffu

/*
 * One record. Strings are NUL-terminated, at offsets from the start of the
 * record; 0 means there is none. len is a multiple of 8. A reader that gets
 * a record of a greater version uses the fields it knows and skips by len.
 */
struct bailiff_event {
	__u32 len; /* bytes, strings included */
	__u16 version; /* BAILIFF_EVENT_VERSION */
	__u8 outcome; /* BAILIFF_EVENT_* */
	__u8 class; /* enum bvm_class, vm/hooks.def */
	__u64 seq; /* from 1, counted over all records, lost ones too */
	__u64 time_ns; /* CLOCK_REALTIME */
	__u64 lost; /* records lost so far, since boot */
	__u64 generation; /* of the policy */
	__u64 cgroup; /* id of the bound cgroup; 0: self */
	__u32 tgid; /* in the initial pid namespace; 0: no task, a packet */
	__u32 tid;
	__u32 uid; /* fsuid, in the initial user namespace, or ..._NO_UID */
	__u8 op; /* operation, vm/hooks.def */
	__u8 reason; /* enum bvm_reason, vm/names.def */
	__u16 err; /* errno given to the caller, positive; 0 none */
	__u32 rule; /* 0: no rule */
	__u32 line; /* of the rule, in file */
	__u16 policy; /* string offsets */
	__u16 label; /* container label given at bind */
	__u16 file; /* source file of the rule */
	__u16 message; /* message of the rule */
	__u16 exe; /* path of the caller's executable */
	__u16 comm;
	__u16 object; /* path, address:port, capability name, kind */
	/*
	 * second path, mount type, or family/type/protocol and, of a packet,
	 * " from " and its source
	 */
	__u16 detail;
};

#endif /* _UAPI_BAILIFF_H */

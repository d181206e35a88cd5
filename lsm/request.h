/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * request.h - what a hook asks: who wants to do what to which object
 */
#ifndef BAILIFF_REQUEST_H
#define BAILIFF_REQUEST_H

#include <linux/cred.h>
#include <linux/path.h>
#include <linux/user_namespace.h>

#include "args.h"
#include "exe.h"
#include "set.h"
#include "vm/exec.h"

/*
 * For what is filled before it is read: kernels that zero every variable would
 * zero some hundred bytes for each request.
 */
#if __has_attribute(__uninitialized__)
#define BAILIFF_UNSET __attribute__((__uninitialized__))
#else
#define BAILIFF_UNSET
#endif

/*
 * Filled by a hook, then given to bailiff_decide(). Everything is borrowed.
 * The fields of ctx that are the same for every request of a class are filled
 * by bailiff_request_init().
 */
struct bailiff_request {
	const struct cred *cred; /* the subject; NULL: a packet, see below */
	const struct bailiff_set *set; /* its domains, never NULL */
	u32 class; /* enum bvm_class */
	u64 ops; /* operations of the class, all of which must be allowed */
	const struct bailiff_exe *exe; /* of the subject; NULL: it has no name */
	const struct bailiff_args *args; /* of an exec; NULL: not copied */
	const struct path *path; /* the object, or NULL */
	u32 walk; /* BAILIFF_WALK_* for path */
	u32 reason; /* enum bvm_reason: denied before any rule; NONE */
	bool silent; /* the kernel only probes: count, but do not record */
	bool seen; /* an allowance may be remembered with path: see seen.h */
	/*
	 * Judged before: where a denial is let pass, in audit mode or before
	 * the start, it is neither counted nor recorded once more.
	 */
	bool again;
	bool *waived; /* set where a denial is let pass before the start; NULL */
	/* for the record only, or NULL; of mounts with `sourced`: the source */
	const struct path *second;
	const char *detail; /* for the record only, or NULL */
	/* What the ctx's text and peer_name stand for, where they are not 0. */
	struct bvm_str text, peer_name;
	/* mounts: */
	const char *fstype; /* or NULL: that is not known */
	const char *source_name; /* where it is no path; "": there is none */
	bool sourced; /* second is what is mounted, and is judged */
	bool renames; /* what is mounted has names already, or may have */
	union bvm_ctx ctx;
};

/*
 * Ids as the user namespace of cred shows them. The first one shows each as it
 * is; so most have nothing to look up.
 */
static inline u32 bailiff_shown_uid(const struct cred *cred, kuid_t uid)
{
	return likely(cred->user_ns == &init_user_ns) ?
		       __kuid_val(uid) :
		       from_kuid(cred->user_ns, uid);
}

static inline u32 bailiff_shown_gid(const struct cred *cred, kgid_t gid)
{
	return likely(cred->user_ns == &init_user_ns) ?
		       __kgid_val(gid) :
		       from_kgid(cred->user_ns, gid);
}

/*
 * A request of class by cred, whose domains are set; no operations yet. Without
 * cred it is a packet of class network, which comes in while any task runs:
 * the record then names no task, and nobody is killed.
 */
void bailiff_request_init(struct bailiff_request *rq, const struct cred *cred,
			  const struct bailiff_set *set, u32 class);

/*
 * The same in two steps, for who may know the answer by the ctx alone: the ctx
 * and `reason` first, to be filled, and then the rest, which keeps both.
 */
void bailiff_request_begin(struct bailiff_request *rq, const struct cred *cred,
			   u32 class);
void bailiff_request_complete(struct bailiff_request *rq,
			      const struct cred *cred,
			      const struct bailiff_set *set, u32 class);

/*
 * The object is path; its kind and owner come from its inode, or, if there is
 * none yet, are kind and the caller.
 */
void bailiff_request_path(struct bailiff_request *rq, const struct path *path,
			  u32 kind);

/* The same for what is known by its inode alone; path stays NULL. */
void bailiff_request_inode(struct bailiff_request *rq,
			   const struct inode *inode);

/* A request of class exec: the object is a program, which may have no path. */
void bailiff_request_program(struct bailiff_request *rq,
			     const struct path *path);

#endif /* BAILIFF_REQUEST_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * hooks_ipc.c - System V IPC, and names of POSIX message queues
 *
 * Making, finding and using an object are one operation for each of the three
 * kinds: who shares the IPC namespace finds objects by numbers that mean
 * nothing to a policy. ipc_permission, which comes beside them, does not say
 * the kind. Most run in an RCU read section and under the object's lock.
 */
#include <linux/fs.h>
#include <linux/ipc.h>
#include <linux/msg.h>
#include <linux/rcupdate.h>
#include <linux/sem.h>

#include "attach.h"
#include "common.h"
#include "compat.h"
#include "cred.h"
#include "decide.h"
#include "mqueue.h"

static int judge_cred(const struct cred *cred, u64 op)
{
	const struct bailiff_set *set = bailiff_cred_set(cred);
	struct bailiff_request rq BAILIFF_UNSET;

	if (likely(!set))
		return 0;
	bailiff_request_init(&rq, cred, set, BVM_CLASS_IPC);
	rq.ops = op;
	return bailiff_decide(&rq);
}

static int judge(u64 op)
{
	return judge_cred(current_cred(), op);
}

static int hook_shm_alloc_security(struct kern_ipc_perm *perm)
{
	return judge(BVM_BIT(IPC, SHM));
}

static int hook_shm_associate(struct kern_ipc_perm *perm, int shmflg)
{
	return judge(BVM_BIT(IPC, SHM));
}

/* perm is NULL where the whole namespace is asked about. */
static int hook_shm_shmctl(struct kern_ipc_perm *perm, int cmd)
{
	return judge(BVM_BIT(IPC, SHM));
}

static int hook_shm_shmat(struct kern_ipc_perm *perm, char __user *shmaddr,
			  int shmflg)
{
	return judge(BVM_BIT(IPC, SHM));
}

static int hook_sem_alloc_security(struct kern_ipc_perm *perm)
{
	return judge(BVM_BIT(IPC, SEM));
}

static int hook_sem_associate(struct kern_ipc_perm *perm, int semflg)
{
	return judge(BVM_BIT(IPC, SEM));
}

static int hook_sem_semctl(struct kern_ipc_perm *perm, int cmd)
{
	return judge(BVM_BIT(IPC, SEM));
}

static int hook_sem_semop(struct kern_ipc_perm *perm, struct sembuf *sops,
			  unsigned int nsops, int alter)
{
	return judge(BVM_BIT(IPC, SEM));
}

static int hook_msg_queue_alloc_security(struct kern_ipc_perm *perm)
{
	return judge(BVM_BIT(IPC, MSG));
}

static int hook_msg_queue_associate(struct kern_ipc_perm *perm, int msqflg)
{
	return judge(BVM_BIT(IPC, MSG));
}

static int hook_msg_queue_msgctl(struct kern_ipc_perm *perm, int cmd)
{
	return judge(BVM_BIT(IPC, MSG));
}

static int hook_msg_queue_msgsnd(struct kern_ipc_perm *perm,
				 struct msg_msg *msg, int msqflg)
{
	return judge(BVM_BIT(IPC, MSG));
}

/*
 * target, the subject, is who receives: when he has waited, the current task
 * is who sends. Denied, the message stays where it is; no error is returned.
 */
static int hook_msg_queue_msgrcv(struct kern_ipc_perm *perm,
				 struct msg_msg *msg,
				 struct task_struct *target, long type,
				 int mode)
{
	int err;

	if (target == current)
		return judge(BVM_BIT(IPC, MSG));
	rcu_read_lock();
	err = judge_cred(__task_cred(target), BVM_BIT(IPC, MSG));
	rcu_read_unlock();
	return err;
}

/* ---- POSIX message queues ---- */

static int hook_inode_create(struct inode *dir, struct dentry *dentry,
			     umode_t mode)
{
	return bailiff_mqueue_judge(dentry, current_cred());
}

static int hook_inode_unlink(struct inode *dir, struct dentry *dentry)
{
	return bailiff_mqueue_judge(dentry, current_cred());
}

static struct security_hook_list hooks[] __ro_after_init = {
	LSM_HOOK_INIT(shm_alloc_security, hook_shm_alloc_security),
	LSM_HOOK_INIT(shm_associate, hook_shm_associate),
	LSM_HOOK_INIT(shm_shmctl, hook_shm_shmctl),
	LSM_HOOK_INIT(shm_shmat, hook_shm_shmat),
	LSM_HOOK_INIT(sem_alloc_security, hook_sem_alloc_security),
	LSM_HOOK_INIT(sem_associate, hook_sem_associate),
	LSM_HOOK_INIT(sem_semctl, hook_sem_semctl),
	LSM_HOOK_INIT(sem_semop, hook_sem_semop),
	LSM_HOOK_INIT(msg_queue_alloc_security, hook_msg_queue_alloc_security),
	LSM_HOOK_INIT(msg_queue_associate, hook_msg_queue_associate),
	LSM_HOOK_INIT(msg_queue_msgctl, hook_msg_queue_msgctl),
	LSM_HOOK_INIT(msg_queue_msgsnd, hook_msg_queue_msgsnd),
	LSM_HOOK_INIT(msg_queue_msgrcv, hook_msg_queue_msgrcv),
	LSM_HOOK_INIT(inode_create, hook_inode_create),
	LSM_HOOK_INIT(inode_unlink, hook_inode_unlink),
};

void __init bailiff_ipc_add_hooks(void)
{
	bailiff_add_hooks(hooks);
}

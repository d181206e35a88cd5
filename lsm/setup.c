// SPDX-License-Identifier: GPL-2.0-only
/*
 * setup.c - register with the LSM framework
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>

#include "attach.h"
#include "common.h"
#include "compat.h"
#include "cred.h"
#include "origin.h"
#include "setup.h"
#include "sock.h"
#include "task.h"
#include "use.h"

bool bailiff_initialized __ro_after_init;
bool bailiff_jit __ro_after_init = true;
module_param_named(jit, bailiff_jit, bool, 0444);

static int enabled __ro_after_init = 1;

#ifdef BAILIFF_HAVE_LSM_ID
const struct lsm_id bailiff_lsmid = {
	.name = BAILIFF_NAME,
	.id = BAILIFF_ID_NUMBER,
};
#endif

struct lsm_blob_sizes bailiff_blob_sizes __ro_after_init = {
	.lbs_cred = sizeof(struct bailiff_cred),
	.lbs_file = sizeof(struct bailiff_file),
	.lbs_inode = sizeof(struct bailiff_inode),
	.lbs_task = sizeof(struct bailiff_task),
#ifdef BAILIFF_HAVE_LBS_SOCK
	.lbs_sock = sizeof(struct bailiff_sock),
#endif
};

static int __init parse_enabled(char *value)
{
	bool on;

	if (kstrtobool(value, &on))
		return 0;
	enabled = on;
	return 1;
}
__setup("bailiff=", parse_enabled);

static int __init bailiff_init(void)
{
	bailiff_cred_add_hooks();
	bailiff_join_add_hooks();
	bailiff_file_add_hooks();
	bailiff_use_add_hooks();
	bailiff_origin_add_hooks();
	bailiff_path_add_hooks();
	bailiff_dentry_add_hooks();
	bailiff_net_add_hooks();
	bailiff_sock_add_hooks();
	bailiff_packet_add_hooks();
	bailiff_unix_add_hooks();
	bailiff_cap_add_hooks();
	bailiff_mount_add_hooks();
	bailiff_task_add_hooks();
	bailiff_ns_add_hooks();
	bailiff_ipc_add_hooks();
	bailiff_kernel_add_hooks();
	bailiff_initialized = true;
	pr_info("ready\n");
	return 0;
}

DEFINE_LSM(bailiff) = {
	.name = BAILIFF_NAME,
	.enabled = &enabled,
	.init = bailiff_init,
	.blobs = &bailiff_blob_sizes,
};

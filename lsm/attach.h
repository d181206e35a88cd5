/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * attach.h - each file of hooks has one function that registers them
 */
#ifndef BAILIFF_ATTACH_H
#define BAILIFF_ATTACH_H

#include <linux/init.h>

void __init bailiff_cred_add_hooks(void);
void __init bailiff_join_add_hooks(void);
void __init bailiff_file_add_hooks(void);
void __init bailiff_use_add_hooks(void);
void __init bailiff_origin_add_hooks(void);
void __init bailiff_path_add_hooks(void);
void __init bailiff_dentry_add_hooks(void);
void __init bailiff_net_add_hooks(void);
void __init bailiff_sock_add_hooks(void);
void __init bailiff_packet_add_hooks(void);
void __init bailiff_unix_add_hooks(void);
void __init bailiff_cap_add_hooks(void);
void __init bailiff_mount_add_hooks(void);
void __init bailiff_task_add_hooks(void);
void __init bailiff_ns_add_hooks(void);
void __init bailiff_ipc_add_hooks(void);
void __init bailiff_kernel_add_hooks(void);

#endif /* BAILIFF_ATTACH_H */

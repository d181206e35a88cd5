// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpflsm.bpf.c - a stand-in for enforcers that are BPF programs
 *
 * Not one of those that people use, and none of their code: what they have in
 * common. The hook walks the dentries up to the root, then down again with a
 * look-up in a hash table for each directory, and asks other tables for ports,
 * networks and capabilities. Rules are those of a cgroup. bpflsm_load.c fills the
 * tables.
 *
 * The kernel's structures are declared with the members that are read here; where
 * they are is found when the program is loaded (CO-RE).
 */
#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpflsm.h"

#define EACCES 13
#define EPERM 1
#define AF_INET 2
#define FMODE_READ 1
#define FMODE_WRITE 2
#define MAX_DEPTH 32

#pragma clang attribute push(__attribute__((preserve_access_index)), \
			     apply_to = record)

struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
};

struct vfsmount {
	struct dentry *mnt_root;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file {
	unsigned int f_mode;
	struct path f_path;
};

struct linux_binprm {
	struct file *file;
};

struct sockaddr {
	unsigned short sa_family;
};

struct in_addr {
	__be32 s_addr;
};

struct sockaddr_in {
	unsigned short sin_family;
	__be16 sin_port;
	struct in_addr sin_addr;
};

#pragma clang attribute pop

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct bpflsm_name);
	__type(value, struct bpflsm_node);
} names SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u64);
	__type(value, struct bpflsm_cgroup);
} cgroups SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 4096);
	__type(key, struct bpflsm_net);
	__type(value, __u32);
} nets SEC(".maps");

static struct bpflsm_cgroup *my_rules(void)
{
	__u64 id = bpf_get_current_cgroup_id();

	return bpf_map_lookup_elem(&cgroups, &id);
}

struct walk {
	const unsigned char *names[MAX_DEPTH]; /* from the leaf up */
	struct mount *mount;
	struct dentry *dentry;
	struct bpflsm_name name;
	__u32 num;
	__u32 may;
};

/* One step up, over mounts, too; each reads memory of the kernel. 1: the end. */
static long climb(__u32 i, struct walk *walk)
{
	struct mount *mount = walk->mount, *above;
	struct dentry *dentry = walk->dentry, *parent;

	if (dentry == BPF_CORE_READ(mount, mnt.mnt_root)) {
		above = BPF_CORE_READ(mount, mnt_parent);
		if (above == mount)
			return 1;
		walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		walk->mount = above;
		return 0;
	}
	parent = BPF_CORE_READ(dentry, d_parent);
	if (parent == dentry || walk->num >= MAX_DEPTH)
		return 1;
	walk->names[walk->num++ & (MAX_DEPTH - 1)] =
		BPF_CORE_READ(dentry, d_name.name);
	walk->dentry = parent;
	return 0;
}

/* One step down, a look-up; 1: nobody has rules there. */
static long descend(__u32 i, struct walk *walk)
{
	__u32 left = walk->num - i - 1;
	struct bpflsm_node *node;

	__builtin_memset(walk->name.name, 0, sizeof(walk->name.name));
	bpf_probe_read_kernel_str(walk->name.name, sizeof(walk->name.name),
				  walk->names[left & (MAX_DEPTH - 1)]);
	node = bpf_map_lookup_elem(&names, &walk->name);
	if (!node)
		return 1;
	if (node->below)
		walk->may = node->below;
	if (!left && node->own)
		walk->may = node->own;
	walk->name.parent = node->id;
	return 0;
}

static __always_inline int decide(struct vfsmount *mnt, struct dentry *dentry,
				  struct dentry *leaf, __u32 want)
{
	struct bpflsm_cgroup *rules = my_rules();
	struct walk walk;

	if (!rules)
		return 0;
	__builtin_memset(&walk, 0, sizeof(walk));
	walk.mount = (void *)mnt - bpf_core_field_offset(struct mount, mnt);
	walk.dentry = dentry;
	walk.name.parent = rules->root;
	if (leaf)
		walk.names[walk.num++] = BPF_CORE_READ(leaf, d_name.name);
	bpf_loop(2 * MAX_DEPTH, climb, &walk, 0);
	if (!walk.num) /* the root directory itself, or what has no name */
		return 0;
	bpf_loop(walk.num, descend, &walk, 0);
	return (walk.may & want) == want ? 0 : -EACCES;
}

SEC("lsm/file_open")
int BPF_PROG(on_file_open, struct file *file)
{
	__u32 want = 0;

	if (file->f_mode & FMODE_READ)
		want |= BPFLSM_READ;
	if (file->f_mode & FMODE_WRITE)
		want |= BPFLSM_WRITE;
	return decide(BPF_CORE_READ(file, f_path.mnt),
		      BPF_CORE_READ(file, f_path.dentry), NULL, want);
}

SEC("lsm/inode_getattr")
int BPF_PROG(on_inode_getattr, const struct path *path)
{
	return decide(BPF_CORE_READ(path, mnt), BPF_CORE_READ(path, dentry),
		      NULL, BPFLSM_READ);
}

static __always_inline int change(const struct path *dir, struct dentry *dentry)
{
	return decide(BPF_CORE_READ(dir, mnt), BPF_CORE_READ(dir, dentry),
		      dentry, BPFLSM_WRITE);
}

SEC("lsm/path_mknod")
int BPF_PROG(on_path_mknod, const struct path *dir, struct dentry *dentry)
{
	return change(dir, dentry);
}

SEC("lsm/path_unlink")
int BPF_PROG(on_path_unlink, const struct path *dir, struct dentry *dentry)
{
	return change(dir, dentry);
}

SEC("lsm/path_rename")
int BPF_PROG(on_path_rename, const struct path *old_dir,
	     struct dentry *old_dentry, const struct path *new_dir,
	     struct dentry *new_dentry)
{
	int err = change(old_dir, old_dentry);

	return err ?: change(new_dir, new_dentry);
}

SEC("lsm/bprm_check_security")
int BPF_PROG(on_bprm_check, struct linux_binprm *bprm)
{
	return decide(BPF_CORE_READ(bprm, file, f_path.mnt),
		      BPF_CORE_READ(bprm, file, f_path.dentry), NULL,
		      BPFLSM_EXEC);
}

/* An address of IPv4 by network and port; other families as a whole. */
static __always_inline int judge_address(struct sockaddr *address)
{
	struct sockaddr_in *in = (struct sockaddr_in *)address;
	struct bpflsm_net net = { .len = 32 };
	__u32 port;

	if (!my_rules() || BPF_CORE_READ(address, sa_family) != AF_INET)
		return 0;
	net.address = BPF_CORE_READ(in, sin_addr.s_addr);
	port = bpf_ntohs(BPF_CORE_READ(in, sin_port));
	return bpf_map_lookup_elem(&ports, &port) &&
			       bpf_map_lookup_elem(&nets, &net) ?
		       0 :
		       -EACCES;
}

SEC("lsm/socket_connect")
int BPF_PROG(on_socket_connect, void *sock, struct sockaddr *address)
{
	return judge_address(address);
}

SEC("lsm/socket_bind")
int BPF_PROG(on_socket_bind, void *sock, struct sockaddr *address)
{
	return judge_address(address);
}

SEC("lsm/capable")
int BPF_PROG(on_capable, const void *cred, void *ns, int cap)
{
	struct bpflsm_cgroup *rules = my_rules();

	if (!rules || rules->capabilities & 1ull << (cap & 63))
		return 0;
	return -EPERM;
}

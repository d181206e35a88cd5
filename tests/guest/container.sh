# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# container.sh - OCI bundles for crun, made from the guest's own root
#
# Sourced inside the guest. A bundle's root is an overlay over the guest's
# root, so whatever Debian installed runs in it and nothing it writes stays.
. "$BAILIFF_TOP/tests/guest/pace.sh"

BUNDLES=${BUNDLES:-/run/bundles}
BAILIFF_HOOK=${BAILIFF_HOOK:-$BAILIFF_TOP/build/bin/bailiff-oci-hook}

# json_list WORD... - a JSON array of strings (no word here needs escapes)
json_list()
{
	local sep='' word

	printf '['
	for word in "$@"; do
		printf '%s"%s"' "$sep" "$word"
		sep=,
	done
	printf ']'
}

# The runtime grants more than the policies under test allow, so that what is
# refused is refused by Bailiff and not by the lack of a capability.
container_caps='["CAP_CHOWN","CAP_DAC_OVERRIDE","CAP_FOWNER","CAP_KILL",
 "CAP_SETGID","CAP_SETUID","CAP_SETPCAP","CAP_NET_BIND_SERVICE","CAP_NET_RAW",
 "CAP_SYS_CHROOT","CAP_SYS_ADMIN","CAP_SYS_PTRACE","CAP_MKNOD","CAP_FSETID",
 "CAP_DAC_READ_SEARCH","CAP_SETFCAP","CAP_AUDIT_WRITE"]'

# bundle_root NAME - mount the root of a bundle and print its directory
bundle_root()
{
	local dir=$BUNDLES/$1

	mkdir -p "$dir"/{upper,work,rootfs}
	mountpoint -q "$dir/rootfs" ||
		mount -t overlay -o "lowerdir=/,upperdir=$dir/upper,workdir=$dir/work" \
			none "$dir/rootfs"
	mkdir -p "$dir/rootfs/run" "$dir/rootfs/var/log/nginx"
	printf '%s\n' "$dir"
}

# bundle_make NAME IMAGE EXTRA_MOUNTS ARGV... - write config.json
# EXTRA_MOUNTS is '' or JSON objects, each with a leading comma.
bundle_make()
{
	local name=$1 image=$2 mounts=$3 hooks=''
	shift 3

	local dir
	dir=$(bundle_root "$name")
	if [ -n "$BAILIFF_HOOK" ]; then
		hooks=",\"hooks\":{\"createRuntime\":[{\"path\":\"$BAILIFF_HOOK\",
			\"args\":[\"bailiff-oci-hook\"],\"timeout\":8}]}"
	fi
	cat >"$dir/config.json" <<EOF
{"ociVersion":"1.0.2",
 "process":{"terminal":false,"user":{"uid":0,"gid":0},"cwd":"/",
  "args":$(json_list "$@"),
  "env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
  "capabilities":{"bounding":$container_caps,"effective":$container_caps,
   "permitted":$container_caps},
  "noNewPrivileges":false},
 "root":{"path":"rootfs","readonly":false},
 "hostname":"$name",
 "annotations":{"org.opencontainers.image.ref.name":"$image"},
 "mounts":[
  {"destination":"/proc","type":"proc","source":"proc"},
  {"destination":"/dev","type":"tmpfs","source":"tmpfs",
   "options":["nosuid","mode=755","size=65536k"]},
  {"destination":"/dev/pts","type":"devpts","source":"devpts",
   "options":["nosuid","noexec","newinstance","ptmxmode=0666","mode=0620"]},
  {"destination":"/dev/shm","type":"tmpfs","source":"shm"},
  {"destination":"/run","type":"tmpfs","source":"tmpfs","options":["mode=755"]},
  {"destination":"/tmp","type":"tmpfs","source":"tmpfs","options":["mode=1777"]},
  {"destination":"/sys","type":"sysfs","source":"sysfs","options":["ro"]},
  {"destination":"/sys/fs/cgroup","type":"cgroup","source":"cgroup"}$mounts],
 "linux":{"cgroupsPath":"/containers/$name",
  "namespaces":[{"type":"pid"},{"type":"ipc"},{"type":"uts"},{"type":"mount"},
   {"type":"cgroup"}]}$hooks}
EOF
}

crun_do()
{
	crun --cgroup-manager=cgroupfs "$@"
}

# container_run NAME - in the foreground, output as it comes
container_run()
{
	(cd "$BUNDLES/$1" && crun_do run "$1" </dev/null)
}

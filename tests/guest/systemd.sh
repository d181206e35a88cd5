# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# systemd.sh - Bailiff as `make install` puts it, where systemd is the guest's
# first process. Sourced by the tests that say "# boot: systemd".
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/policy.sh"

policies=/etc/bailiff/policies
log=/var/log/bailiff/events.json

# Where a service may run it: the checkout may lie in a home, or in /tmp.
install_bailiff()
{
	local units=/usr/local/lib/systemd/system unit

	[ ! -e $units/bailiffd.service ] || return 0
	mkdir -p $units $policies /usr/local/bin /usr/local/sbin
	cp "$BAILIFF_TOP/build/bin/policyc" /usr/local/bin/
	cp "$BAILIFF_TOP"/build/bin/{bailiffd,bailiffctl,bailiff-oci-hook,bailiff-runtime} \
		/usr/local/sbin/
	for unit in "$BAILIFF_TOP"/daemon/systemd/*; do
		sed 's|@SBINDIR@|/usr/local/sbin|' "$unit" > $units/"${unit##*/}"
	done
	cp -r "$BAILIFF_TOP/policies/base" $policies/
	systemctl daemon-reload
}

# service NAME LINE...: a unit of our own
service()
{
	local name=$1
	shift

	{
		echo "[Service]"
		printf '%s\n' "$@"
	} > "/etc/systemd/system/$name.service"
	systemctl daemon-reload
}

# guard NAME: what the administrator does for a unit that a policy selects
guard()
{
	mkdir -p "/etc/systemd/system/$1.service.d"
	cp /usr/local/lib/systemd/system/bailiff-service.conf \
		"/etc/systemd/system/$1.service.d/bailiff.conf"
	systemctl daemon-reload
}

# shows UNIT PROPERTY: its value
shows()
{
	systemctl show --value -p "$2" "$1"
}

# The next file finds no policy of this one.
clean_bailiff()
{
	rm -f $policies/*.yaml
	systemctl stop bailiffd.service
	systemctl reset-failed
}

# image_tar FILE: a root for containers, of the busybox that is static
image_tar()
{
	local root name

	root=$(mktemp -d)
	# as images have it: bailiffd looks into what all may read
	chmod 755 "$root"
	mkdir -p "$root"/{bin,etc,tmp,proc,sys,dev,run,usr/bin}
	cp /run/guest/busybox "$root/bin/busybox"
	for name in sh cat echo sleep ls true touch id wget; do
		ln -s busybox "$root/bin/$name"
	done
	ln -s ../../bin/busybox "$root/usr/bin/wget"
	echo root:x:0:0::/:/bin/sh > "$root/etc/passwd"
	echo root:x:0: > "$root/etc/group"
	echo root:secret:1:::::: > "$root/etc/shadow"
	tar -C "$root" -cf "$1" .
	rm -r "$root"
}

# image_archive ROOT NAME FILE: an image of that root, as `docker save` has them
image_archive()
{
	local dir

	dir=$(mktemp -d)
	cp "$1" "$dir/layer.tar"
	cat > "$dir/config.json" <<-END
	{"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers",
	 "diff_ids": ["sha256:$(sha256sum < "$1" | cut -d' ' -f1)"]}}
	END
	cat > "$dir/manifest.json" <<-END
	[{"Config": "config.json", "RepoTags": ["$2"], "Layers": ["layer.tar"]}]
	END
	tar -C "$dir" -cf "$3" manifest.json config.json layer.tar
	rm -r "$dir"
}

# What a container in here tries, with its first process and none of its
# children: it ran, and its secret is open or shut.
try_shadow='if read -r _ < /etc/shadow; then echo open; else echo shut; fi 2> /dev/null'

# register FILE WHERE: what packaging/runtimes has for an engine
register()
{
	mkdir -p "${2%/*}"
	sed 's|@SBINDIR@|/usr/local/sbin|' "$BAILIFF_TOP/packaging/runtimes/$1" > "$2"
}

# bailiff-runtime runs runc, as where no other is: crun has docker's containers
# only on kernels with the controller `io`, which this one lacks.
use_runc()
{
	echo 'runtime: /usr/sbin/runc' > /etc/bailiff/bailiffd.yaml
}

# As the package has it: where podman looks is a link, which may lead to nothing.
podman_hook=/etc/containers/oci/hooks.d/bailiff.json
link_podman_hook()
{
	mkdir -p /usr/share/containers/oci/hooks.d
	ln -sf $podman_hook /usr/share/containers/oci/hooks.d/bailiff.json
}

# contain COMMAND...: an engine, in the foreground, has a container try that, or
# what try says; sets out, err, rc, and how many seconds it took
contain()
{
	local file started=$SECONDS

	file=$(mktemp)
	rc=0
	out=$("$@" /bin/sh -c "${try:-$try_shadow}" 2> "$file" < /dev/null) || rc=$?
	err=$(cat "$file")
	rm "$file"
	took=$((SECONDS - started))
}

# confined WHAT / free WHAT / refused WHAT: what became of it
confined()
{
	is "$rc $out" "0 shut" "$1"
	[ "$rc $out" = "0 shut" ] || diag "$err"
}

free()
{
	is "$rc $out" "0 open" "$1"
	[ "$rc $out" = "0 open" ] || diag "$err"
}

# refused WHAT MESSAGE
refused()
{
	isnt "$rc" 0 "$1"
	is "$out" "" "... not one program of it ran"
	like "$err" "$2" "... and who started it is told why"
}

# soon BEFORE WHAT: it took no more than five seconds longer than one that ran
soon()
{
	local most

	most=$(($1 + $(patient 5) + 1))
	if [ "$took" -le $most ]; then
		ok "$2"
	else
		not_ok "$2"
		diag "$took s, and one that runs takes $1 s"
	fi
}

# alarm_about NAME POLICY: status says that it runs without that policy
alarm_about()
{
	grep -q "^ALARM *$1: policy $2 selects it, and it runs unconfined" \
		<<< "$(bailiffctl status)"
}

# policy_dead: for containers dead*, in whose image wget is a link to busybox
policy_dead()
{
	policy dead 'name: "dead*"' '' '  - deny: ["/usr/bin/wget"]'
}

# alarm_of_link NAME: status says that the deny of wget does nothing in it
alarm_of_link()
{
	grep -q "^ALARM *$1: policy dead, .*'exec /usr/bin/wget' is not denied, as it leads to /bin/busybox" \
		<<< "$(bailiffctl status)"
}

# event NAME PATTERN: of a container the last line of the log that has it
event()
{
	grep -e "\"name\":\"$1\"" $log | grep -e "$2" | tail -n 1
}

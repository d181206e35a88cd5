# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# boot: systemd
# group: runtimes
# timeout: 180
#
# containerd's own client, which is told what to run in place of runc: Debian's,
# with an image made of busybox.
. "$BAILIFF_TOP/tests/guest/systemd.sh"

work=/run/containerd-test
image=docker.io/library/busy:1
mkdir -p $work

# cont NAME OPTION...
cont()
{
	local name=$1
	shift

	contain ctr run --rm "$@" $image "$name"
}

install_bailiff
use_runc
policy cont 'name: "web*"'
systemctl start bailiffd.service
succeeds "there is a policy" bailiffctl rules cont
succeeds "containerd starts" systemctl start containerd.service
image_tar $work/busy.tar
image_archive $work/busy.tar $image $work/image.tar
succeeds "it takes an image" ctr image import $work/image.tar

cont web1
free "ctr run without bailiff-runtime: a container that is selected is free"
cont web2 --runc-binary /usr/local/sbin/bailiff-runtime
confined "with it, the name selects its policy"
usual=$took
like "$(event web2 /etc/shadow)" '"outcome":"denied".*"container":"web2"' \
	"the denial is in the log, with the name"
cont free --runc-binary /usr/local/sbin/bailiff-runtime
free "a container that no policy selects runs"
systemctl stop bailiffd.service
cont web3 --runc-binary /usr/local/sbin/bailiff-runtime
refused "no daemon: no container" 'bailiffd does not answer'
soon "$usual" "... within 5 seconds"

# what Kubernetes needs is only read
register containerd.toml $work/config.toml
like "$(containerd --config $work/config.toml config dump)" \
	'BinaryName = "/usr/local/sbin/bailiff-runtime"' \
	"containerd understands the configuration for Kubernetes"

systemctl stop containerd.service
rm /etc/bailiff/bailiffd.yaml
clean_bailiff
done_testing

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 240
# also: 6.1 fast
#
# Ways out of a policy that lets a log grow and no more.
. "$BAILIFF_TOP/tests/guest/ways.sh"

ways logger escape_append log_fcntl log_mmap log_mprotect log_truncate \
	log_punch log_ioctl
# Linux 6.1 has neither RWF_NOAPPEND nor such a use of madvise(2).
case $(uname -r) in
6.1.*) ;;
*) ways logger escape_append log_noappend log_madvise log_aio log_ring log_ring_late ;;
esac

# Nor is any of it in the way of those who only append.
is "$(attempt logger escape_append log_appended)" out "every way of appending is left"

# What a mapping leads to on a stacking file system is another file.
top=$over
ways logger escape_append log_mmap log_mprotect log_punch log_ioctl
case $(uname -r) in
6.1.*) ;;
*) ways logger escape_append log_madvise ;;
esac
is "$(attempt logger escape_append log_appended)" out "appending is left there, too"
the_end

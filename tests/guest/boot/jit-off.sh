#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# append: bailiff.jit=0
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

is "$(status_of jit)" off "bailiff.jit=0 keeps it from the JIT"
echo secret > "$work/file"
succeeds "a policy loads" load_policy <<EOF
bailiff: 1
policy: slow
default: {files: allow, exec: allow, network: deny, capabilities: allow, mounts: deny}
files:
  - deny: read
    paths: $work/file
network:
  - allow: connect
    protocol: tcp
    to: 127.0.0.0/8
    ports: 80
EOF
like "$(cat $fs/policies/slow/info)" '^programs interpreter$' "it is interpreted"
is "$(under slow open r "$work/file" 1 , open w "$work/file" 2)" "EACCES ok" \
	"and decides about files"
is "$(under slow socket 2 stream 1 , connect 1 4:127.0.0.1:81)" "ok EACCES" \
	"and about sockets"
done_testing

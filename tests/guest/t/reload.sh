# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 90
# also: 6.1 fast
#
# A decision belongs to one version of a policy. One version allows reading and
# not writing, the other writing and not reading: neither lets a file be opened
# for both, so such an open can only succeed by a mixture of the two.
. "$BAILIFF_TOP/tests/guest/lib.sh"

work=/run/reload
mkdir -p $work
cp "$BAILIFF_TOP/build/guest/opener" $work/opener
echo content > $work/file

policy()
{
	cat <<EOF
bailiff: 1
policy: flip
include: [base/stdio]
files:
  - allow: [$1]
    paths: $work/file
  # Without a record: writing records would take most of the time, and what
  # is looked for lies between two decisions.
  - deny: [$2]
    paths: $work/file
    quiet: true
exec:
  - allow: $work/opener
EOF
}

policy read write > $work/reader.yaml
policy write read > $work/writer.yaml
for version in reader writer; do
	succeeds "the $version's policy compiles" \
		policyc build -I "$BAILIFF_TOP/policies" $work/$version.yaml \
		-o $work/$version.img
done
succeeds "the reader's is loaded" bailiffctl load $work/reader.img

bailiffctl run --policy flip -- $work/opener $work/file 8 > >(cat > $work/out) &
opener=$!
loads=$("$BAILIFF_TOP/build/guest/flipper" $work/writer.img $work/reader.img 7)
is $? 0 "every load goes through"
wait $opener
is $? 0 "the confined program ends by itself"
wait_for 5 test -s $work/out
counts=$(cat $work/out)
diag "$loads loads, opens: $counts"
succeeds "the policy was replaced often" test "$loads" -ge 100
like "$counts" '^read [1-9]' "the one version was in force at times"
like "$counts" 'write [1-9]' "the other was, too"
like "$counts" 'both 0$' "no open was judged by a mixture"
done_testing

# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # root, policyc, work: of run.sh
#
# docs/diagnostics.md and policyc diag; sourced by run.sh.

# Every message has an example that brings it and no other, and the page is what
# policyc says today.
diagnostics()
{
	if "$root/scripts/diagnostics.sh" "$policyc" > "$work/page" 2> "$work/why"; then
		pass
	else
		fail 'examples of messages'
	fi
	diff "$root/docs/diagnostics.md" "$work/page" > "$work/why" || :
	if [ ! -s "$work/why" ]; then
		pass
	else
		fail 'docs/diagnostics.md is out of date (make diagnostics)'
	fi
	says 'diag of a message' 0 '^P305 error: .* symbolic link$' "$policyc" diag P305
	says 'diag of a copied id' 0 '^P305 error' "$policyc" diag '[P305]'
	says 'diag of a number' 0 '^P305 error' "$policyc" diag 305
	says 'diag of no message' 2 P630 "$policyc" diag P999
	says 'diag of no number' 2 P630 "$policyc" diag P305x
	says 'all messages' 0 '^P347 lint ' "$policyc" diag
	"$policyc" diag --json > "$work/out"
	says 'all messages as JSON' 0 "^$(grep -c '^DIAG(' "$root/policyc/diag.def")\$" \
		jq length "$work/out"
	printf '# expect: %s\n' P630 >> "$work/odd"
}

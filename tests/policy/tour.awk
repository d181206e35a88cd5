# SPDX-License-Identifier: GPL-2.0-only
#
# awk -f tour.awk SHOWN PRINTED: is what README shows what is printed?
# "..." on a line of its own stands for any lines, at the end of one for the rest
# of it. Says where they part; ends with 1 then.

function like(want, got)
{
	sub(/[ \t]+$/, "", got)
	if (want ~ /\.\.\.$/) {
		want = substr(want, 1, length(want) - 3)
		return substr(got, 1, length(want)) == want
	}
	return want == got
}

FNR == NR { shown[++num_shown] = $0; next }
{ printed[++num_printed] = $0 }

END {
	at = 1
	skip = 0
	for (i = 1; i <= num_shown; i++) {
		if (shown[i] == "...") {
			skip = 1
			continue
		}
		if (skip)
			while (at <= num_printed && !like(shown[i], printed[at]))
				at++
		skip = 0
		if (!like(shown[i], printed[at])) {
			printf "shown:   %s\nprinted: %s\n", shown[i], printed[at]
			exit 1
		}
		at++
	}
	if (!skip && at <= num_printed) {
		printf "printed, not shown: %s\n", printed[at]
		exit 1
	}
}

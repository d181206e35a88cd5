# SPDX-License-Identifier: GPL-2.0-only
#
# usage: awk -f import_lines.awk PROFILE
#
# The numbers of the lines on which rules of the first AppArmor profile of a file
# begin, and profiles in it; of what is in those nothing.

{ sub(/^[ \t]+/, "") }

/^#/ || /^$/ || done { next }

{
	line = $0
	sub(/[ \t]#.*/, "", line)
	sub(/[ \t]+$/, "", line)
}

line ~ /^(include|abi)[ \t]/ { next }

# before it there are variables
!depth {
	if (line ~ /\{$/)
		depth = 1
	next
}

line == "}" {
	if (!--depth)
		done = 1
	next
}

line ~ /\{$/ && !open {
	if (depth++ == 1)
		print FNR
	next
}

{
	if (!open && depth == 1)
		print FNR
	open = line !~ /,$/
}

# SPDX-License-Identifier: GPL-2.0-only
#
# usage: awk -v dir=DIRECTORY -f examples.awk PAGE...
#
# Takes the examples out of pages: indented blocks of Markdown, literal displays
# of a manual page. A part of a policy becomes DIRECTORY/PAGE-LINE.yaml, with the
# two keys that each needs in front; the lines of a block under "Requests" become
# DIRECTORY/requests. Commands and what they print are left out. Of any other
# block it says that it is none of these.

function page()
{
	name = FILENAME
	sub(/.*\//, "", name)
	return name
}

function finish()
{
	if (!size)
		return
	if (block ~ /^([a-z-]+:|# )/ && block !~ /^[a-z.]+:[0-9]/) {
		file = dir "/" page_of "-" start ".yaml"
		if (block !~ /(^|\n)bailiff: /)
			printf "bailiff: 1\npolicy: example\n" > file
		printf "%s", block > file
		close(file)
	} else if (heading == "Requests") {
		printf "%s", block > (dir "/requests")
	} else if (block !~ /^(policyc |policy  = )/ &&
		   block !~ /^[a-z.]+:[0-9]+:[0-9]+: /) {
		print page_of ":" start ": neither a policy, a request nor a command"
	}
	size = 0
	block = ""
}

function take(line)
{
	if (!size)
		start = FNR
	size++
	block = block line "\n"
}

FNR == 1 { finish(); page_of = page(); manual = page_of ~ /\.[0-9]$/; literal = 0 }

manual && /^\.Bd -literal/ { literal = 1; next }
manual && /^\.Ed/ { finish(); literal = 0; next }
manual && literal { gsub(/\\e/, "\\"); take($0); next }
manual { next }

/^#/ { finish(); heading = $0; sub(/^#+ /, "", heading); next }
/^    \$ / { finish(); printed = 1; next }
/^    / && printed { next }
/^    / { take(substr($0, 5)); next }
{ finish(); printed = 0 }

END { finish() }

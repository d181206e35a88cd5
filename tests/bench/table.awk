# SPDX-License-Identifier: GPL-2.0-only
#
# usage: awk -v format=table|json -v machine=FILE -f table.awk ROWS
#
# Rows (measure.h) as tables that are Markdown too, or as JSON. machine: lines
# "KEY<tab>TEXT". Ends with status 1 if a budget is missed, 3 if only some are whose
# LIMIT says "known" and how far, and they are not beyond that; 2 if there are no rows.
BEGIN { FS = "\t" }

function holds(value, limit)
{
	if (!is_number(value))
		return 0
	if (limit ~ /^<=/)
		return value + 0 <= substr(limit, 3) + 0
	return value + 0 >= substr(limit, 3) + 0
}

# By how much, at most, a limit is known to be missed; nothing, if it is not.
function known_of(limit)
{
	return limit ~ / known / ? substr(limit, index(limit, " known ") + 7) : ""
}

function is_known(value, limit)
{
	return known_of(limit) != "" &&
		holds(value, substr(limit, 1, 2) known_of(limit))
}

function verdict(value, limit)
{
	if (holds(value, limit))
		return "yes"
	return is_known(value, limit) ? "NO, known" : "NO"
}

function is_number(value)
{
	return value ~ /^-?[0-9.]+([eE][-+]?[0-9]+)?$/
}

function text(value)
{
	if (!is_number(value))
		return value
	if (value == int(value) && value < 1e9)
		return sprintf("%d", value)
	return sprintf(value < 100 ? "%.3g" : "%.0f", value)
}

function quoted(s)
{
	gsub(/\\/, "\\\\", s)
	gsub(/"/, "\\\"", s)
	return "\"" s "\""
}

function line(cells, num, widths, i, all)
{
	all = "|"
	for (i = 1; i <= num; i++)
		all = all sprintf(i == 1 ? " %-*s |" : " %*s |", widths[i], cells[i])
	print all
}

# Everything in grid[1..rows, 1..cols]; the first row is the head.
function print_grid(rows, cols, r, c, widths, cells)
{
	for (c = 1; c <= cols; c++) {
		widths[c] = 3
		for (r = 1; r <= rows; r++)
			if (length(grid[r, c]) > widths[c])
				widths[c] = length(grid[r, c])
	}
	for (r = 1; r <= rows; r++) {
		for (c = 1; c <= cols; c++)
			cells[c] = grid[r, c]
		line(cells, cols, widths)
		for (c = 1; r == 1 && c <= cols; c++) {
			cells[c] = sprintf("%*s", widths[c], "")
			gsub(/ /, "-", cells[c])
		}
		if (r == 1)
			line(cells, cols, widths)
	}
	print ""
	delete grid
}

function print_bench(bench, r, c, key, parts)
{
	grid[1, 1] = "case"
	grid[1, 2] = "size"
	for (c = 1; c <= num_columns[bench]; c++)
		grid[1, c + 2] = columns[bench, c]
	for (r = 1; r <= num_cases[bench]; r++) {
		key = cases[bench, r]
		split(key, parts, SUBSEP)
		grid[r + 1, 1] = parts[1]
		grid[r + 1, 2] = parts[2] ? parts[2] : ""
		for (c = 1; c <= num_columns[bench]; c++)
			grid[r + 1, c + 2] = values[bench, key, columns[bench, c]]
	}
	print "### " bench "\n"
	print_grid(num_cases[bench] + 1, num_columns[bench] + 2)
}

function print_budgets(i)
{
	if (!num_budgets)
		return
	split("budget,is,limit,holds", head, ",")
	for (i = 1; i <= 4; i++)
		grid[1, i] = head[i]
	for (i = 1; i <= num_budgets; i++) {
		split(budgets[i], head, "\t")
		grid[i + 1, 1] = head[1] " " head[2] (head[3] + 0 ? " " head[3] : "") ", " head[4]
		grid[i + 1, 2] = text(head[5])
		grid[i + 1, 3] = head[7]
		sub(/ known.*/, "", grid[i + 1, 3])
		grid[i + 1, 4] = verdict(head[5], head[7])
	}
	print "### budgets\n"
	print_grid(num_budgets + 1, 4)
}

NF != 7 {
	print "table.awk: not a row: " $0 > "/dev/stderr"
	broken = 1
	next
}

{ rows[++num_rows] = $0 }

$7 != "-" {
	budgets[++num_budgets] = $0
	if (verdict($5, $7) == "NO")
		missed = 1
	else if (verdict($5, $7) != "yes" && !missed)
		missed = 3
}

{ values[$1, $2 SUBSEP $3, $4] = text($5) }

# What a budget alone is about has no line and no column
$7 == "-" {
	if (!($1 in num_cases))
		benches[++num_benches] = $1
	key = $2 SUBSEP $3
	if (!(($1, key) in seen)) {
		seen[$1, key] = 1
		cases[$1, ++num_cases[$1]] = key
	}
	if (!(($1, $4) in known)) {
		known[$1, $4] = 1
		columns[$1, ++num_columns[$1]] = $4
	}
}

function print_json(i, f)
{
	print "{"
	while ((getline input < machine) > 0) {
		split(input, f, "\t")
		printf "  %s: %s,\n", quoted(f[1]), quoted(f[2])
	}
	print "  \"rows\": ["
	for (i = 1; i <= num_rows; i++) {
		split(rows[i], f, "\t")
		printf "    {\"bench\": %s, \"case\": %s, \"size\": %s, \"what\": %s, \"value\": %s, \"unit\": %s",
			quoted(f[1]), quoted(f[2]), f[3], quoted(f[4]),
			is_number(f[5]) ? f[5] : quoted(f[5]), quoted(f[6])
		if (f[7] != "-")
			printf ", \"limit\": %s, \"holds\": %s%s", quoted(f[7]),
				holds(f[5], f[7]) ? "true" : "false",
				is_known(f[5], f[7]) ? ", \"known\": true" : ""
		print i < num_rows ? "}," : "}"
	}
	print "  ]\n}"
}

END {
	if (format == "json") {
		print_json()
	} else {
		while ((getline input < machine) > 0) {
			sub(/\t/, ": ", input)
			print input "  "
		}
		print ""
		for (i = 1; i <= num_benches; i++)
			print_bench(benches[i])
		print_budgets()
	}
	exit broken || !num_rows ? 2 : missed
}

# SPDX-License-Identifier: GPL-2.0-only
#
# usage: awk [-v bench=NAME -v bpflsm=TITLE] [-v boots=N] -f cost-rows.awk
#            cost-budgets.tsv COLUMN.tsv...
#
# What cost.sh left, as rows of the bench (measure.h): instructions that each
# column adds to an operation, what that is beside AppArmor, and budgets. Those are of
# the bench "cost" alone. The mean of N boots varies by as much less as its root.
BEGIN {
	FS = OFS = "\t"
	num_columns = split("unconfined bailiff apparmor landlock bpflsm", columns, " ")
	title["none"] = "no LSM"
	title["unconfined"] = "Bailiff, unconfined"
	title["bailiff"] = "Bailiff"
	title["apparmor"] = "AppArmor"
	title["landlock"] = "Landlock"
	title["bpflsm"] = bpflsm
	bench = bench ? bench : "cost"
}

function row(op, rules, what, value, unit, limit)
{
	print bench, op, rules, what, value, unit, limit
}

/^#/ { next }

FILENAME ~ /budgets/ {
	ratio[$1] = $2
	hooks[$1] = $3
	noise[$1] = $4 / 100
	known[$1] = $5
	next
}

$1 == "none" { next }

{
	count[$1, $2, $3] = $4
	if (!(($1, $2) in seen)) {
		seen[$1, $2] = 1
		ops[++num] = $1
		rules[num] = $2
	}
}

function added(i, column)
{
	return count[ops[i], rules[i], column] - count[ops[i], 100, "none"]
}

function has(i, column)
{
	return (ops[i], rules[i], column) in count
}

function print_added(i, c)
{
	if (has(i, "none"))
		row(ops[i], rules[i], title["none"], count[ops[i], rules[i], "none"], "insns", "-")
	for (c = 1; c <= num_columns; c++)
		if (has(i, columns[c]))
			row(ops[i], rules[i], title[columns[c]], sprintf("%.1f", added(i, columns[c])), "insns", "-")
	if (compares(i))
		row(ops[i], rules[i], "of AppArmor", times(i), "x", "-")
}

# What makes processes is counted in several boots, with 100 rules.
function room(i)
{
	if (ops[i] ~ /^(v?fork|exec)/ && rules[i] == 100 && boots > 1)
		return noise[ops[i]] * count[ops[i], 100, "none"] / sqrt(boots)
	return noise[ops[i]] * count[ops[i], 100, "none"]
}

function size(number)
{
	return number < 0 ? -number : number
}

# What AppArmor adds is something, and more than noise
function compares(i)
{
	if (!has(i, "bailiff") || !has(i, "apparmor") || added(i, "apparmor") <= 0)
		return 0
	return size(added(i, "apparmor")) > room(i) || size(added(i, "bailiff")) > room(i)
}

# A budget is not held by there being nothing to compare with. (AppArmor's compiler
# gives up on many rules; those with 100 it takes.)
function is_missed(i)
{
	if (rules[i] != 100)
		return 0
	return !has(i, "bailiff") || !has(i, "apparmor") ||
		added(i, "bailiff") > room(i)
}

function times(i)
{
	return sprintf("%.3f", added(i, "bailiff") / added(i, "apparmor"))
}

# What a count varies by is no excess
function limit_of(i)
{
	if (!room(i))
		return ratio[ops[i]]
	return sprintf("%.2f", ratio[ops[i]] + room(i) / added(i, "apparmor"))
}

function print_budgets(i, op)
{
	op = ops[i]
	if (ratio[op] > 0 && compares(i))
		row(op, rules[i], "of AppArmor", times(i), "x", "<=" limit_of(i))
	else if (ratio[op] > 0 && is_missed(i))
		row(op, rules[i], "of AppArmor, which adds nothing or was not counted", 1, "x", "<=0")
	if (hooks[op] > 0 && has(i, "unconfined"))
		row(op, rules[i], "unconfined, a hook", sprintf("%.1f", added(i, "unconfined") / hooks[op]), "insns", "<=12" (known[op] ? " known " known[op] : ""))
}

# From 10 to 10,000 rules
function print_growth(op, base, few, many)
{
	base = count[op, 100, "none"]
	few = count[op, 10, "bailiff"] - base
	many = count[op, 10000, "bailiff"] - base
	# each of the two varies
	if (!((op, 10000, "bailiff") in count) || !((op, 10, "bailiff") in count))
		row(op, 10000, "of that with 10 rules, which was not counted", 1, "x", "<=0")
	else
		row(op, 10000, "of that with 10 rules", sprintf("%.3f", many / few), "x",
			sprintf("<=%.3g", 1.05 + 2 * noise[op] * base / few))
}

# A budget of what nobody counted is missed.
function print_uncounted(op)
{
	for (op in ratio)
		if ((ratio[op] > 0 && !((op, 100, "bailiff") in count)) ||
				(hooks[op] > 0 && !((op, 100, "unconfined") in count)) ||
				!((op, 100, "none") in count))
			row(op, 100, "was not counted", 1, "-", "<=0")
}

END {
	for (i = 1; i <= num; i++)
		print_added(i)
	if (bench != "cost")
		exit
	for (i = 1; i <= num; i++)
		print_budgets(i)
	print_uncounted()
	for (i = 1; i <= num; i++)
		if (rules[i] == 10)
			print_growth(ops[i])
}

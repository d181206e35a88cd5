# SPDX-License-Identifier: GPL-2.0-only
#
# usage: awk -v title=TEXT -v xtitle=TEXT -v ytitle=TEXT [-v logs=x|y|xy] -f plot.awk FILE
#
# Lines "SERIES<tab>X<tab>Y", in any order, as a plot in SVG on standard output:
# one curve for each series, in the order in which they come first. Values that an
# axis in logarithms cannot have are left out. Without a point it ends with status
# 1 and prints nothing.
BEGIN {
	FS = "\t"
	left = 70; right = 470; top = 40; bottom = 320
	width = 640; height = 380
	split("#1b6ac9 #c2410c #15803d #7e22ce #a16207 #0f766e", colours, " ")
	log_x = log_of("x")
	log_y = log_of("y")
}

# Which axes are in logarithms
function log_of(axis)
{
	return index(logs, axis) > 0
}

function scaled(value, is_log)
{
	return is_log ? log(value) / log(10) : value
}

NF == 3 && $2 != "" && $3 != "" && !(log_x && $2 <= 0) && !(log_y && $3 <= 0) {
	if (!($1 in number)) {
		number[$1] = ++num_series
		name[num_series] = $1
	}
	s = number[$1]
	n = ++points[s]
	xs[s, n] = scaled($2 + 0, log_x)
	ys[s, n] = scaled($3 + 0, log_y)
	x_raw[s, n] = $2 + 0
	y_raw[s, n] = $3 + 0
	if (!total++) {
		x_min = x_max = xs[s, n]
		y_min = y_max = ys[s, n]
	}
	if (xs[s, n] < x_min) x_min = xs[s, n]
	if (xs[s, n] > x_max) x_max = xs[s, n]
	if (ys[s, n] < y_min) y_min = ys[s, n]
	if (ys[s, n] > y_max) y_max = ys[s, n]
}

function floor(v, i)
{
	i = int(v)
	return i > v ? i - 1 : i
}

function ceiling(v)
{
	return -floor(-v)
}

function escaped(text)
{
	gsub(/&/, "\\&amp;", text)
	gsub(/</, "\\&lt;", text)
	return text
}

# 10^n as a number that one reads
function power(n)
{
	if (n < 0 || n > 6)
		return "1e" n
	return sprintf("%d", 10 ^ n)
}

# A step of an axis that is not logarithmic: 1, 2 or 5 times a power of ten
function step_of(span, raw, unit)
{
	raw = span / 5
	unit = 10 ^ floor(log(raw) / log(10))
	if (raw / unit > 5) return 10 * unit
	if (raw / unit > 2) return 5 * unit
	if (raw / unit > 1) return 2 * unit
	return unit
}

function px(x)
{
	return left + (right - left) * (x - x_min) / (x_max - x_min)
}

function py(y)
{
	return bottom - (bottom - top) * (y - y_min) / (y_max - y_min)
}

function text(x, y, anchor, what, more)
{
	printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>\n", x, y,
		anchor, more, escaped(what)
}

function line(x1, y1, x2, y2, colour)
{
	printf "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>\n",
		x1, y1, x2, y2, colour
}

function x_tick(x, label)
{
	line(px(x), top, px(x), bottom, "#dddddd")
	text(px(x), bottom + 18, "middle", label)
}

function y_tick(y, label)
{
	line(left, py(y), right, py(y), "#dddddd")
	text(left - 8, py(y) + 4, "end", label)
}

# Both axes begin at a whole power of ten, or the vertical one at 0.
function fit(step)
{
	if (log_x) {
		x_min = floor(x_min)
		x_max = ceiling(x_max)
	}
	if (x_min == x_max)
		x_max = x_min + 1
	if (log_y) {
		y_min = floor(y_min)
		y_max = ceiling(y_max)
		if (y_min == y_max)
			y_max++
		return
	}
	if (y_min > 0) y_min = 0
	if (y_max <= y_min) y_max = y_min + 1
	step = step_of(y_max - y_min)
	y_min = floor(y_min / step) * step
	y_max = ceiling(y_max / step) * step
}

function axes(v, step)
{
	if (log_x)
		for (v = x_min; v <= x_max; v++)
			x_tick(v, power(v))
	else {
		step = step_of(x_max - x_min)
		for (v = ceiling(x_min / step) * step; v <= x_max; v += step)
			x_tick(v, v)
	}
	if (log_y)
		for (v = y_min; v <= y_max; v++)
			y_tick(v, power(v))
	else {
		step = step_of(y_max - y_min)
		for (v = y_min; v <= y_max + step / 100; v += step)
			y_tick(v, v)
	}
	line(left, bottom, right, bottom, "#444444")
	line(left, top, left, bottom, "#444444")
}

# By X, whatever the order they came in
function sort(s, i, k, swap)
{
	for (i = 2; i <= points[s]; i++)
		for (k = i; k > 1 && xs[s, k] < xs[s, k - 1]; k--) {
			swap = xs[s, k]; xs[s, k] = xs[s, k - 1]; xs[s, k - 1] = swap
			swap = ys[s, k]; ys[s, k] = ys[s, k - 1]; ys[s, k - 1] = swap
			swap = x_raw[s, k]; x_raw[s, k] = x_raw[s, k - 1]; x_raw[s, k - 1] = swap
			swap = y_raw[s, k]; y_raw[s, k] = y_raw[s, k - 1]; y_raw[s, k - 1] = swap
		}
}

function curve(s, i, colour, list)
{
	colour = colours[(s - 1) % 6 + 1]
	sort(s)
	for (i = 1; i <= points[s]; i++)
		list = list sprintf("%.1f,%.1f ", px(xs[s, i]), py(ys[s, i]))
	printf "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>\n",
		list, colour
	for (i = 1; i <= points[s]; i++)
		printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"><title>%s: %g, %g</title></circle>\n",
			px(xs[s, i]), py(ys[s, i]), colour, escaped(name[s]), x_raw[s, i], y_raw[s, i]
	line(right + 15, top + 20 * s, right + 35, top + 20 * s, colour)
	text(right + 40, top + 20 * s + 4, "start", name[s])
}

END {
	if (!total)
		exit 1
	fit()
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" ", width, height, width, height
	print "font-family=\"sans-serif\" font-size=\"12\" fill=\"#222222\">"
	print "<!-- SPDX-License-Identifier: GPL-2.0-only -->"
	printf "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", width, height
	text((left + right) / 2, 22, "middle", title, " font-size=\"14\"")
	axes()
	text((left + right) / 2, bottom + 42, "middle", xtitle)
	text(16, (top + bottom) / 2, "middle", ytitle,
		sprintf(" transform=\"rotate(-90 16 %d)\"", (top + bottom) / 2))
	for (s = 1; s <= num_series; s++)
		curve(s)
	print "</svg>"
}

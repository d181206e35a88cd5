// SPDX-License-Identifier: GPL-2.0-only
/* ctl_top.c - top: who is denied what, how often, as it happens */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <locale.h>
#include <ncurses.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ctl.h"
#include "topview.h"

#define BATCH_WIDTH 512
#define BATCH_HEIGHT 66

struct top {
	struct topview view;
	bool batch;
	bool json;
	unsigned long long num; /* samples; 0: no end */
	unsigned long long delay; /* seconds between them */
	struct timespec last;
	int err; /* of the last sample */
};

static double since(const struct timespec *then)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - then->tv_sec) +
	       (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

static int sample(struct top *top)
{
	double seconds = top->last.tv_sec ? since(&top->last) : 0;

	clock_gettime(CLOCK_MONOTONIC, &top->last);
	top->err = topview_sample(&top->view, seconds);
	return top->err;
}

/* ---- for scripts ---- */

static void put_json(struct top *top)
{
	json_t *json = topview_json(&top->view);

	json_dumpf(json, stdout,
		   JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII);
	putchar('\n');
	json_decref(json);
}

static void put_text(struct top *top)
{
	struct text text = {};

	topview_print(&top->view, BATCH_WIDTH, BATCH_HEIGHT, &text);
	fputs(text_string(&text), stdout);
	putchar('\n');
	text_free(&text);
}

static int run_batch(struct top *top)
{
	unsigned long long i;

	for (i = 0; (!top->num || i < top->num) && !ctl_is_stopped(); i++) {
		if (i)
			sleep((unsigned int)top->delay);
		if (sample(top))
			return ctl_refused("top", top->err, "");
		if (top->json)
			put_json(top);
		else
			put_text(top);
		if (fflush(stdout) || ferror(stdout))
			break;
	}
	return CTL_YES;
}

/* ---- for people ---- */

static void draw(struct top *top)
{
	struct text text = {};
	int row = 0, height, width;
	char *line, *next;

	getmaxyx(stdscr, height, width);
	topview_print(&top->view, (unsigned int)width,
		      (unsigned int)(height > 1 ? height - 1 : 0), &text);
	erase();
	for (line = text.len ? text.data : NULL; line; line = next) {
		next = text_next_line(line);
		mvaddnstr(row++, 0, line, width);
	}
	if (top->err)
		mvprintw(height - 1, 0, "%s", strerror(-top->err));
	else
		mvaddnstr(height - 1, 0,
			  "q quit  r by rate  t by total  n by name  "
			  "blank: now",
			  width);
	refresh();
	text_free(&text);
}

static void sort_by(struct top *top, enum toporder order)
{
	top->view.order = order;
	toptable_sort(&top->view.containers, order);
	toptable_sort(&top->view.rules, order);
	toptable_sort(&top->view.denials, order);
}

/* A key, or KEY_RESIZE. False: the end. */
static bool take_key(struct top *top, int key)
{
	switch (key) {
	case 'q':
		return false;
	case 'r':
		sort_by(top, TOP_BY_RATE);
		break;
	case 't':
		sort_by(top, TOP_BY_TOTAL);
		break;
	case 'n':
		sort_by(top, TOP_BY_NAME);
		break;
	case ' ':
		(void)sample(top);
		break;
	}
	draw(top);
	return true;
}

/* Keys until the next sample is due. False: the end. */
static bool wait_keys(struct top *top)
{
	double left;
	int key;

	while ((left = (double)top->delay - since(&top->last)) > 0) {
		if (ctl_is_stopped())
			return false;
		timeout(left > 0.2 ? 200 : (int)(left * 1000) + 1);
		key = getch();
		if (key != ERR && !take_key(top, key))
			return false;
	}
	return true;
}

static int run_screen(struct top *top)
{
	unsigned long long i;

	setlocale(LC_CTYPE, "");
	if (!newterm(NULL, stdout, stdin)) {
		ctl_error("this terminal (TERM=%s) is not known; use -b",
			  getenv("TERM") ? getenv("TERM") : "");
		return CTL_LACKS;
	}
	cbreak();
	noecho();
	curs_set(0);
	keypad(stdscr, TRUE);
	for (i = 0; !top->num || i < top->num; i++) {
		(void)sample(top);
		draw(top);
		if (!wait_keys(top))
			break;
	}
	endwin();
	return top->err ? ctl_refused("top", top->err, "") : CTL_YES;
}

static const struct option options[] = {
	{ "batch", no_argument, NULL, 'b' },
	{ "json", no_argument, NULL, 'j' },
	{ "sort", required_argument, NULL, 's' },
	{ NULL, 0, NULL, 0 },
};

static int take_order(struct top *top, const char *command)
{
	static const char *const orders[] = { "rate", "total", "name" };
	enum toporder order;

	for (order = TOP_BY_RATE; order <= TOP_BY_NAME; order++) {
		if (!strcmp(optarg, orders[order])) {
			top->view.order = order;
			return CTL_YES;
		}
	}
	return ctl_usage(command, "--sort: rate, total or name");
}

static int parse_options(struct top *top, int argc, char **argv)
{
	int opt, code = CTL_YES;

	while (!code &&
	       (opt = getopt_long(argc, argv, "bn:d:", options, NULL)) != -1) {
		if (opt == 'b')
			top->batch = true;
		else if (opt == 'j')
			top->json = true;
		else if (opt == 's')
			code = take_order(top, argv[0]);
		else if (opt != 'n' && opt != 'd')
			return ctl_usage(argv[0], "bad option");
		else if (text_number(optarg, opt == 'n' ? INT_MAX : 3600,
				     opt == 'n' ? &top->num : &top->delay) ||
			 !(opt == 'n' ? top->num : top->delay))
			return ctl_usage(argv[0],
					 "-%c: expected a number, "
					 "1 or more",
					 opt);
	}
	if (!code && optind != argc)
		return ctl_usage(argv[0], "it takes no operands");
	if (!code && top->json && !top->batch)
		return ctl_usage(argv[0], "--json: with -b only");
	return code;
}

int ctl_top(struct ctl *ctl, int argc, char **argv)
{
	struct top top = { .view = { .kfs = &ctl->kfs }, .delay = 2 };
	struct logfollow logs;
	int code = parse_options(&top, argc, argv);

	if (!code && !top.batch &&
	    (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)))
		code = ctl_usage(argv[0], "this is no terminal: use -b");
	if (!code)
		code = ctl_need_kernel(ctl);
	if (code)
		return code;
	if (!logfollow_open(&logs, ctl->log))
		top.view.logs = &logs;
	ctl_catch_signals();
	code = top.batch ? run_batch(&top) : run_screen(&top);
	topview_fini(&top.view);
	if (top.view.logs)
		logfollow_fini(&logs);
	return code;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * promtext.h - is it what Prometheus reads? A strict reader of the text
 * format 0.0.4, as its documentation describes it
 */
#ifndef TESTS_PROMTEXT_H
#define TESTS_PROMTEXT_H

/*
 * Check a page: names, labels and their quotes, numbers; HELP and TYPE before
 * the values of each metric, once; the values of one metric together, and no
 * two for the same labels; a counter's name ends in _total.
 *
 * Return: NULL, or what is wrong and in which line; valid until the next call.
 */
const char *promtext_check(const char *page);

/*
 * The value of a line, such as "bailiff_ready" or "x{a=\"b\"}", its labels
 * written as on the page.
 *
 * Return: the value, -1 if there is no such line.
 */
double promtext_value(const char *page, const char *series);

#endif /* TESTS_PROMTEXT_H */
